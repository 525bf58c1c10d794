"""What medicines cost to buy, as a dated public list says: a site loads one, the product has none."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.domain.medicines import MedicineIdentity

GENERIC = "G"


@dataclass(frozen=True, slots=True)
class Price:
    """
    One product at one price, in US dollars for its smallest unit: `EA`, `ML` or `GM`.

    `kind` is NADAC's classification for rate setting as sent: G, or a brand (B, B-ANDA, B-BIO).
    """

    description: str
    identity: MedicineIdentity
    kind: str
    per_unit: Decimal
    unit: str
    effective: date
    generic_per_unit: Decimal | None = None  # of the corresponding generic, where one is sold

    @property
    def branded(self) -> bool:
        return self.kind != GENERIC


@dataclass(frozen=True, slots=True, eq=False)
class PriceList:
    """The prices of one day. `of` gives those of the products with exactly these ingredients."""

    name: str
    as_of: date
    of: Callable[[frozenset[str]], tuple[Price, ...]]


def price_list(name: str, as_of: date, prices: Iterable[Price]) -> PriceList:
    found: dict[frozenset[str], list[Price]] = {}
    for price in prices:
        found.setdefault(frozenset(price.identity.ingredient_names), []).append(price)
    return PriceList(name, as_of, lambda ingredients: tuple(found.get(ingredients, ())))
