"""The plan page as fields: what each shows, what was sent, and what that changes."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from app.domain.person_context import Access, ContextTopic, SelfManagement
from app.domain.plan import ActionPlan, PlanGoal, PlannedAction, Touchpoint
from app.planning.context import STATED, context_key, stated, told
from app.planning.draft import Change, Draft, Editor
from app.planning.merging import Path, edit
from app.planning.propose import GOAL, PATIENT, PLAN, TOUCHPOINT, patient_words, whose
from app.planning.support import ACCESS, SELF, contact_frequency, duration_weeks, weeks_of

NOW, WAS = "now", "was"
DAYS = {"due": "By when", "from": "From", "to": "To"}
LONGEST = 600
Values = dict[Path, str]


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of the plan that the page shows, and the keys of the empty rows it offers."""

    actions: tuple[PlannedAction, ...]
    goals: tuple[PlanGoal, ...]
    touchpoints: tuple[Touchpoint, ...]
    supports: tuple[SelfManagement, ...]
    readers: tuple[Access, ...]
    new: Mapping[str, str]


def new_rows() -> dict[str, str]:
    """Keys nobody else has: two people who each add a row make two rows."""
    return {kind: f"{kind}{uuid.uuid4().hex[:8]}" for kind in (GOAL, TOUCHPOINT, SELF, ACCESS)}


def shown(draft: Draft, parts: Parts, before: ActionPlan | None) -> Values:
    """What every field shows."""
    values: Values = {
        (PLAN, "patient_words"): patient_words(draft, before),
        (parts.new[GOAL], "whose"): PATIENT,
    }
    for action in parts.actions:
        told = {name: getattr(action, name) for name in ("action", "text", "plain", "monitoring")}
        told |= {"owner": action.owner.name, "due": action.due.isoformat()}
        values |= _of(action.key, told)
    for goal in parts.goals:
        told = {name: getattr(goal, name) for name in ("text", "low", "high", "unit")}
        due = goal.due.isoformat() if goal.due else ""
        values |= _of(goal.key, {**told, "due": due, "whose": whose(goal)})
    for point in parts.touchpoints:
        values |= _of(
            point.key,
            {
                "from": point.earliest.isoformat(),
                "to": point.latest.isoformat(),
                "format": point.format.value,
                "who": point.participants,
                "what": point.purpose,
            },
        )
    for one in parts.supports:
        values |= _of(one.key, {n: getattr(one, n) for n in ("barrier", "technique", "text")})
    for reader in parts.readers:
        values |= _of(reader.key, {n: getattr(reader, n) for n in ("name", "role", "how")})
    return values | _course(draft, before)


def _course(draft: Draft, before: ActionPlan | None) -> Values:
    weeks = duration_weeks(draft, before)
    frequency = contact_frequency(draft, before)
    values = {(context_key(t), "text"): told(draft, t, before) for t in ContextTopic}
    values |= _of(STATED, stated(draft, before))
    return values | _of(PLAN, {"duration_weeks": str(weeks or ""), "contact_frequency": frequency})


def _of(item: str, told: Mapping[str, str]) -> Values:
    return {(item, name): value for name, value in told.items()}


@dataclass(slots=True)
class Sent:
    """The form as it came: values, what the page had shown, and what can't be used."""

    now: Values = field(default_factory=dict)
    was: Values = field(default_factory=dict)
    errors: list[tuple[str, str]] = field(default_factory=list)


def sent(form: Mapping[str, str]) -> Sent:
    """`now.goal-1.due` and `was.goal-1.due`; dates that are none are named."""
    found = Sent()
    for key, text in form.items():
        kind, _, rest = key.partition(".")
        item, _, name = rest.rpartition(".")
        if item and kind in {NOW, WAS}:
            getattr(found, kind)[item, name] = text.replace("\r\n", "\n").strip()[:LONGEST]
    for (item, name), text in found.now.items():
        if name in DAYS and text and not _is_day(text):
            words = f"{DAYS[name]}: write the date as year-month-day."
            found.errors.append((f"{item}-{name}", words))
        if name == "duration_weeks" and text and weeks_of(text) is None:
            found.errors.append((f"{item}-{name}", WEEKS))
    found.errors += [(f"{i}-to", LAST) for i in {i for i, _ in found.now} if _backwards(found, i)]
    return found


WEEKS = "Duration: write a whole number of weeks, up to 104."
LAST = "Next contact: the last day is before the first."


def _backwards(found: Sent, item: str) -> bool:
    first, last = found.now.get((item, "from"), ""), found.now.get((item, "to"), "")
    return bool(_is_day(first) and _is_day(last) and last < first)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def taken(draft: Draft, found: Sent, showing: Values, *, by: Editor, at: datetime) -> Draft:
    """The draft with what this person changed; what the page only repeated changes nothing."""
    for path, text in found.now.items():
        was = found.was.get(path, "")
        wish = Change(*path, before=was, now=text, by=by.name, at=at, who=by.key)
        draft = edit(draft, wish, showing.get(path, ""))
    return draft


def seen_since(found: Sent, showing: Values) -> Values:
    """What the page may from now on take as shown: its own values that are kept, else what it had."""
    return {
        path: text if showing.get(path, "") == text else found.was.get(path, "")
        for path, text in found.now.items()
    }
