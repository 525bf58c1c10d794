"""How values read on a page: dates, names, the medicine line, where an entry came from."""

import re
from collections import Counter
from datetime import date, datetime
from decimal import Decimal

from app.assessment.sentences import unit_words
from app.chart.naming import amounts
from app.domain.chart import Encounter
from app.domain.codes import Concept
from app.domain.dates import PartialDate
from app.domain.medicines import (
    Administration,
    Fill,
    LineStatus,
    MedicationEntry,
    Medicine,
)
from app.terminology.units import number_words

RESOURCE_WORDS = {
    "Patient": "Patient",
    "MedicationRequest": "Orders and prescriptions",
    "MedicationStatement": "Medicines the patient reports",
    "MedicationDispense": "Pharmacy fills",
    "Medication": "Medicine names",
    "Condition": "Problems",
    "Observation": "Results and vital signs",
    "AllergyIntolerance": "Allergies",
    "Immunization": "Vaccines",
    "Encounter": "Visits",
    "Procedure": "Procedures",
    "CareTeam": "Care team",
    "Goal": "Goals",
    "CarePlan": "Earlier plans",
}
SOURCE_WORDS = {
    "MedicationRequest": "order",
    "MedicationStatement": "patient",
    "MedicationDispense": "fill",
    "MedicationAdministration": "given",
    "PatientReported": "told here",
    "List": "list",
}
# HL7 v3 ActEncounterCode; an EHR may use codes of its own, which say nothing to a person.
_CONTACT_KINDS = {
    "AMB": "office visit",
    "EMER": "emergency visit",
    "HH": "home visit",
    "IMP": "hospital stay",
    "ACUTE": "hospital stay",
    "NONAC": "hospital stay",
    "OBSENC": "observation in hospital",
    "SS": "short hospital stay",
    "VR": "video or phone visit",
}
# FHIR R4 encounter-status, of contacts that were held.
_CONTACT_STATES = {
    "arrived": "arrived",
    "triaged": "arrived",
    "in-progress": "under way",
    "onleave": "under way",
    "finished": "ended",
}
SETTLED_HERE = "settled here"
_HOW_SAID = {
    "patient",
    "given",
    "told here",
    SETTLED_HERE,
}  # these are no things, so they have no plural
STATUS_WORDS = {
    LineStatus.ON_HOLD: "on hold",
    LineStatus.NOT_TAKEN: "not taken",
    LineStatus.UNKNOWN: "status not known",
    LineStatus.STOPPED: "stopped",
}


def day(value: date | datetime | None) -> str:
    """03-Nov-2026: unambiguous on both sides of the ocean (NHS CUI date display)."""
    return value.strftime("%d-%b-%Y") if value else "Not known"


def days_ago(count: int) -> str:
    if count <= 0:
        return "today"
    return "yesterday" if count == 1 else f"{count} days ago"


def when(value: PartialDate | None) -> str:
    """A partial date as precisely as it was recorded."""
    if value is None:
        return "Not known"
    return day(value.exact) if value.exact else value.text


def recorded(text: str) -> str:
    """A day that was kept as text, as pages write days; other words stay as they are."""
    value = PartialDate.parse(text)
    return when(value) if value else text


def birth(value: PartialDate | None, as_of: date) -> str:
    """14-Jul-1951 (75y)."""
    if value is None or value.exact is None:
        return when(value)
    born = value.exact
    years = as_of.year - born.year - ((as_of.month, as_of.day) < (born.month, born.day))
    return f"{day(born)} ({years}y)"


def number(value: Decimal) -> str:
    """As in the name of a medicine: no trailing zero, a comma from 1,000."""
    return number_words(value)


def concept(value: Concept) -> str:
    """What a concept is called: its text, else the first display, else the code."""
    if value.text:
        return value.text
    return next((c.display or c.code for c in value.codings), "unnamed")


def medicine_name(medicine: Medicine) -> str:
    """Generic name in lower case, brand in upper case after it; what was not recognised stays as it was written."""
    identity = medicine.identity
    if identity is None:
        return medicine.name
    generic = " / ".join(name.lower() for name in identity.ingredient_names)
    return f"{generic} ({identity.brand.upper()})" if identity.brand else generic


def medicine_parts(medicine: Medicine) -> list[str]:
    """Strength and form, as far as the name or code says them."""
    identity = medicine.identity
    if identity is None:
        return []
    form = " ".join(
        p for p in (f"{identity.release} release" if identity.release else "", identity.form) if p
    )
    return [part for part in (amounts(identity.strengths), form) if part]


Record = MedicationEntry | Fill | Administration


def records_of(medicine: Medicine) -> tuple[Record, ...]:
    return (
        *medicine.entries,
        *medicine.settled_here,
        *medicine.fills,
        *medicine.administrations,
    )


def source_word(record: Record) -> str:
    """Most EHRs keep what the patient says among the orders; our own list is nobody's new word."""
    if isinstance(record, MedicationEntry) and record.ours:
        return SETTLED_HERE
    kind = record.source.resource
    if kind == "MedicationRequest" and isinstance(record, MedicationEntry) and record.reported:
        kind = "MedicationStatement"
    return SOURCE_WORDS.get(kind, kind)


def source_kinds(medicine: Medicine) -> dict[str, int]:
    """`order`, `patient`, `fill`, ... with how many there are of each."""
    lists = dict.fromkeys(mark.source for mark in medicine.marks)
    return dict(
        Counter([*map(source_word, records_of(medicine)), *(SOURCE_WORDS["List"] for _ in lists)])
    )


def counted(word: str, number: int) -> str:
    """`6 fills`, `patient (2)` for two statements of the patient, and `fill` for a single one."""
    if number <= 1:
        return word
    return f"{word} ({number})" if word in _HOW_SAID else f"{number} {word}s"


def contact(visit: Encounter) -> str:
    """`06-May-2026, Check-up (office visit, ended)`."""
    named = [when(visit.starts) if visit.starts else "date not known"]
    named += [concept(type_) for type_ in visit.types[:1]]
    kind = _CONTACT_KINDS.get(visit.kind, "kind not known")
    state = _CONTACT_STATES.get(visit.status, "not known whether it took place")
    return f"{', '.join(named)} ({kind}, {state})"


def source_line(medicine: Medicine) -> str:
    """`order + patient + 6 fills`; a status that is not plainly current is said."""
    parts = [counted(word, n) for word, n in source_kinds(medicine).items()]
    status = STATUS_WORDS.get(medicine.status)
    return " + ".join(parts) + (f"; {status}" if status else "")


def progress_mark(state: str) -> str:
    if state.startswith("done"):
        return "✓"
    return "…" if state == "reading" else "!"


def resource_words(name: str) -> str:
    """`Observation laboratory` -> `Results and vital signs (laboratory)`."""
    kind, _, rest = name.partition(" ")
    words = RESOURCE_WORDS.get(kind, kind)
    return f"{words} ({rest})" if rest else words


def shorten(sentence: str, limit: int = 16) -> str:
    """A few words for a grid cell; the whole sentence is always beside it."""
    words = re.sub(r"([:;]|\.(?!\d)).*", "", sentence)
    if len(words) <= limit:
        return words
    cut = words[: limit + 1].rsplit(" ", 1)[0]
    return f"{cut}…"


def unit(code: str) -> str:
    """A UCUM unit in the words of every sentence; only of a bare rate it is not known what is counted."""
    return code if code == "/min" else unit_words(code)
