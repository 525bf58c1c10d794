"""Proof by the dose: more, less, more often, less often, on a schedule, in another form."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from app.assessment.chart_index import Line
from app.assessment.sentences import number, written
from app.domain.assessment import Input, MedicationTherapyProblem
from app.domain.medicines import LineStatus
from app.followup import taken
from app.followup.between import Between, input_of
from app.followup.evidence import EFFECT, Evidence, Shown, cannot_tell, done, not_done

_UNSURE = frozenset({"dose", "frequency", "strength"})
Amount = dict[tuple[str, str], Decimal]


def raised(two: Between, problem: MedicationTherapyProblem) -> Evidence:
    """A higher dose; where it was for its effect, another medicine of the kind beside it is one too."""
    found = _compared(two, problem, _amount, lambda then, now: now > then, "higher")
    if found.shown is Shown.DONE or problem.category not in EFFECT:
        return found
    return taken.added(two, problem) or found


def lowered(two: Between, problem: MedicationTherapyProblem) -> Evidence:
    return _compared(two, problem, _amount, lambda then, now: now < then, "lower")


def more_often(two: Between, problem: MedicationTherapyProblem) -> Evidence:
    return _compared(two, problem, _often, lambda then, now: now > then, "more often")


def less_often(two: Between, problem: MedicationTherapyProblem) -> Evidence:
    return _compared(two, problem, _often, lambda then, now: now < then, "less often")


def on_schedule(two: Between, problem: MedicationTherapyProblem) -> Evidence:
    """Taken as needed then, on a schedule now."""
    for line in two.acted(problem):
        now = two.today(line)
        if line.medicine.as_needed and now and not any(x.medicine.as_needed for x in now):
            return done(f"{line.name} is now taken on a schedule.", *map(input_of, now))
    return not_done("It is still taken as needed.")


def another_form(two: Between, problem: MedicationTherapyProblem) -> Evidence:
    """The same ingredients in a form or release that was not on the list."""
    for line in two.acted(problem):
        before = {(x.form, x.release) for x in two.then.lines if x.label == line.label}
        now = [x for x in two.now.lines if x.label == line.label and x.taken]
        new = [x for x in now if (x.form, x.release) not in before]
        if new and len(new) == len(now):
            return done(f"{line.name} is now {new[0].name}.", *map(input_of, new))
    return not_done("The form is as it was.")


def _compared(
    two: Between,
    problem: MedicationTherapyProblem,
    measure: Callable[[Sequence[Line]], Amount | str],
    better: Callable[[Decimal, Decimal], bool],
    word: str,
) -> Evidence:
    """
    Every medicine to act on went the way that was asked for, or one where one is enough: of several
    that serve one effect no one raises all.
    """
    found = [_one(two, line, measure, better, word) for line in two.acted(problem)]
    if not found:
        return cannot_tell("The plan does not say which medicine it was about.", taken.WHICH)
    ranked = sorted(found, key=lambda e: _ORDER.index(e.shown.value), reverse=_one_does(problem))
    return ranked[0]


def _one_does(problem: MedicationTherapyProblem) -> bool:
    return problem.one_of or problem.category in EFFECT


_ORDER = ("not-done", "cannot-tell", "partly", "done")


def _one(
    two: Between,
    line: Line,
    measure: Callable[[Sequence[Line]], Amount | str],
    better: Callable[[Decimal, Decimal], bool],
    word: str,
) -> Evidence:
    now = [x for x in two.today(line) if x.taken]
    if not now:
        held = [x for x in two.today(line) if x.medicine.status is LineStatus.ON_HOLD]
        said = "on hold" if held else "no longer on the list"
        return cannot_tell(f"{line.name} is {said}.", "whether that was meant")
    unsure = [d.text for x in now for d in x.medicine.unsettled if d.kind in _UNSURE]
    if unsure:
        return cannot_tell(f"The sources do not agree on {line.name}: {unsure[0]}", "what is taken")
    listed_then = [x for x in two.then.lines if x.label == line.label and x.route == line.route]
    before = [x for x in listed_then if x.taken] or listed_then
    then, amount = measure(before), measure(now)
    if isinstance(then, str) or isinstance(amount, str):
        why = then if isinstance(then, str) else str(amount)
        return cannot_tell(f"The dose of {line.name} is not known: {why}.", "its dose a day")
    if set(then) != set(amount):
        return cannot_tell(f"The doses of {line.name} are in different units.", "one unit for both")
    went_there = all(better(then[k], amount[k]) for k in then)
    tell = _frequency if measure is _often else _dose
    return _told(line, (tell(before), tell(now)), now, word, went_there)


def _told(
    line: Line,
    told: tuple[str, str],
    now: Sequence[Line],
    word: str,
    went_there: bool,  # noqa: FBT001 - what was found
) -> Evidence:
    proof = tuple(_shown(x) for x in now)
    # Of several the sentence says which dose is whose.
    name = line.name if len(now) == 1 else line.label.replace("+", " with ")
    if went_there:
        return done(f"{name}: {told[0]} then, {told[1]} now, {word}.", *proof)
    return not_done(f"{name} is not {word}: {told[1]}.", *proof)


def _amount(lines: Sequence[Line]) -> Amount | str:
    """The daily dose over all its lines by ingredient and unit, or why it is not known."""
    total: Amount = {}
    for line in lines:
        dose = line.medicine.daily_dose
        if dose.unknown or not dose.per_ingredient:
            return dose.unknown or "no daily dose"
        for part in dose.per_ingredient:
            key = (part.ingredient, part.unit)
            total[key] = total.get(key, Decimal(0)) + part.high
    return total


def _often(lines: Sequence[Line]) -> Amount | str:
    times = [line.medicine.daily_dose.administrations_per_day for line in lines]
    known = [t for t in times if t is not None]
    if len(known) < len(times):
        return "how often it is taken is not recorded"
    return {("times", "a day"): sum(known, Decimal(0))}


def _dose(lines: Sequence[Line]) -> str:
    if len(lines) == 1:
        return _each(lines[0])
    return " and ".join(f"{_each(x)} from {x.name}" for x in lines)


def _each(line: Line) -> str:
    return written(line.medicine.daily_dose.text or line.medicine.sig or "no dose")


def _frequency(lines: Sequence[Line]) -> str:
    found = _often(lines)
    times = found if isinstance(found, str) else number(sum(found.values(), Decimal(0)))
    return "once a day" if times == "1" else f"{times} times a day"


def _shown(line: Line) -> Input:
    return input_of(line, written(line.medicine.daily_dose.text or line.medicine.sig))
