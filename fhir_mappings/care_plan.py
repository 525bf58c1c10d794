"""CarePlan -> RecordedPlan."""

from app.domain.chart import RecordedPlan
from fhir_mappings.concept import concepts, name_of
from fhir_mappings.reading import identified, words


def care_plan(sent: object) -> RecordedPlan:
    """Reads what is needed to list a plan; a plan without a title goes by its category."""
    source, resource = identified(sent, "CarePlan")
    named = (name_of(c) for c in reversed(concepts(resource.get("category"))))
    return RecordedPlan(
        source=source,
        title=words(resource.get("title")) or next(named, "Care plan"),
        status=words(resource.get("status")) or "unknown",
    )
