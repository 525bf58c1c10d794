"""The message to the prescriber: what is asked, why, and by when; the gravest first and nothing else."""

from app.assessment.sentences import counted
from app.domain.follow_up import Response
from app.domain.patient import UNNAMED
from app.domain.plan import ActionPlan, CodedLists, PlannedAction
from app.planning.defaults import PHARMACIST_ACTIONS
from app.planning.papers.languages import SOURCE
from app.planning.papers.paper import Paper, Points, Section, Words
from app.planning.papers.standing import response_to

_OPEN = frozenset({Response.PENDING.value, Response.NO_RESPONSE.value})


def unanswered(plan: ActionPlan) -> tuple[PlannedAction, ...]:
    """What the pharmacist does, and what was answered already, is not asked."""
    asked = (a for a in plan.actions if a.action not in PHARMACIST_ACTIONS)
    return tuple(a for a in asked if response_to(plan, a) in _OPEN)


def prescriber_message(plan: ActionPlan, lists: CodedLists) -> Paper:
    """One question for each recommendation that waits for an answer."""
    waiting = unanswered(plan)
    named = plan.patient.name not in {"", UNNAMED}
    patient = plan.patient.name if named else "this patient"
    sections = tuple(_question(n, a, lists) for n, a in enumerate(waiting, start=1))
    nothing = Section("", (Words("Nothing waits for an answer."),))
    return Paper(
        for_whom="prescriber",
        language=SOURCE,
        title=f"Medicines of {patient}: {_counted(len(waiting))}",
        opening=(f"From {plan.author.name}, after a review on {plan.as_of.strftime('%d-%b-%Y')}.",),
        sections=(*(sections or (nothing,)), *_closing(len(waiting))),
    )


def _question(number: int, action: PlannedAction, lists: CodedLists) -> Section:
    problem = action.problem
    evidence = problem.evidence[0].citation if problem.evidence else ""
    points = (
        f"Why: {' '.join((problem.because, *problem.also))}",
        f"Source: {evidence}" if evidence else "",
        f"Please answer by {action.due.strftime('%d-%b-%Y')}. Then: {action.monitoring.rstrip('.')}.",
    )
    heading = f"{number}. {lists.title('actions', action.action)}: {action.text} ({problem.severity.value})"
    return Section(heading, (Points(tuple(p for p in points if p)),))


def _closing(count: int) -> tuple[Section, ...]:
    if not count:
        return ()
    return (
        Section("", (Words("Answer each: accept, accept with a change, or decline and say why."),)),
    )


def _counted(count: int) -> str:
    return counted(count, "recommendation") if count else "no open recommendation"
