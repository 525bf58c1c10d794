"""Questions about results and vital signs."""

from datetime import date
from decimal import Decimal

from app.assessment.answers import ASKED, Answer, CannotTell, Found, NotFound
from app.assessment.chart_index import ChartIndex
from app.assessment.readings import Reading
from app.assessment.resolving import Predicate, Resolver, Scope
from app.assessment.sentences import day, listed, number, quantity
from app.knowledge import vocabulary_person as v
from app.knowledge.durations import Duration, parse_duration


def lab_words(family: str, reading: Reading) -> tuple[tuple[str, str], ...]:
    return (
        (family, reading.said),
        (f"{family}.value", reading.amount),
        (f"{family}.date", day(reading.taken)),
    )


def why_missing(index: ChartIndex, family: str, title: str, period: Duration) -> CannotTell:
    """Not read, sent in a way that can't be compared, too old, or never recorded: each said as it is."""
    if index.unread("Observation"):
        return CannotTell((index.unread_words("Observation"),), unread=True)
    cutoff = period.before(index.as_of)
    old = next(iter(index.lab(family)), None)
    if unusable := index.readings.unusable_since(family, cutoff):
        return CannotTell(unusable[:1])
    if old is not None and old.taken < cutoff:
        return CannotTell((f"no {title} in the last {period.words} (last {old.said})",))
    return CannotTell((f"no {title} in the last {period.words}{_parts_missing(index, family)}",))


def _parts_missing(index: ChartIndex, family: str) -> str:
    """Creatinine clearance is worked out: say which part of it is not there."""
    if family != "crcl":
        return ""
    parts = [part for part in ("creatinine", "weight") if not index.lab(part)]
    return f" ({' and '.join(parts)} not recorded)" if parts else ""


def latest_within(index: ChartIndex, family: str, period: Duration) -> Reading | None:
    reading = next(iter(index.lab(family)), None)
    return reading if reading and reading.taken >= period.before(index.as_of) else None


def latest(args: v.LabLatest, resolver: Resolver) -> Predicate:
    family, period = resolver.lab(args.family), parse_duration(args.within)
    bounds = resolver.bounds(args, resolver.knowledge.lab_units.get(family, "mL/min"))
    title = resolver.knowledge.lab_name(family)

    def ask(scope: Scope) -> Answer:
        reading = latest_within(scope.index, family, period)
        if reading is None:
            return why_missing(scope.index, family, title, period)
        inside = bounds.hold(reading.value, reading.comparator)
        if inside is None:
            return CannotTell((f"{title} {reading.said} is not exact enough",))
        if inside:
            return Found((reading.input,), lab_words(family, reading))
        return NotFound((f"{title} {reading.said}{ASKED}{bounds.words}",))

    return ask


def mean(args: v.LabMean, resolver: Resolver) -> Predicate:
    family, period = resolver.lab(args.family), parse_duration(args.within)
    bounds = resolver.bounds(args, resolver.knowledge.lab_units.get(family))
    title = resolver.knowledge.lab_name(family)

    def ask(scope: Scope) -> Answer:
        cutoff = period.before(scope.index.as_of)
        by_day = {r.taken: r for r in reversed(scope.index.lab(family)) if r.taken >= cutoff}
        last = [by_day[taken] for taken in sorted(by_day, reverse=True)[: args.last]]
        if len(last) < args.last:
            return CannotTell((f"{args.last} {title} readings in the last {period.words}",))
        value = (sum((r.value for r in last), Decimal(0)) / len(last)).quantize(Decimal("0.1"))
        said = (
            f"mean {quantity(value, last[0].unit)} of {len(last)} readings to {day(last[0].taken)}"
        )
        if bounds.hold(value):
            return Found(tuple(r.input for r in last), ((f"{family}.mean", said),))
        return NotFound((f"{title} {said}{ASKED}{bounds.words}",))

    return ask


def run(args: v.LabRun, resolver: Resolver) -> Predicate:
    """One that is out says no, even where there are too few: more of them would not change it."""
    family, period = resolver.lab(args.family), parse_duration(args.within)
    bounds = resolver.bounds(args, resolver.knowledge.lab_units.get(family))
    title = resolver.knowledge.lab_name(family)

    def ask(scope: Scope) -> Answer:
        cutoff = period.before(scope.index.as_of)
        by_day = {r.taken: r for r in reversed(scope.index.lab(family)) if r.taken >= cutoff}
        last = [by_day[taken] for taken in sorted(by_day, reverse=True)[: args.last]]
        outside = [r for r in last if not bounds.hold(r.value, r.comparator)]
        if outside:
            return NotFound((f"{title} {outside[0].said}{ASKED}{bounds.words}",))
        if not last:
            return why_missing(scope.index, family, title, period)
        if len(last) < args.last:
            return CannotTell((f"{args.last} {title} readings in the last {period.words}",))
        said = listed(r.said for r in last)
        return Found(tuple(r.input for r in last), ((f"{family}.run", said),))

    return ask


def ever(args: v.LabEver, resolver: Resolver) -> Predicate:
    family = resolver.lab(args.family)
    bounds = resolver.bounds(args, resolver.knowledge.lab_units.get(family))
    title = resolver.knowledge.lab_name(family)
    period = parse_duration(args.within) if args.within else None
    recently = f" in the last {period.words}" if period else ""

    def ask(scope: Scope) -> Answer:
        cutoff = period.before(scope.index.as_of) if period else date.min
        readings = [r for r in scope.index.lab(family) if r.taken >= cutoff]
        for reading in readings:
            if bounds.hold(reading.value, reading.comparator):
                return Found((reading.input,), lab_words(family, reading))
        if scope.index.unread("Observation"):
            return CannotTell((scope.index.unread_words("Observation"),), unread=True)
        if readings:
            return NotFound((f"{title} {readings[0].said}",))
        never = () if scope.index.lab(family) else (f"no {title} on record",)
        return NotFound((f"no {title}{recently}",), unmeasured=never)

    return ask


def missing(args: v.LabMissing, resolver: Resolver) -> Predicate:
    family, period = resolver.lab(args.family), parse_duration(args.within)
    title = resolver.knowledge.lab_name(family)

    def ask(scope: Scope) -> Answer:
        reading = latest_within(scope.index, family, period)
        if reading is not None:
            return NotFound((f"{title} {reading.said}",))
        why = why_missing(scope.index, family, title, period)
        cutoff = period.before(scope.index.as_of)
        if why.unread or scope.index.readings.unusable_since(family, cutoff):
            return why
        old = next(iter(scope.index.lab(family)), None)
        if old is None:
            return Found((), (("missing", f"{why.missing[0]} (none on record)"),))
        return Found((old.input,), (("missing", why.missing[0]),))

    return ask


def fall(args: v.LabFall, resolver: Resolver) -> Predicate:
    family, period = resolver.lab(args.family), parse_duration(args.within)
    least = resolver.fact(args.less_than)
    title = resolver.knowledge.lab_name(family)

    def ask(scope: Scope) -> Answer:
        cutoff = period.before(scope.index.as_of)
        readings = [r for r in scope.index.lab(family) if r.taken >= cutoff]
        # One result that was sent twice is no second reading.
        if len({r.taken for r in readings}) < 2 or readings[-1].value <= 0:
            return CannotTell((f"two {title} readings in the last {period.words}",))
        first, last = readings[-1], readings[0]
        percent = (first.value - last.value) * 100 / first.value
        said = f"from {first.said} to {last.said} ({number(percent.quantize(Decimal(1)))} % lower)"
        if percent < least.value:
            return Found((first.input, last.input), ((f"{family}.change", said),))
        return NotFound((f"{title} {said}",))

    return ask
