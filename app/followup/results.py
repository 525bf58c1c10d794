"""Proof by what came after: results, vaccines, fills. What was there before the plan proves nothing."""

from dataclasses import dataclass
from decimal import Decimal

from app.assessment.readings import Reading
from app.assessment.sentences import listed
from app.domain.assessment import Input, MedicationTherapyProblem
from app.domain.codes import Coding
from app.domain.plan import PlanGoal
from app.followup.between import Between
from app.followup.evidence import Evidence, cannot_tell, done, not_done, partly
from app.terminology.units import same_unit

_LOWER = frozenset({"<", "<="})


def measured(two: Between, problem: MedicationTherapyProblem) -> Evidence:
    """Every result that was due, or the one the problem is followed by, was taken after the plan."""
    due = problem.due or ((problem.measure,) if problem.measure else ())
    asked = [lab for lab in due if two.families(lab)]
    if not asked:
        return cannot_tell(
            "The plan does not name a result that the chart can be asked for.",
            "the result that was meant",
        )
    newest = {lab: _after(two, lab) for lab in asked}
    had = [reading for reading in newest.values() if reading is not None]
    missing = [lab for lab, reading in newest.items() if reading is None]
    # Of two results that answer for each other one is enough: then it is no longer found.
    if not missing or (had and two.raised(problem) is None):
        return done(f"{listed(f'{r.label} {r.said}' for r in had)}.", *(r.input for r in had))
    if two.now.unread("Observation"):
        return cannot_tell("Results were not read.", "results and vital signs")
    for lab in missing:
        if unusable := _unusable(two, lab):
            return cannot_tell(f"{unusable}.", f"a result of {_name(two, lab)} that can be used")
    names = listed((_name(two, lab) for lab in missing), "or")
    said = f"No {names} since the plan."
    if not had:
        return not_done(said)
    taken = listed(f"{r.label} {r.said}" for r in had)
    return partly(f"{taken}. {said}", *(r.input for r in had))


def _unusable(two: Between, lab: Coding) -> str:
    """The first result since the plan that cannot be used, and why."""
    found = (two.now.readings.unusable_since(f, two.since) for f in two.families(lab))
    return next((said for those in found for said in those), "")


def _name(two: Between, lab: Coding) -> str:
    """Inside a sentence, where a name keeps its capital: potassium, Morse Fall Scale."""
    knowledge, families = two.compiled.knowledge, two.families(lab)
    titled = (f for f in families if knowledge.lab_title(f) == lab.display)
    return knowledge.lab_name(next(titled, families[0]))


def vaccinated(two: Between, _problem: MedicationTherapyProblem) -> Evidence:
    given = [
        i
        for i in two.now.chart.immunizations
        if i.status == "completed" and i.given and i.given.earliest > two.since
    ]
    if given:
        names = ", ".join(dict.fromkeys(i.concept.text or "a vaccine" for i in given))
        proof = [
            Input(i.source.resource, i.source.id, i.concept.text, date=i.given.text)
            for i in given
            if i.given
        ]
        return done(f"{names} given since the plan.", *proof)
    if two.now.unread("Immunization"):
        return cannot_tell("Immunizations were not read.", "immunizations")
    return not_done("No vaccine recorded since the plan.")


def filled(two: Between, problem: MedicationTherapyProblem) -> Evidence:
    """Handed over since the plan, every medicine to act on."""
    lines = [x for line in two.acted(problem) for x in two.today(line)]
    if two.now.unread("MedicationDispense"):
        return cannot_tell("Fills were not read.", "dispensing records")
    proof, without = [], []
    for line in lines:
        since = [
            f
            for f in line.medicine.fills
            if f.handed_over and f.handed_over.earliest > two.since and f.status != "cancelled"
        ]
        if since:
            last = max(since, key=lambda f: f.handed_over.text if f.handed_over else "")
            shown = last.handed_over.text if last.handed_over else ""
            proof.append(
                Input(last.source.resource, last.source.id, line.name, "filled", "", shown)
            )
        else:
            without.append(line.name)
    if not lines or without:
        names = ", ".join(dict.fromkeys(without)) or "the medicine"
        return not_done(f"No fill of {names} since the plan.", *proof)
    return done("Filled since the plan.", *proof)


@dataclass(frozen=True, slots=True)
class Effect:
    """How the measured outcome stands since the plan."""

    newest: Reading | None
    at_goal: bool | None
    better: bool | None


def effect(two: Between, problem: MedicationTherapyProblem) -> Effect:
    newest = _after(two, problem.measure)
    if newest is None:
        return Effect(None, None, None)
    goal = next((g for g in two.plan.goals if _of(g, problem)), None)
    at_goal = within(goal, newest) if goal is not None else None
    if at_goal is None:
        at_goal = two.raised(problem) is None
    return Effect(newest, at_goal, _better(two, problem, newest, goal))


def within(goal: PlanGoal, reading: Reading) -> bool | None:
    """Whether a reading meets the goal's limits; None where it has none in that unit."""
    if not goal.low and not goal.high:
        return None
    if goal.unit and not same_unit(goal.unit, reading.unit):
        return None
    above = not goal.low or reading.value >= Decimal(goal.low)
    return above and (not goal.high or reading.value <= Decimal(goal.high))


def _of(goal: PlanGoal, problem: MedicationTherapyProblem) -> bool:
    return bool(goal.measure and problem.measure and goal.measure.code == problem.measure.code)


def _after(two: Between, measure: Coding | None) -> Reading | None:
    return next((r for r in two.readings(measure) if r.taken > two.since), None)


def _before(two: Between, problem: MedicationTherapyProblem) -> Reading | None:
    return next((r for r in two.readings(problem.measure) if r.taken <= two.since), None)


def _better(
    two: Between, problem: MedicationTherapyProblem, newest: Reading, goal: PlanGoal | None
) -> bool | None:
    old = _before(two, problem)
    if goal is not None and goal.low and goal.high and within(goal, newest) is not None:
        return _outside(goal, newest) < _outside(goal, old) if old is not None else None
    lower = _lower_is_better(two, problem, goal)
    if old is None or lower is None or old.value == newest.value:
        return None if old is None or lower is None else False
    return (newest.value < old.value) == lower


def _outside(goal: PlanGoal, reading: Reading) -> Decimal:
    """How far from the range that was agreed."""
    below, above = Decimal(goal.low) - reading.value, reading.value - Decimal(goal.high)
    return max(below, above, Decimal(0))


def _lower_is_better(
    two: Between, problem: MedicationTherapyProblem, goal: PlanGoal | None
) -> bool | None:
    if goal is not None and bool(goal.high) != bool(goal.low):
        return bool(goal.high)
    families = two.families(problem.measure)
    rows = [g for g in two.compiled.knowledge.tables.goals if g.lab in families]
    signs = {g.comparator in _LOWER for g in rows if g.comparator != "between"}
    return signs.pop() if len(signs) == 1 else None
