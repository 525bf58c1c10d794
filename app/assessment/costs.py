"""What a medicine costs by a price list: its own products, what else there is, and a month of it."""

from collections.abc import Iterable
from decimal import Decimal

from app.assessment.sentences import day
from app.domain.medicines import Medicine, MedicineIdentity
from app.domain.prices import Price, PriceList
from app.terminology import convert, same_drug, strength_key

EACH, MILLILITRE = "EA", "ML"
MONTH = 30
# What is counted one by one, as a list of prices does.
_COUNTED = frozenset({"tablet", "capsule"})
_SWALLOWED = frozenset({"", "oral"})
_CENT, _HUNDRED = Decimal("0.01"), 100


def products(medicine: Medicine, prices: PriceList) -> list[Price]:
    """The prices of this medicine, brand and generic, in its strength and form where they are said."""
    identity = medicine.identity
    if identity is None:
        return []
    every = prices.of(frozenset(identity.ingredient_names))
    return [p for p in every if _is(identity, p.identity)]


def _is(medicine: MedicineIdentity, product: MedicineIdentity) -> bool:
    if same_drug(medicine, product) is False:
        return False
    strength = strength_key(medicine)
    return strength is None or strength == strength_key(product)


def units_a_day(medicine: Medicine, unit: str) -> Decimal | None:
    """How many tablets, capsules or mL the directions come to; None where they don't say."""
    identity = medicine.identity
    if identity is None or not identity.strengths or medicine.daily_dose.as_needed:
        return None
    strength = identity.strengths[0]
    counted = unit == EACH and not strength.per and identity.form in _COUNTED
    if not counted and not (unit == MILLILITRE and strength.per == "mL"):
        return None
    doses = {d.ingredient: d for d in medicine.daily_dose.per_ingredient}
    dose = doses.get(strength.ingredient)
    amount = convert(dose.high, dose.unit, strength.unit) if dose else None
    return None if amount is None else amount / strength.value


def least(own: Iterable[Price]) -> Decimal | None:
    """The least one tablet or capsule of a medicine is sold for."""
    return min((p.per_unit for p in own if p.unit == EACH), default=None)


def cheapest(names: Iterable[str], prices: PriceList) -> tuple[str, Decimal] | None:
    """The ingredient whose tablets cost least, and what one costs at its dearest strength."""
    costs = [(cost, name) for name in names if (cost := _dearest_strength(name, prices))]
    return min(((name, cost) for cost, name in costs), key=lambda o: (o[1], o[0]), default=None)


def _dearest_strength(name: str, prices: PriceList) -> Decimal | None:
    by_strength: dict[object, Decimal] = {}
    for price in prices.of(frozenset({name})):
        said, strength = price.identity, strength_key(price.identity)
        if said.form in _COUNTED and said.route in _SWALLOWED and price.unit == EACH and strength:
            known = by_strength.get(strength, price.per_unit)
            by_strength[strength] = min(known, price.per_unit)
    return max(by_strength.values(), default=None)


def named(prices: PriceList) -> str:
    return f"{prices.name} of {day(prices.as_of)}"


def dollars(amount: Decimal) -> str:
    """From a hundred dollars on cents say nothing."""
    if amount < _CENT:
        return "less than $0.01"
    return f"${amount:,.2f}" if amount < _HUNDRED else f"${amount:,.0f}"


def a_month(daily: Decimal) -> str:
    return f"{dollars(daily * MONTH)} for {MONTH} days"
