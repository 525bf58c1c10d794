"""The same chart told otherwise: other units, other codes, another order, another year; or with less in it."""

import re
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from datetime import date
from enum import Enum
from functools import cache
from typing import Any

from msgspec import Struct, structs

from app.assessment.loading import load_compiled
from app.domain.chart import Chart, Condition, Measurement
from app.domain.codes import ICD10CM, LOINC, SNOMED, Coding, Concept
from app.domain.dates import PartialDate

_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_DATED = re.compile(r"(?<=-)\d{4}\b")  # 03-Nov-2026, and no year of a formula


def in_other_units(chart: Chart) -> Chart:
    """Each result in another unit that its family is sent in, where there is one."""
    return replace(chart, measurements=tuple(_otherwise(m) for m in chart.measurements))


def _otherwise(measurement: Measurement) -> Measurement:
    for family in families_of(measurement):
        for from_unit, factor, offset in _units().get((family, measurement.unit), ()):
            value = (measurement.value - offset) / factor
            return structs.replace(measurement, value=value, unit=from_unit)
    return measurement


def families_of(measurement: Measurement) -> tuple[str, ...]:
    """The lab families whose codes a measurement has."""
    labs = load_compiled().lookups.labs
    return tuple(
        f for code in measurement.concept.codes(LOINC) for f in labs.families.get(code, ())
    )


@cache
def _units() -> dict[tuple[str, str], list[tuple[str, Any, Any]]]:
    """
    By family and unit: from which units it is worked out. A plain ratio is left out, and so is what
    several families of one code are counted in: one value can be sent in one unit only.
    """
    tables = load_compiled().knowledge.tables
    found: dict[tuple[str, str], list[tuple[str, Any, Any]]] = {}
    for row in tables.unit_conversions:
        found.setdefault((row.family, row.to_unit), []).append(
            (row.from_unit, row.factor, row.offset)
        )
    return found


def in_icd10(chart: Chart) -> Chart:
    """Each condition with a SNOMED code that ICD-10-CM can say exactly as well."""
    return replace(chart, conditions=tuple(_icd10(c) for c in chart.conditions))


def _icd10(condition: Condition) -> Condition:
    matcher = load_compiled().lookups.families
    if not condition.concept.codes(SNOMED):
        return condition
    coding = _same_families().get(matcher.families_of(condition.concept))
    return structs.replace(condition, concept=Concept("", (coding,))) if coding else condition


@cache
def _same_families() -> dict[frozenset[str], Coding]:
    compiled = load_compiled()
    found: dict[frozenset[str], Coding] = {}
    for row in compiled.knowledge.tables.condition_families:
        if row.system == "icd10cm":
            coding = Coding(ICD10CM, row.code, row.display)
            found.setdefault(compiled.lookups.families.families_of(Concept("", (coding,))), coding)
    return found


def years_later(value: Any, years: int) -> Any:
    """Every date in it so many years later: whole leap cycles, so that months stay as long as they are."""
    if isinstance(value, date):
        return value.replace(year=value.year + years)
    if isinstance(value, PartialDate):
        text = _YEAR.sub(lambda year: str(int(year[0]) + years), value.text, count=1)
        return PartialDate(
            text, years_later(value.earliest, years), years_later(value.latest, years)
        )
    if isinstance(value, tuple):
        return tuple(years_later(item, years) for item in value)
    if isinstance(value, Struct):
        told = {name: years_later(getattr(value, name), years) for name in value.__struct_fields__}
        return structs.replace(value, **told)
    if is_dataclass(value) and not isinstance(value, type | Enum):
        changed = {f.name: years_later(getattr(value, f.name), years) for f in fields(value)}
        return replace(value, **changed)
    return value


def said_later(text: str, years: int) -> str:
    """The same words with the years that many later."""
    return _DATED.sub(lambda year: str(int(year[0]) + years), text)


def without_results(chart: Chart, family: str) -> Chart:
    """The chart of somebody in whom this was never measured."""
    kept = (m for m in chart.measurements if family not in families_of(m))
    return replace(chart, measurements=tuple(kept))


def without_age(chart: Chart) -> Chart:
    return replace(chart, patient=replace(chart.patient, born=None))


def without_sex(chart: Chart) -> Chart:
    return replace(chart, patient=replace(chart.patient, sex="unknown"))


def _unread(*types: str, **emptied: Any) -> Callable[[Chart], Chart]:
    return lambda chart: replace(chart, unread=chart.unread | set(types), **emptied)


# What can fail to be read, with what the chart then lacks.
LESS: dict[str, Callable[[Chart], Chart]] = {
    "the age": without_age,
    "the sex": without_sex,
    "the problem list": _unread("Condition", conditions=()),
    "the results": _unread("Observation", measurements=(), findings=()),
    "the allergies": _unread("AllergyIntolerance", allergies=()),
    "the procedures": _unread("Procedure", procedures=()),
}
