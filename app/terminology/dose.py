"""The daily dose of a medicine: directions times strength, or the reason why it can't be told."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Final

from msgspec import structs

from app.domain.medicines import DailyDose, Dosage, IngredientDose, MedicineIdentity, Strength
from app.terminology.regimen import NO_INSTRUCTION, Amount, Number, Regimen, Step
from app.terminology.strengths import SMALL, in_micrograms
from app.terminology.structured import read_dosages
from app.terminology.units import (
    COUNTED,
    MASS_UNITS,
    convert,
    number_words,
    plain,
    unit_written,
)

_PER_USE: Final = {"puff": "actuation", "spray": "actuation", "drop": "drop"}
_HOURS: Final = 24
# Preparations where grams count the whole and not the ingredient: "apply 2 g of the 1 % gel".
_SEMISOLID: Final = frozenset({"cream", "foam", "gel", "lotion", "ointment", "paste"})
NO_STRENGTH: Final = "the strength is not known"
NOT_RECOGNISED: Final = "the medicine is not recognised"
WHICH: Final = "the dose does not say which ingredient it counts"
NOT_THE_STRENGTH: Final = "the dose is given in two ways that the strength does not bear out"
WHOLE: Final = "the dose weighs the whole preparation, not the ingredient"
OTHER_UNIT: Final = "the unit of the dose does not fit the strength"

_Range = tuple[Number, Number]


class _Unknown(ValueError):
    """The dose can't be told; the message says why in words."""


def daily_dose(
    identity: MedicineIdentity | None,
    dosages: tuple[Dosage, ...],
    *,
    started: date | None = None,
    as_of: date | None = None,
) -> DailyDose:
    """
    The daily amount per ingredient, low to high. As needed counts from nothing to the most allowed.

    Nothing is assumed: a missing unit, strength or schedule, directions that were not understood in
    full, and fields that contradict the words all give `unknown` with the reason. A dose that
    changes over time is known only where the day it started and the day asked about are.
    """
    if not dosages:
        return _NOT_SAID
    return _comes_to(identity, read_dosages(dosages, started=started, as_of=as_of))


_NOT_SAID: Final = DailyDose(unknown=NO_INSTRUCTION)


@lru_cache(maxsize=4096)
def _comes_to(identity: MedicineIdentity | None, regimen: Regimen) -> DailyDose:
    times = _times(regimen)
    if regimen.unknown:
        return _unknown(regimen.unknown, regimen, times)
    try:
        doses = _doses(identity, regimen)
    except _Unknown as reason:
        return _unknown(str(reason), regimen, times)
    return DailyDose(
        per_ingredient=doses,
        administrations_per_day=times,
        as_needed=regimen.as_needed,
        text=_text(identity, doses, regimen),
        basis=regimen.basis,
    )


def _unknown(reason: str, regimen: Regimen, times: Decimal | None) -> DailyDose:
    return DailyDose(administrations_per_day=times, as_needed=regimen.as_needed, unknown=reason)


def _times(regimen: Regimen) -> Decimal | None:
    """Administrations a day at most; None where not every step says."""
    if not regimen.steps or any(s.per_day is None for s in regimen.steps):
        return None
    times = sum((s.per_day[1] for s in regimen.steps if s.per_day), Fraction(0))
    amount, limit = regimen.steps[0].amount, regimen.limit
    if len(regimen.steps) == 1 and amount and amount.low and limit and limit.unit == amount.unit:
        times = min(times, limit.high / amount.low)
    return _decimal(times)


def _doses(identity: MedicineIdentity | None, regimen: Regimen) -> tuple[IngredientDose, ...]:
    if any(s.amount is None for s in regimen.steps):
        raise _Unknown("the directions give no dose")
    if any(s.per_day is None for s in regimen.steps):
        raise _Unknown("the directions do not say how often")
    if identity is None:
        raise _Unknown(NOT_RECOGNISED)
    totals: dict[tuple[str, str], _Range] = {}
    for step in regimen.steps:
        for name, unit, (low, high) in _of_step(identity, step):
            before = totals.get((name, unit), (Fraction(0), Fraction(0)))
            totals[name, unit] = (before[0] + low, before[1] + high)
    if len({name for name, _ in totals}) != len(totals):
        raise _Unknown(OTHER_UNIT)
    caps = _caps(identity, regimen)
    return tuple(
        _ingredient_dose(name, unit, amounts, caps.get((name, unit)), regimen)
        for (name, unit), amounts in totals.items()
    )


def _ingredient_dose(
    name: str, unit: str, amounts: _Range, cap: Number | None, regimen: Regimen
) -> IngredientDose:
    low, high = amounts
    high = high if cap is None else min(high, cap)
    low = Fraction(0) if regimen.as_needed else min(low, high)
    return IngredientDose(name, _decimal(low), _decimal(high), unit)


def _caps(identity: MedicineIdentity, regimen: Regimen) -> dict[tuple[str, str], Number]:
    if not regimen.limit:
        return {}
    once = (Fraction(1), Fraction(1))
    step = Step(amount=regimen.limit, per_day=once)
    return {(name, unit): high for name, unit, (_, high) in _of_step(identity, step)}


def _of_step(identity: MedicineIdentity, step: Step) -> Iterable[tuple[str, str, _Range]]:
    """What one step gives of each ingredient in a day."""
    assert step.amount  # noqa: S101 - checked by the caller
    assert step.per_day  # noqa: S101
    if identity.form == "patch" and step.amount.unit in {"patch", "each"}:
        return [_of_patch(s, step.amount) for s in _strengths(identity)]
    once = _of_amount(identity, step.amount)
    if step.again and not _bears_out(identity, once, step.again):
        raise _Unknown(NOT_THE_STRENGTH)
    low, high = step.per_day
    return [(name, unit, (a * low, b * high)) for name, unit, (a, b) in once]


def _of_amount(identity: MedicineIdentity, amount: Amount) -> list[tuple[str, str, _Range]]:
    if amount.unit in MASS_UNITS or amount.unit in {"unit", "meq"}:
        return _of_weight(identity, amount)
    if amount.unit == "drop" and identity.form == "drops":
        # How large a drop is differs between bottles: drops stay drops.
        return [(name, "drop", (amount.low, amount.high)) for name in identity.ingredient_names]
    return [
        (s.ingredient, s.unit, (amount.low * each, amount.high * each))
        for s in _strengths(identity)
        for each in [_each(s, amount.unit)]
    ]


def _of_weight(identity: MedicineIdentity, amount: Amount) -> list[tuple[str, str, _Range]]:
    """A dose given as a weight or in units counts the ingredient itself."""
    if amount.unit in {"g", "kg"} and identity.form in _SEMISOLID:
        raise _Unknown(WHOLE)
    unit = "mg" if amount.unit in MASS_UNITS else amount.unit
    scale = Fraction(convert(Decimal(1), amount.unit, unit) or 1)
    low, high = amount.low * scale, amount.high * scale
    if len(identity.ingredients) == 1:
        return [(identity.ingredients[0].name, unit, (low, high))]
    whole = sum((Fraction(s.value) for s in identity.strengths), Fraction(0))
    if unit != "unit" or not whole or any(s.unit != "unit" for s in identity.strengths):
        raise _Unknown(WHICH)
    # Premixed insulin: the dose in units is shared out as the two insulins are in the vial.
    shares = ((s.ingredient, Fraction(s.value) / whole) for s in identity.strengths)
    return [(name, unit, (low * share, high * share)) for name, share in shares]


def _of_patch(strength: Strength, amount: Amount) -> tuple[str, str, _Range]:
    """A patch gives its hourly rate round the clock, however rarely it is changed."""
    hours, _, unit = strength.per.rpartition(" ")
    if unit != "h":
        raise _Unknown("the strength of the patch is not a rate")
    daily = Fraction(strength.value) * _HOURS / Fraction(hours or 1)
    return strength.ingredient, strength.unit, (amount.low * daily, amount.high * daily)


def _each(strength: Strength, unit: str) -> Number:
    """How much of the ingredient one tablet, mL or puff holds."""
    value = Fraction(strength.value)
    if unit in COUNTED and not strength.per:
        return value
    if unit in {"mL", "L"}:
        per, _, volume = strength.per.rpartition(" ")
        if volume == "mL":
            return value / Fraction(per or "1") * (1000 if unit == "L" else 1)
    if _PER_USE.get(unit) == strength.per and strength.per:
        return value
    if unit == "each" and strength.per == "actuation":
        return value
    raise _Unknown(OTHER_UNIT)


def _strengths(identity: MedicineIdentity) -> tuple[Strength, ...]:
    if {s.ingredient for s in identity.strengths} != set(identity.ingredient_names):
        raise _Unknown(NO_STRENGTH)
    return identity.strengths


def _bears_out(
    identity: MedicineIdentity, once: list[tuple[str, str, _Range]], again: Amount
) -> bool:
    """`2 tablets (1,000 mg)`: the weight must be the strength times the count, where both count alike."""
    if len(identity.ingredients) > 1 and again.unit in MASS_UNITS:
        return True  # "1 tablet (325 mg)" of two ingredients: the count alone is clear
    second = {(name, unit): amounts for name, unit, amounts in _of_amount(identity, again)}
    return all(second.get((name, unit), amounts) == amounts for name, unit, amounts in once)


def _text(
    identity: MedicineIdentity | None, doses: tuple[IngredientDose, ...], regimen: Regimen
) -> str:
    several, strengths = len(doses) > 1, identity.strengths if identity else ()
    said = [_amount_text(d, strengths) for d in doses]
    parts = [
        f"{d.ingredient} {amount}" if several else amount
        for d, amount in zip(doses, said, strict=True)
    ]
    text = f"{', '.join(parts)} a day"
    if not several and (week := _of_week(doses[0], regimen)):
        text = f"{_amount_text(week, strengths)} a week ({text})"
    return f"{text} as needed" if regimen.as_needed else text


def _of_week(dose: IngredientDose, regimen: Regimen) -> IngredientDose | None:
    """The amount of a week where the medicine is not taken every day: 15 mg, not 2.14 mg a day."""
    times = sum((s.per_day[1] for s in regimen.steps if s.per_day), Fraction(0))
    if times >= 1 or (7 * times).denominator != 1:
        return None
    return structs.replace(
        dose,
        low=(dose.low * 7).quantize(Decimal("0.000001")),
        high=(dose.high * 7).quantize(Decimal("0.000001")),
    )


def _amount_text(dose: IngredientDose, strengths: Sequence[Strength]) -> str:
    """In the unit in which the product's strength is said."""
    low, high, unit = dose.low, dose.high, dose.unit
    if unit == "mg" and (in_micrograms(strengths) or 0 < high < SMALL):
        low, high, unit = low * 1000, high * 1000, "mcg"
    if unit in {"unit", "drop"} and high != 1:
        unit += "s"
    amount = f"{_short(high)} {unit_written(unit)}"
    if low == high:
        return amount
    return f"up to {amount}" if not low else f"{_short(low)} to {amount}"


def _short(value: Decimal) -> str:
    return number_words(value.quantize(Decimal("0.01"), ROUND_HALF_EVEN)) if value else "0"


def _decimal(value: Fraction) -> Decimal:
    """Exact where a decimal can be; thirds and sevenths end after nine places."""
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    if rest != 1:
        exact = exact.quantize(Decimal("0.000000001"), ROUND_HALF_EVEN)
    return Decimal(plain(exact))
