"""The chart made ready for questions, once: medicines by ingredient and class, conditions by family, readings."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from app.assessment.answers import Answer
from app.assessment.courses import Change, last_change
from app.assessment.families import FamilyMatcher
from app.assessment.holding import Hold, HoldRows, holds_of
from app.assessment.readings import (
    LabTables,
    Reading,
    Readings,
    read_measurements,
    with_calculated,
    with_told,
)
from app.assessment.sentences import written
from app.domain.assessment import Input
from app.domain.chart import Allergy, Chart, Condition, Finding, Procedure
from app.domain.codes import LOINC
from app.domain.medicines import LineStatus, Medicine
from app.domain.prices import PriceList
from app.domain.values import Value
from app.knowledge import Knowledge
from app.knowledge.classes import Membership, route_of
from app.knowledge.rows import FindingRow
from app.knowledge.subjects import Subject

_UNTAKEN = frozenset({LineStatus.NOT_TAKEN, LineStatus.ON_HOLD, LineStatus.STOPPED})


class Line:
    """A medicine of the list with the classes it belongs to, and what every question needs of it."""

    __slots__ = (
        "form",
        "id",
        "ingredients",
        "input",
        "keys",
        "label",
        "medicine",
        "name",
        "release",
        "route",
        "taken",
    )

    def __init__(self, medicine: Medicine, membership: Membership) -> None:
        identity = medicine.identity
        known = identity if identity and identity.ingredients else None
        self.id: Final = medicine.id
        self.medicine: Final = medicine
        self.ingredients: Final = frozenset(known.ingredient_names if known else ())
        # Its ingredients and classes as subjects.
        self.keys: Final = membership.subjects_of(known) if known else frozenset[Subject]()
        self.route: Final = route_of(known) if known else ""
        self.form: Final = known.form if known else ""
        self.release: Final = known.release if known else ""
        self.name: Final = written(medicine.name)
        # Its ingredients in one word, its name where none is known.
        self.label: Final = "+".join(sorted(self.ingredients)) or self.name.lower()
        self.input: Final = _input(medicine, self.name)
        # As far as the chart can tell: what isn't is no exposure and can't be raised.
        self.taken: Final = medicine.status not in _UNTAKEN

    @property
    def untaken(self) -> str:
        """That it isn't taken, in words; empty when it is."""
        return "" if self.taken else f"recorded as {self.medicine.status.value.replace('-', ' ')}"

    @property
    def recognised(self) -> bool:
        return bool(self.ingredients)


class KnownFinding(Value, frozen=True):
    family: str
    meaning: str
    finding: Finding


class RecordedAllergy(Value, frozen=True):
    """An active allergy with the words it is matched by."""

    allergy: Allergy
    words: frozenset[str]


_CALLED = {
    "Condition": ("the problem list", "was"),
    "MedicationRequest": ("the medicine orders", "were"),
    "MedicationDispense": ("fills", "were"),
    "AllergyIntolerance": ("allergies", "were"),
    "Observation": ("results and vital signs", "were"),
    "Procedure": ("procedures", "were"),
    "Immunization": ("vaccines", "were"),
}


@dataclass(frozen=True, slots=True, eq=False)
class ChartIndex:
    """What the rules ask: answers come from lookups, never from another walk through the chart."""

    chart: Chart
    as_of: date
    age: int | None
    lines: tuple[Line, ...]  # everything on the list that isn't recorded as stopped
    stopped: tuple[Line, ...]
    by_subject: dict[Subject, tuple[Line, ...]]
    subjects: frozenset[Subject]  # of everything on the list
    active: dict[str, tuple[Condition, ...]]
    past: dict[str, tuple[Condition, ...]]
    procedures: dict[str, tuple[Procedure, ...]]
    unmatched: tuple[Condition, ...]
    readings: Readings
    findings: dict[str, tuple[KnownFinding, ...]]
    allergies: tuple[RecordedAllergy, ...]
    filled: bool  # that fills are recorded of any medicine on the list
    prices: PriceList | None = None  # None where this site loaded none
    holds: tuple[Hold, ...] = ()  # what is known of the person that holds advice back
    # What was asked of the chart as a whole: many rules ask the same, for every medicine again.
    answered: dict[int, Answer] = field(default_factory=dict)
    changes: dict[str, Change | None] = field(
        default_factory=dict
    )  # by line, worked out when asked

    def unread(self, *types: str) -> bool:
        return not self.chart.unread.isdisjoint(types)

    def unread_words(self, type_: str) -> str:
        """What is known of a list that is no proof of absence: not read at all, or read in part."""
        called, were = _CALLED[type_]
        if type_ in self.chart.incomplete:
            return f"{called} may be incomplete"
        return f"{called} {were} not read"

    def of(self, subjects: Collection[Subject]) -> tuple[Line, ...]:
        """The lines that are any of the subjects, in list order and each once."""
        if not subjects:
            return ()
        by_subject = self.by_subject
        wanted = [by_subject[s] for s in subjects if s in by_subject]
        if not wanted:
            return ()
        if len(wanted) == 1:
            return wanted[0]
        found = set().union(*wanted)
        return tuple(line for line in self.lines if line in found)

    def taken(self, subjects: Collection[Subject]) -> tuple[Line, ...]:
        return tuple(line for line in self.of(subjects) if line.taken)

    def change_of(self, line: Line) -> Change | None:
        if line.id not in self.changes:
            self.changes[line.id] = last_change(line.medicine)
        return self.changes[line.id]

    def lab(self, family: str) -> tuple[Reading, ...]:
        return self.readings.by_family.get(family, ())

    @property
    def unrecognised(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if not line.recognised)


@dataclass(frozen=True, slots=True)
class Lookups:
    """What indexing needs of the knowledge, made once."""

    membership: Membership
    families: FamilyMatcher
    labs: LabTables
    findings: dict[str, tuple[FindingRow, ...]]
    holding: HoldRows
    prices: PriceList | None = None


def finding_lookup(knowledge: Knowledge) -> dict[str, tuple[FindingRow, ...]]:
    by_code: dict[str, list[FindingRow]] = {}
    for row in knowledge.tables.finding_families:
        by_code.setdefault(row.loinc, []).append(row)
    return {code: tuple(found) for code, found in by_code.items()}


def index(chart: Chart, lookups: Lookups, as_of: date, stated: Iterable[str] = ()) -> ChartIndex:
    """
    Makes one chart ready. Readings and conditions after `as_of` are not known yet and stay out.

    `stated` are the suppressors that were said in the visit.
    """
    every = [Line(medicine, lookups.membership) for medicine in chart.medicines]
    lines = tuple(x for x in every if x.medicine.status is not LineStatus.STOPPED)
    by_subject = _by_subject(lines)
    active, past, unmatched = _conditions(chart.conditions, lookups.families, as_of)
    measured = read_measurements([m for m in chart.measurements if m.taken <= as_of], lookups.labs)
    findings = _findings(chart.findings, lookups.findings, as_of)
    answers = {family: known[0].meaning for family, known in findings.items()}
    return ChartIndex(
        chart=chart,
        as_of=as_of,
        age=chart.patient.age_on(as_of),
        lines=lines,
        stopped=tuple(x for x in every if x.medicine.status is LineStatus.STOPPED),
        by_subject=by_subject,
        subjects=frozenset(by_subject),
        active=active,
        past=past,
        procedures=_procedures(chart.procedures, lookups.families),
        unmatched=unmatched,
        readings=with_told(
            with_calculated(measured, chart.patient), chart.findings, lookups.labs, as_of
        ),
        findings=findings,
        allergies=tuple(_allergy(a) for a in chart.allergies if a.active),
        filled=any(x.medicine.fill_history.fills or x.medicine.fills for x in lines),
        prices=lookups.prices,
        holds=holds_of(lookups.holding, active, answers, stated, as_of),
    )


def _input(medicine: Medicine, name: str) -> Input:
    entries = medicine.entries
    source = entries[0].source if entries else next(iter(medicine.sources), None)
    dose = medicine.daily_dose.text or medicine.sig
    if source is None:
        return Input("", "", name, dose)
    return Input(source.resource, source.id, name, dose)


def _by_subject(lines: Sequence[Line]) -> dict[Subject, tuple[Line, ...]]:
    found: dict[Subject, list[Line]] = {}
    for line in lines:
        for key in line.keys:
            found.setdefault(key, []).append(line)
    return {key: tuple(of) for key, of in found.items()}


_Conditions = dict[str, tuple[Condition, ...]]


def _conditions(
    conditions: Iterable[Condition], matcher: FamilyMatcher, as_of: date
) -> tuple[_Conditions, _Conditions, tuple[Condition, ...]]:
    active: dict[str, list[Condition]] = {}
    past: dict[str, list[Condition]] = {}
    unmatched: list[Condition] = []
    # Where several belong to a family, the one that says least besides speaks for it: kidney disease
    # by itself before diabetes with kidney disease, whose day is that of the diabetes.
    known = [(condition, matcher.families_of(condition.concept)) for condition in conditions]
    for condition, families in sorted(known, key=lambda k: matcher.strands(k[1])):
        if condition.verification in {"refuted", "entered-in-error"}:
            continue
        if condition.onset is not None and condition.onset.earliest > as_of:
            continue
        if not families and condition.active:
            unmatched.append(condition)
        for family in families:
            (active if condition.active else past).setdefault(family, []).append(condition)
    return _frozen(active), _frozen(past), tuple(unmatched)


def _frozen(found: dict[str, list[Condition]]) -> _Conditions:
    return {family: tuple(of) for family, of in found.items()}


def _procedures(
    procedures: Iterable[Procedure], matcher: FamilyMatcher
) -> dict[str, tuple[Procedure, ...]]:
    found: dict[str, list[Procedure]] = {}
    for procedure in procedures:
        if procedure.status in {"not-done", "entered-in-error"}:
            continue
        for family in matcher.families_of(procedure.concept):
            found.setdefault(family, []).append(procedure)
    return {family: tuple(of) for family, of in found.items()}


def _findings(
    findings: Iterable[Finding], rows: dict[str, tuple[FindingRow, ...]], as_of: date
) -> dict[str, tuple[KnownFinding, ...]]:
    found: dict[str, list[KnownFinding]] = {}
    for finding in findings:
        if finding.taken is not None and finding.taken.earliest > as_of:
            continue
        sent = {c.code for c in finding.value.codings}
        for loinc in finding.concept.codes(LOINC):
            for row in rows.get(loinc, ()):
                if row.value_code in sent:
                    found.setdefault(row.family, []).append(
                        KnownFinding(row.family, row.meaning, finding)
                    )
    for answers in found.values():
        answers.sort(key=_when, reverse=True)
    return {family: tuple(of) for family, of in found.items()}


def _when(known: KnownFinding) -> date:
    return known.finding.taken.latest if known.finding.taken else date.min


def _allergy(allergy: Allergy) -> RecordedAllergy:
    concepts = (allergy.concept, *allergy.substances)
    texts = [c.text for c in concepts] + [k.display for c in concepts for k in c.codings]
    return RecordedAllergy(allergy, frozenset(p for text in texts for p in _phrases(text)))


def _phrases(text: str) -> Iterable[str]:
    """Every run of one to three words: 'Allergy to penicillin G' names penicillin."""
    words = re.findall(r"[a-z0-9'-]+", text.lower())
    for size in (1, 2, 3):
        for start in range(len(words) - size + 1):
            yield " ".join(words[start : start + size])
