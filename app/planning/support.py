"""What helps the patient take medicines as intended, who gets the plan, and how long it goes on."""

from collections.abc import Iterator

from app.domain.person_context import Access, SelfManagement
from app.domain.plan import ActionPlan
from app.planning.draft import Draft
from app.planning.propose import PLAN, items

SELF, ACCESS = "self-", "access-"
LONGEST_WEEKS = 104


def self_management(draft: Draft, before: ActionPlan | None) -> tuple[SelfManagement, ...]:
    """What was agreed before and what is agreed here; without a barrier a row is taken out."""
    agreed = {s.key: s for s in (before.self_management if before else ())}
    agreed |= {i: SelfManagement(i, "", "") for i in items(draft, SELF) if i not in agreed}
    edited = (_edited_support(draft, one) for one in agreed.values())
    return tuple(s for s in edited if s.barrier)


def _edited_support(draft: Draft, one: SelfManagement) -> SelfManagement:
    barrier, technique, text = _edited(draft, one, ("barrier", "technique", "text"))
    return SelfManagement(one.key, barrier, technique, text, one.medicines)


def access(draft: Draft, before: ActionPlan | None) -> tuple[Access, ...]:
    """Everybody who needs the plan; without a name a row is taken out."""
    known = {a.key: a for a in (before.access if before else ())}
    known |= {i: Access(i, "", "") for i in items(draft, ACCESS) if i not in known}
    edited = (_edited_access(draft, one) for one in known.values())
    return tuple(a for a in edited if a.name)


def _edited_access(draft: Draft, one: Access) -> Access:
    name, role, how = _edited(draft, one, ("name", "role", "how"))
    return Access(one.key, name, role, how, one.reference if name == one.name else "")


def _edited(draft: Draft, one: SelfManagement | Access, fields: tuple[str, ...]) -> Iterator[str]:
    """What was typed for each field, else what stood there."""
    for field in fields:
        typed = draft.value(one.key, field)
        yield typed if typed is not None else getattr(one, field)


def duration_weeks(draft: Draft, before: ActionPlan | None) -> int | None:
    """How long the intervention is meant to go on; None where nobody said."""
    text = draft.value(PLAN, "duration_weeks")
    if text is None:
        return before.duration_weeks if before else None
    return weeks_of(text)


def weeks_of(text: str) -> int | None:
    """A whole number of weeks within two years, or None."""
    known = text.isascii() and text.isdigit() and 0 < int(text) <= LONGEST_WEEKS
    return int(text) if known else None


def contact_frequency(draft: Draft, before: ActionPlan | None) -> str:
    text = draft.value(PLAN, "contact_frequency")
    return text if text is not None else (before.contact_frequency if before else "")
