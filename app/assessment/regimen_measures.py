"""What the whole regimen comes to: every measure that follows from the same daily doses, in one place."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from app.assessment.burden import Level, Measure, inhaled_steroid, points, scores_of, taken
from app.assessment.complexity import regimen_complexity
from app.assessment.doses import mme_factors
from app.assessment.readings import lab_tables, read_measurements
from app.domain.chart import Chart
from app.domain.medicines import Medicine
from app.knowledge import Knowledge
from app.knowledge.classes import route_of
from app.knowledge.rows import StatinRow
from app.terminology import Total, convert, morphine_equivalents, total_daily

_ACETAMINOPHEN: Final = "acetaminophen"
_INSULIN: Final = "insulin"


@dataclass(frozen=True, slots=True)
class RegimenMeasures:
    """Each measure with its value or what is missing, and its parts. Doses are those of the list's day."""

    morphine: Measure
    acetaminophen: Measure
    insulin: Measure
    insulin_per_kg: Measure
    anticholinergic: Measure
    sedative: Measure
    complexity: Measure
    inhaled_steroids: tuple[Level, ...]
    statins: tuple[Level, ...]


def regimen_of(chart: Chart, knowledge: Knowledge, as_of: date) -> RegimenMeasures:
    """All measures of a chart's list, with the newest body weight of the chart."""
    known = (m for m in chart.measurements if m.taken <= as_of)
    weights = read_measurements(known, lab_tables(knowledge)).by_family.get("weight", ())
    weight = weights[0].value if weights else None
    return regimen_measures(chart.medicines, knowledge, weight_kg=weight)


def regimen_measures(
    medicines: Iterable[Medicine], knowledge: Knowledge, *, weight_kg: Decimal | None = None
) -> RegimenMeasures:
    """All measures over the medicines that are taken or may be taken."""
    now = taken(medicines)
    tables = knowledge.tables
    insulin = _insulin(now)
    return RegimenMeasures(
        morphine=_morphine(now, knowledge),
        acetaminophen=_measure("Acetaminophen", total_daily(_ACETAMINOPHEN, now)),
        insulin=insulin,
        insulin_per_kg=_per_kg(insulin, weight_kg),
        anticholinergic=points(
            "Anticholinergic burden (ACB)", now, scores_of(tables.anticholinergic_burden)
        ),
        sedative=points("Sedative load", now, scores_of(tables.sedative_load)),
        complexity=regimen_complexity(now, tables.regimen_complexity),
        inhaled_steroids=inhaled_steroid(now, tables.inhaled_steroid_doses),
        statins=_statins(now, tables.statin_intensity),
    )


def _morphine(medicines: tuple[Medicine, ...], knowledge: Knowledge) -> Measure:
    rows = knowledge.tables.mme_factors
    lines = [
        (replace(m.identity, route=route_of(m.identity)), m.daily_dose)
        for m in medicines
        if m.identity
    ]
    total = morphine_equivalents(lines, mme_factors(rows))
    sources = tuple(sorted({row.source for row in rows}))
    return _measure("Morphine equivalents", replace(total, unit="MME"), sources)


def _insulin(medicines: tuple[Medicine, ...]) -> Measure:
    names = {
        name
        for m in medicines
        if m.identity
        for name in m.identity.ingredient_names
        if name.split(" ")[0] == _INSULIN
    }
    totals = [total_daily(name, medicines) for name in sorted(names)]
    unknown = tuple(u for t in totals for u in t.unknown)
    odd = tuple(f"{t.unit}: not in units" for t in totals if t.parts and t.unit != "unit")
    parts = tuple(p for t in totals if t.unit == "unit" for p in t.parts)
    known = not unknown and not odd
    total = Total(
        value=sum((p.high for p in parts), Decimal(0)) if known else None,
        low=sum((p.low for p in parts), Decimal(0)) if known else None,
        unit="unit",
        parts=parts,
        unknown=tuple(dict.fromkeys(unknown + odd)),
    )
    return _measure("Insulin", total)


def _per_kg(insulin: Measure, weight_kg: Decimal | None) -> Measure:
    title, unit = "Insulin by weight", "unit/kg"
    if not insulin.parts and not insulin.unknown:
        return Measure(title, unit, Decimal(0), Decimal(0), Decimal(0))
    if weight_kg is None or weight_kg <= 0:
        return Measure(title, unit, None, None, Decimal(0), unknown=("a body weight",))
    value, low = (None if v is None else v / weight_kg for v in (insulin.value, insulin.low))
    return replace(insulin, title=title, unit=unit, value=value, low=low, at_least=insulin.at_least / weight_kg)  # fmt: skip


def _statins(medicines: tuple[Medicine, ...], rows: Iterable[StatinRow]) -> tuple[Level, ...]:
    table = tuple(rows)
    names = {row.ingredient for row in table}
    return tuple(
        _statin(m, name, table)
        for m in medicines
        if m.identity
        for name in m.identity.ingredient_names
        if name in names
    )


def _statin(medicine: Medicine, name: str, rows: tuple[StatinRow, ...]) -> Level:
    dose = next((d for d in medicine.daily_dose.per_ingredient if d.ingredient == name), None)
    if dose is None:
        return Level(medicine.name, unknown=medicine.daily_dose.unknown or "no daily dose")
    for row in rows:
        high = convert(dose.high, dose.unit, row.unit)
        if row.ingredient == name and high is not None and row.low <= high <= row.high:
            return Level(medicine.name, row.intensity, source=row.source)
    return Level(medicine.name, unknown="the dose is in no band of the table")


def _measure(title: str, total: Total, sources: tuple[str, ...] = ()) -> Measure:
    return Measure(
        title, total.unit, total.value, total.low, total.at_least, total.parts, total.unknown, sources
    )  # fmt: skip
