"""Condition -> Condition."""

from app.domain.chart import Condition
from app.domain.errors import Unmappable
from fhir_mappings.concept import codes, concept, first_code, said
from fhir_mappings.reading import identified, partial_date, period


def condition(sent: object) -> Condition:
    """Reads one problem. A missing clinical status stays `unknown`, which counts as active."""
    source, resource = identified(sent, "Condition")
    named = concept(resource.get("code"))
    if not said(named):
        raise Unmappable("a problem without a name or code")
    onset, onset_ends = period(resource.get("onsetPeriod"))
    abated, abated_ends = period(resource.get("abatementPeriod"))
    return Condition(
        source=source,
        concept=named,
        clinical_status=first_code(resource.get("clinicalStatus")) or "unknown",
        verification=first_code(resource.get("verificationStatus")),
        categories=codes(resource.get("category")),
        onset=partial_date(resource.get("onsetDateTime")) or onset or onset_ends,
        abated=partial_date(resource.get("abatementDateTime")) or abated_ends or abated,
        recorded=partial_date(resource.get("recordedDate")),
    )
