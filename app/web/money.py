"""What a medicine of the list costs in a month, by the price list of this site."""

from collections.abc import Iterable, Iterator

from app.assessment.costs import a_month, named, products, units_a_day
from app.domain.medicines import Medicine
from app.domain.prices import Price, PriceList


def cost_facts(medicine: Medicine, prices: PriceList | None) -> Iterator[tuple[str, str]]:
    """Generic and brand, each at its least price, with the day of the list; nothing without a list."""
    if prices is None:
        return
    found = products(medicine, prices)
    if not found:
        yield "Price", f"not known: it is not in {named(prices)}"
        return
    by_name: dict[str, list[Price]] = {}
    for price in found:
        by_name.setdefault(price.identity.brand if price.branded else "Generic", []).append(price)
    for name, of_name in by_name.items():
        yield name or "Brand", _month(medicine, of_name)
    yield "Source", f"{named(prices)}, what pharmacies pay before rebates"


def _month(medicine: Medicine, prices: Iterable[Price]) -> str:
    """A list counts in its own unit; directions that don't say how many leave the month open."""
    months = [
        units * price.per_unit
        for price in prices
        if (units := units_a_day(medicine, price.unit)) is not None
    ]
    return a_month(min(months)) if months else "not known: the directions don't say how much a day"
