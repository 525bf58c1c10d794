"""The recommendations of a note: in full while they fit, fewer lines each where they are many."""

from datetime import date

from app.domain.assessment import Severity
from app.domain.follow_up import Response
from app.domain.plan import ActionPlan, CodedLists, PlannedAction
from app.planning.papers.one_page import CELLS, clipped
from app.planning.papers.paper import Part, Points, Table, Words
from app.planning.papers.standing import response_to
from app.planning.papers.to_do import without_strength

# More than a page has room for is no note; the plan holds them all, worst first.
MOST = 25
_HEAD = ("What to do", "Which", "Why", "Who", "By")
_NOTHING = Words("No medication therapy problem was agreed at this review.")


def in_full(plan: ActionPlan, lists: CodedLists) -> tuple[Part, ...]:
    if not plan.actions:
        return (_NOTHING,)
    return (Points(tuple(_whole(a, plan, lists) for a in plan.actions), ordered=True),)


def in_brief(plan: ActionPlan, lists: CodedLists, gravest: int, lines: int) -> tuple[Part, ...]:
    """`lines` that each of the gravest may take, and one for every other."""
    if not plan.actions:
        return (_NOTHING,)
    shown, left = plan.actions[:MOST], len(plan.actions) - MOST
    rows = tuple(
        _row(n, a, plan, lists, lines if n <= gravest else 1) for n, a in enumerate(shown, start=1)
    )
    more = f"{left} more {'is' if left == 1 else 'are'} in the plan. " if left > 0 else ""
    rest = "The plan has each in full, with evidence and follow-up."
    return Table("Recommendations", _HEAD, rows), Words(f"{more}{rest}")


def day(value: date) -> str:
    return value.strftime("%d-%b-%Y")


def _whole(action: PlannedAction, plan: ActionPlan, lists: CodedLists) -> str:
    """What, how grave, why, who by when, how it is followed, what was answered."""
    problem = action.problem
    what = _sentence(f"{lists.title('actions', action.action)}: {action.text}")
    why = _sentence(f"{problem.title} ({problem.severity.value}): {problem.because}")
    who = f"{action.owner.name}, by {day(action.due)}; prescriber: {response_to(plan, action)}."
    return " ".join(p for p in (what, why, who, _followed(action)) if p)


def _followed(action: PlannedAction) -> str:
    return _sentence(f"Follow: {action.monitoring}") if action.monitoring else ""


def _row(
    number: int, action: PlannedAction, plan: ActionPlan, lists: CodedLists, lines: int
) -> tuple[str, ...]:
    # In its own words: a code such as "stop" would leave out what is to be asked or confirmed first.
    what = f"{number}. {action.text or lists.title('actions', action.action)}"
    which, owner = _which(action, plan, lines * CELLS[1]), action.owner.name
    cells = (what, which, _why(action, plan), owner, day(action.due))
    return tuple(clipped(cell, lines * most) for cell, most in zip(cells, CELLS, strict=True))


def _why(action: PlannedAction, plan: ActionPlan) -> str:
    problem, answer = action.problem, response_to(plan, action)
    marks = (
        "" if answer == Response.PENDING else answer,
        problem.severity.value if problem.severity is Severity.HIGH else "",
    )
    said = (", ".join(filter(None, marks)), problem.title.partition(": ")[0])
    return ": ".join(p for p in said if p)


def _which(action: PlannedAction, plan: ActionPlan, room: int) -> str:
    """None where one is started: the medicine on the list is only why."""
    concerned = action.problem.act_on or action.problem.medicines
    # Without their strength: the list of medicines has it, and a line is short.
    found = (without_strength(m.name) for m in plan.medicines if m.id in concerned)
    names = list(dict.fromkeys(found))
    if not names or action.action == "start-medication":
        return ""
    joined = ", ".join(names)
    return joined if len(joined) <= room else f"{names[0]} and {len(names) - 1} more"


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."
