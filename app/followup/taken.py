"""Proof by the medicine list: stopped, replaced, started."""

from collections.abc import Sequence

from app.assessment.chart_index import Line
from app.assessment.sentences import listed
from app.domain.assessment import Input, MedicationTherapyProblem
from app.domain.medicines import Medicine
from app.followup.between import Between, input_of, same_medicine
from app.followup.evidence import Evidence, Shown, cannot_tell, done, not_done, partly

_LISTS = ("MedicationRequest", "MedicationStatement")
_CONTRADICTED = frozenset({"status", "filled-not-prescribed"})
WHICH = "the medicine that was meant"


def stopped(two: Between, problem: MedicationTherapyProblem) -> Evidence:
    """Gone from the list, for every medicine to act on, or for one where one is enough."""
    lines = _to_end(two, problem)
    if not lines:
        return cannot_tell("The plan does not say which medicine was to be stopped.", WHICH)
    gone = [line for line in lines if two.gone(line)]
    still = [line for line in lines if line not in gone]
    if still and not (problem.one_of and gone):
        return _still_there(two, still)
    if any(two.now.unread(kind) for kind in _LISTS):
        return cannot_tell("The medication lists were not all read.", "the whole medication list")
    if again := _same_kind(two, gone):
        return not_done(
            f"{_names(gone)} {_was(gone)} stopped, but {_names(again)}, of the same kind, "
            f"{_was(again)} started.",
            *map(input_of, again),
        )
    where = "taken" if any(two.was_taken(x) for x in gone) else "on the list"
    return done(f"{_names(gone)} {_is(gone)} no longer {where}.", *_ended(two, gone))


def replaced(two: Between, problem: MedicationTherapyProblem) -> Evidence:
    """Stopped, with something new in its place; the new one may be of the same kind."""
    first = stopped(two, problem)
    new = [x for x in two.new_lines() if x.taken]
    gone = [line for line in _to_end(two, problem) if two.gone(line)]
    if not gone or first.shown is Shown.CANNOT_TELL:
        return first
    if not new:
        if _needs_one(problem):
            return partly(
                f"{_names(gone)} {_is(gone)} no longer taken; nothing new is on the list."
            )
        return first
    trouble = [p for p in two.assessment.problems if _same_rule(p, problem)]
    same = [x for x in new if any(x.id in p.medicines for p in trouble)]
    if same:
        return not_done(
            f"{_names(gone)} {_was(gone)} replaced by {_names(same)}, which raises the same problem.",
            *map(input_of, same),
        )
    return _begun(two, new, f"{_names(gone)} {_was(gone)} replaced by {_names(new)}.")


def started(two: Between, problem: MedicationTherapyProblem) -> Evidence:
    """On today's list and not on the plan's; of the kind the rule missed, where it names one."""
    wanted = two.wanted(problem)
    new = list(two.new_lines())
    if wanted:
        new = [x for x in new if x.keys & frozenset(wanted)]
    if not new:
        if any(two.now.unread(kind) for kind in _LISTS):
            return cannot_tell(
                "The medication lists were not all read.", "the whole medication list"
            )
        return not_done("Nothing of the kind has been started.")
    untaken = [x for x in new if not x.taken]
    if len(untaken) == len(new):
        return not_done(f"{_names(new)} {_is(new)} {new[0].untaken}.", *map(input_of, new))
    return _begun(two, new, f"{_names(new)} {_was(new)} started.")


def added(two: Between, problem: MedicationTherapyProblem) -> Evidence | None:
    """Another medicine of the kind that all of them are of, beside them or in their place."""
    lines = two.acted(problem)
    shared = frozenset.intersection(*(frozenset(x.keys) for x in lines)) if lines else frozenset()
    new = [x for x in two.new_lines() if x.taken and x.keys & shared]
    if not new or any(two.now.unread(kind) for kind in _LISTS):
        return None
    gone = [x for x in lines if two.gone(x)]
    if gone and len(gone) == len(lines):
        return _begun(two, new, f"{_names(gone)} {_was(gone)} replaced by {_names(new)}.")
    return _begun(two, new, f"{_names(new)} {_was(new)} added.")


def partner_gone(two: Between, problem: MedicationTherapyProblem) -> Evidence | None:
    """The other half of what did not go together was taken at the plan and is no longer."""
    ids = [m for m in problem.medicines if m not in problem.act_on] if problem.act_on else []
    others = [line for line in two.then.lines if line.id in ids]
    gone = [line for line in others if two.was_taken(line) and two.gone(line)]
    if not gone or any(two.now.unread(kind) for kind in _LISTS):
        return None
    return done(f"{_names(gone)} {_is(gone)} no longer taken.", *_ended(two, gone))


def _begun(two: Between, new: Sequence[Line], said: str) -> Evidence:
    """An order is not yet a medicine in the patient's hands, where fills are recorded at all."""
    unfilled = [x for x in new if _waits_for_a_fill(two, x.medicine)]
    if unfilled and len(unfilled) == len(new):
        return partly(
            f"{_names(unfilled)} {_was(unfilled)} ordered, but no fill is recorded.",
            *map(input_of, unfilled),
        )
    return done(said, *map(input_of, new))


def _waits_for_a_fill(two: Between, medicine: Medicine) -> bool:
    said_taken = any(e.reported for e in medicine.entries)
    fills_known = any(x.medicine.fills for x in two.now.lines) or bool(two.now.chart.past_fills)
    return fills_known and not medicine.fills and not said_taken and not medicine.administrations


def _to_end(two: Between, problem: MedicationTherapyProblem) -> list[Line]:
    """What was taken at the plan; where nothing was, what was to leave the list."""
    lines = two.acted(problem)
    return [x for x in lines if two.was_taken(x)] or list(lines)


def _still_there(two: Between, still: Sequence[Line]) -> Evidence:
    lines = [x for line in still for x in two.today(line)]
    if not any(x.taken for x in lines):
        said = f"{still[0].untaken} already when the plan was signed"
        return not_done(
            f"{_names(lines)} {_is(lines)} still on the list, {said}.", *map(input_of, lines)
        )
    texts = [d.text for x in lines for d in x.medicine.unsettled if d.kind in _CONTRADICTED]
    against = dict.fromkeys(texts)
    said = f"{_names(lines)} {_is(lines)} still on the list."
    return not_done(" ".join((said, *against)), *map(input_of, lines))


def _same_kind(two: Between, gone: Sequence[Line]) -> list[Line]:
    kinds = {key for line in gone for key in line.keys} & two.compiled.kinds
    return [x for x in two.new_lines() if x.taken and x.keys & kinds]


def _same_rule(one: MedicationTherapyProblem, other: MedicationTherapyProblem) -> bool:
    return bool(other.rule) and other.rule in {one.rule, *one.also_rules}


def _needs_one(problem: MedicationTherapyProblem) -> bool:
    """Whether there is something left to treat once the old medicine is gone."""
    return problem.category in {"ineffective-drug", "dose-too-low", "needs-additional-therapy"}


def _ended(two: Between, gone: Sequence[Line]) -> tuple[Input, ...]:
    """The entries that said it was taken and now say that it is not."""
    before = {s: line.name for line in gone for s in line.medicine.sources}
    entries = [e for e in two.now.chart.past_entries if e.source in before and not e.ours]
    on_list = [x for line in gone for x in two.today(line)]
    found = tuple(
        Input(e.source.resource, e.source.id, before[e.source], _words(e.status))
        for e in sorted(entries, key=lambda e: e.source)
    )
    return found + tuple(input_of(x, _words(x.medicine.status)) for x in on_list)


def _words(status: str) -> str:
    """`not-taken` is a code."""
    return status.replace("-", " ")


def _names(lines: Sequence[Line]) -> str:
    return listed(x.name for x in lines)


def _is(lines: Sequence[Line]) -> str:
    return "is" if len({x.name for x in lines}) == 1 else "are"


def _was(lines: Sequence[Line]) -> str:
    return "was" if len({x.name for x in lines}) == 1 else "were"


__all__ = ["added", "partner_gone", "replaced", "same_medicine", "started", "stopped"]
