"""What the plan would hold if it were signed now: actions, goals and contacts, proposed or edited."""

from dataclasses import replace
from datetime import date, timedelta

from app.domain.assessment import Assessment, MedicationTherapyProblem, Severity
from app.domain.chart import Chart
from app.domain.follow_up import GoalProgress
from app.domain.people import Person
from app.domain.plan import (
    ActionPlan,
    Decision,
    PlanGoal,
    PlannedAction,
    Touchpoint,
    TouchpointFormat,
    Verdict,
)
from app.planning.defaults import due_date, first_touchpoint, monitoring_of, owner_of
from app.planning.draft import Draft, all_problems
from app.planning.fitting import fitting

GOAL_WEEKS = 12
GOAL, TOUCHPOINT, PLAN = "goal-", "touchpoint-", "plan"
PATIENT, TEAM = "patient", "team"


def planned_actions(
    draft: Draft, chart: Chart, assessment: Assessment, author: Person
) -> tuple[PlannedAction, ...]:
    """One action per agreed problem, worst first."""
    actions = []
    for problem in all_problems(draft, assessment):
        decision = draft.decision(problem.id)
        if decision is None or decision.verdict is Verdict.DISMISSED:
            continue
        actions.append(_action(draft, chart, assessment.as_of, author, problem, decision))
    return tuple(sorted(actions, key=lambda a: a.problem.severity.rank))


def _action(
    draft: Draft,
    chart: Chart,
    as_of: date,
    author: Person,
    problem: MedicationTherapyProblem,
    decision: Decision,
) -> PlannedAction:
    proposed = PlannedAction(
        key=action_key(problem.id),
        problem=problem,
        verdict=decision.verdict,
        action=decision.action or problem.recommend.action,
        text=decision.text or problem.recommend.text,
        plain=decision.plain or problem.recommend.plain,
        owner=owner_of(problem, chart, author),
        due=due_date(problem.severity, as_of),
        monitoring=monitoring_of(problem),
        note=decision.note,
    )
    return edited_action(draft, proposed)


def action_key(problem_id: str) -> str:
    return f"action-{problem_id}"


def edited_action(draft: Draft, proposed: PlannedAction) -> PlannedAction:
    """With what was written over it; an emptied field is as proposed for the action it now is."""

    def told(name: str, otherwise: str) -> str:
        return draft.value(proposed.key, name) or otherwise

    owner = told("owner", proposed.owner.name)
    edited = replace(
        proposed,
        action=told("action", proposed.action),
        text=told("text", proposed.text),
        plain=told("plain", proposed.plain),
        owner=proposed.owner if owner == proposed.owner.name else Person(owner),
        due=day_of(draft.value(proposed.key, "due")) or proposed.due,
        monitoring=told("monitoring", proposed.monitoring),
    )
    return fitting(edited)


def proposed_goals(
    draft: Draft,
    actions: tuple[PlannedAction, ...],
    assessment: Assessment,
    before: ActionPlan | None = None,
) -> tuple[PlanGoal, ...]:
    """
    The goals of the last plan, one per measured outcome of the agreed actions, and those written here.
    An emptied goal is taken out.
    """
    goals = {g.key: g for g in _measured(actions, assessment.as_of)}
    kept = {g.key: g for g in before.goals} if before else {}
    open_ = {k: g for k, g in kept.items() if _goes_on(g) or k in goals}
    own = {
        i: PlanGoal(i, "", expressed_by_patient=True)
        for i in items(draft, GOAL)
        if i not in goals and i not in open_
    }
    edited = (edited_goal(draft, g) for g in {**goals, **open_, **own}.values())
    return tuple(g for g in edited if g.text)


def _goes_on(goal: PlanGoal) -> bool:
    """Until it is reached. One that was only proposed with an action, without limits, ends with it."""
    if goal.progress == GoalProgress.ACHIEVED:
        return False
    return goal.measure is None or bool(goal.low or goal.high)


def _measured(actions: tuple[PlannedAction, ...], as_of: date) -> tuple[PlanGoal, ...]:
    goals: dict[str, PlanGoal] = {}
    for action in actions:
        measure = action.problem.measure
        if measure is None or measure.code in goals:
            continue
        same = (a for a in actions if a.problem.measure and a.problem.measure.code == measure.code)
        goals[measure.code] = PlanGoal(
            key=f"{GOAL}{measure.code}",
            text=f"{measure.display or measure.code} checked again",
            due=as_of + timedelta(weeks=GOAL_WEEKS),
            measure=measure,
            conditions=action.problem.conditions,
            actions=tuple(a.key for a in same),
        )
    return tuple(goals.values())


def whose(goal: PlanGoal) -> str:
    return PATIENT if goal.expressed_by_patient else TEAM


def edited_goal(draft: Draft, goal: PlanGoal) -> PlanGoal:
    def told(name: str, otherwise: str) -> str:
        value = draft.value(goal.key, name)
        return otherwise if value is None else value

    return replace(
        goal,
        text=told("text", goal.text),
        due=day_of(told("due", goal.due.isoformat() if goal.due else "")),
        low=told("low", goal.low),
        high=told("high", goal.high),
        unit=told("unit", goal.unit),
        expressed_by_patient=told("whose", whose(goal)) == PATIENT,
    )


def proposed_touchpoints(
    draft: Draft,
    actions: tuple[PlannedAction, ...],
    assessment: Assessment,
    before: ActionPlan | None = None,
) -> tuple[Touchpoint, ...]:
    """Contacts still ahead from the last plan, else one timed by the worst problem; and those added."""
    ahead = [t for t in (before.touchpoints if before else ()) if t.latest >= assessment.as_of]
    worst = min((a.problem.severity for a in actions), key=lambda s: s.rank, default=None)
    proposed = ahead or [first_touchpoint(worst, assessment.as_of)]
    known = {t.key for t in proposed}
    proposed += [
        blank_touchpoint(i, assessment) for i in items(draft, TOUCHPOINT) if i not in known
    ]
    edited = (edited_touchpoint(draft, t) for t in proposed)
    return tuple(t for t in edited if t is not None)


def blank_touchpoint(key: str, assessment: Assessment) -> Touchpoint:
    return replace(first_touchpoint(Severity.LOW, assessment.as_of), key=key)


def edited_touchpoint(draft: Draft, point: Touchpoint) -> Touchpoint | None:
    """None where somebody took it out."""

    def told(name: str, otherwise: str) -> str:
        return draft.value(point.key, name) or otherwise

    format_ = draft.value(point.key, "format")
    if format_ == "none":
        return None
    first = day_of(told("from", "")) or point.earliest
    return replace(
        point,
        earliest=first,
        latest=max(first, day_of(told("to", "")) or point.latest),
        format=TouchpointFormat(format_) if format_ in set(TouchpointFormat) else point.format,
        participants=told("who", point.participants),
        purpose=told("what", point.purpose),
    )


def patient_words(draft: Draft, before: ActionPlan | None) -> str:
    """What matters to the patient: as written here, else as the last plan had it."""
    told = draft.value(PLAN, "patient_words")
    return told if told is not None else (before.patient_words if before else "")


def items(draft: Draft, kind: str) -> tuple[str, ...]:
    """Everything of one kind that somebody wrote in, in that order; an emptied row is none."""
    found = (f.item for f in draft.fields if f.item.startswith(kind) and f.value)
    return tuple(dict.fromkeys(found))


def day_of(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
