"""Points, limits and totals of a regimen that follow from ingredients and daily doses alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from app.domain.medicines import LineStatus, Medicine
from app.knowledge.classes import route_of
from app.knowledge.rows import InhaledSteroidRow, ScoreRow
from app.terminology import Part, convert

_UNTAKEN: Final = frozenset({LineStatus.STOPPED, LineStatus.NOT_TAKEN, LineStatus.ON_HOLD})
# Given where it acts: the scales count what reaches the brain.
_LOCAL: Final = frozenset({"topical", "ophthalmic", "otic", "nasal", "inhaled", "vaginal"})
_NEBULISED: Final = frozenset({"solution", "suspension"})


@dataclass(frozen=True, slots=True)
class Measure:
    """
    One number over all medicines that are taken, its parts, and what could not be counted.

    `value` is the high end and None where anything is unknown; `at_least` is what is known.
    `unreviewed` says that facts behind it were not checked against their publication.
    """

    title: str
    unit: str
    value: Decimal | None
    low: Decimal | None
    at_least: Decimal
    parts: tuple[Part, ...] = ()
    unknown: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    unreviewed: bool = False


@dataclass(frozen=True, slots=True)
class Level:
    """What dose class one medicine is in, or why that can't be told."""

    name: str
    level: str = ""  # low, medium, moderate, high; a range where the dose is one: low to high
    unknown: str = ""
    source: str = ""


def taken(medicines: Iterable[Medicine]) -> tuple[Medicine, ...]:
    return tuple(m for m in medicines if m.status not in _UNTAKEN)


def scores_of(rows: Iterable[ScoreRow]) -> Mapping[str, ScoreRow]:
    return {row.ingredient: row for row in rows}


def points(title: str, medicines: Iterable[Medicine], scores: Mapping[str, ScoreRow]) -> Measure:
    """The sum of published points, once for each ingredient that reaches the whole body."""
    found: dict[str, ScoreRow] = {}
    unknown: list[str] = []
    for medicine in medicines:
        if medicine.identity is None:
            unknown.append(f"{medicine.name}: not recognised")
        elif route_of(medicine.identity) not in _LOCAL:
            names = medicine.identity.ingredient_names
            found |= {name: scores[name] for name in names if name in scores}
    parts = tuple(Part(n, Decimal(r.score), Decimal(r.score)) for n, r in sorted(found.items()))
    total = sum((p.high for p in parts), Decimal(0))
    known = None if unknown else total
    return Measure(
        title,
        "points",
        known,
        known,
        total,
        parts,
        tuple(unknown),
        tuple(sorted({r.source for r in found.values()})),
        any(r.status == "unreviewed" for r in found.values()),
    )


def inhaled_steroid(
    medicines: Iterable[Medicine], rows: Iterable[InhaledSteroidRow]
) -> tuple[Level, ...]:
    """The dose class of every inhaled steroid; nebulised ones are not in the table."""
    limits = tuple(rows)
    names = {row.ingredient for row in limits}
    found: list[Level] = []
    for medicine in medicines:
        identity = medicine.identity
        if identity is None or not names.intersection(identity.ingredient_names):
            continue
        if route_of(identity) == "inhaled" and identity.form not in _NEBULISED:
            found.append(_steroid_level(medicine, limits))
    return tuple(found)


def _steroid_level(medicine: Medicine, rows: tuple[InhaledSteroidRow, ...]) -> Level:
    assert medicine.identity  # noqa: S101 - checked by the caller
    here = [r for r in rows if r.ingredient in medicine.identity.ingredient_names]
    told = [r for r in here if not r.told_by or _is_told(medicine, r.told_by)]
    if len(told) != 1:
        return Level(medicine.name, unknown="which salt of the steroid it is is not said")
    row = told[0]
    dose = next((d for d in medicine.daily_dose.per_ingredient if d.ingredient == row.ingredient), None)  # fmt: skip
    if dose is None:
        return Level(medicine.name, unknown=medicine.daily_dose.unknown or "no daily dose")
    low, high = (convert(v, dose.unit, row.unit) for v in (dose.low, dose.high))
    if low is None or high is None:
        return Level(medicine.name, unknown="the dose is in another unit")
    levels = list(dict.fromkeys(_level_at(v, row) for v in (low, high) if v))
    return Level(medicine.name, " to ".join(levels), source=row.source)


def _is_told(medicine: Medicine, words: str) -> bool:
    identity = medicine.identity
    names = (identity.brand, *identity.ingredient_names) if identity else ()
    said = " ".join((medicine.name, *names, *(e.concept.text for e in medicine.entries))).lower()
    return any(word in said for word in words.split("|"))


def _level_at(value: Decimal, row: InhaledSteroidRow) -> str:
    if value < row.low_from:
        return "below low"
    if value > row.high_above:
        return "high"
    return "medium" if row.medium_above is not None and value > row.medium_above else "low"
