"""What the whole regimen comes to, as the page shows it: sums with their parts, classes, refill days."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.assessment.burden import Level, Measure
from app.assessment.class_adherence import class_adherence
from app.assessment.regimen_measures import regimen_of
from app.chart.synchrony import Synchrony, synchrony
from app.domain.chart import Chart
from app.domain.medicines import Medicine
from app.knowledge import Knowledge
from app.terminology import Part, Vocabulary, identify
from app.web.line_detail import adherence_facts, counted_days, fill_short
from app.web.words import day, medicine_name, number

_A_DAY = {"MME", "mg", "unit", "g", "mcg", "unit/kg"}


@dataclass(frozen=True, slots=True)
class MeasureView:
    """`value` is what is known; `unknown` says why it may be more."""

    title: str
    value: str
    parts: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class ClassView:
    title: str
    short: str
    ingredients: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class RegimenView:
    measures: tuple[MeasureView, ...]
    nothing: tuple[str, ...]  # titles of what was looked at and is zero
    classes: tuple[ClassView, ...]
    refills: str
    bridges: tuple[str, ...]
    no_refills: tuple[str, ...]


def regimen_view(
    chart: Chart, knowledge: Knowledge, vocabulary: Vocabulary, as_of: date
) -> RegimenView:
    found = regimen_of(chart, knowledge, as_of)
    sums = (
        found.morphine,
        found.acetaminophen,
        found.insulin,
        found.insulin_per_kg,
        found.anticholinergic,
        found.sedative,
        found.complexity,
    )
    levels = (("Inhaled steroid", found.inhaled_steroids), ("Statin intensity", found.statins))
    classes = class_adherence(chart, knowledge, lambda c: identify(c, vocabulary), as_of)
    refills = synchrony(chart.medicines, as_of)
    return RegimenView(
        measures=tuple(_measure(m) for m in sums if m.parts or m.unknown)
        + tuple(_level(title, level) for title, of in levels for level in of),
        nothing=tuple(m.title for m in sums if not (m.parts or m.unknown))
        + tuple(title for title, of in levels if not of),
        classes=tuple(
            ClassView(
                c.title,
                fill_short(c.history),
                ", ".join(c.ingredients),
                tuple(adherence_facts(c.history)),
            )
            for c in classes
        ),
        refills=_refills(refills),
        bridges=tuple(
            f"{medicine_name(r.medicine)}: due {day(r.due)}, {counted_days(r.bridge_days)} to bridge"
            for r in refills.refills
            if r.bridge_days
        ),
        no_refills=tuple(_names(refills.unknown)),
    )


def _measure(measure: Measure) -> MeasureView:
    return MeasureView(
        title=measure.title,
        value=_value(measure),
        parts=tuple(f"{p.name} {_span(p)}" for p in measure.parts),
        unknown=measure.unknown,
        note="Some of the weights are not yet checked against their source."
        if measure.unreviewed
        else "",
    )


def _value(measure: Measure) -> str:
    unit = f"{measure.unit}{' a day' if measure.unit in _A_DAY else ''}"
    if measure.value is None or measure.low is None:
        return f"at least {_with(measure.at_least, unit)}" if measure.parts else "not known"
    low = "" if measure.low == measure.value else f"{_short(measure.low)} to "
    return f"{low}{_with(measure.value, unit)}"


def _with(value: Decimal, unit: str) -> str:
    return f"{_short(value)} {'point' if unit == 'points' and value == 1 else unit}"


def _span(part: Part) -> str:
    low, high = _short(part.low), _short(part.high)
    return high if low == high else f"{low} to {high}"


def _short(value: Decimal) -> str:
    return number(round(value, 2))


def _level(title: str, level: Level) -> MeasureView:
    if level.unknown:
        return MeasureView(f"{title}, {level.name}", "not known", unknown=(level.unknown,))
    return MeasureView(f"{title}, {level.name}", level.level)


def _refills(found: Synchrony) -> str:
    if found.common is None:
        return "No refill day is known."
    if len(found.refills) == 1:
        return f"One medicine is refilled, next on {day(found.common)}."
    if found.days_apart == 0:
        return f"All {len(found.refills)} are due on {day(found.common)}."
    apart = f"{len(found.refills)} refills fall {counted_days(found.days_apart)} apart"
    return f"{apart}; they could share {day(found.common)}."


def _names(medicines: Iterable[Medicine]) -> Iterable[str]:
    return dict.fromkeys(medicine_name(m) for m in medicines)
