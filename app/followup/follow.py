"""One plan, one chart of today: what became of every problem and goal, and what is new."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from app.assessment.sentences import sentence
from app.domain.assessment import Input
from app.domain.follow_up import PrescriberResponse, ProposedOutcome
from app.followup.between import Between
from app.followup.dismissed import StillDismissed, look_again
from app.followup.goals import GoalStanding, standing
from app.followup.judge import proposed

# HL7 v3 ActCode: inpatient and emergency encounters, and observation in hospital.
_ADMITTED = {
    "IMP": "Admission to hospital",
    "ACUTE": "Admission to hospital",
    "NONAC": "Admission to hospital",
    "EMER": "Emergency visit",
    "OBSENC": "Observation in hospital",
}


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What is proposed; the pharmacist confirms each."""

    plan: str
    version: int
    since: date
    as_of: date
    outcomes: tuple[ProposedOutcome, ...]
    goals: tuple[GoalStanding, ...]
    still_dismissed: tuple[StillDismissed, ...]
    new_problems: tuple[str, ...]  # raised today and in no version of the plan
    admissions: tuple[Input, ...]


def follow_up(two: Between, responses: Iterable[PrescriberResponse] = ()) -> FollowUp:
    """
    `responses` are those that came in since signing; the plan's own are counted too. Every action of the
    plan is open: one of a problem that was closed before is there because it was agreed again.
    """
    plan, answers = two.plan, (*two.plan.responses, *responses)
    agreed = [proposed(two, a, answers) for a in plan.actions]
    again = [look_again(two, d) for d in plan.dismissed]
    known = {a.problem.id for a in plan.actions} | {d.problem.id for d in plan.dismissed}
    known |= {p.id for p in plan.undecided}
    return FollowUp(
        plan=plan.id,
        version=plan.version,
        since=two.since,
        as_of=two.now.as_of,
        outcomes=tuple(
            map(_told, (*agreed, *(a for a in again if isinstance(a, ProposedOutcome))))
        ),
        goals=tuple(_told_goal(standing(two, g)) for g in plan.goals),
        still_dismissed=tuple(a for a in again if isinstance(a, StillDismissed)),
        new_problems=tuple(p.id for p in two.assessment.problems if p.id not in known),
        admissions=_admissions(two),
    )


def _told(outcome: ProposedOutcome) -> ProposedOutcome:
    proof = tuple(dict.fromkeys(outcome.proof))
    return replace(outcome, because=sentence(outcome.because), proof=proof)


def _told_goal(goal: GoalStanding) -> GoalStanding:
    return replace(goal, because=sentence(goal.because))


def _admissions(two: Between) -> tuple[Input, ...]:
    return tuple(
        Input(e.source.resource, e.source.id, _ADMITTED[e.kind], date=e.starts.text)
        for e in two.now.chart.encounters
        if e.kind in _ADMITTED and e.starts and e.starts.earliest > two.since
    )
