"""The next version of a plan: what was agreed stays agreed until it is closed, what was set aside stays so."""

from collections.abc import Iterable
from dataclasses import replace

from app.domain.assessment import Assessment
from app.domain.chart import Chart
from app.domain.follow_up import ConfirmedOutcome, Outcome
from app.domain.medicines import Medicine
from app.domain.people import Person
from app.domain.plan import ActionPlan, Decision, Dismissal, PlannedAction, Verdict
from app.planning.draft import Draft, all_problems, decide
from app.planning.propose import edited_action, planned_actions

CLOSED = frozenset(
    {
        Outcome.RESOLVED,
        Outcome.PATIENT_DECLINED,
        Outcome.PRESCRIBER_DECLINED,
        Outcome.LOST_TO_FOLLOW_UP,
    }
)


def confirm(draft: Draft, outcome: ConfirmedOutcome) -> Draft:
    """
    Records how one problem stands; said again it replaces what was said before in this review. What
    closes it also ends what was decided of it: if today's chart finds it all the same it is undecided.
    """
    open_ = unconfirm(draft, outcome.problem)
    said = replace(open_, outcomes=(*open_.outcomes, outcome))
    decision = said.decision(outcome.problem)
    if outcome.outcome not in CLOSED or decision is None:
        return said
    kept = tuple(d for d in said.decisions if d.problem_id != outcome.problem)
    return replace(said, decisions=kept, ended=(*said.ended, decision))


def unconfirm(draft: Draft, problem: str) -> Draft:
    """Without the outcome; the decision that it ended stands again, unless there is a newer one."""
    outcomes = tuple(o for o in draft.outcomes if o.problem != problem)
    ended = next((d for d in draft.ended if d.problem_id == problem), None)
    left = tuple(d for d in draft.ended if d.problem_id != problem)
    draft = replace(draft, outcomes=outcomes, ended=left)
    return draft if ended is None or draft.decision(problem) else decide(draft, ended)


def closing(draft: Draft, problem: str) -> ConfirmedOutcome | None:
    """The outcome that closed the problem in this review."""
    ends = (o for o in draft.outcomes if o.outcome in CLOSED)
    return next((o for o in ends if o.problem == problem), None)


def _closed(draft: Draft) -> frozenset[str]:
    """
    What is closed from this review on. What was closed before is in the last plan only where it was
    found and agreed again since.
    """
    return frozenset(o.problem for o in draft.outcomes if o.outcome in CLOSED)


def continuing(
    draft: Draft, plan: ActionPlan | None, assessment: Assessment, reopened: Iterable[str] = ()
) -> Draft:
    """
    The draft with the last plan's decisions on what is found again today, where this review has not
    decided anew or taken them back. `reopened` were set aside, and their context has changed.
    """
    if plan is None:
        return draft
    found = {p.id for p in all_problems(draft, assessment)}
    settled = {d.problem_id for d in draft.decisions}.union(draft.withdrawn, reopened)
    open_ = found - settled - _closed(draft)
    for action in plan.actions:
        if action.problem.id in open_:
            draft = decide(draft, _again(action))
    for dismissal in plan.dismissed:
        if dismissal.problem.id in open_:
            id_, reason = dismissal.problem.id, dismissal.reason
            verdict = Decision(id_, Verdict.DISMISSED, reason=reason, note=dismissal.note)
            draft = decide(draft, verdict)
    return draft


def carried_actions(
    draft: Draft, plan: ActionPlan | None, made: Iterable[PlannedAction]
) -> tuple[PlannedAction, ...]:
    """Agreed before, not found today and not closed: still to be followed."""
    if plan is None:
        return ()
    done = {a.problem.id for a in made} | _closed(draft) | set(draft.withdrawn)
    done |= {d.problem_id for d in draft.decisions}
    return tuple(a for a in plan.actions if a.problem.id not in done)


def every_action(
    draft: Draft,
    chart: Chart,
    assessment: Assessment,
    author: Person,
    plan: ActionPlan | None,
) -> tuple[PlannedAction, ...]:
    """What is agreed today, then what goes on from the last plan; each as it was edited."""
    made = planned_actions(draft, chart, assessment, author)
    carried = carried_actions(draft, plan, made)
    return (*made, *(edited_action(draft, action) for action in carried))


def past_medicines(
    actions: Iterable[PlannedAction], chart: Chart, plan: ActionPlan | None
) -> tuple[Medicine, ...]:
    """Medicines that an open action is about and that are on the list no more: to see it, they are kept."""
    if plan is None:
        return ()
    named = {id_ for a in actions for id_ in a.problem.medicines}
    named -= {m.id for m in chart.medicines}
    known = {m.id: m for m in (*plan.past_medicines, *plan.medicines)}
    return tuple(known[id_] for id_ in sorted(named & known.keys()))


def carried_dismissals(
    draft: Draft, plan: ActionPlan | None, assessment: Assessment
) -> tuple[Dismissal, ...]:
    """Set aside before and not found today: remembered for when it is found again."""
    if plan is None:
        return ()
    found = {p.id for p in all_problems(draft, assessment)}
    still = (d for d in plan.dismissed if d.problem.id not in found)
    return tuple(replace(d, on=d.on or plan.as_of) for d in still)


def _again(action: PlannedAction) -> Decision:
    return Decision(
        action.problem.id,
        action.verdict,
        note=action.note,
        action=action.action,
        text=action.text,
        plain=action.plain,
    )
