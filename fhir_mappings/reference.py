"""References: what a resource points to, whose it is, and whether it was taken back."""

from collections.abc import Iterable
from typing import Final

from fhir_mappings.concept import first_code
from fhir_mappings.reading import Json, Lookup, member, objects, words


def reference(value: object) -> str:
    """The reference itself, without the version that some servers append."""
    sent = words(value.get("reference")) if isinstance(value, dict) else ""
    return sent.partition("/_history/")[0] if "/_history/" in sent else sent


def canonical(value: object, lookup: Lookup) -> str:
    """
    `Type/id` where the reference can be followed or says so itself; else as sent, since the same id
    at another address is another resource.

    Transactions point at `urn:uuid:...`; the rest of the chart knows the resource by type and id.
    """
    sent = reference(value)
    found = lookup(sent) if sent else None
    kind, id_ = member(found, "resourceType"), member(found, "id")
    return f"{kind}/{id_}" if isinstance(kind, str) and isinstance(id_, str) else sent


def canonicals(values: object, lookup: Lookup) -> tuple[str, ...]:
    return tuple([r for v in objects(values) if (r := canonical(v, lookup))])


def short(sent: str) -> str:
    """`https://ehr/fhir/Condition/7` -> `Condition/7`; anything else stays as sent."""
    parts = sent.split("/")
    return "/".join(parts[-2:]) if len(parts) > 2 else sent


def subject(resource: Json) -> str:
    """Whom the resource is about; empty where it does not say."""
    return reference(resource.get("subject")) or reference(resource.get("patient"))


def is_about(resource: Json, patient_references: Iterable[str]) -> bool:
    """
    A resource without a subject is taken for the patient it was asked for: the other way round a
    medicine would vanish because one field is missing. `patient_references` holds every spelling of
    the patient's address: an id is one person's under one base address only.
    """
    named = resource.get("subject")
    written = named.get("reference") if isinstance(named, dict) else None
    if isinstance(written, str) and written in patient_references:
        return True  # nearly all, and as they were sent
    sent = subject(resource)
    return sent in patient_references or not sent or sent.startswith("#")


def retracted(resource: Json) -> bool:
    """Entered in error: not used and not counted as a gap, since the chart itself takes it back."""
    return words(resource.get("status")) == _RETRACTED or (
        "verificationStatus" in resource
        and first_code(resource["verificationStatus"]) == _RETRACTED
    )


_RETRACTED: Final = "entered-in-error"


def person_name(value: object, lookup: Lookup) -> str:
    """Who a reference names: its display, else the name on the Practitioner it points to."""
    shown = words(member(value, "display"))
    if shown:
        return shown
    sent = reference(value)
    found = lookup(sent) if sent else None
    match found:
        case {"resourceType": "PractitionerRole", "practitioner": dict() as practitioner}:
            # One step only: a role that points at a role is not followed.
            return words(practitioner.get("display")) or human_name(
                member(lookup(reference(practitioner)), "name")
            )
        case {"resourceType": "Organization", "name": str(name)}:
            return name.strip()
        case {"name": list() as names}:
            return human_name(names)
    return ""


def human_name(value: object) -> str:
    """The official name, else the usual, else the first; as one line."""
    names = objects(value)
    ranked = sorted(names, key=lambda n: _USE_RANK.get(words(n.get("use")), 2))
    return next((line for line in map(_one_line, ranked) if line), "")


_USE_RANK = {"official": 0, "usual": 1, "old": 8, "maiden": 9}


def _one_line(name: Json) -> str:
    given = name.get("given")
    parts = [words(g) for g in given] if isinstance(given, list) else [words(given)]
    built = " ".join(p for p in (*parts, words(name.get("family"))) if p)
    return words(name.get("text")) or built
