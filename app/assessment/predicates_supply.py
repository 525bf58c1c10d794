"""Questions about what was fetched at the pharmacy, and about what came before a medicine."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from operator import attrgetter

from app.assessment.answers import Answer, CannotTell, Found, NotFound
from app.assessment.burden import points, scores_of, taken
from app.assessment.chart_index import ChartIndex, Line
from app.assessment.predicates_list import list_unread
from app.assessment.resolving import Predicate, Resolver, Scope, narrowed
from app.assessment.sentences import counted, day, listed, number
from app.chart.days_covered import Supply, timeline
from app.chart.fills import counts
from app.domain.medicines import Fill, FillHistory
from app.knowledge import vocabulary as v
from app.knowledge.durations import parse_duration
from app.knowledge.subjects import Subject

_handed_over = attrgetter("handed_over.latest")


def _not_read(index: ChartIndex) -> CannotTell | None:
    """Who has fills recorded nowhere can't be told from who never fetched anything."""
    if index.unread("MedicationDispense"):
        return CannotTell((index.unread_words("MedicationDispense"),), unread=True)
    if not index.filled:
        return CannotTell(("no fills are recorded for this patient",))
    return None


def never_filled(args: v.MedicineNeverFilled, _: Resolver) -> Predicate:
    period = parse_duration(args.for_)

    def ask(scope: Scope) -> Answer:
        line = scope.bound
        if unread := _not_read(scope.index):
            return unread
        if line.medicine.fill_history.fills:
            return NotFound(("filled",))
        orders = [e for e in line.medicine.entries if not (e.reported or e.do_not_perform)]
        if not orders:
            return NotFound(("not ordered here: no fill to expect",))
        ordered = [e.authored for e in orders if e.authored]
        if not ordered:
            return CannotTell((f"when {line.name} was ordered",))
        first = min(o.latest for o in ordered)
        if first < period.before(scope.index.as_of):
            return Found((line.input,), (("ordered", day(first)),))
        return NotFound((f"ordered {day(first)}, not yet filled",))

    return ask


def overdue(args: v.MedicineOverdue, _: Resolver) -> Predicate:
    period = parse_duration(args.for_)

    def ask(scope: Scope) -> Answer:
        line, history = scope.bound, scope.bound.medicine.fill_history
        if unread := _not_read(scope.index):
            return unread
        if history.fills == 0 or history.last is None:
            return NotFound(("never filled",))
        supply = _last_supply(line)
        if supply is None:
            return CannotTell((f"days of supply of the last fill of {line.name}",))
        last, said = history.last.latest, f"{number(supply)} days"
        ends = date.fromordinal(last.toordinal() + int(supply))
        if ends < period.before(scope.index.as_of):
            return Found((line.input,), (("last_fill", day(last)), ("supply", said)))
        return NotFound((f"last filled {day(last)} for {said}",))

    return ask


def _last_supply(line: Line) -> Decimal | None:
    dated = [f for f in line.medicine.fills if f.handed_over]
    return max(dated, key=_handed_over).days_supply if dated else None


def kept_up(args: v.ClassNotKeptUp, resolver: Resolver) -> Predicate:
    """
    Counted from the first fill of the class; a switch within the class is no gap. What can no
    longer be reached is a shortfall before the period is over.
    """
    subjects = resolver.subjects(args)
    new = parse_duration(args.begun_within)

    def ask(scope: Scope) -> Answer:
        index = scope.index
        if unread := _not_read(index):
            return unread
        lines = _ever(index, subjects)
        fills = [(x, f) for x in lines for f in x.medicine.fills if counts(f)]
        if not fills:
            return NotFound(("no fill of it",))
        known = _supplies(fills)
        if isinstance(known, str):
            return CannotTell((known,))
        first = min(s.day for s in known)
        if first < new.before(index.as_of):
            return NotFound((f"first filled {day(first)}, no new start",))
        last = min(date.fromordinal(first.toordinal() + args.of - 1), index.as_of)
        covered = timeline(known, first, last).days_covered
        passed = (last - first).days + 1
        said = f"{covered} of the {passed} days since the first fill on {day(first)}"
        if passed - covered > args.of - args.days:
            inputs = tuple(x.input for x in dict.fromkeys(x for x, _ in fills))
            return Found(inputs, (("covered", said),))
        return NotFound((f"fills cover {said}",))

    return ask


def _ever(index: ChartIndex, subjects: Sequence[Subject]) -> list[Line]:
    wanted = frozenset(subjects)
    return [x for x in (*index.lines, *index.stopped) if wanted & x.keys]


def _supplies(fills: Iterable[tuple[Line, Fill]]) -> list[Supply] | str:
    found = []
    for line, fill in fills:
        handed = fill.handed_over.exact if fill.handed_over else None
        if handed is None:
            return f"the day of a fill of {line.name}"
        if fill.days_supply is None or fill.days_supply < 1:
            return f"how many days a fill of {line.name} lasts"
        found.append(Supply(handed, line.label, int(fill.days_supply)))
    return found


def observed(history: FillHistory) -> str:
    """The days that fills are held against."""
    if history.observed_from is None or history.days_observed is None:
        return "days"
    return f"{counted(history.days_observed, 'day')} since the fill on {day(history.observed_from)}"


def possession(args: v.MedicinePossession, resolver: Resolver) -> Predicate:
    most = resolver.fact(args.above)

    def ask(scope: Scope) -> Answer:
        line, history = scope.bound, scope.bound.medicine.fill_history
        if unread := _not_read(scope.index):
            return unread
        if history.possession is None:
            return CannotTell((history.unknown or "no fill history",))
        if history.refilled is None or not (history.observed_from and history.last):
            return NotFound(("fewer than three fills in the last 12 months",))
        percent = f"{round(history.refilled * 100)} %"
        between = f"the days from {day(history.observed_from)} to {history.last.said}"
        if history.refilled * 100 > most.value:
            return Found((line.input,), (("possession", percent), ("observed", between)))
        return NotFound((f"days supplied: {percent} of {between}",))

    return ask


def first_of(args: v.MedicineFirstOf, resolver: Resolver) -> Predicate:
    subjects = resolver.subjects(args)

    def ask(scope: Scope) -> Answer:
        line, started = scope.bound, scope.bound.medicine.started
        if started is None:
            return CannotTell((f"when {line.name} was started",))
        others = [x for x in _ever(scope.index, subjects) if x.id != line.id and narrowed(args, x)]
        for other in others:
            began = other.medicine.started
            if began is not None and began.earliest < started.latest:
                return NotFound((f"{other.name} came before, on {day(began.earliest)}",))
        if undated := [x.name for x in others if x.medicine.started is None]:
            return CannotTell((f"when {listed(undated)} was started",))
        return Found((line.input,))

    return ask


def doses_together(args: v.DosesPerDay, _: Resolver) -> Predicate:
    """What is scheduled, with the parts that are known: the rule of one medicine asks for the rest."""

    def ask(scope: Scope) -> Answer:
        regular = [x for x in scope.index.lines if x.taken and not x.medicine.as_needed]
        times = [(x, x.medicine.daily_dose.administrations_per_day) for x in regular]
        known = [(x, t) for x, t in times if t is not None]
        total = sum((t for _, t in known), Decimal(0))
        said = f"{number(total.quantize(Decimal(1)))} doses a day"
        if total < args.at_least:
            return list_unread(scope.index) or NotFound((said,))
        missing = [x.name for x, t in times if t is None]
        caveat = (f"Not counted: {listed(missing)}.",) if missing else ()
        return Found(tuple(x.input for x, _ in known), (("times", said),), caveats=caveat)

    return ask


def anticholinergic(args: v.AnticholinergicTotal, resolver: Resolver) -> Predicate:
    bounds = resolver.bounds(args)
    scores = scores_of(resolver.knowledge.tables.anticholinergic_burden)

    def ask(scope: Scope) -> Answer:
        now = taken(x.medicine for x in scope.index.lines)
        found = points("anticholinergic burden", now, scores)
        said = ", ".join(f"{p.name} {number(p.high)}" for p in found.parts)
        inputs = tuple(
            x.input for x in scope.index.lines if x.ingredients & {p.name for p in found.parts}
        )
        if bounds.hold(found.at_least):
            return Found(inputs, (("total", number(found.at_least)), ("parts", said)))
        return NotFound((f"anticholinergic burden {number(found.at_least)}",))

    return ask
