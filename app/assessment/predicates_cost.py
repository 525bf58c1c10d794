"""Questions about money: is a generic of this brand sold, and does another of its class cost far less?"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from app.assessment.answers import Answer, CannotTell, Found, NotFound
from app.assessment.brands import brand_ordered, dispensed_as_generic, kept_as_brand
from app.assessment.chart_index import ChartIndex, Line
from app.assessment.costs import (
    EACH,
    a_month,
    cheapest,
    dollars,
    least,
    named,
    products,
    units_a_day,
)
from app.assessment.doses import why_unknown
from app.assessment.resolving import Predicate, Resolver, Scope
from app.domain.chart import Gap
from app.domain.prices import Price, PriceList
from app.knowledge import vocabulary as v
from app.knowledge.durations import Duration, parse_duration

# Without a price list nothing is asked of a medicine: the chart says so once, see `unpriced`.
_NOT_ASKED = NotFound(elsewhere=True)
_NO_LIST = Gap(
    "What medicines cost was not looked up.",
    "No price list is loaded here.",
    "Whether a generic of a brand is sold, and whether a medicine of the same kind costs far less, "
    "was not checked.",
)
Words = tuple[tuple[str, str], ...]


def unpriced(index: ChartIndex) -> tuple[Gap, ...]:
    """Said once for the chart, and only where a brand is ordered: elsewhere little is to be saved."""
    if index.prices is None and any(line.taken and brand_ordered(line) for line in index.lines):
        return (_NO_LIST,)
    return ()


def generic_sold(args: v.MedicineGenericSold, _: Resolver) -> Predicate:
    fresh = parse_duration(args.listed_within)

    def ask(scope: Scope) -> Answer:
        prices, line = scope.index.prices, scope.bound
        brand = brand_ordered(line) if prices is not None else ""
        if prices is None or not brand:
            return _NOT_ASKED
        if why := line.untaken or kept_as_brand(line) or dispensed_as_generic(line):
            return NotFound((why,))
        return _generic_of(line, brand, prices, _outdated(prices, scope.index.as_of, fresh))

    return ask


def _generic_of(line: Line, brand: str, prices: PriceList, caveats: tuple[str, ...]) -> Answer:
    """A brand with the price of a corresponding generic is sold by several (NADAC dictionary)."""
    every = products(line.medicine, prices)
    own = [p for p in every if p.branded and p.identity.brand.lower() == brand.lower()]
    sold = [p for p in own if p.generic_per_unit is not None]
    generics = [p for p in every if not p.branded]
    if not own and not generics:
        return CannotTell((f"whether a generic of {brand} is sold: it is not in {named(prices)}",))
    if not sold and not generics:
        return NotFound((f"no generic of {brand} in {named(prices)}",))
    if not _strength_said(line) and len(sold) < len(own):
        return CannotTell((f"the strength of {line.name}: not each has a generic",))
    words = (("brand", brand), ("list", named(prices)), *_beside(line, own, sold, generics))
    return Found((line.input,), words, caveats=caveats)


def _strength_said(line: Line) -> bool:
    return line.medicine.identity is not None and bool(line.medicine.identity.strengths)


def _beside(
    line: Line, own: Sequence[Price], sold: Sequence[Price], generics: Sequence[Price]
) -> Words:
    """What brand and generic cost, where the list has both for one strength in one unit."""
    brand = min(own, key=lambda p: p.per_unit, default=None)
    if brand is None or not _strength_said(line):
        return ()
    others = [p.per_unit for p in generics if p.unit == brand.unit]
    others += [p.generic_per_unit for p in sold if p.unit == brand.unit and p.generic_per_unit]
    if not others:
        return ()
    units = units_a_day(line.medicine, brand.unit)
    if units is None:
        cost = f"{dollars(brand.per_unit)} against {dollars(max(others))} a unit"
    else:
        cost = f"{a_month(brand.per_unit * units)} against {a_month(max(others) * units)}"
    return (("cost", cost),)


def dearer(args: v.MedicineDearer, resolver: Resolver) -> Predicate:
    """
    Against the cheapest other medicine of the class at its dearest strength and as many tablets a
    day: doses of two medicines are not made equal, and the comparison errs on the side of silence.
    """
    members = resolver.knowledge.membership.members
    classes = [(c, members(c.name)) for c in resolver.subjects(args)]
    times, floor = resolver.fact(args.times).value, resolver.fact(args.saves).value
    fresh = parse_duration(args.listed_within)

    def ask(scope: Scope) -> Answer:
        prices, line = scope.index.prices, scope.bound
        kinds = [names for class_, names in classes if class_ in line.keys]
        if prices is None or not kinds or len(line.ingredients) != 1:
            return _NOT_ASKED
        if line.untaken or line.medicine.as_needed or line.medicine.daily_dose.as_needed:
            return NotFound((line.untaken or "taken as needed",))
        costs = _costs(line, prices, _others(kinds, scope.index))
        if isinstance(costs, CannotTell | NotFound):
            return costs
        own, name, less = costs
        if own <= times * less or own - less < floor:
            return NotFound((f"{a_month(own)}, {name} {a_month(less)}",))
        words = (("cost", a_month(own)), ("other", name), ("less", a_month(less)))
        caveats = _outdated(prices, scope.index.as_of, fresh)
        return Found((line.input,), (*words, ("list", named(prices))), caveats=caveats)

    return ask


def _costs(
    line: Line, prices: PriceList, others: Sequence[str]
) -> tuple[Decimal, str, Decimal] | CannotTell | NotFound:
    """What a day of it costs, what else there is, and what that would cost."""
    own, units = least(_own(line, prices)), units_a_day(line.medicine, EACH)
    if own is None:
        return CannotTell((f"what {line.name} costs: it is not in {named(prices)}",))
    if units is None:
        return CannotTell((why_unknown(line),))
    other = cheapest(others, prices)
    if other is None:
        return NotFound((f"nothing of its kind in {named(prices)} to compare with",))
    return own * units, other[0], other[1] * units


def _own(line: Line, prices: PriceList) -> list[Price]:
    """A brand that has its generic is a matter of the generic, unless the brand was asked for."""
    every = products(line.medicine, prices)
    kept = brand_ordered(line) if kept_as_brand(line) else ""
    return [p for p in every if p.identity.brand.lower() == kept.lower()] if kept else every


def _others(kinds: Iterable[frozenset[str]], index: ChartIndex) -> list[str]:
    """Neither on the list already nor among the recorded allergies."""
    here = {name for line in index.lines for name in line.ingredients}
    refused = {word for allergy in index.allergies for word in allergy.words}
    return sorted(frozenset().union(*kinds) - here - refused)


def _outdated(prices: PriceList, as_of: date, fresh: Duration) -> tuple[str, ...]:
    if prices.as_of >= fresh.before(as_of):
        return ()
    return (f"The price list is more than {fresh.words} old: prices may have changed",)
