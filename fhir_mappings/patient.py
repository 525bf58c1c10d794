"""Patient -> Patient."""

from app.domain.patient import UNNAMED, Patient
from fhir_mappings.concept import concept, name_of
from fhir_mappings.reading import Json, identified, member, objects, partial_date, words
from fhir_mappings.reference import human_name


def patient(sent: object) -> Patient:
    """Reads who the chart is about; what is not recorded stays empty or unknown."""
    source, resource = identified(sent, "Patient")
    return Patient(
        id=source.id,
        name=human_name(resource.get("name")) or UNNAMED,
        born=partial_date(resource.get("birthDate")),
        sex=words(resource.get("gender")) or "unknown",
        mrn=_mrn(resource),
        language=_language(resource),
        deceased=_deceased(resource),
        interpreter=_interpreter(resource),
    )


def _mrn(resource: Json) -> str:
    """The identifier typed MR (v2 table 0203); any other number is not passed off as one."""
    for identifier in objects(resource.get("identifier")):
        if any(c.code == "MR" for c in concept(member(identifier, "type")).codings):
            return words(identifier.get("value"))
    return ""


def _language(resource: Json) -> str:
    """The preferred language, else the only one recorded."""
    spoken = objects(resource.get("communication"))
    preferred = [s for s in spoken if s.get("preferred") is True]
    chosen = preferred or (spoken if len(spoken) == 1 else ())
    return next((name_of(concept(s.get("language"))) for s in chosen), "")


# SNOMED CT "Yes" as in the US Core 8.0.0 Patient example; the older R4 extension is a boolean.
_YES = "373066001"
_INTERPRETER = ("/us-core-interpreter-needed", "/patient-interpreterRequired")


def _interpreter(resource: Json) -> bool | None:
    """True where one is said to be needed; no other answer is taken for a no but a plain false."""
    for extension in objects(resource.get("extension")):
        if words(extension.get("url")).endswith(_INTERPRETER):
            if words(member(extension.get("valueCoding"), "code")) == _YES:
                return True
            told = extension.get("valueBoolean")
            return told if isinstance(told, bool) else None
    return None


def _deceased(resource: Json) -> bool | None:
    match resource:
        case {"deceasedBoolean": bool(told)}:
            return told
        case {"deceasedDateTime": str(day)} if day:
            return True
    return None
