"""Encounter -> Encounter."""

from app.domain.chart import Encounter
from fhir_mappings.concept import concepts
from fhir_mappings.reading import identified, member, period, words


def encounter(sent: object) -> Encounter:
    """Reads one contact with the health system."""
    source, resource = identified(sent, "Encounter")
    starts, ends = period(resource.get("period"))
    return Encounter(
        source=source,
        kind=words(member(resource.get("class"), "code")),
        types=concepts(resource.get("type")),
        status=words(resource.get("status")) or "unknown",
        starts=starts,
        ends=ends,
    )
