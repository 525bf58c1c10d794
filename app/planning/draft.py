"""The draft: every decision and edit of one review, as plain values that can be stored and resumed."""

from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.assessment import Assessment, MedicationTherapyProblem
from app.domain.follow_up import ConfirmedOutcome
from app.domain.medicines import PatientReported, Settlement
from app.domain.plan import Decision, Verdict


@dataclass(frozen=True, slots=True)
class Field:
    """
    One field of the plan page as a person left it. What nobody touched is not here: it is as proposed
    from today's chart.
    """

    item: str  # key of an action, goal, touchpoint, ...
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Editor:
    """Who works on the draft: the name to read, and the key that tells two of one name apart."""

    name: str
    key: str


@dataclass(frozen=True, slots=True)
class Change:
    """Who changed what, from which value to which; `who` is the key of the editor named `by`."""

    item: str
    name: str
    before: str
    now: str
    by: str
    at: datetime
    who: str = ""


@dataclass(frozen=True, slots=True)
class Clash:
    """Two people gave one thing two values: what was saved first is `kept`, the other waits here."""

    item: str
    name: str
    kept: str
    other: str
    by: str  # who gave `other`
    at: datetime
    who: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """
    One review in the making, shared by everyone who works on the chart. `plan_id` is fixed when the
    review starts, so signing twice makes one plan.
    """

    plan_id: str
    decisions: tuple[Decision, ...] = ()
    added: tuple[MedicationTherapyProblem, ...] = ()
    fields: tuple[Field, ...] = ()
    settlements: tuple[Settlement, ...] = ()
    told: tuple[PatientReported, ...] = ()
    withdrawn: tuple[str, ...] = ()  # taken back here, so not remembered from an earlier plan
    outcomes: tuple[ConfirmedOutcome, ...] = ()  # how problems of the last plan stand, as confirmed
    ended: tuple[Decision, ...] = ()  # stood until an outcome closed the problem; back when it is
    clashes: tuple[Clash, ...] = ()  # still to be chosen between
    history: tuple[Change, ...] = ()  # oldest first, only ever added to

    def decision(self, problem_id: str) -> Decision | None:
        return next((d for d in self.decisions if d.problem_id == problem_id), None)

    def value(self, item: str, name: str) -> str | None:
        """None where nobody touched it; an empty text was emptied by somebody."""
        return next((f.value for f in self.fields if (f.item, f.name) == (item, name)), None)


def put(draft: Draft, field: Field) -> Draft:
    """The field with its new value; a second value replaces the first."""
    kept = tuple(f for f in draft.fields if (f.item, f.name) != (field.item, field.name))
    return replace(draft, fields=(*kept, field))


def decide(draft: Draft, decision: Decision) -> Draft:
    """Records a verdict; a second verdict on the same problem replaces the first."""
    kept = tuple(d for d in draft.decisions if d.problem_id != decision.problem_id)
    withdrawn = tuple(key for key in draft.withdrawn if key != decision.problem_id)
    return replace(draft, decisions=(*kept, decision), withdrawn=withdrawn)


def reopen(draft: Draft, problem_id: str) -> Draft:
    """Takes a verdict back."""
    kept = tuple(d for d in draft.decisions if d.problem_id != problem_id)
    added = tuple(p for p in draft.added if p.id != problem_id)
    withdrawn = tuple(dict.fromkeys((*draft.withdrawn, problem_id)))
    return replace(draft, decisions=kept, added=added, withdrawn=withdrawn)


def add_problem(draft: Draft, problem: MedicationTherapyProblem) -> Draft:
    """Adds a problem the clinician found; adding the same one again changes nothing."""
    if any(p.id == problem.id for p in draft.added):
        return draft
    with_problem = replace(draft, added=(*draft.added, problem))
    return decide(with_problem, Decision(problem.id, Verdict.ADDED))


def all_problems(draft: Draft, assessment: Assessment) -> tuple[MedicationTherapyProblem, ...]:
    """Each problem once: a rule may come to find what the clinician had added."""
    found = {p.id for p in assessment.problems}
    return assessment.problems + tuple(p for p in draft.added if p.id not in found)


def undecided(draft: Draft, assessment: Assessment) -> tuple[MedicationTherapyProblem, ...]:
    """What still asks for a verdict; advice that is held back may be taken up and need not be."""
    decided = {d.problem_id for d in draft.decisions}
    every = all_problems(draft, assessment)
    return tuple(p for p in every if p.id not in decided and not p.held_back)
