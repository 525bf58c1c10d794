"""The plan page: what will be done, by whom, by when, and what matters to the patient."""

from typing import Any

from fastapi import APIRouter, Request, Response

from app.domain.person_context import ContextTopic
from app.domain.plan import ListEntry, PlannedAction, TouchpointFormat
from app.knowledge.holding_rows import SuppressorRow
from app.planning.context import STATED, context_key, from_chart
from app.planning.continuing import every_action
from app.planning.draft import Draft
from app.planning.fitting import misfits, stands_in
from app.planning.merging import choose
from app.planning.propose import proposed_goals, proposed_touchpoints
from app.planning.sign import open_ends
from app.planning.support import access, self_management
from app.web import plan_form
from app.web.pages import page
from app.web.plan_form import Parts, Sent
from app.web.version_history import people
from app.web.visit import CurrentOpenVisit, OpenVisit

router = APIRouter(prefix="/s/{session_id}/plan")
RECENT = 12


@router.get("")
async def plan_page(visit: CurrentOpenVisit, saved: str = "") -> Response:
    draft, _ = await visit.draft()
    return _page(visit, draft, Sent(), saved=saved)


def _parts(visit: OpenVisit, draft: Draft) -> Parts:
    assessment, before = visit.assessment, visit.before
    actions = every_action(draft, visit.chart, assessment, visit.author, before)
    return Parts(
        actions,
        proposed_goals(draft, actions, assessment, before),
        proposed_touchpoints(draft, actions, assessment, before),
        self_management(draft, before),
        access(draft, before),
        plan_form.new_rows(),
    )


def _page(visit: OpenVisit, draft: Draft, found: Sent, *, saved: str = "") -> Response:
    parts = _parts(visit, draft)
    showing = plan_form.shown(draft, parts, visit.before)
    lists = visit.services.lists
    return page(
        "plan.html",
        status=422 if found.errors else 200,
        **visit.page_values("plan"),
        parts=parts,
        was=showing,
        # What can't be used stays on screen as it was written.
        values={**showing, **found.now} if found.errors else showing,
        formats=tuple(TouchpointFormat),
        known=from_chart(visit.chart),
        topics=[(context_key(t), t) for t in ContextTopic],
        wishes=[(STATED, r.id, r.title) for r in _stated(visit)],
        care_team=visit.chart.care_team,
        barriers=[(b.code, b.title) for b in lists.barriers],
        techniques=lambda barrier: _techniques(lists.techniques, barrier),
        check_words=_unfit_words(draft, parts.actions),
        actions=lists.actions,
        action_titles={a.code: a.title for a in lists.actions},
        ends=open_ends(draft, visit.assessment),
        errors=found.errors,
        saved=saved,
        **_company(visit, draft),
    )


def _unfit_words(draft: Draft, actions: tuple[PlannedAction, ...]) -> frozenset[str]:
    """Keys of the actions whose words for the patient somebody should read again."""
    return frozenset(a.key for a in (*filter(stands_in, actions), *misfits(draft, actions)))


def _stated(visit: OpenVisit) -> tuple[SuppressorRow, ...]:
    rows = visit.services.knowledge.knowledge.tables.suppressors
    return tuple(row for row in rows if row.stated)


def _techniques(listed: tuple[ListEntry, ...], barrier: str) -> list[tuple[str, str]]:
    """Those meant for the barrier first."""
    best = sorted(listed, key=lambda t: barrier not in t.category.split("|"))
    return [(t.code, t.title) for t in best]


def _company(visit: OpenVisit, draft: Draft) -> dict[str, Any]:
    """What others did, newest first, and what is still to be chosen between."""
    return {
        "clashes": [(c, _key(c.item, c.name, c.other)) for c in draft.clashes],
        "history": tuple(reversed(draft.history[-RECENT:])),
        "people": people(draft, visit.editor),
        "titles": _titles(visit, draft),
    }


def _titles(visit: OpenVisit, draft: Draft) -> dict[str, str]:
    """What an item of the draft is, in words."""
    problems = {p.id: p.title for p in (*visit.assessment.problems, *draft.added)}
    lines = {m.id: m.name for m in visit.chart.medicines}
    actions = {f"action-{key}": title for key, title in problems.items()}
    return {**problems, **lines, **actions, **{f"line {k}": name for k, name in lines.items()}}


def _key(*parts: str) -> str:
    return "\n".join(parts)


@router.post("")
async def save_plan(visit: CurrentOpenVisit, request: Request) -> Response:
    """Saves every edit of the page in one go, or says what can't be used and keeps the rest on screen."""
    form = {k: str(v) for k, v in (await request.form()).items()}
    found = plan_form.sent(form)
    draft, seen = await visit.draft()
    if found.errors:
        return _page(visit, draft, found)
    showing = plan_form.shown(draft, _parts(visit, draft), visit.before)
    made = plan_form.taken(draft, found, showing, by=visit.editor, at=visit.clock())
    if made != draft:
        detail = {"clashes": len(made.clashes) - len(draft.clashes)}
        await visit.save_audited(made, seen, "plan-edited", detail)
    if "HX-Request" in request.headers:
        return await _autosaved(visit, found)
    return visit.goto("sign" if form.get("next") == "sign" else "plan?saved=yes")


async def _autosaved(visit: OpenVisit, found: Sent) -> Response:
    """Only what the page must know: what is kept of it, and what others changed meanwhile."""
    draft, _ = await visit.draft()
    showing = plan_form.shown(draft, _parts(visit, draft), visit.before)
    was = plan_form.seen_since(found, showing)
    others = sum(showing.get(path, "") != text for path, text in found.now.items())
    values = visit.page_values("plan")
    company = _company(visit, draft)
    return page("plan_saved.html", **values, was=was, others=others, **company)


@router.post("/clash")
async def settle_clash(visit: CurrentOpenVisit, request: Request) -> Response:
    """Chooses between two values; both stay in the history."""
    form = await request.form()
    draft, seen = await visit.draft()
    wanted = str(form.get("clash", "")).replace("\r\n", "\n")
    clash = next((c for c in draft.clashes if _key(c.item, c.name, c.other) == wanted), None)
    if clash is not None:
        other = clash.other if form.get("keep") == "other" else ""
        await visit.save_audited(choose(draft, clash, other=other), seen, "clash-settled", {})
    return visit.goto("plan")
