"""The words of every gap a chart can have: what is missing, why, and what is thus unchecked."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from app.chart.matching import unreadable
from app.domain.chart import Gap
from app.domain.codes import Source
from app.domain.errors import Unmappable
from app.domain.medicines import Medicine
from app.terminology.identity import why_unidentified
from app.terminology.vocabulary import Vocabulary
from fhir_mappings.medication import UNKNOWN_MEDICINE
from fhir_mappings.reading import Json, identified, label, words

EFFECTS = {
    "MedicationRequest": "Its medicine is listed as unreadable; nothing about it could be checked.",
    "MedicationStatement": "Its medicine is listed as unreadable; nothing about it could be checked.",
    "MedicationDispense": "The fill was not counted.",
    "MedicationAdministration": "A medicine given in a clinic may be missing from the list.",
    "List": "What the list says of the medicines on it was not used.",
    "Condition": "No medicine was checked against it.",
    "Observation": "The result was not used in any check.",
    "AllergyIntolerance": "No medicine was checked against it.",
    "Immunization": "The vaccine was not counted as given.",
    "Encounter": "The contact was not used.",
    "Procedure": "The procedure was not used in any check.",
    "CareTeam": "Its members are not listed.",
    "Goal": "The goal is not listed.",
    "CarePlan": "The plan is not listed.",
}


def not_read(called: str, why: str, effect: str) -> Gap:
    return Gap(f"{called} were not read.", why, effect)


def partly_read(called: str, why: str, broken: Sequence[str]) -> Gap:
    """After a whole list failed and was asked for in parts."""
    failed = f" These parts failed too: {', '.join(broken)}." if broken else ""
    return Gap(
        f"{called} were read in part.",
        f"{why} The list was then asked for by status.{failed}",
        "An entry without a status, and what the parts left out, was not checked.",
    )


def unmapped(type_: str, resource: Json, problem: str) -> Gap:
    address = address_of(type_, resource)
    return Gap(
        what=address.reference if address else f"A {type_}",
        why=f"{problem[:1].upper()}{problem[1:]}.",
        effect=EFFECTS.get(type_, "It was not used."),
        source=address,
    )


def refusal(resource: Json) -> Gap:
    type_ = words(resource.get("resourceType"))
    return Gap(
        what=f"A {type_} of another patient",
        why="It names a patient who is not the one this chart is about.",
        effect="It was not used.",
        source=address_of(type_, resource),
    )


def unrecognised(medicine: Medicine, vocabulary: Vocabulary) -> Gap | None:
    """A listed medicine that no rule can check by its ingredient. Unreadable ones have their own."""
    recorded = (medicine.entries or medicine.fills or medicine.administrations)[0]
    if medicine.identity or unreadable(recorded.concept):
        return None
    if medicine.name == UNKNOWN_MEDICINE:
        what, why = recorded.source.reference, "the chart does not name the medicine"
    else:
        what, why = (
            f"Medicine “{label(medicine.name)}”",
            why_unidentified(recorded.concept, vocabulary) or "its sources name different ones",
        )
    return Gap(
        what=what,
        why=f"Not recognised: {why}.",
        effect="It is on the list, but no check that needs its ingredient could be made.",
        source=recorded.source,
    )


def counted(gaps: Iterable[Gap]) -> tuple[Gap, ...]:
    """Says the same thing once, with its number: forty results without a status are one sentence."""
    alike: dict[tuple[str, str], list[Gap]] = {}
    for gap in gaps:
        type_ = gap.source.resource if gap.source else gap.what
        alike.setdefault((type_, gap.why), []).append(gap)
    return tuple(
        one[0] if len(one) == 1 else replace(one[0], what=f"{len(one)} {type_} resources")
        for (type_, _), one in alike.items()
    )


def address_of(type_: str, resource: Json) -> Source | None:
    try:
        return identified(resource, type_)[0]
    except Unmappable:
        return None
