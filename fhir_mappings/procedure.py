"""Procedure -> Procedure."""

from app.domain.chart import Procedure
from app.domain.errors import Unmappable
from fhir_mappings.concept import concept, said
from fhir_mappings.reading import identified, partial_date, period, words


def procedure(sent: object) -> Procedure:
    """Reads one procedure; its status stays as sent, so that `not-done` never reads as done."""
    source, resource = identified(sent, "Procedure")
    named = concept(resource.get("code"))
    if not said(named):
        raise Unmappable("a procedure without a name or code")
    starts, ends = period(resource.get("performedPeriod"))
    return Procedure(
        source=source,
        concept=named,
        status=words(resource.get("status")) or "unknown",
        performed=partial_date(resource.get("performedDateTime"))
        or partial_date(resource.get("performedString"))
        or ends
        or starts,
    )
