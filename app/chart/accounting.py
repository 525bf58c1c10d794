"""Where every medication entry of a file went: on a line, into history, a gap, or not this patient's."""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from app.chart.readers import READERS, Found
from app.domain.chart import Chart
from app.domain.codes import Concept
from app.domain.errors import Unmappable
from app.domain.medicines import Administration, Fill, MedicationEntry
from app.terminology.identity import identify, why_unidentified
from app.terminology.vocabulary import Vocabulary
from fhir_mappings.bundle import bundle, newest
from fhir_mappings.lookup import lookup_in
from fhir_mappings.reading import Json, words
from fhir_mappings.reference import retracted, short, subject

TYPES = (
    "MedicationRequest",
    "MedicationStatement",
    "MedicationDispense",
    "MedicationAdministration",
)


class Whereabouts(StrEnum):
    ON_LINES = "onLines"
    HISTORY = "history"
    GAPS = "gaps"
    ENTERED_IN_ERROR = "enteredInError"
    OTHER_PATIENT = "otherPatient"
    REPEATED = "repeated"  # the same resource again, or an older version of it
    LOST = "lost"  # a fault of ours


def whereabouts(resource: Json, chart: Chart) -> Counter[Whereabouts]:
    """
    Counts a file's medication entries by where they are in the chart made from it.

    It looks for each entry in the result, not at how it was made: `lost` is a fault that shows.
    """
    whole = resource if words(resource.get("resourceType")) == "Bundle" else _alone(resource)
    entries = [e for e in bundle(whole).entries if e.kind in TYPES]
    kept = newest(entries)
    lookup = lookup_in(bundle(whole).entries)
    on_lines = {s.reference for m in chart.medicines for s in m.sources}
    past = {r.source.reference for r in past_records(chart)}

    def place(entry: Json) -> Whereabouts:
        type_ = words(entry["resourceType"])
        address = f"{type_}/{words(entry.get('id'))}"
        if address in on_lines:
            return Whereabouts.ON_LINES
        if address in past:
            return Whereabouts.HISTORY
        if retracted(entry):
            return Whereabouts.ENTERED_IN_ERROR
        if subject(entry) and short(subject(entry)) not in _names(chart):
            return Whereabouts.OTHER_PATIENT
        try:
            READERS[type_](entry, lookup, Found())
        except Unmappable:
            return Whereabouts.GAPS if chart.gaps else Whereabouts.LOST
        return Whereabouts.LOST

    found = Counter(place(e.resource) for e in kept)
    repeated = len(entries) - len(kept)
    return found + Counter({Whereabouts.REPEATED: repeated})


def _alone(resource: Json) -> Json:
    return {"resourceType": "Bundle", "entry": [{"resource": resource}]}


def _names(chart: Chart) -> set[str]:
    return {f"Patient/{chart.patient.id}", f"urn:uuid:{chart.patient.id}"}


def past_records(chart: Chart) -> list[MedicationEntry | Fill | Administration]:
    return [*chart.past_entries, *chart.past_fills, *chart.past_administrations]


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A medicine of the chart that was not recognised, and the entries that name it."""

    concept: Concept
    why: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Resolution:
    """How many entries name a medicine that was recognised, with a code and in words alone."""

    coded: int
    coded_resolved: int
    text_only: int
    text_only_resolved: int
    unresolved: tuple[Unresolved, ...]


def resolution(chart: Chart, vocabulary: Vocabulary) -> Resolution:
    by_concept: dict[Concept, list[str]] = {}
    on_lines: list[MedicationEntry | Fill | Administration] = []
    for medicine in chart.medicines:
        on_lines += [*medicine.entries, *medicine.settled_here]
        on_lines += [*medicine.fills, *medicine.administrations]
    for record in [*on_lines, *past_records(chart)]:
        by_concept.setdefault(record.concept, []).append(record.source.reference)
    known = {c: identify(c, vocabulary) is not None for c in by_concept}
    coded = {c: any(x.code for x in c.codings) for c in by_concept}

    def count(*, with_code: bool, resolved: frozenset[bool]) -> int:
        return sum(
            len(sources)
            for c, sources in by_concept.items()
            if coded[c] is with_code and known[c] in resolved
        )

    either, yes = frozenset({True, False}), frozenset({True})
    return Resolution(
        coded=count(with_code=True, resolved=either),
        coded_resolved=count(with_code=True, resolved=yes),
        text_only=count(with_code=False, resolved=either),
        text_only_resolved=count(with_code=False, resolved=yes),
        unresolved=tuple(
            Unresolved(c, why_unidentified(c, vocabulary), tuple(sorted(sources)))
            for c, sources in by_concept.items()
            if not known[c]
        ),
    )
