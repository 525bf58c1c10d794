"""Which resource shows which columns on which tab: the chart pages as data."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.sandbox.fhir.element import first, first_text
from app.sandbox.fhir.store import Version
from app.sandbox.pages import words
from app.sandbox.pages.chart import Chart

Cell = Callable[[Chart, Version], str]


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    kind: str
    columns: dict[str, Cell]
    newest: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A section filled in for one chart; `rows` may be empty and the page then says so."""

    title: str
    columns: list[str]
    rows: list[list[str]]


def _text(path: str) -> Cell:
    return lambda _, v: first_text(v.body, path)


def _concept(path: str) -> Cell:
    return lambda _, v: words.concept(first(v.body, path))


def _day(path: str) -> Cell:
    return lambda _, v: words.day(first(v.body, path))


def _plain(path: str) -> Cell:
    return lambda _, v: words.plain(first(v.body, path))


def _named(path: str) -> Cell:
    return lambda chart, v: chart.named(v.body, path)


def _quantity(path: str) -> Cell:
    return lambda _, v: words.quantity(first(v.body, path))


def _medicine(chart: Chart, version: Version) -> str:
    return chart.medicine(version.body)


def _directions(_: Chart, version: Version) -> str:
    return words.directions(version.body)


def _note(_: Chart, version: Version) -> str:
    return words.notes(version.body)


def _request_state(_: Chart, version: Version) -> str:
    """A proposal must never look like an order."""
    status, intent = first_text(version.body, "status"), first_text(version.body, "intent")
    return words.plain(status) + (f" ({intent})" if intent not in {"", "order"} else "")


def _version(_: Chart, version: Version) -> str:
    return f"{version.number}, {words.moment(version.updated)}"


_ONSET = "onsetDateTime|onsetPeriod|onsetString"
_EFFECTIVE = "effectiveDateTime|effectivePeriod"

MEDICATIONS = (
    Section(
        "Prescribed",
        "MedicationRequest",
        {
            "Medicine": _medicine,
            "Directions": _directions,
            "Status": _request_state,
            "Prescribed": _day("authoredOn"),
            "By": _named("requester"),
        },
        "authoredOn",
    ),
    Section(
        "Reported by the patient",
        "MedicationStatement",
        {
            "Medicine": _medicine,
            "Directions": _directions,
            "Status": _plain("status"),
            "Taken": _day(_EFFECTIVE),
            "Recorded": _day("dateAsserted"),
            "Note": _note,
        },
        "dateAsserted",
    ),
    Section(
        "Dispensed by pharmacies",
        "MedicationDispense",
        {
            "Medicine": _medicine,
            "Handed over": _day("whenHandedOver"),
            "Days' supply": _quantity("daysSupply"),
            "Quantity": _quantity("quantity"),
            "Status": _plain("status"),
        },
        "whenHandedOver",
    ),
)

PROBLEMS = (
    Section(
        "Problems",
        "Condition",
        {
            "Problem": _concept("code"),
            "Status": lambda _, v: words.plain(first(v.body, "clinicalStatus.coding.code")),
            "Since": _day(_ONSET),
            "Recorded as": _concept("category"),
            "Note": _note,
        },
        "onsetDateTime",
    ),
    Section(
        "Procedures",
        "Procedure",
        {
            "Procedure": _concept("code"),
            "Date": _day("performedDateTime|performedPeriod"),
            "Status": _plain("status"),
        },
        "performedDateTime",
    ),
)

ALLERGIES = (
    Section(
        "Allergies and intolerances",
        "AllergyIntolerance",
        {
            "Substance": _concept("code"),
            "Reaction": _concept("reaction.manifestation"),
            "Criticality": _plain("criticality"),
            "Status": lambda _, v: words.plain(first(v.body, "clinicalStatus.coding.code")),
            "Recorded": _day("recordedDate|onsetDateTime"),
        },
        "recordedDate",
    ),
    Section(
        "Immunizations",
        "Immunization",
        {
            "Vaccine": _concept("vaccineCode"),
            "Date": _day("occurrenceDateTime|occurrenceString"),
            "Status": _plain("status"),
        },
        "occurrenceDateTime",
    ),
)

VISITS = Section(
    "Visits",
    "Encounter",
    {
        "Visit": lambda _, v: (
            words.concept(first(v.body, "type")) or words.concept(first(v.body, "class"))
        ),
        "Date": _day("period"),
        "Status": _plain("status"),
        "Reason": _concept("reasonCode"),
        "With": _named("participant.individual"),
    },
    "period.start",
)

PLAN_PARTS = (
    Section(
        "Goals",
        "Goal",
        {
            "Goal": _concept("description"),
            "Status": _plain("lifecycleStatus"),
            "Progress": lambda _, v: words.plain(words.concept(first(v.body, "achievementStatus"))),
            "Reason": _text("statusReason"),
            "Due": _day("target.dueDate"),
            "Version": _version,
        },
        "meta.lastUpdated",
    ),
    Section(
        "Medication therapy problems (detected issues)",
        "DetectedIssue",
        {
            "Problem": _concept("code"),
            "Detail": _text("detail"),
            "Severity": _plain("severity"),
            "Status": _plain("status"),
            "What was done": _concept("mitigation.action"),
            "Version": _version,
        },
        "meta.lastUpdated",
    ),
    Section(
        "Tasks",
        "Task",
        {
            "Task": lambda _, v: (
                first_text(v.body, "description") or words.concept(first(v.body, "code"))
            ),
            "For": _named("owner"),
            "Status": _plain("status"),
            "Reason": _concept("statusReason"),
            "Due": _day("restriction.period"),
            "Version": _version,
        },
        "meta.lastUpdated",
    ),
    Section(
        "Planned follow-up and tests",
        "ServiceRequest",
        {
            "Request": _concept("code"),
            "When": _day("occurrenceDateTime|occurrencePeriod"),
            "Status": _request_state,
            "Version": _version,
        },
        "meta.lastUpdated",
    ),
    Section(
        "Messages",
        "Communication",
        {
            "Message": _concept("topic"),
            "To": _named("recipient"),
            "From": _named("sender"),
            "Text": _text("payload.contentString"),
        },
        "sent",
    ),
)


def shown(chart: Chart, section: Section) -> Shown:
    found = sorted(
        chart.all(section.kind), key=lambda v: _sort_key(v, section.newest), reverse=True
    )
    rows = [[cell(chart, version) for cell in section.columns.values()] for version in found]
    return Shown(section.title, list(section.columns), rows)


def _sort_key(version: Version, path: str) -> str:
    found: Any = first(version.body, path)
    return found if isinstance(found, str) else ""
