"""Which parts of an earlier version a further one goes on with, and why each other one ends."""

from collections.abc import Iterator

from app.domain.plan import ActionPlan
from fhir_mappings.reading import Json, member, partial_date, words
from fhir_mappings.write_closing import LEFT_OUT, PASSED, REPLACED, REVIEWED, Ending

GOES_ON = ("DetectedIssue", "Goal", "Task", "ServiceRequest")
"""Kinds of which the same record goes on with a further version. A List is a snapshot of its day."""


def wanted(plan: ActionPlan) -> frozenset[tuple[str, str]]:
    """Kind and key of every part that the version holds."""
    return frozenset(_wanted(plan))


def _wanted(plan: ActionPlan) -> Iterator[tuple[str, str]]:
    yield from (("DetectedIssue", a.problem.id) for a in plan.actions)
    yield from (("DetectedIssue", d.problem.id) for d in plan.dismissed)
    yield from (("Task", a.key) for a in plan.actions)
    yield from (("Task", s.key) for s in plan.self_management)
    yield from (("Goal", g.key) for g in plan.goals)
    yield from (("ServiceRequest", t.key) for t in plan.touchpoints)


def goes_on(sent: Json, plan: ActionPlan) -> bool:
    """A contact whose time is over is not the next one, also where it has the same name."""
    if words(sent.get("resourceType")) != "ServiceRequest":
        return True
    until = partial_date(member(sent.get("occurrencePeriod"), "end"))
    return until is None or until.latest >= plan.as_of


def ending_of(kind: str, sent: Json, problem: str, plan: ActionPlan) -> Ending:
    """
    `sent` is the part as it was written; `problem` is the one that it is about, empty where it is
    about none. What was confirmed of the problem last is its end.
    """
    if kind == "ServiceRequest":
        return Ending(_contact(sent, plan), plan)
    if kind == "List":
        return Ending(REPLACED, plan)
    last = next((o for o in reversed(plan.outcomes) if o.problem == problem), None)
    if last is None:
        return Ending(LEFT_OUT, plan)
    return Ending(last.outcome.value, plan, last.because or last.note)


def _contact(sent: Json, plan: ActionPlan) -> str:
    when = sent.get("occurrencePeriod")
    first, last = partial_date(member(when, "start")), partial_date(member(when, "end"))
    if last is not None and last.latest < plan.as_of:
        return PASSED
    if first is not None and first.earliest <= plan.as_of:
        return REVIEWED
    return LEFT_OUT
