"""What matters of the person: read from the chart, known from the last plan, told in the visit."""

from collections.abc import Iterator

from app.domain.chart import Chart
from app.domain.codes import ICD10CM, Coding, Concept, Source
from app.domain.person_context import ContextItem, ContextTopic
from app.domain.plan import ActionPlan
from app.planning.draft import Draft

CONTEXT = "context-"
# Wishes and judgements that hold advice back (suppressors.csv), by id.
STATED = "stated"
SUPPRESSOR = "https://concordance-cmm.org/fhir/CodeSystem/suppressor"
# Category codes of US Core 7.0.0, CodeSystem us-core-category, which Observations and Conditions carry.
CATEGORIES = {
    "sdoh": ContextTopic.SOCIAL,
    "functional-status": ContextTopic.FUNCTION,
    "disability-status": ContextTopic.FUNCTION,
    "cognitive-status": ContextTopic.FUNCTION,
    "treatment-intervention-preference": ContextTopic.PREFERENCE,
    "care-experience-preference": ContextTopic.PREFERENCE,
}
# ICD-10-CM block Z55-Z65: potential health hazards of socioeconomic and psychosocial circumstances.
Z_FIRST, Z_LAST = "Z55", "Z65"
# Z55.0 illiteracy and low-level literacy, Z55.6 problems related to health literacy (ICD-10-CM).
LITERACY = ("Z55.0", "Z55.6")
OPEN_GOALS = frozenset({"proposed", "planned", "accepted", "active", "on-hold"})


def from_chart(chart: Chart) -> tuple[ContextItem, ...]:
    """Each with the entry it was read from. What a read missed is a gap of the chart, not an empty list."""
    found = [*_language(chart), *_conditions(chart), *_findings(chart), *_goals(chart)]
    return tuple(dict.fromkeys(found))


def _language(chart: Chart) -> Iterator[ContextItem]:
    if chart.patient.language:
        source = Source("Patient", chart.patient.id)
        need = "; needs an interpreter" if chart.patient.interpreter else ""
        yield ContextItem(ContextTopic.LANGUAGE, f"{chart.patient.language}{need}", source)
    elif chart.patient.interpreter:
        source = Source("Patient", chart.patient.id)
        yield ContextItem(ContextTopic.LANGUAGE, "Needs an interpreter", source)


def _conditions(chart: Chart) -> Iterator[ContextItem]:
    for condition in chart.conditions:
        topic = _topic(condition.categories, condition.concept)
        if condition.active and topic:
            when = condition.recorded or condition.onset
            yield ContextItem(topic, _name(condition.concept), condition.source, condition.concept, when)  # fmt: skip


def _findings(chart: Chart) -> Iterator[ContextItem]:
    for finding in chart.findings:
        topic = _topic(finding.categories, finding.concept)
        if topic:
            text = f"{_name(finding.concept)}: {_name(finding.value)}"
            yield ContextItem(topic, text, finding.source, finding.concept, finding.taken)


def _goals(chart: Chart) -> Iterator[ContextItem]:
    """Of others: what our own plan agreed comes back as the plan's goals, not as the person's."""
    for goal in chart.goals:
        if goal.lifecycle_status in OPEN_GOALS and not goal.ours:
            yield ContextItem(ContextTopic.GOALS_OF_CARE, goal.text, goal.source)


def _topic(categories: tuple[str, ...], concept: Concept) -> ContextTopic | None:
    codes = concept.codes(ICD10CM)
    if any(code.startswith(LITERACY) for code in codes):
        return ContextTopic.LITERACY
    if any(Z_FIRST <= code[:3] <= Z_LAST for code in codes):
        return ContextTopic.SOCIAL
    return next((CATEGORIES[c] for c in categories if c in CATEGORIES), None)


def _name(concept: Concept) -> str:
    return concept.text or next((c.display or c.code for c in concept.codings), "")


def context_key(topic: ContextTopic) -> str:
    return f"{CONTEXT}{topic.value}"


def told(draft: Draft, topic: ContextTopic, before: ActionPlan | None) -> str:
    """What the pharmacist was told: today, else at an earlier visit. Nobody is asked twice."""
    today = draft.value(context_key(topic), "text")
    if today is not None:
        return today
    items = before.context if before else ()
    own = (c.text for c in items if c.topic is topic and c.source is None and c.concept is None)
    return next(own, "")


def stated(draft: Draft, before: ActionPlan | None) -> dict[str, str]:
    """What was said that holds advice back: its id and words, of today and of earlier visits."""
    said = {k.code: k.display for c in (before.context if before else ()) for k in _suppressors(c)}
    said |= {f.name: f.value for f in draft.fields if f.item == STATED}
    return {id_: words for id_, words in said.items() if words}


def _suppressors(item: ContextItem) -> tuple[Coding, ...]:
    every = item.concept.codings if item.concept else ()
    return tuple(k for k in every if k.system == SUPPRESSOR)


def context_of(draft: Draft, chart: Chart, before: ActionPlan | None) -> tuple[ContextItem, ...]:
    """The chart's entries first, then what was told."""
    said = ((topic, told(draft, topic, before)) for topic in ContextTopic)
    wishes = stated(draft, before).items()
    return (
        *from_chart(chart),
        *(ContextItem(topic, text) for topic, text in said if text),
        *(_wish(id_, words) for id_, words in wishes),
    )


def _wish(id_: str, words: str) -> ContextItem:
    concept = Concept(words, (Coding(SUPPRESSOR, id_, words),))
    return ContextItem(ContextTopic.PREFERENCE, words, concept=concept)
