"""Signing: the draft becomes an immutable plan, or the signer hears what is still open."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from app.assessment.sentences import counted
from app.domain.assessment import Assessment, CellState, Severity
from app.domain.chart import Chart
from app.domain.errors import CmmError
from app.domain.follow_up import GoalProgress, PrescriberResponse
from app.domain.people import Person
from app.domain.plan import ActionPlan, ClinicalValue, Dismissal, PlanGoal, PlannedAction, Verdict
from app.planning.allergy_list import allergy_list
from app.planning.context import context_of
from app.planning.continuing import carried_dismissals, every_action, past_medicines
from app.planning.draft import Draft, all_problems, undecided
from app.planning.listing import in_force
from app.planning.propose import patient_words, proposed_goals, proposed_touchpoints
from app.planning.support import access, contact_frequency, duration_weeks, self_management


@dataclass(frozen=True, slots=True)
class OpenEnds:
    """What is still open when someone wants to sign: each must be owned up to."""

    undecided: int
    undecided_high: int
    cells_not_assessed: int

    @property
    def any(self) -> bool:
        return bool(self.undecided or self.cells_not_assessed)

    @property
    def words(self) -> str:
        """What the plan does not list itself, the cells, is only said here."""
        told = []
        if self.undecided:
            are = "is" if self.undecided == 1 else "are"
            told.append(
                f"{counted(self.undecided, 'problem')} {are} undecided, which the plan will say"
            )
        if self.cells_not_assessed:
            told.append(f"{counted(self.cells_not_assessed, 'cell')} could not be assessed")
        return "; ".join(told)


def open_ends(draft: Draft, assessment: Assessment) -> OpenEnds:
    waiting = undecided(draft, assessment)
    cells = [cell for line in assessment.medicines for cell in line.needs.values()]
    return OpenEnds(
        undecided=len(waiting),
        undecided_high=sum(p.severity is Severity.HIGH for p in waiting),
        cells_not_assessed=sum(cell.state is CellState.CANNOT_ASSESS for cell in cells),
    )


def sign(
    draft: Draft,
    chart: Chart,
    assessment: Assessment,
    *,
    author: Person,
    signed_at: datetime,
    version_id: str,
    knows_open_ends: bool,
    plan_id: str = "",
    version: int = 1,
    encounter: str = "",
    before: ActionPlan | None = None,
    responses: tuple[PrescriberResponse, ...] = (),
    reopened: Iterable[str] = (),
    reached: Mapping[str, GoalProgress | None] = MappingProxyType({}),
    status: tuple[ClinicalValue, ...] = (),
) -> ActionPlan:
    """Makes the signed plan; `plan_id` names the plan that this is a further version of.

    `before` is that plan as it was signed last: what is open in it goes on, and its outcomes and
    answers are its history; `responses` came in since. `chart` and `assessment` are those of the
    settled list. Raises CMM-4001 while something is open and the signer has not said so.
    """
    if not knows_open_ends:
        _refuse_open_ends(open_ends(draft, assessment))
    answers = (*(before.responses if before else ()), *responses)
    actions = _answered(every_action(draft, chart, assessment, author, before), answers)
    plan = ActionPlan(
        id=plan_id or draft.plan_id,
        version_id=version_id,
        version=version,
        patient=chart.patient,
        author=author,
        signed_at=signed_at,
        as_of=assessment.as_of,
        medicines=chart.medicines,
        actions=actions,
        goals=_standing(proposed_goals(draft, actions, assessment, before), reached),
        touchpoints=proposed_touchpoints(draft, actions, assessment, before),
        dismissed=_dismissals(draft, assessment, before, frozenset(reopened)),
        undecided=undecided(draft, assessment),
        gaps=assessment.gaps,
        knowledge_version=assessment.knowledge_version,
        encounter=encounter,
        responses=answers,
        status=status,
    )
    return _with_the_past(_with_the_person(plan, draft, chart, before), draft, chart, before)


def _refuse_open_ends(ends: OpenEnds) -> None:
    if ends.any:
        raise CmmError(
            "CMM-4001",
            f"{ends.words}: confirm that you sign knowing this, or go back and decide.",
            status=422,
        )


def _with_the_person(
    plan: ActionPlan, draft: Draft, chart: Chart, before: ActionPlan | None
) -> ActionPlan:
    """With what the person said and what is known of them, what helps, and who stays in touch."""
    return replace(
        plan,
        settlements=in_force(chart.medicines, draft.settlements),
        told=draft.told,
        allergies=allergy_list(chart),
        patient_words=patient_words(draft, before),
        context=context_of(draft, chart, before),
        self_management=self_management(draft, before),
        access=access(draft, before),
        duration_weeks=duration_weeks(draft, before),
        contact_frequency=contact_frequency(draft, before),
    )


def _with_the_past(
    plan: ActionPlan, draft: Draft, chart: Chart, before: ActionPlan | None
) -> ActionPlan:
    """With the version it replaces, what became of its problems, and what is not taken any more."""
    return replace(
        plan,
        replaces=before.version_id if before else "",
        past_medicines=past_medicines(plan.actions, chart, before),
        outcomes=(*(before.outcomes if before else ()), *draft.outcomes),
    )


def _standing(
    goals: tuple[PlanGoal, ...], reached: Mapping[str, GoalProgress | None]
) -> tuple[PlanGoal, ...]:
    """Each with how it stands by today's chart, where that can be told."""
    return tuple(replace(g, progress=(reached.get(g.key) or g.progress)) for g in goals)


def _answered(
    actions: tuple[PlannedAction, ...], answers: tuple[PrescriberResponse, ...]
) -> tuple[PlannedAction, ...]:
    """Each with what the prescriber said of it last."""
    last = {r.action: r.response.value for r in answers}
    return tuple(replace(a, response=last.get(a.key, a.response)) for a in actions)


def _dismissals(
    draft: Draft,
    assessment: Assessment,
    before: ActionPlan | None,
    reopened: frozenset[str],
) -> tuple[Dismissal, ...]:
    """What goes on being set aside keeps the day and the values it was set aside with.

    What the chart no longer shows is carried on from the plan before.
    """
    held = {d.problem.id: d for d in (before.dismissed if before else ())}
    since = before.as_of if before else None
    found = []
    for problem in all_problems(draft, assessment):
        decision = draft.decision(problem.id)
        if decision is not None and decision.verdict is Verdict.DISMISSED:
            old = held.get(problem.id)
            if old is None or problem.id in reopened or old.reason != decision.reason:
                on = assessment.as_of
                found.append(Dismissal(problem, decision.reason, decision.note, on))
            else:
                found.append(replace(old, note=decision.note, on=old.on or since))
    return (*found, *carried_dismissals(draft, before, assessment))
