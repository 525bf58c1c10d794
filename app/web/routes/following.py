"""Since last time: what became of each problem of the last plan, confirmed by the pharmacist."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse

from app.domain.assessment import MedicationTherapyProblem
from app.domain.errors import CmmError
from app.domain.follow_up import (
    ConfirmedOutcome,
    Outcome,
    PrescriberResponse,
    ProposedOutcome,
)
from app.domain.plan import ActionPlan, PlannedAction
from app.planning.continuing import closing, confirm, unconfirm
from app.planning.draft import Draft
from app.web.ehr_answers import came_in
from app.web.pages import page
from app.web.visit import CurrentOpenVisit, OpenVisit

router = APIRouter(prefix="/s/{session_id}/since")
Short = Annotated[str, Form(max_length=400)]
OUTCOMES = {
    Outcome.RESOLVED: "Resolved",
    Outcome.IMPROVING: "Improving",
    Outcome.NOT_RESOLVED: "Not resolved",
    Outcome.STILL_OPEN: "Still open",
    Outcome.PATIENT_DECLINED: "Patient declined",
    Outcome.PRESCRIBER_DECLINED: "Prescriber declined",
    Outcome.LOST_TO_FOLLOW_UP: "Lost to follow-up",
}
PROGRESS = {"in-progress": "In progress", "achieved": "Achieved", "not-achieved": "Not achieved"}


@dataclass(frozen=True, slots=True)
class Row:
    """One problem of the plan: what was agreed, what was answered, what is proposed and confirmed."""

    problem: MedicationTherapyProblem
    proposed: ProposedOutcome
    action: PlannedAction | None
    answer: PrescriberResponse | None
    waited: int  # days since it was signed
    confirmed: ConfirmedOutcome | None
    overdue: int  # days past its due date
    found_again: bool  # closed in this review, and today's chart still shows it


@router.get("")
async def since_page(visit: CurrentOpenVisit) -> Response:
    if visit.before is None or visit.followed is None:
        return page("since.html", **visit.page_values("since"), rows=(), goals=(), followed=None)
    came = await came_in(visit)
    if came.new:  # the outcomes are proposed anew with them
        return visit.goto("since")
    draft, _ = await visit.draft()
    left = {p.id for p in visit.before.undecided}
    return page(
        "since.html",
        **visit.page_values("since"),
        rows=_rows(visit, draft, visit.before),
        goals=[
            (next((g.text for g in visit.before.goals if g.key == s.key), s.key), s)
            for s in visit.followed.goals
        ],
        followed=visit.followed,
        not_read=came.problem,
        outcome_words=OUTCOMES,
        progress_words=PROGRESS,
        new=[p for p in visit.assessment.problems if p.id in visit.followed.new_problems],
        left=[p for p in visit.assessment.problems if p.id in left],
    )


def _rows(visit: OpenVisit, draft: Draft, plan: ActionPlan) -> list[Row]:
    actions = {a.problem.id: a for a in plan.actions}
    problems = {d.problem.id: d.problem for d in plan.dismissed}
    problems |= {id_: a.problem for id_, a in actions.items()}
    answers = {r.action: r for r in (*plan.responses, *visit.responses)}
    said = {o.problem: o for o in draft.outcomes}
    found = {p.id for p in visit.assessment.problems}
    waited = (visit.case.as_of - plan.as_of).days
    proposed = visit.followed.outcomes if visit.followed else ()
    return [
        Row(
            problem=problems[o.problem],
            proposed=o,
            action=(action := actions.get(o.problem)),
            answer=answers.get(action.key) if action else None,
            waited=waited,
            confirmed=said.get(o.problem),
            overdue=max(0, (visit.case.as_of - action.due).days) if action else 0,
            found_again=o.problem in found and closing(draft, o.problem) is not None,
        )
        for o in proposed
    ]


@router.post("/{problem_id}")
async def confirm_outcome(
    visit: CurrentOpenVisit, problem_id: str, outcome: Short = "", note: Short = ""
) -> RedirectResponse:
    """One click confirms what is proposed, or what the pharmacist chose instead."""
    draft, seen = await visit.draft()
    proposed = _proposed(visit, problem_id)
    if outcome not in set(Outcome):
        raise CmmError("CMM-4014", "Choose how the problem stands.", 422)
    chosen = ConfirmedOutcome(
        problem=problem_id,
        outcome=Outcome(outcome),
        on=visit.case.as_of,
        by=visit.author,
        because=proposed.because,
        note=note.strip(),
        proof=proposed.proof,
    )
    await visit.save_audited(
        confirm(draft, chosen), seen, "outcome-confirmed", {"outcome": chosen.outcome.value}
    )
    return visit.goto(f"since#{problem_id}")


@router.post("/{problem_id}/take-back")
async def take_back(visit: CurrentOpenVisit, problem_id: str) -> RedirectResponse:
    draft, seen = await visit.draft()
    _proposed(visit, problem_id)
    await visit.save_audited(unconfirm(draft, problem_id), seen, "outcome-taken-back", {})
    return visit.goto(f"since#{problem_id}")


def _proposed(visit: OpenVisit, problem_id: str) -> ProposedOutcome:
    found = visit.followed.outcomes if visit.followed else ()
    proposed = next((o for o in found if o.problem == problem_id), None)
    if proposed is None:
        raise CmmError(
            "CMM-4012",
            "This problem is not open in the last plan: reload the page to see what is.",
            404,
        )
    return proposed
