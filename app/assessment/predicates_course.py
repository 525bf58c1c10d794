"""Questions about how a treatment went: checks since a change, fills, and courses that came again."""

from datetime import date

from app.assessment.answers import Answer, CannotTell, Found, NotFound
from app.assessment.chart_index import ChartIndex, Line
from app.assessment.courses import Change, dated_orders
from app.assessment.predicates_lab import latest_within
from app.assessment.resolving import Predicate, Resolver, Scope, narrowed
from app.assessment.sentences import counted, day, listed
from app.chart.fills import counts
from app.domain.medicines import LineStatus, MedicationEntry
from app.knowledge import vocabulary as v
from app.knowledge.durations import Duration, parse_duration

_OVER = frozenset({"completed", "stopped"})


def unchecked(args: v.MedicineUnchecked, resolver: Resolver) -> Predicate:
    family = resolver.lab(args.family)
    title = resolver.knowledge.lab_name(family)
    after, within = parse_duration(args.after), parse_duration(args.within)

    def ask(scope: Scope) -> Answer:
        index, line = scope.index, scope.bound
        change = index.change_of(line)
        if change is None:
            # What is recent enough was measured while it was taken, whenever it was started.
            recent = latest_within(index, family, after)
            why = CannotTell((f"when {line.name} was started",))
            return NotFound((f"{title} {recent.said}",)) if recent else why
        if change.when.latest > after.before(index.as_of):
            return NotFound((f"{change.said}: {title} not yet due",))
        if change.when.earliest < within.before(index.as_of):
            return NotFound((change.said,))
        return _since(index, line, change, family, title)

    return ask


def _since(index: ChartIndex, line: Line, change: Change, family: str, title: str) -> Answer:
    """A result of the day of the change is the one from before it."""
    later = [r for r in index.lab(family) if r.taken > change.when.earliest]
    if later:
        return NotFound((f"{title} {later[0].said}",))
    if index.unread("Observation"):
        return CannotTell((index.unread_words("Observation"),), unread=True)
    if unusable := index.readings.unusable_since(family, change.when.earliest):
        return CannotTell(unusable[:1])
    words = (("begun", change.said), ("missing", f"no {title} since"))
    return Found((line.input,), words)


def fills(args: v.MedicineFills, _: Resolver) -> Predicate:
    period = parse_duration(args.within)

    def ask(scope: Scope) -> Answer:
        index, line = scope.index, scope.bound
        if index.unread("MedicationDispense"):
            return CannotTell((index.unread_words("MedicationDispense"),), unread=True)
        days = [f.handed_over.latest for f in line.medicine.fills if counts(f) and f.handed_over]
        recent = sorted({d for d in days if period.before(index.as_of) <= d <= index.as_of})
        if len(recent) < args.at_least:
            return NotFound((f"{counted(len(recent), 'fill')} in the last {period.words}",))
        said = f"{len(recent)} times in {period.words} (last {day(recent[-1])})"
        return Found((line.input,), (("fills", said),))

    return ask


def courses(args: v.Courses, resolver: Resolver) -> Predicate:
    subjects = frozenset(resolver.subjects(args))
    period, longest = parse_duration(args.within), parse_duration(args.up_to)

    def ask(scope: Scope) -> Answer:
        index = scope.index
        lines = [x for x in (*index.lines, *index.stopped) if subjects & x.keys]
        found = {
            begun: line
            for line in lines
            if narrowed(args, line)
            for begun in _begun(line, longest, index)
            if begun >= period.before(index.as_of)
        }
        if len(found) >= args.at_least:
            said = listed(f"{line.name} {day(begun)}" for begun, line in sorted(found.items()))
            inputs = tuple(dict.fromkeys(line.input for line in found.values()))
            return Found(inputs, (("courses", said),))
        if index.unread("MedicationRequest"):
            return CannotTell((index.unread_words("MedicationRequest"),), unread=True)
        return NotFound((f"{counted(len(found), 'course')} in the last {period.words}",))

    return ask


def _begun(line: Line, longest: Duration, index: ChartIndex) -> list[date]:
    """The days its courses began. What is renewed for months is a treatment and not a course."""
    started, as_of = line.medicine.started, index.as_of
    if line.taken and started and started.latest < longest.before(as_of):
        return []
    over = line.medicine.status is LineStatus.STOPPED
    most = (as_of - longest.before(as_of)).days
    orders = [(when.latest, e) for when, e in dated_orders(line.medicine) if when.latest <= as_of]
    return [begun for begun, e in orders if over or _short(e, most)]


def _short(entry: MedicationEntry, most: int) -> bool:
    if entry.supply_days is not None:
        return entry.supply_days * (1 + (entry.refills or 0)) <= most
    return entry.status in _OVER
