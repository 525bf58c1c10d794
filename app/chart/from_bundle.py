"""A file -> Chart: one patient's FHIR R4 Bundle of any kind."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from app.chart.assemble import Raw, assemble
from app.domain.chart import Chart, Gap
from app.domain.errors import CmmError, Unmappable
from app.domain.patient import Patient
from app.terminology.vocabulary import Vocabulary
from fhir_mappings.bundle import Contents, Entry, bundle, newest
from fhir_mappings.lookup import lookup_in
from fhir_mappings.patient import patient
from fhir_mappings.reading import Json, parse_json, words
from fhir_mappings.reference import retracted, short, subject

_MEDICATIONS = {"MedicationRequest", "MedicationStatement", "MedicationDispense"}


def read_chart_file(raw: bytes | str) -> Json:
    """The JSON of a chart file, or one clear sentence on why it can't be read."""
    try:
        return parse_json(raw)
    except Unmappable as problem:
        raise CmmError(
            "CMM-2001",
            f"The file is {problem}. Give one FHIR R4 Bundle of one patient as JSON.",
        ) from problem


def chart_from_bundle(resource: Json, as_of: date, vocabulary: Vocabulary) -> Chart:
    """
    Puts together the chart of the one patient a Bundle is about.

    A file that is FHIR but holds no patient and no medicine is an empty chart that says so; only
    what is not FHIR at all, or leaves open whose chart it is, is refused.
    """
    contents = _open(resource)
    entries = newest(contents.entries)
    lookup = lookup_in(contents.entries)
    whose = _whose(entries)
    gaps = (*whose.gaps, *_warnings(contents))
    return assemble(
        Raw(whose.person, whose.references, entries, lookup, gaps, anywhere=whose.anywhere),
        as_of=as_of,
        vocabulary=vocabulary,
    )


def _open(resource: Json) -> Contents:
    type_ = words(resource.get("resourceType")) if isinstance(resource, dict) else ""
    if not type_:
        raise CmmError(
            "CMM-2001",
            "The file is JSON but no FHIR resource: it has no resourceType. "
            "Give one FHIR R4 Bundle of one patient.",
        )
    if type_ != "Bundle":
        resource = {"resourceType": "Bundle", "entry": [{"resource": resource}]}
    elif words(resource.get("type")) == "history":
        raise CmmError(
            "CMM-2004",
            "The file is a history Bundle: it holds old versions of resources. "
            "Give a collection, searchset, transaction, batch or document Bundle.",
        )
    return bundle(resource)


@dataclass(frozen=True, slots=True)
class _Whose:
    """The patient a file is about, with every spelling of the address."""

    person: Patient
    references: frozenset[str]
    anywhere: str = ""
    gaps: tuple[Gap, ...] = ()


def _whose(entries: tuple[Entry, ...]) -> _Whose:
    people = [e for e in entries if e.kind == "Patient"]
    if not people:
        return _nobody(entries)
    chosen = people[0] if len(people) == 1 else _the_one_with_medicines(people, entries)
    return _Whose(patient(chosen.resource), _references(chosen), _anywhere(chosen))


def _the_one_with_medicines(people: list[Entry], entries: Iterable[Entry]) -> Entry:
    """With several patients in the file nobody is guessed: the medicines must agree on one."""
    subjects = _medicine_subjects(entries)
    meant = [p for p in people if subjects & _references(p)]
    if len(meant) != 1:
        raise CmmError(
            "CMM-2002",
            f"The file holds {len(people)} patients and does not say whose chart it is. "
            "Give one file per patient.",
        )
    return meant[0]


def _nobody(entries: tuple[Entry, ...]) -> _Whose:
    """No Patient resource: the medicines may still all be one person's."""
    subjects = _medicine_subjects(entries)
    if len(subjects) > 1:
        raise CmmError(
            "CMM-2003",
            "The file holds no Patient, and its medicines name several. "
            "Give one file per patient, with the Patient in it.",
        )
    reference = next(iter(subjects), "")
    unknown = Patient(
        id=reference.removeprefix("Patient/"), name="Not known", born=None, sex="unknown"
    )
    gap = Gap(
        what="No Patient in the file",
        why=f"{_holds(entries)}.",
        effect="Age and sex are not known, so nothing that depends on them could be checked."
        if subjects
        else "There is no chart to read, so nothing was assessed.",
    )
    return _Whose(unknown, frozenset(subjects), gaps=(gap,))


def _medicine_subjects(entries: Iterable[Entry]) -> frozenset[str]:
    found = (
        short(subject(e.resource))
        for e in entries
        if e.kind in _MEDICATIONS and not retracted(e.resource)
    )
    return frozenset(s for s in found if s)


def _references(person: Entry) -> frozenset[str]:
    url = person.full_url
    named = {f"Patient/{person.id}", f"urn:uuid:{person.id}", url, short(url)}
    return frozenset(named - {""})


def _anywhere(person: Entry) -> str:
    """
    A file that gives the Patient no address of its own does not say where it came from, so the same id
    at any address is taken for this patient.
    """
    return "" if person.full_url.startswith("http") else f"Patient/{person.id}"


def _holds(entries: tuple[Entry, ...]) -> str:
    """What is in the file, in words: `It holds 1 Group`."""
    kinds = Counter(e.kind for e in entries)
    told = ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items()))
    return f"It holds {told}" if told else "It holds no resource"


def _warnings(contents: Contents) -> tuple[Gap, ...]:
    issues = dict.fromkeys(i.text for i in contents.issues if i.matters)
    gaps = [
        Gap("The file", f"The server that made it said: {text}.", "Lists may be incomplete.")
        for text in issues
    ]
    if contents.unreadable:
        gaps.append(
            Gap(
                f"{contents.unreadable} entries of the file",
                "They hold no readable resource.",
                "What they held was not used.",
            )
        )
    return tuple(gaps)
