"""Results and vital signs by family, in one unit, newest first; what can't be used is said."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Context, Decimal
from operator import attrgetter

from app.assessment.calculators import crcl_cockcroft_gault, egfr_ckd_epi_2021
from app.assessment.sentences import day, number, quantity, unit_words
from app.domain.assessment import Input
from app.domain.chart import Finding, Measurement
from app.domain.codes import LOINC, Concept
from app.domain.patient import Patient
from app.domain.values import Value
from app.knowledge import Knowledge
from app.terminology.units import convert, same_unit

EGFR_UNIT = "mL/min/{1.73_m2}"
# Results that need no unit to be understood.
_UNITLESS = frozenset({"", "1", "{score}", "{INR}", "{ratio}", "{Score}"})
Step = tuple[Decimal, Decimal]
_AS_SENT = (Decimal(1), Decimal(0))
# No laboratory and no limit is finer than four digits: 53 mmol/mol is 7.0 % and not a little above it.
_AS_REPORTED = Context(prec=4)


_newest = attrgetter("taken", "measured.source.id")


class Reading(Value, frozen=True):
    """One value in its family's unit, with the words and the source it is shown by."""

    family: str
    value: Decimal
    unit: str
    taken: date
    measured: Measurement
    label: str
    comparator: str = ""
    note: str = ""  # how it was worked out, where it was not measured

    @property
    def input(self) -> Input:
        m = self.measured
        on = self.taken.isoformat()
        return Input(m.source.resource, m.source.id, self.label, str(m.value), m.unit, on)

    @property
    def amount(self) -> str:
        shown = f"{self.comparator}{quantity(self.value, self.unit)}"
        return f"{shown} ({self.note})" if self.note else shown

    @property
    def said(self) -> str:
        return f"{self.amount} on {day(self.taken)}"


@dataclass(frozen=True, slots=True)
class LabTables:
    """Lookups made once: code to families, the unit of each, and how units turn into each other."""

    families: dict[str, tuple[str, ...]]
    units: dict[str, str]
    titles: dict[str, str]
    conversions: dict[tuple[str, str, str], tuple[Decimal, Decimal]]
    # What was worked out before: a chart has hundreds of results and a handful of units.
    known: dict[tuple[str, str], Step | None] = field(default_factory=dict)

    def step(self, family: str, unit: str) -> Step | None:
        """Factor and offset into the family's unit; None when the unit leads nowhere."""
        key = (family, unit)
        if key not in self.known:
            self.known[key] = self._step(family, unit)
        return self.known[key]

    def _step(self, family: str, unit: str) -> Step | None:
        target = self.units[family]
        if not unit:
            return _AS_SENT if target in _UNITLESS else None
        if same_unit(unit, target):
            return _AS_SENT
        for (row_family, from_unit, to_unit), step in self.conversions.items():
            if row_family in {family, "*"} and to_unit == target and same_unit(unit, from_unit):
                return step
        factor = convert(Decimal(1), unit, target)
        return None if factor is None else (factor, Decimal(0))


def lab_tables(knowledge: Knowledge) -> LabTables:
    families: dict[str, tuple[str, ...]] = {}
    for row in knowledge.tables.lab_families:
        families[row.loinc] = (*families.get(row.loinc, ()), row.family)
    conversions = {
        (row.family, row.from_unit, row.to_unit): (row.factor, row.offset)
        for row in knowledge.tables.unit_conversions
    }
    titles = {family: knowledge.lab_name(family) for family in knowledge.lab_units}
    return LabTables(families, knowledge.lab_units, titles, conversions)


class Unusable(Value, frozen=True):
    """A result that is there and can't be compared: the test was done, its value is not known."""

    taken: date
    said: str


@dataclass(frozen=True, slots=True)
class Readings:
    """Every usable reading by family, and in words those that can't be used."""

    by_family: dict[str, tuple[Reading, ...]]
    unusable: dict[str, tuple[Unusable, ...]]

    def unusable_since(self, family: str, day: date) -> tuple[str, ...]:
        found = [u.said for u in self.unusable.get(family, ()) if u.taken >= day]
        return tuple(dict.fromkeys(found))


def read_measurements(measurements: Iterable[Measurement], tables: LabTables) -> Readings:
    """Results of one test in one unit are many: what that says of them is worked out once."""
    alike: dict[tuple[str, str], list[Measurement]] = defaultdict(list)
    for m in measurements:
        if code := _known_code(m.concept, tables):
            alike[code, m.unit].append(m)
    usable: dict[str, list[Reading]] = {}
    unusable: dict[str, list[Unusable]] = {}
    for (code, unit), of_unit in alike.items():
        for family in tables.families[code]:
            step = tables.step(family, unit)
            if step is None:
                unusable.setdefault(family, []).extend(_unusable(family, unit, of_unit, tables))
            else:
                usable.setdefault(family, []).extend(_readings(family, step, of_unit, tables))
    for readings in usable.values():
        readings.sort(key=_newest, reverse=True)
    return Readings(
        {family: tuple(readings) for family, readings in usable.items()},
        {family: tuple(found) for family, found in unusable.items()},
    )


def _unusable(
    family: str, unit: str, measured: Iterable[Measurement], tables: LabTables
) -> Iterable[Unusable]:
    why = f"in {unit_words(unit)!r}" if unit else "without a unit"
    title = tables.titles.get(family, family)
    for m in measured:
        yield Unusable(m.taken, f"{title} of {day(m.taken)} was sent {why} and can't be compared")


def _readings(
    family: str, step: Step, measured: Iterable[Measurement], tables: LabTables
) -> list[Reading]:
    label, unit = tables.titles.get(family, family), tables.units[family]
    if step == _AS_SENT:
        return [Reading(family, m.value, unit, m.taken, m, label, m.comparator) for m in measured]
    factor, offset = step
    return [
        Reading(
            family,
            _AS_REPORTED.plus(m.value * factor + offset),
            unit,
            m.taken,
            m,
            label,
            m.comparator,
        )
        for m in measured
    ]


def with_told(
    readings: Readings, findings: Iterable[Finding], tables: LabTables, as_of: date
) -> Readings:
    """
    Adds results in words, such as an eGFR of ">60": the test was done, so it is not due, and its
    value can't be compared.
    """
    unusable = dict(readings.unusable)
    for finding in findings:
        if finding.taken is None or finding.taken.earliest > as_of:
            continue
        for family in tables.families.get(_known_code(finding.concept, tables), ()):
            title = tables.titles.get(family, family)
            on = day(finding.taken.exact) if finding.taken.exact else finding.taken.text
            said = f"{title} of {on} was sent in words and can't be compared"
            told = Unusable(finding.taken.latest, said)
            unusable[family] = (*unusable.get(family, ()), told)
    return Readings(readings.by_family, unusable)


def _known_code(concept: Concept, tables: LabTables) -> str:
    """The LOINC code that a table names; empty for anything else."""
    for coding in concept.codings:
        if coding.code in tables.families and coding.system == LOINC:
            return coding.code
    return ""


def with_calculated(readings: Readings, patient: Patient) -> Readings:
    """Adds eGFR worked out from a creatinine newer than the last reported one, and creatinine clearance."""
    by_family = dict(readings.by_family)
    creatinine = next(iter(by_family.get("creatinine", ())), None)
    if creatinine is None:
        return readings
    age = patient.age_on(creatinine.taken)
    if lacking := _lacking(creatinine, age, patient.sex):
        return _without_older(readings, creatinine, lacking)
    if age is None or age < 18:
        return readings
    reported = by_family.get("egfr", ())
    if not reported or reported[0].taken < creatinine.taken:
        by_family["egfr"] = (_egfr(creatinine, age, patient.sex), *reported)
    weight = next(iter(by_family.get("weight", ())), None)
    if weight is not None and weight.value > 0:
        cleared = _crcl(creatinine, weight, age, patient.sex)
        by_family["crcl"] = tuple(
            sorted((cleared, *by_family.get("crcl", ())), key=lambda r: r.taken, reverse=True)
        )
    return Readings(by_family, readings.unusable)


def _lacking(creatinine: Reading, age: int | None, sex: str) -> str:
    """What kidney function can't be worked out for; empty where it can."""
    if creatinine.value <= 0 or creatinine.comparator:
        return "it is not exact"
    parts = ["age"] if age is None else []
    parts += [] if sex in {"female", "male"} else ["sex"]
    return f"the patient's {' and '.join(parts)} is not known" if parts else ""


def _without_older(readings: Readings, creatinine: Reading, lacking: str) -> Readings:
    """A kidney function from before the last creatinine is no longer that of the day."""
    by_family, unusable = dict(readings.by_family), dict(readings.unusable)
    for family in ("egfr", "crcl"):
        reported = by_family.get(family, ())
        if reported and reported[0].taken < creatinine.taken:
            del by_family[family]
            said = (
                f"{reported[0].label} {reported[0].said} is older than creatinine "
                f"{creatinine.said}, from which none can be worked out: {lacking}"
            )
            found = Unusable(creatinine.taken, said)
            unusable[family] = (*unusable.get(family, ()), found)
    return Readings(by_family, unusable)


def _egfr(creatinine: Reading, age: int, sex: str) -> Reading:
    value = egfr_ckd_epi_2021(creatinine.value, age, sex).quantize(Decimal(1))
    note = f"CKD-EPI 2021 from creatinine {quantity(creatinine.value, creatinine.unit)}"
    return Reading(
        "egfr", value, EGFR_UNIT, creatinine.taken, creatinine.measured, creatinine.label, note=note
    )


def _crcl(creatinine: Reading, weight: Reading, age: int, sex: str) -> Reading:
    value = crcl_cockcroft_gault(creatinine.value, age, sex, weight.value).quantize(Decimal(1))
    note = (
        f"Cockcroft-Gault from creatinine {quantity(creatinine.value, creatinine.unit)} "
        f"and weight {number(weight.value.quantize(Decimal('0.1')))} kg"
    )
    return Reading(
        "crcl", value, "mL/min", creatinine.taken, creatinine.measured, creatinine.label, note=note
    )
