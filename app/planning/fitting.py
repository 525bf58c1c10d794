"""The words for the patient fit the action that was agreed: those proposed for another one do not go on."""

from collections.abc import Iterable
from dataclasses import replace

from app.domain.plan import PlannedAction
from app.planning.draft import Draft
from app.planning.papers.languages import ENGLISH
from app.planning.papers.steps import every_step, step


def fitting(action: PlannedAction) -> PlannedAction:
    """With the step of its action where nobody wrote words of their own for it."""
    proposed = action.problem.recommend
    if not proposed.plain or not _proposed(action):
        return action
    changed = action.action != proposed.action
    return replace(action, plain=step(action, ENGLISH) if changed else proposed.plain)


def stands_in(action: PlannedAction) -> bool:
    """Whether its words are such a step: somebody should read them."""
    proposed = action.problem.recommend
    changed = bool(proposed.plain) and action.action != proposed.action
    return changed and action.plain == step(action, ENGLISH)


def misfits(draft: Draft, actions: Iterable[PlannedAction]) -> tuple[PlannedAction, ...]:
    """Those whose words a person wrote before the action became another one."""
    return tuple(a for a in actions if not _proposed(a) and _became_another(draft, a))


def _proposed(action: PlannedAction) -> bool:
    return action.plain in {"", action.problem.recommend.plain, *every_step(ENGLISH)}


def _became_another(draft: Draft, action: PlannedAction) -> bool:
    if draft.value(action.key, "plain"):
        return _since_the_field(draft, action)
    if draft.decision(action.problem.id):
        return _decided(draft, action) != action.action
    return bool(draft.value(action.key, "action"))  # goes on from an earlier version, words and all


def _since_the_field(draft: Draft, action: PlannedAction) -> bool:
    """By the history: it alone knows which of the two was given first."""
    paths = [(c.item, c.name) for c in draft.history]
    words = (action.key, "plain")
    written = max((n for n, path in enumerate(paths) if path == words), default=-1)
    since = draft.history[written + 1 :]
    edits = [c for c in since if (c.item, c.name) == (action.key, "action")]
    if edits:
        return (edits[0].before or _decided(draft, action)) != action.action
    anew = (action.problem.id, "decisions") in paths[written + 1 :]
    return anew and action.action != action.problem.recommend.action


def _decided(draft: Draft, action: PlannedAction) -> str:
    """What it was to be before anybody edited the plan."""
    decision = draft.decision(action.problem.id)
    return (decision.action if decision else "") or action.problem.recommend.action
