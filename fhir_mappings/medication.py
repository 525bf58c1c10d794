"""Medication, and the three forms in which orders and statements name one -> Concept."""

from app.domain.codes import Concept
from app.domain.errors import Unmappable
from fhir_mappings.concept import concept, name_of, said
from fhir_mappings.reading import Json, Lookup, member, objects, words
from fhir_mappings.reference import reference

UNKNOWN_MEDICINE = "unknown medicine"


def medication(resource: object) -> Concept:
    """The medicine's code and words; the names of its ingredients where it has no code of its own."""
    if member(resource, "resourceType") != "Medication":
        raise Unmappable("not a Medication")
    named = concept(member(resource, "code"))
    if said(named):
        return named
    parts = [
        name_of(concept(i.get("itemCodeableConcept")))
        for i in objects(member(resource, "ingredient"))
    ]
    text = " / ".join(p for p in parts if p)
    if not text:
        raise Unmappable("a Medication without code or ingredients")
    return Concept(text)


def named_medicine(resource: Json, lookup: Lookup) -> Concept:
    """
    The medicine of an order, statement or fill: coded, contained or referenced.

    A medicine is never dropped because its code did not resolve: the display speaks, and where there
    is none the line says "unknown medicine".
    """
    coded = resource.get("medicationCodeableConcept", _ABSENT)
    if not isinstance(coded, dict):
        raise Unmappable("the medicine is not written as a coded concept")
    named = concept(coded)
    if said(named):
        return named
    pointer = resource.get("medicationReference", _ABSENT)
    if not isinstance(pointer, dict):
        raise Unmappable("the medicine is not written as a reference")
    return (
        Concept(UNKNOWN_MEDICINE) if pointer is _ABSENT else _referenced(resource, pointer, lookup)
    )


_ABSENT: Json = {}


def _referenced(resource: Json, pointer: Json, lookup: Lookup) -> Concept:
    sent = reference(pointer)
    shown = words(pointer.get("display"))
    found = _contained(resource, sent[1:]) if sent.startswith("#") else lookup(sent)
    try:
        return medication(found)
    except Unmappable:
        return Concept(shown or UNKNOWN_MEDICINE)


def _contained(resource: Json, id_: str) -> Json | None:
    return next(
        (c for c in objects(resource.get("contained")) if words(member(c, "id")) == id_), None
    )
