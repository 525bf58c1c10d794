"""Raw resources and the gaps of reading them -> Chart; shared by files and EHR reads."""

from dataclasses import dataclass
from datetime import date, datetime

from app.chart.adherence import with_fill_histories
from app.chart.gaps import (
    address_of,
    counted,
    refusal,
    unmapped,
    unrecognised,
)
from app.chart.lists import marks, only_listed, unfollowed
from app.chart.matching import UNREADABLE
from app.chart.readers import READERS, Found
from app.chart.reconcile import reconcile
from app.chart.standing import REQUEST, STATEMENT, standing
from app.domain.chart import Chart, Gap
from app.domain.codes import Concept
from app.domain.errors import Unmappable
from app.domain.medicines import MedicationEntry
from app.domain.patient import Patient
from app.terminology.vocabulary import Vocabulary
from fhir_mappings.bundle import Entry
from fhir_mappings.ours import written_here
from fhir_mappings.reading import Json, Lookup, words
from fhir_mappings.reference import is_about, retracted, short, subject


@dataclass(frozen=True, slots=True)
class Raw:
    """What was read, every resource once and before any of it is understood."""

    patient: Patient
    patient_references: frozenset[str]
    entries: tuple[Entry, ...]
    lookup: Lookup
    gaps: tuple[Gap, ...] = ()
    unread: frozenset[str] = frozenset()
    read_at: datetime | None = None
    anywhere: str = ""  # `Patient/id` where the same id at any address is taken for this patient


def assemble(raw: Raw, *, as_of: date, vocabulary: Vocabulary) -> Chart:
    """
    Maps every resource by itself: a bad one is one gap and costs no other. What the chart took back
    (entered-in-error) is neither used nor a gap; what is another patient's is refused and said.
    """
    found = Found()
    # One loop after the other: what each does again and again stays beside the processor.
    for entry in _of_this_patient(raw, found):
        _take(entry, raw, found, as_of)
    lines = reconcile(
        [*found.entries, *only_listed(found.lists, found.addresses)],
        found.fills,
        found.administrations,
        marks(found.lists),
        as_of=as_of,
        vocabulary=vocabulary,
    )
    found.gaps += unfollowed(found.lists, found.addresses)
    unnamed = (unrecognised(m, vocabulary) for m in lines.medicines)
    return Chart(
        patient=raw.patient,
        medicines=with_fill_histories(
            lines.medicines, found.encounters, raw.patient, as_of, raw.unread
        ),
        past_entries=lines.past_entries,
        past_fills=lines.past_fills,
        past_administrations=lines.past_administrations,
        lists=tuple(found.lists),
        conditions=tuple(found.conditions),
        measurements=tuple(found.measurements),
        findings=tuple(found.findings),
        allergies=tuple(found.allergies),
        immunizations=tuple(found.immunizations),
        encounters=tuple(found.encounters),
        procedures=tuple(found.procedures),
        care_team=tuple(found.care_team),
        goals=tuple(found.goals),
        plans=tuple(found.plans),
        gaps=(*raw.gaps, *counted(found.gaps), *(g for g in unnamed if g)),
        refused=counted(found.refused),
        unread=raw.unread,
        read_at=raw.read_at,
    )


def _of_this_patient(raw: Raw, found: Found) -> list[Entry]:
    """What is to be mapped; what is another patient's is refused."""
    kept = []
    for entry in raw.entries:
        resource = entry.resource
        if entry.kind == "Patient":
            if f"Patient/{entry.id}" not in raw.patient_references:
                found.refused.append(refusal(resource))
        elif entry.kind not in READERS or retracted(resource):
            continue
        elif is_about(resource, raw.patient_references) or (
            short(subject(resource)) == raw.anywhere
        ):
            kept.append(entry)
        else:
            found.refused.append(refusal(resource))
    return kept


def _take(entry: Entry, raw: Raw, found: Found, as_of: date) -> None:
    resource, type_ = entry.resource, entry.kind
    try:
        partly = READERS[type_](resource, raw.lookup, found)
    except Unmappable as problem:
        partly = (str(problem),)
        _keep_on_list(type_, resource, found, as_of)
    for why in partly:
        found.gaps.append(unmapped(type_, resource, why))


def _keep_on_list(type_: str, resource: Json, found: Found, as_of: date) -> None:
    """An order that can't be read is still a medicine the patient may take: it keeps its line."""
    address = address_of(type_, resource) if type_ in {REQUEST, STATEMENT} else None
    if address is None:
        return
    entry = MedicationEntry(
        source=address,
        concept=Concept(f"{UNREADABLE} ({address.reference})"),
        status=words(resource.get("status")) or "unknown",
        reported=type_ == STATEMENT,
        ours=written_here(resource),
    )
    if standing(entry, as_of).on_list:
        found.entries.append(entry)
