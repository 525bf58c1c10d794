"""Immunization -> Immunization."""

from app.domain.chart import Immunization
from app.domain.errors import Unmappable
from fhir_mappings.concept import concept, said
from fhir_mappings.reading import identified, partial_date, words


def immunization(sent: object) -> Immunization:
    """
    Reads one vaccine. `occurrenceString` dates it only when it holds a date ("about 2019" does not);
    `not-done` stays as sent, so that a refusal never counts as given.
    """
    source, resource = identified(sent, "Immunization")
    named = concept(resource.get("vaccineCode"))
    if not said(named):
        raise Unmappable("an immunization that does not name the vaccine")
    return Immunization(
        source=source,
        concept=named,
        status=words(resource.get("status")) or "unknown",
        given=partial_date(resource.get("occurrenceDateTime"))
        or partial_date(resource.get("occurrenceString")),
    )
