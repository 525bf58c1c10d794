"""Daily amounts: of one medicine, of an ingredient over every product, and of opioids together."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from app.assessment.chart_index import Line
from app.assessment.sentences import listed, quantity
from app.domain.medicines import IngredientDose
from app.domain.values import Value
from app.knowledge.rows import MmeRow, StatinRow
from app.terminology import MmeFactor, morphine_equivalents
from app.terminology.sums import Factors
from app.terminology.units import convert


class Amount(Value, frozen=True):
    """A daily amount over the products it was found in, with what could not be added."""

    total: Decimal
    unit: str
    parts: tuple[tuple[Line, Decimal], ...]
    unknown: tuple[str, ...]


def dose_of(line: Line, ingredient: str) -> IngredientDose | None:
    """The daily dose of an ingredient of the line; None when the directions don't say."""
    doses = line.medicine.daily_dose.per_ingredient
    return next((d for d in doses if d.ingredient == ingredient), None)


def most_daily(line: Line, ingredient: str, unit: str) -> Decimal | None:
    """The most the directions allow in a day, in this unit."""
    dose = dose_of(line, ingredient)
    return None if dose is None else convert(dose.high, dose.unit, unit)


def why_unknown(line: Line) -> str:
    reason = line.medicine.daily_dose.unknown or "the directions don't say it in this unit"
    return f"daily dose of {line.name} ({reason})"


def total_of(lines: Iterable[Line], ingredient: str, unit: str) -> Amount:
    parts: list[tuple[Line, Decimal]] = []
    unknown: list[str] = []
    for line in lines:
        amount = most_daily(line, ingredient, unit)
        if amount is None:
            unknown.append(why_unknown(line))
        else:
            parts.append((line, amount))
    return Amount(sum((a for _, a in parts), Decimal(0)), unit, tuple(parts), tuple(unknown))


def mme_factors(rows: Iterable[MmeRow]) -> Factors:
    """The table as the terminology asks for it: by ingredient and route."""
    found: dict[tuple[str, str], tuple[MmeFactor, ...]] = {}
    for row in rows:
        for route in row.route.split("|"):
            known = found.get((row.ingredient, route), ())
            found[row.ingredient, route] = (*known, MmeFactor(row.unit, row.factor))
    return found


def opioids_together(lines: Iterable[Line], factors: Factors) -> Amount:
    """The sum over opioids with a factor; those without one (buprenorphine) are left out on purpose."""
    parts: list[tuple[Line, Decimal]] = []
    unknown: list[str] = []
    for line in lines:
        identity = line.medicine.identity
        if identity is None:
            continue
        known = replace(identity, route=line.route)
        total = morphine_equivalents([(known, line.medicine.daily_dose)], factors)
        parts += [(line, part.high) for part in total.parts]
        if total.unknown and line.medicine.daily_dose.per_ingredient:
            why = "; ".join(text.partition(": ")[2] for text in total.unknown)
            unknown.append(f"morphine equivalents of {line.name} ({why})")
        elif total.unknown:
            unknown.append(why_unknown(line))
    return Amount(sum((a for _, a in parts), Decimal(0)), "MME", tuple(parts), tuple(unknown))


def intensity_of(line: Line, rows: Iterable[StatinRow]) -> str | None:
    """The intensity of a statin at its recorded dose: low, moderate, high; None when the dose isn't known."""
    for row in rows:
        if row.ingredient in line.ingredients:
            amount = most_daily(line, row.ingredient, row.unit)
            if amount is not None and row.low <= amount <= row.high:
                return row.intensity
    return None


def parts_words(amount: Amount) -> str:
    return listed(f"{line.name} {quantity(part, amount.unit)}" for line, part in amount.parts)
