"""
The one table of what can be searched: it drives search, the compartment check and /metadata.

Names and paths are those of http://hl7.org/fhir/R4/searchparameter-registry.html; the choice is the
US Core searches (http://hl7.org/fhir/us/core/general-requirements.html) plus DetectedIssue, Task and List.
"""

from typing import Literal, NamedTuple

Kind = Literal["token", "code", "reference", "date", "string"]


class Param(NamedTuple):
    """`code` is a token on a primitive code: it has no system of its own, so none can be asked for."""

    kind: Kind
    path: str
    target: str | None = None


_IDENTIFIER = Param("token", "identifier")
_STATUS = Param("code", "status")
_CATEGORY = Param("token", "category")
_CODE = Param("token", "code")
_NAME = Param("string", "name.family|name.given|name.text|name.prefix|name.suffix")
_SUBJECT = Param("reference", "subject.reference", "Patient")
_PATIENT = Param("reference", "patient.reference", "Patient")
_ENCOUNTER = Param("reference", "encounter.reference", "Encounter")
_CLINICAL_STATUS = Param("token", "clinicalStatus")

# Every type understands these.
SHARED: dict[str, Param] = {
    "_id": Param("code", "id"),
    "_lastUpdated": Param("date", "meta.lastUpdated"),
}

SEARCHES: dict[str, dict[str, Param]] = {
    "Patient": {
        "identifier": _IDENTIFIER,
        "name": _NAME,
        "birthdate": Param("date", "birthDate"),
    },
    "MedicationRequest": {
        "patient": _SUBJECT,
        "identifier": _IDENTIFIER,
        "status": _STATUS,
        "intent": Param("code", "intent"),
        "authoredon": Param("date", "authoredOn"),
        "encounter": _ENCOUNTER,
        "category": _CATEGORY,
    },
    "MedicationStatement": {
        "patient": _SUBJECT,
        "identifier": _IDENTIFIER,
        "status": _STATUS,
        "effective": Param("date", "effectiveDateTime|effectivePeriod"),
    },
    "MedicationAdministration": {"patient": _SUBJECT, "identifier": _IDENTIFIER, "status": _STATUS},
    "MedicationDispense": {
        "patient": _SUBJECT,
        "identifier": _IDENTIFIER,
        "status": _STATUS,
        "whenhandedover": Param("date", "whenHandedOver"),
    },
    "Medication": {"identifier": _IDENTIFIER},
    "Condition": {
        "patient": _SUBJECT,
        "identifier": _IDENTIFIER,
        "clinical-status": _CLINICAL_STATUS,
        "category": _CATEGORY,
        "code": _CODE,
    },
    "Observation": {
        "patient": _SUBJECT,
        "identifier": _IDENTIFIER,
        "category": _CATEGORY,
        "code": _CODE,
        "date": Param("date", "effectiveDateTime|effectivePeriod|effectiveInstant"),
        "status": _STATUS,
    },
    "AllergyIntolerance": {
        "patient": _PATIENT,
        "identifier": _IDENTIFIER,
        "clinical-status": _CLINICAL_STATUS,
    },
    "Immunization": {
        "patient": _PATIENT,
        "identifier": _IDENTIFIER,
        "status": _STATUS,
        "date": Param("date", "occurrenceDateTime"),
    },
    "Encounter": {
        "patient": _SUBJECT,
        "identifier": _IDENTIFIER,
        "status": _STATUS,
        "date": Param("date", "period"),
    },
    "CareTeam": {"patient": _SUBJECT, "identifier": _IDENTIFIER, "status": _STATUS},
    "Goal": {
        "patient": _SUBJECT,
        "identifier": _IDENTIFIER,
        "lifecycle-status": Param("code", "lifecycleStatus"),
    },
    "CarePlan": {
        "patient": _SUBJECT,
        "identifier": _IDENTIFIER,
        "category": _CATEGORY,
        "status": _STATUS,
        "date": Param("date", "period"),
    },
    "DetectedIssue": {"patient": _PATIENT, "identifier": _IDENTIFIER, "status": _STATUS},
    "Task": {
        "patient": Param("reference", "for.reference", "Patient"),
        "identifier": _IDENTIFIER,
        "status": _STATUS,
        "focus": Param("reference", "focus.reference"),
    },
    "ServiceRequest": {
        "patient": _SUBJECT,
        "identifier": _IDENTIFIER,
        "status": _STATUS,
        "category": _CATEGORY,
        "code": _CODE,
        "authored": Param("date", "authoredOn"),
    },
    "Provenance": {"target": Param("reference", "target.reference")},
    "DocumentReference": {
        "patient": _SUBJECT,
        "identifier": _IDENTIFIER,
        "type": Param("token", "type"),
        "category": _CATEGORY,
        "date": Param("date", "date"),
    },
    "Procedure": {
        "patient": _SUBJECT,
        "identifier": _IDENTIFIER,
        "date": Param("date", "performedDateTime|performedPeriod"),
    },
    "List": {"patient": _SUBJECT, "identifier": _IDENTIFIER, "status": _STATUS},
    "Communication": {
        "patient": _SUBJECT,
        "identifier": _IDENTIFIER,
        "status": _STATUS,
        "category": _CATEGORY,
        "sent": Param("date", "sent"),
    },
    "Practitioner": {"identifier": _IDENTIFIER, "name": _NAME},
    "PractitionerRole": {
        "identifier": _IDENTIFIER,
        "practitioner": Param("reference", "practitioner.reference", "Practitioner"),
    },
    "Organization": {"identifier": _IDENTIFIER},
}

# Types that only vendors' servers offer: known to the store, not offered by the open sandbox.
MORE_SEARCHES: dict[str, dict[str, Param]] = {
    "QuestionnaireResponse": {
        "patient": _SUBJECT,
        "identifier": _IDENTIFIER,
        "status": _STATUS,
        "authored": Param("date", "authored"),
        "questionnaire": Param("code", "questionnaire"),
    },
}
KNOWN = SEARCHES | MORE_SEARCHES

_MEDICATION = "medicationReference.reference"
INCLUDES: dict[str, dict[str, str]] = {
    source: {f"{source}:medication": _MEDICATION}
    for source in (
        "MedicationRequest",
        "MedicationStatement",
        "MedicationDispense",
        "MedicationAdministration",
    )
}
REVERSE_INCLUDE = "Provenance:target"

# Everyone's records, or the person's own: an app reads them, the registration desk writes them.
READ_ONLY = frozenset({"Patient", "Medication", "Practitioner", "PractitionerRole", "Organization"})


def params_of(kind: str) -> dict[str, Param]:
    return SHARED | KNOWN[kind]


def patient_path(kind: str) -> str | None:
    """Where a type names its patient; None for what belongs to nobody in particular."""
    param = KNOWN[kind].get("patient")
    return param.path if param else None
