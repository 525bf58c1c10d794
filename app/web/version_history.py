"""How a signed version came about: who changed what and when, in words, from the draft it was signed from."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

import msgspec
from sqlalchemy import Connection

from app.delivery import InHand, plan_of
from app.domain.follow_up import Outcome
from app.domain.person_context import ContextTopic
from app.domain.plan import ActionPlan, CodedLists, Verdict
from app.planning.context import STATED, context_key
from app.planning.draft import Change, Clash, Draft, Editor
from app.planning.merging import SECOND
from app.planning.propose import GOAL, PLAN, TOUCHPOINT, action_key
from app.planning.support import ACCESS, SELF
from app.store import drafts, outbox
from app.web.words import recorded
from launch.seal import TokenSeal

# The parts of a draft, and its fields as the plan page names them.
NAMES = {
    "decisions": "decision",
    "added": "added problem",
    "settlements": "what the sources disagree on",
    "told": "what the patient says",
    "outcomes": "outcome",
    "text": "words",
    "plain": "words for the patient",
    "owner": "who does it",
    "due": "by when",
    "monitoring": "how it is followed",
    "low": "lower limit",
    "high": "upper limit",
    "whose": "whose words",
    "from": "from",
    "to": "to",
    "format": "how",
    "who": "who takes part",
    "what": "what for",
    "barrier": "what stands in the way",
    "technique": "what was agreed",
    "patient_words": "what matters to the patient",
    "duration_weeks": "weeks it goes on for",
    "contact_frequency": "how often there is contact",
}
KINDS = {
    GOAL: "Goal",
    TOUCHPOINT: "Contact",
    SELF: "Help with the medicines",
    ACCESS: "Who gets the plan",
    STATED: "Said in the visit",
    PLAN: "The plan",
    action_key(""): "A recommendation",
    "mtp-": "A problem",
}
NOT_SENT = " (waited to be chosen)"


@dataclass(frozen=True, slots=True)
class Line:
    """One change; `before` is empty where there was nothing."""

    at: str
    who: str
    what: str
    before: str
    now: str


def history_in(
    connection: Connection, seal: TokenSeal, held: InHand, lists: CodedLists, me: Editor
) -> tuple[Line, ...]:
    """Oldest first; empty where nothing was changed, or nothing is kept of how it came about."""
    body = drafts.signed(connection, seal, held.plan.version_id)
    if body is None:
        return ()
    draft = msgspec.json.decode(body, type=Draft)
    rows = reversed(outbox.versions_of(connection, held.plan.id))
    titles = _titles([plan_of(seal, row) for row in rows], draft)
    called, words = people(draft, me), _words(lists)
    return tuple(_line(change, called, titles, words) for change in draft.history)


def people(draft: Draft, me: Editor) -> dict[str, str]:
    """How each editor is called here: of two with one name the second is told by a number."""
    called: dict[str, str] = {}
    made: Iterable[Change | Clash] = chain(draft.history, draft.clashes)
    for key, name in ((c.who, c.by) for c in made):
        if key not in called:
            same = sum(n == name or n.startswith(f"{name} (") for n in called.values())
            called[key] = f"{name} ({same + 1})" if same else name
    return {key: f"{name} (you)" if key == me.key else name for key, name in called.items()}


def _line(
    change: Change, called: dict[str, str], titles: dict[str, str], words: dict[str, str]
) -> Line:
    name = change.name.removesuffix(SECOND)
    waits = NOT_SENT if change.name.endswith(SECOND) else ""
    return Line(
        at=_moment(change.at),
        who=called[change.who],
        what=f"{_title(change, titles)}, {NAMES.get(name, name.replace('_', ' '))}{waits}",
        before=_said(change.before, words),
        now=_said(change.now, words),
    )


def _moment(at: datetime) -> str:
    return at.astimezone().strftime("%d-%b-%Y %H:%M %Z")


def _title(change: Change, titles: dict[str, str]) -> str:
    """A settled question is of the line that its key begins with."""
    line = change.item.partition(".")[0]
    kind = next((word for start, word in KINDS.items() if change.item.startswith(start)), "")
    return titles.get(change.item) or titles.get(line) or kind or "Medicine list"


def _titles(plans: list[ActionPlan], draft: Draft) -> dict[str, str]:
    """What each item is, as the newest version that holds it says; what was closed only older ones hold."""
    found = {p.id: p.title for p in draft.added}
    lines: dict[str, str] = {}
    goals: dict[str, str] = {}
    for plan in plans:
        problems = chain(
            (a.problem for a in plan.actions), (d.problem for d in plan.dismissed), plan.undecided
        )
        found |= {p.id: p.title for p in problems}
        lines |= {m.id: m.name for m in (*plan.past_medicines, *plan.medicines)}
        goals |= {g.key: f"Goal “{g.text}”" for g in plan.goals}
    return {
        **found,
        **{action_key(id_): title for id_, title in found.items()},
        **lines,
        **{f"line {id_}": name for id_, name in lines.items()},
        **goals,
        **{context_key(t): t.value.replace("-", " ").capitalize() for t in ContextTopic},
    }


def _words(lists: CodedLists) -> dict[str, str]:
    """Codes that a change may hold, in words."""
    listed = chain(lists.actions, lists.dismissals, lists.barriers, lists.techniques)
    coded: Iterator[str] = (c.value for c in chain(Outcome, Verdict))
    return {c: c.replace("-", " ") for c in coded} | {e.code: e.title for e in listed}


def _said(value: str, words: dict[str, str]) -> str:
    return recorded("; ".join(words.get(part, part) for part in value.split("; ")))
