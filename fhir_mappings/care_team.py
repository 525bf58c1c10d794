"""CareTeam -> CareTeamMembers."""

from app.domain.chart import CareTeamMember
from fhir_mappings.concept import concepts, name_of
from fhir_mappings.reading import Lookup, identified, objects, words
from fhir_mappings.reference import canonical, person_name

_OVER = {"inactive", "suspended", "proposed"}


def care_team(sent: object, lookup: Lookup) -> tuple[CareTeamMember, ...]:
    """Everyone on a team that is at work; the patient is on every team and is not listed."""
    source, resource = identified(sent, "CareTeam")
    if words(resource.get("status")) in _OVER:
        return ()
    members = []
    for participant in objects(resource.get("participant")):
        pointer = participant.get("member")
        address = canonical(pointer, lookup)
        name = person_name(pointer, lookup)
        role = " / ".join(name_of(c) for c in concepts(participant.get("role")))
        if address.startswith("Patient/") or not (name or role):
            continue
        members.append(CareTeamMember(source, name, role, address))
    return tuple(members)
