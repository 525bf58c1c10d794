"""MedicationRequest -> MedicationEntry."""

from app.domain.codes import Concept
from app.domain.dates import PartialDate
from app.domain.medicines import MedicationEntry
from fhir_mappings.concept import codes, concept, concepts, said
from fhir_mappings.dosage import dosages, duration_days
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
from fhir_mappings.reference import canonicals, person_name

_ADHERENCE = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-medication-adherence"
# http://hl7.org/fhir/R4/codesystem-medicationrequest-category.html lists `community`; this one is
# Oracle Health's: "patientspecified", what the patient says of medicines at home.
_OWN_WORD = "patientspecified"
# v3-substanceAdminSubstitution: none, and between brands but not generics.
_NO_GENERIC = frozenset({"N", "BC", "TB"})


def medication_request(sent: object, lookup: Lookup) -> MedicationEntry:
    """
    Reads one order.

    `reported` follows US Core: reported[x], or an intent of `plan`, is what the patient takes
    rather than what was ordered here. So is category `patientspecified` (Oracle Health's home list);
    `community` is not: it also holds what was prescribed here for the pharmacy.
    """
    source, resource = identified(sent, "MedicationRequest")
    named = named_medicine(resource, lookup)
    intent = words(resource.get("intent"))
    categories = codes(resource.get("category"))
    dispense = resource.get("dispenseRequest")
    starts, ends = bounds(resource.get("dosageInstruction"))
    return MedicationEntry(
        source=source,
        concept=named,
        status=words(resource.get("status")) or "unknown",
        intent=intent,
        reported=is_reported(resource) or intent == "plan" or _OWN_WORD in categories,
        do_not_perform=resource.get("doNotPerform") is True,
        categories=categories,
        dosages=dosages(resource.get("dosageInstruction")),
        reasons=reasons(resource, lookup),
        authored=partial_date(resource.get("authoredOn")),
        starts=starts,
        ends=ends,
        prescriber=person_name(resource.get("requester"), lookup),
        supply_days=duration_days(member(dispense, "expectedSupplyDuration")),
        refills=_refills(dispense),
        adherence=adherence(resource),
        status_reasons=concepts(resource.get("statusReason")),
        note=note(resource),
        based_on=canonicals(resource.get("basedOn"), lookup),
        brand_only=_brand_only(resource.get("substitution")),
    )


def is_reported(resource: Json) -> bool:
    return resource.get("reportedBoolean") is True or isinstance(
        resource.get("reportedReference"), dict
    )


def bounds(instructions: object) -> tuple[PartialDate | None, PartialDate | None]:
    """
    When the dosing starts and ends. It ends only when every instruction ends, and then with the
    last of them: an open-ended maintenance dose outlives its loading dose.
    """
    spans = [
        period(member(member(i.get("timing"), "repeat"), "boundsPeriod"))
        for i in objects(instructions)
    ]
    starts = [start for start, _ in spans if start]
    ends = [end for _, end in spans if end]
    return (
        min(starts, key=lambda d: d.earliest, default=None),
        max(ends, key=lambda d: d.latest) if ends and len(ends) == len(spans) else None,
    )


def _brand_only(substitution: object) -> bool:
    """R4: where nothing is said of it, substitution may be done."""
    codes_of = codes([member(substitution, "allowedCodeableConcept")])
    return member(substitution, "allowedBoolean") is False or not _NO_GENERIC.isdisjoint(codes_of)


def _refills(dispense: object) -> int | None:
    count = number(member(dispense, "numberOfRepeatsAllowed"))
    return int(count) if count is not None and 0 <= count < 1000 else None


def reasons(resource: Json, lookup: Lookup) -> tuple[Concept, ...]:
    """Why it is taken: reason codes, then the conditions it points to by their own words."""
    pointed = (_pointed(r, lookup) for r in objects(resource.get("reasonReference")))
    found = (*concepts(resource.get("reasonCode")), *(p for p in pointed if said(p)))
    return tuple(dict.fromkeys(found))


def _pointed(value: Json, lookup: Lookup) -> Concept:
    sent = words(value.get("reference"))
    match lookup(sent) if sent else None:
        case {"resourceType": "Condition", "code": dict() as code}:
            return concept(code)
    return Concept(words(value.get("display")))


def adherence(resource: Json) -> Concept | None:
    """The US Core adherence extension (since 7.0.0): what the patient says of taking it."""
    for outer in objects(resource.get("extension")):
        if words(outer.get("url")) != _ADHERENCE:
            continue
        for inner in objects(outer.get("extension")):
            answer = concept(inner.get("valueCodeableConcept"))
            if words(inner.get("url")) == "medicationAdherence" and said(answer):
                return answer
    return None


def note(resource: Json) -> str:
    return " ".join(w for n in objects(resource.get("note")) if (w := words(n.get("text"))))
