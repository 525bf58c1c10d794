"""Goal -> RecordedGoal."""

from app.domain.chart import RecordedGoal
from app.domain.errors import Unmappable
from fhir_mappings.concept import concept, name_of
from fhir_mappings.ours import written_here
from fhir_mappings.reading import identified, words


def goal(sent: object) -> RecordedGoal:
    """Reads a goal that is already in the chart."""
    source, resource = identified(sent, "Goal")
    text = name_of(concept(resource.get("description")))
    if not text:
        raise Unmappable("a goal without words")
    status = words(resource.get("lifecycleStatus")) or "unknown"
    return RecordedGoal(source, text, status, ours=written_here(resource))
