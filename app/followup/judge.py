"""From what was shown to the outcome that is proposed for one agreed problem."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from app.assessment.sentences import day
from app.domain.assessment import CellState, MedicationTherapyProblem
from app.domain.follow_up import Outcome, PrescriberResponse, ProposedOutcome, Response
from app.domain.plan import PlannedAction
from app.followup import doses, results, taken
from app.followup.between import Between
from app.followup.evidence import EFFECT, Evidence, Shown, cannot_tell
from app.followup.results import Effect, effect

Look = Callable[[Between, MedicationTherapyProblem], Evidence]

# What the `proof` column of actions.csv may name: how the chart shows that the action was taken.
PROOFS: dict[str, Look] = {
    "stopped": taken.stopped,
    "replaced": taken.replaced,
    "started": taken.started,
    "dose-raised": doses.raised,
    "dose-lowered": doses.lowered,
    "more-often": doses.more_often,
    "less-often": doses.less_often,
    "on-schedule": doses.on_schedule,
    "another-form": doses.another_form,
    "measured": results.measured,
    "vaccinated": results.vaccinated,
    "filled": results.filled,
    "asked": lambda _two, _problem: cannot_tell("No chart shows it.", "the patient's own account"),
}


def proposed(
    two: Between, action: PlannedAction, responses: Iterable[PrescriberResponse] = ()
) -> ProposedOutcome:
    """The outcome of one planned action, or None as outcome with what is missing to tell."""
    problem = action.problem
    declined = [r for r in responses if r.action == action.key]
    if declined and declined[-1].response is Response.DECLINED:
        return _declined(problem, declined[-1])
    evidence = _evidence(two, action)
    match evidence.shown:
        case Shown.CANNOT_TELL:
            return ProposedOutcome(
                problem.id, None, evidence.said, evidence.proof, evidence.missing
            )
        case Shown.PARTLY:
            return _out(problem, Outcome.IMPROVING, evidence)
        case Shown.DONE:
            return _after_done(two, problem, evidence)
    return _not_done(two, action, evidence)


def _evidence(two: Between, action: PlannedAction) -> Evidence:
    """What the coded action's own proof shows, and where it was not done, whether its cause has gone."""
    row = two.compiled.knowledge.actions.get(action.action)
    found = PROOFS[row.proof if row else "asked"](two, action.problem)
    if found.shown is Shown.DONE:
        return found
    return taken.partner_gone(two, action.problem) or found


def _declined(problem: MedicationTherapyProblem, answer: PrescriberResponse) -> ProposedOutcome:
    why = f": {answer.text}" if answer.text else ""
    said = f"{answer.by.name or 'The prescriber'} declined on {day(answer.at.date())}{why}."
    return ProposedOutcome(problem.id, Outcome.PRESCRIBER_DECLINED, said)


def _after_done(
    two: Between, problem: MedicationTherapyProblem, evidence: Evidence
) -> ProposedOutcome:
    if problem.category in EFFECT and two.families(problem.measure):
        return _by_effect(problem, evidence, effect(two, problem))
    again = two.raised(problem)
    if again is None:
        return _out(problem, Outcome.RESOLVED, evidence)
    lowered = problem.category == "dose-too-high" or again.severity.rank > problem.severity.rank
    outcome = Outcome.IMPROVING if lowered else Outcome.NOT_RESOLVED
    return _out(problem, outcome, evidence, f"It is still found today: {again.because}")


def _by_effect(
    problem: MedicationTherapyProblem, evidence: Evidence, shown: Effect
) -> ProposedOutcome:
    if shown.newest is None:
        return _out(problem, Outcome.IMPROVING, evidence, "No result since then shows the effect.")
    said = f"{shown.newest.label} {shown.newest.said}"
    if shown.at_goal:
        outcome, said = Outcome.RESOLVED, f"{said}, at goal."
    elif shown.better:
        outcome, said = Outcome.IMPROVING, f"{said}: better, not yet at goal."
    else:
        outcome, said = Outcome.NOT_RESOLVED, f"{said}: not at goal."
    proof = Evidence(evidence.shown, evidence.said, (*evidence.proof, shown.newest.input))
    return _out(problem, outcome, proof, said)


def _not_done(two: Between, action: PlannedAction, evidence: Evidence) -> ProposedOutcome:
    problem = action.problem
    again = two.raised(problem)
    if again is not None and two.now.as_of <= action.due:
        said = f"Due by {day(action.due)}."
        return _out(problem, Outcome.STILL_OPEN, evidence, said)
    if again is not None or (two.now.as_of > action.due and not _clear(two, problem)):
        return _out(problem, Outcome.NOT_RESOLVED, evidence)
    shown = effect(two, problem)
    if shown.newest is not None and shown.at_goal:
        # It does not matter then what was not raised.
        return _by_effect(problem, replace(evidence, said=""), shown)
    if two.now.as_of <= action.due:
        return _out(problem, Outcome.STILL_OPEN, evidence, f"Due by {day(action.due)}.")
    said = f"{evidence.said} Today's assessment does not find the problem any more."
    return ProposedOutcome(
        problem.id, None, said, evidence.proof, ("why it is no longer found: ask the patient",)
    )


def _clear(two: Between, problem: MedicationTherapyProblem) -> bool:
    """Whether today's assessment looked at this need of these medicines and could tell."""
    ids = {x.id for line in two.acted(problem) for x in two.today(line)}
    cells = [m.needs[problem.need] for m in two.assessment.medicines if m.medicine.id in ids]
    return bool(cells) and all(c.state is not CellState.CANNOT_ASSESS for c in cells)


def _out(
    problem: MedicationTherapyProblem, outcome: Outcome, evidence: Evidence, more: str = ""
) -> ProposedOutcome:
    said = " ".join(part for part in (evidence.said, more) if part)
    return ProposedOutcome(problem.id, outcome, said, evidence.proof)
