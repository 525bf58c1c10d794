"""Questions about the person: age, conditions, allergies, procedures, answers to questionnaires."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from app.assessment.answers import Answer, CannotTell, Found, NotFound
from app.assessment.chart_index import ChartIndex
from app.assessment.resolving import Predicate, Resolver, Scope
from app.assessment.sentences import counted, day, inside, listed
from app.domain.assessment import Input
from app.domain.chart import Condition
from app.domain.dates import PartialDate
from app.knowledge import vocabulary_person as v
from app.knowledge.durations import parse_duration
from app.knowledge.subjects import Subject


def _not_read(index: ChartIndex) -> CannotTell:
    return CannotTell((index.unread_words("Condition"),), unread=True)


def condition_input(condition: Condition) -> Input:
    when = condition.onset or condition.recorded
    text = condition.concept.text or next((c.display for c in condition.concept.codings), "")
    return Input(
        condition.source.resource, condition.source.id, text, date=when.text[:10] if when else ""
    )


def dated(condition: Condition) -> str:
    """In the chart's own words, with its day as exactly as it is recorded."""
    said = inside(condition_input(condition).label)
    if condition.onset:
        return f"{said} (onset {condition.onset.said})"
    return f"{said} (recorded {condition.recorded.said})" if condition.recorded else said


def found_conditions(conditions: Sequence[Condition]) -> Found:
    return Found(
        tuple(condition_input(c) for c in conditions[:3]),
        (("condition", dated(conditions[0])),),
        tuple(c.source.reference for c in conditions[:3]),
    )


def _families(args: v.ConditionPresent, resolver: Resolver) -> tuple[str, ...]:
    keys = ((args.family,) if args.family else ()) + args.any_
    return tuple(resolver.family(key) for key in keys)


def _active(index: ChartIndex, families: Sequence[str]) -> list[Condition]:
    return [c for family in families for c in index.active.get(family, ())]


def present(args: v.ConditionPresent, resolver: Resolver) -> Predicate:
    families = _families(args, resolver)
    titles = listed((inside(resolver.knowledge.family_title(f)) for f in families), "or")
    no = NotFound((f"no {titles} on the problem list",), elsewhere=True)

    def ask(scope: Scope) -> Answer:
        if found := _active(scope.index, families):
            return found_conditions(found)
        if scope.index.unread("Condition"):
            return _not_read(scope.index)
        return no

    return ask


def absent(args: v.ConditionAbsent, resolver: Resolver) -> Predicate:
    families = _families(args, resolver)
    no_problem = Found()

    def ask(scope: Scope) -> Answer:
        if found := _active(scope.index, families):
            return NotFound((condition_input(found[0]).label,), elsewhere=True)
        return _not_read(scope.index) if scope.index.unread("Condition") else no_problem

    return ask


def history(args: v.ConditionHistory, resolver: Resolver) -> Predicate:
    families = _families(args, resolver)
    titles = listed((inside(resolver.knowledge.family_title(f)) for f in families), "or")
    no = NotFound((f"no {titles} recorded",), elsewhere=True)

    def ask(scope: Scope) -> Answer:
        past = [c for family in families for c in scope.index.past.get(family, ())]
        if found := _active(scope.index, families) + past:
            return found_conditions(found)
        if scope.index.unread("Condition"):
            return _not_read(scope.index)
        return no

    return ask


def recent(args: v.ConditionRecent, resolver: Resolver) -> Predicate:
    """A condition without a date leaves the question open: it may have begun yesterday."""
    families = _families(args, resolver)
    period = parse_duration(args.within)
    titles = listed((inside(resolver.knowledge.family_title(f)) for f in families), "or")

    def ask(scope: Scope) -> Answer:
        cutoff = period.before(scope.index.as_of)
        past = [c for family in families for c in scope.index.past.get(family, ())]
        every = _active(scope.index, families) + past
        dated = [(c, c.onset or c.recorded) for c in every]
        within = [c for c, when in dated if when and when.earliest >= cutoff]
        if within:
            return found_conditions(within)
        if scope.index.unread("Condition"):
            return _not_read(scope.index)
        open_ = [c for c, when in dated if when is None or when.latest >= cutoff]
        if open_:
            return CannotTell((f"when {condition_input(open_[0]).label} began",))
        return NotFound((f"no {titles} in the last {period.words}",))

    return ask


def count(args: v.ConditionCount, resolver: Resolver) -> Predicate:
    """One day is one event, however often it was coded; what has no day is not counted."""
    family = resolver.family(args.family)
    period = parse_duration(args.within)
    title = inside(resolver.knowledge.family_title(family))

    def ask(scope: Scope) -> Answer:
        index = scope.index
        cutoff = period.before(index.as_of)
        every = (*index.active.get(family, ()), *index.past.get(family, ()))
        by_day = {when.earliest: c for c in every if (when := c.onset or c.recorded)}
        within = [c for on, c in sorted(by_day.items(), reverse=True) if on >= cutoff]
        if len(within) >= args.at_least:
            found = found_conditions(within)
            times = (("times", f"{len(within)} times"),)
            return Found(found.inputs, found.words + times, found.conditions)
        if index.unread("Condition"):
            return _not_read(index)
        return NotFound(
            (f"{title} recorded {counted(len(within), 'time')} in the last {period.words}",)
        )

    return ask


def procedure(args: v.ProcedureDone, resolver: Resolver) -> Predicate:
    family = resolver.family(args.family)
    title = inside(resolver.knowledge.family_title(family))
    period = parse_duration(args.within) if args.within else None

    def ask(scope: Scope) -> Answer:
        cutoff = period.before(scope.index.as_of) if period else date.min
        for done in scope.index.procedures.get(family, ()):
            if period is None or (done.performed and done.performed.earliest >= cutoff):
                when = done.performed.text[:10] if done.performed else ""
                shown = Input(done.source.resource, done.source.id, done.concept.text, date=when)
                on = f" ({done.performed.said})" if done.performed else ""
                return Found((shown,), (("procedure", f"{shown.label}{on}"),))
        if scope.index.unread("Procedure"):
            return CannotTell((scope.index.unread_words("Procedure"),), unread=True)
        return NotFound((f"{title}: not among the procedures",))

    return ask


def allergy(args: v.AllergyTo, resolver: Resolver) -> Predicate:
    words = allergy_words(resolver.subjects(args), resolver)

    def ask(scope: Scope) -> Answer:
        for recorded in scope.index.allergies:
            if words & recorded.words:
                source, text = recorded.allergy.source, recorded.allergy.concept.text
                return Found((Input(source.resource, source.id, text),), (("allergy", text),))
        if scope.index.unread("AllergyIntolerance"):
            return CannotTell((scope.index.unread_words("AllergyIntolerance"),), unread=True)
        return NotFound(("no such allergy recorded",))

    return ask


def allergy_words(subjects: Sequence[Subject], resolver: Resolver) -> frozenset[str]:
    """What an allergy to the subjects can be called: ingredients, class members and the class's own names."""
    words: set[str] = set()
    for subject in subjects:
        words.add(subject.name.replace("-", " ").lower())
        if subject.kind == "class":
            words |= resolver.knowledge.membership.members(subject.name)
            words.add(resolver.knowledge.class_titles.get(subject.name, subject.name).lower())
    return frozenset(words)


def age(args: v.Age, resolver: Resolver) -> Predicate:
    bounds = resolver.bounds(args)

    def ask(scope: Scope) -> Answer:
        if scope.index.age is None:
            return CannotTell(("the patient's age",))
        if bounds.hold(Decimal(scope.index.age)):
            return Found()
        return NotFound((f"age {scope.index.age}",), elsewhere=True)

    return ask


def sex(args: v.Sex, _: Resolver) -> Predicate:
    def ask(scope: Scope) -> Answer:
        recorded = scope.index.chart.patient.sex
        if recorded == args.is_:
            return Found()
        return (
            NotFound((recorded,), elsewhere=True)
            if recorded in {"female", "male"}
            else CannotTell(("sex",))
        )

    return ask


def finding(args: v.FindingIs, resolver: Resolver) -> Predicate:
    if (args.family, args.meaning) not in resolver.knowledge.findings:
        raise LookupError(f"no finding {args.family!r} with the meaning {args.meaning!r}")
    period = parse_duration(args.within) if args.within else None

    def ask(scope: Scope) -> Answer:
        answers = scope.index.findings.get(args.family, ())
        cutoff = period.before(scope.index.as_of) if period else date.min
        recent = [a for a in answers if _taken(a.finding.taken) >= cutoff]
        if not recent:
            if scope.index.unread("Observation"):
                return CannotTell((scope.index.unread_words("Observation"),), unread=True)
            unasked = f"no answer recorded on {args.family.replace('-', ' ')}"
            return NotFound((unasked,)) if args.unasked_is_no else CannotTell((unasked,))
        latest = recent[0]
        shown = latest.finding
        when = shown.taken.text[:10] if shown.taken else ""
        value = shown.value.text or latest.meaning.replace("-", " ")
        if latest.meaning != args.meaning:
            return NotFound((f"{args.family.replace('-', ' ')}: {value}",))
        label = Input(shown.source.resource, shown.source.id, shown.concept.text, value, date=when)
        on = f" on {day(shown.taken.exact)}" if shown.taken and shown.taken.exact else ""
        return Found((label,), (("finding", f"{value}{on}"),))

    return ask


def _taken(when: PartialDate | None) -> date:
    return when.latest if when else date.min
