"""The review: the grid, one finding beside it, and the clinician's verdicts."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from app.domain.assessment import Cell, MedicationTherapyProblem, Need
from app.domain.errors import CmmError
from app.domain.plan import Decision, Verdict
from app.planning.continuing import closing
from app.planning.defaults import due_date, owner_of
from app.planning.draft import Draft, add_problem, all_problems, reopen, undecided
from app.planning.fitting import stands_in
from app.planning.merging import decide_seeing
from app.planning.own import OwnProblem, own_problem
from app.planning.propose import planned_actions
from app.web.grid import NEED_TITLES, grid_view
from app.web.pages import page
from app.web.routes.following import OUTCOMES
from app.web.trend import trend
from app.web.visit import CurrentOpenVisit, OpenVisit
from app.web.words import day, medicine_name

router = APIRouter(prefix="/s/{session_id}/review")
VERDICT_WORDS = {"accepted": "In the plan", "changed": "In the plan, changed", "dismissed": "Set aside", "added": "Added by you"}  # fmt: skip
Short = Annotated[str, Form(max_length=600)]


@router.get("")
async def review_page(
    visit: CurrentOpenVisit, problem: str = "", cell: Annotated[str, Query()] = ""
) -> Response:
    return await _review(visit, problem, cell)


async def _review(
    visit: OpenVisit, problem: str = "", cell: str = "", own_error: str = ""
) -> Response:
    draft, _ = await visit.draft()
    shown = _chosen(visit, draft, problem, cell)
    selected = cell or (shown.id if shown else "")
    return page(
        "review.html",
        status=422 if own_error else 200,
        **visit.page_values("review"),
        grid=grid_view(visit.assessment, draft, selected),
        read_at=visit.chart.read_at.astimezone().strftime("%H:%M")
        if visit.chart.read_at
        else "now",
        own_error=own_error,
        **_lists(visit),
        **_detail(visit, draft, shown, cell),
    )


def _lists(visit: OpenVisit) -> dict[str, Any]:
    lists = visit.services.lists
    return {
        "actions": lists.actions,
        "rationales": lists.rationales,
        "dismissals": lists.dismissals,
        "action_titles": {a.code: a.title for a in lists.actions},
        "dismissal_titles": {d.code: d.title for d in lists.dismissals},
        "verdict_words": VERDICT_WORDS,
    }


def _chosen(
    visit: OpenVisit, draft: Draft, problem: str, cell: str
) -> MedicationTherapyProblem | None:
    """The problem that was asked for; with nothing asked, the worst undecided one."""
    everything = all_problems(draft, visit.assessment)
    if problem:
        return next((p for p in everything if p.id == problem), None)
    if cell:
        return None
    waiting = undecided(draft, visit.assessment)
    return next(iter(waiting), next(iter(everything), None))


def _detail(
    visit: OpenVisit, draft: Draft, problem: MedicationTherapyProblem | None, cell_key: str
) -> dict[str, Any]:
    cell, title = _cell(visit, cell_key)
    if problem is None:
        return {"problem": None, "cell": cell, "cell_title": title}
    everything = {p.id: p for p in all_problems(draft, visit.assessment)}
    others = [everything[i] for i in (cell.problems if cell else ()) if i != problem.id]
    waiting = [p for p in undecided(draft, visit.assessment) if p.id != problem.id]
    made = planned_actions(draft, visit.chart, visit.assessment, visit.author)
    planned = next((a for a in made if a.problem.id == problem.id), None)
    return {
        "problem": problem,
        "cell": cell,
        "cell_title": title,
        "decision": draft.decision(problem.id),
        "plain": planned.plain if planned else problem.recommend.plain,
        "stands_in": planned is not None and stands_in(planned),
        "closed": _closed(visit, draft, problem.id),
        "series": trend(visit.chart.measurements, problem.measure),
        "owner": owner_of(problem, visit.chart, visit.author),
        "due": due_date(problem.severity, visit.assessment.as_of),
        "others": others,
        "next_problem": waiting[0] if waiting else None,
    }


def _closed(visit: OpenVisit, draft: Draft, problem: str) -> str:
    """Who closed it in this review and how; empty where nobody did."""
    said = closing(draft, problem)
    if said is None:
        return ""
    who = "You" if said.by == visit.author else said.by.name
    when = "today" if said.on == visit.case.as_of else f"on {day(said.on)}"
    return (
        f"{who} closed this {when} as {OUTCOMES[said.outcome].lower()}; the chart still shows it."
    )


def _cell(visit: OpenVisit, key: str) -> tuple[Cell | None, str]:
    """The cell behind a key such as `med-1a2b.safety` or `need.N01`, with its title."""
    kind, _, rest = key.partition(".")
    for line in visit.assessment.medicines:
        if line.medicine.id == kind and rest in set(Need):
            need = Need(rest)
            return line.needs[need], f"{NEED_TITLES[need]}: {medicine_name(line.medicine)}"
    for row in visit.assessment.untreated:
        if kind == "need" and row.rule == rest:
            return Cell(row.state, missing=row.missing, problems=row.problems), row.title
    return None, ""


async def _record(visit: OpenVisit, decision: Decision) -> RedirectResponse:
    draft, seen = await visit.draft()
    everything = {p.id: p for p in all_problems(draft, visit.assessment)}
    if decision.problem_id not in everything:
        raise CmmError("CMM-4003", "This problem is not part of the review any more: reload the page.", 404)  # fmt: skip
    # The forms of a verdict are shown where there is none.
    made = decide_seeing(draft, decision, "", by=visit.editor, at=visit.clock())
    detail = {"rule": everything[decision.problem_id].rule, "reason": decision.reason}
    await visit.save_audited(made, seen, decision.verdict.value, detail)
    return visit.goto(f"review?problem={decision.problem_id}#detail")


@router.post("/own")
async def add_own(visit: CurrentOpenVisit, request: Request) -> Response:
    """Adds a problem that no rule found."""
    form = await request.form()
    fields = {k: str(form.get(k, "")) for k in OwnProblem.__dataclass_fields__}
    draft, seen = await visit.draft()
    try:
        problem = own_problem(OwnProblem(**fields), visit.chart, visit.services.lists)
    except CmmError as error:
        return await _review(visit, own_error=error.message)
    await visit.save(add_problem(draft, problem), seen)
    return visit.goto(f"review?problem={problem.id}#detail")


@router.post("/{problem_id}/accept")
async def accept(visit: CurrentOpenVisit, problem_id: str) -> RedirectResponse:
    return await _record(visit, Decision(problem_id, Verdict.ACCEPTED))


@router.post("/{problem_id}/change")
async def change(
    visit: CurrentOpenVisit,
    problem_id: str,
    action: Short = "",
    text: Short = "",
    plain: Short = "",
) -> RedirectResponse:
    decision = Decision(problem_id, Verdict.CHANGED, action=action, text=text, plain=plain)
    if action not in {a.code for a in visit.services.lists.actions}:
        raise CmmError("CMM-4004", "Choose an action from the list.", 422)
    return await _record(visit, decision)


@router.post("/{problem_id}/dismiss")
async def dismiss(
    visit: CurrentOpenVisit, problem_id: str, reason: Short = "", note: Short = ""
) -> RedirectResponse:
    if reason not in {d.code for d in visit.services.lists.dismissals}:
        raise CmmError("CMM-4005", "Choose why this is not a problem.", 422)
    return await _record(visit, Decision(problem_id, Verdict.DISMISSED, reason=reason, note=note))


@router.post("/{problem_id}/reopen")
async def take_back(visit: CurrentOpenVisit, problem_id: str) -> RedirectResponse:
    draft, seen = await visit.draft()
    await visit.save(reopen(draft, problem_id), seen)
    return visit.goto(f"review?problem={problem_id}#detail")
