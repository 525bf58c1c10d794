"""MedicationAdministration -> Administration: a dose given, or not, by someone else."""

from collections.abc import Iterable

from app.domain.dates import PartialDate
from app.domain.medicines import Administration, Dosage
from fhir_mappings.concept import codes, concept, concepts, said
from fhir_mappings.medication import named_medicine
from fhir_mappings.reading import (
    Json,
    Lookup,
    identified,
    member,
    number,
    objects,
    partial_date,
    period,
    words,
)
from fhir_mappings.reference import canonical, reference

# R4 medication-admin-category; the encounter's class (HL7 v3 ActCode) speaks where it is missing.
_SETTINGS = {"inpatient", "outpatient", "community"}
_CLASSES = {
    "IMP": "inpatient",
    "ACUTE": "inpatient",
    "NONAC": "inpatient",
    "OBSENC": "inpatient",
    "EMER": "inpatient",  # what an emergency department gives is given once, as on a ward
    "SS": "inpatient",
    "AMB": "outpatient",
    "VR": "outpatient",
    "HH": "community",
}


def medication_administration(sent: object, lookup: Lookup) -> Administration:
    """Reads one administration. It is dated by its end: an infusion counts once it was given."""
    source, resource = identified(sent, "MedicationAdministration")
    return Administration(
        source=source,
        concept=named_medicine(resource, lookup),
        status=words(resource.get("status")) or "unknown",
        given=_given(resource),
        setting=_setting(resource, lookup),
        dosages=tuple(_dosage(d) for d in objects(resource.get("dosage"))),
        orders=tuple(r for r in (canonical(resource.get("request"), lookup),) if r),
        status_reasons=concepts(resource.get("statusReason")),
    )


def _given(resource: Json) -> PartialDate | None:
    match resource:
        case {"effectivePeriod": dict() as span}:
            start, end = period(span)
            return end or start
        case {"effectiveDateTime": str(day)}:
            return partial_date(day)
    return None


def _setting(resource: Json, lookup: Lookup) -> str:
    named = _first_in(codes(resource.get("category")), _SETTINGS)
    if named:
        return named
    sent = reference(resource.get("context"))
    stay = lookup(sent) if sent else None
    return _CLASSES.get(words(member(member(stay, "class"), "code")), "")


def _first_in(found: Iterable[str], known: set[str]) -> str:
    return next((code for code in found if code in known), "")


def _dosage(sent: Json) -> Dosage:
    """One dose, not a regimen: how often it is given is never read from a single administration."""
    amount = sent.get("dose")
    value = number(member(amount, "value"))
    route = concept(sent.get("route"))
    return Dosage(
        text=words(sent.get("text")),
        dose_low=value,
        dose_high=value,
        dose_unit=words(member(amount, "code")) or words(member(amount, "unit")),
        route=route if said(route) else None,
    )
