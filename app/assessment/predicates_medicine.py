"""Questions about the medicine a rule is bound to."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from app.assessment.answers import Answer, CannotTell, Found, NotFound
from app.assessment.chart_index import Line
from app.assessment.doses import dose_of, intensity_of, most_daily, why_unknown
from app.assessment.predicates_supply import observed
from app.assessment.resolving import Predicate, Resolver, Scope, names_any, narrowed
from app.assessment.sentences import day, number, quantity
from app.domain.dates import PartialDate
from app.domain.medicines import LineStatus
from app.knowledge import vocabulary as v
from app.knowledge.durations import parse_duration
from app.knowledge.rows import MaxDoseRow, TargetDoseRow
from app.terminology import convert
from app.terminology import daily_dose as ordered_dose

_DOSE = frozenset({"dose", "frequency"})
_GIVEN_UP = frozenset({"stopped", "completed"})
DailyRow = MaxDoseRow | TargetDoseRow
_INTENSITIES = ("low", "moderate", "high")


def taking(args: v.MedicineTaking, resolver: Resolver) -> Predicate:
    """With no subject at all: every medicine, recognised or not."""
    wanted = frozenset(resolver.subjects(args) if names_any(args) else ())

    def ask(scope: Scope) -> Answer:
        line = scope.bound
        if not wanted:
            return Found() if narrowed(args, line) else NotFound()
        if not line.recognised:
            return CannotTell(("ingredient not recognised: no rule could be applied",))
        return Found() if wanted & line.keys and narrowed(args, line) else NotFound()

    return ask


def daily_dose(args: v.MedicineDailyDose, resolver: Resolver) -> Predicate:
    bounds = resolver.bounds(args)
    unit = bounds.limits[0][1].unit.removesuffix("/d")
    # An order above a limit stays one while less is taken: the next bottle says the ordered dose.
    floor = all(kind == "above" for kind, _ in bounds.limits)

    def ask(scope: Scope) -> Answer:
        line = scope.bound
        names = [args.ingredient] if args.ingredient else sorted(line.ingredients)
        amounts = [(name, most_daily(line, name, unit)) for name in names]
        known = [(name, amount) for name, amount in amounts if amount is not None]
        if len(known) < len(names):
            return CannotTell((why_unknown(line),))
        for name, amount in known:
            if bounds.hold(amount):
                words = (("daily", f"{quantity(amount, unit)} a day"),)
                return Found((line.input,), words)
            if floor and (ordered := _ordered(line, name, unit)) and bounds.hold(ordered):
                said = f"{quantity(ordered, unit)} a day as ordered"
                taken = f" ({quantity(amount, unit)} as taken)"
                return Found((line.input,), (("daily", said + taken),))
        said = ", ".join(quantity(amount, unit) for _, amount in known)
        return NotFound((f"daily dose {said} against the limit {bounds.words}",))

    return ask


def _ordered(line: Line, ingredient: str, unit: str) -> Decimal | None:
    """The highest active order of the line, where what is taken differs from it."""
    medicine = line.medicine
    if medicine.identity is None or not any(d.kind in _DOSE for d in medicine.unsettled):
        return None
    amounts = [
        convert(part.high, part.unit, unit)
        for entry in medicine.entries
        if not entry.reported and entry.status == "active"
        for part in ordered_dose(medicine.identity, entry.dosages).per_ingredient
        if part.ingredient == ingredient
    ]
    return max((a for a in amounts if a is not None), default=None)


def _since(start: date) -> tuple[tuple[str, str], ...]:
    return (("since", day(start)),)


def duration(args: v.MedicineDuration, _: Resolver) -> Predicate:
    period = parse_duration(args.at_least)

    def ask(scope: Scope) -> Answer:
        line, started = scope.bound, scope.bound.medicine.started
        if started is None:
            return CannotTell((f"when {line.name} was started",))
        cutoff = period.before(scope.index.as_of)
        if started.latest <= cutoff:
            return Found((line.input,), _since(started.latest))
        if started.earliest > cutoff:
            return NotFound((f"started {day(started.earliest)}, less than {period.words} ago",))
        return CannotTell((f"the exact date {line.name} was started (recorded: {started.text})",))

    return ask


def started_within(args: v.MedicineStarted, _: Resolver) -> Predicate:
    period = parse_duration(args.within)

    def ask(scope: Scope) -> Answer:
        line, started = scope.bound, scope.bound.medicine.started
        if started is None:
            return CannotTell((f"when {line.name} was started",))
        cutoff = period.before(scope.index.as_of)
        if started.earliest >= cutoff:
            return Found((line.input,), _since(started.earliest))
        if started.latest < cutoff:
            return NotFound((f"started {day(started.latest)}",))
        return CannotTell((f"the exact date {line.name} was started (recorded: {started.text})",))

    return ask


def only_as_needed(_args: v.MedicineAsNeeded, _: Resolver) -> Predicate:
    on_schedule = NotFound(("taken on a schedule",))
    as_needed = Found(words=(("checked", "taken as needed"),))

    def ask(scope: Scope) -> Answer:
        medicine = scope.bound.medicine
        needed = medicine.as_needed or medicine.daily_dose.as_needed
        return as_needed if needed else on_schedule

    return ask


def regular(args: v.MedicineRegular, resolver: Resolver) -> Predicate:
    least = resolver.fact(args.covered)

    def ask(scope: Scope) -> Answer:
        medicine = scope.bound.medicine
        if not (medicine.as_needed or medicine.daily_dose.as_needed):
            return Found()
        said = [d for e in medicine.entries if e.reported for d in e.dosages]
        if any(d.frequency is not None for d in said) and not any(d.as_needed for d in said):
            return Found((scope.bound.input,))
        pdc = medicine.fill_history.pdc
        if pdc is not None and pdc * 100 >= least.value:
            return Found((scope.bound.input,))
        return NotFound(("taken as needed",))

    return ask


def doses_per_day(args: v.MedicineDosesPerDay, _: Resolver) -> Predicate:
    def ask(scope: Scope) -> Answer:
        line = scope.bound
        if not line.taken:
            return NotFound((line.untaken,))
        times = line.medicine.daily_dose.administrations_per_day
        if times is None:
            return CannotTell((f"how often {line.name} is taken",))
        said = f"{number(times)} {'dose' if times == 1 else 'doses'} a day"
        if times >= args.at_least:
            return Found((line.input,), (("times", said),))
        return NotFound((said,))

    return ask


def for_family(args: v.MedicineFor, resolver: Resolver) -> Predicate:
    family = resolver.family(args.family)
    matcher = resolver.matcher

    def ask(scope: Scope) -> Answer:
        reasons = scope.bound.medicine.reasons
        for reason in reasons:
            if family in matcher.families_of(reason):
                return Found((scope.bound.input,), (("reason", reason.text),))
        return NotFound()

    return ask


def covered(args: v.MedicineCovered, resolver: Resolver) -> Predicate:
    least = resolver.fact(args.below)

    def ask(scope: Scope) -> Answer:
        line, history = scope.bound, scope.bound.medicine.fill_history
        if scope.index.unread("MedicationDispense"):
            return CannotTell((scope.index.unread_words("MedicationDispense"),), unread=True)
        if not line.taken:
            return NotFound((line.untaken,))
        if history.pdc is None:
            return CannotTell((history.unknown or "no fill history",))
        percent = f"{round(history.pdc * 100)} %"
        if history.pdc * 100 < least.value:
            words = (("covered", percent), ("observed", observed(history)))
            # Who takes half of what was ordered makes a fill last twice its days of supply.
            taken = tuple(d.text for d in line.medicine.unsettled if d.kind in _DOSE)
            return Found((line.input,), words, caveats=taken)
        return NotFound((f"fills cover {percent} of {observed(history)}",))

    return ask


def not_taken(_args: v.MedicineNotTaken, _: Resolver) -> Predicate:
    def ask(scope: Scope) -> Answer:
        line = scope.bound
        if line.medicine.entries and all(e.do_not_perform for e in line.medicine.entries):
            return NotFound(("the order says not to take it",))
        said = [e for e in line.medicine.entries if e.reported]
        denied = [e for e in said if e.status == "not-taken"]
        if line.medicine.status is LineStatus.NOT_TAKEN or denied:
            # Where the patient's word is "stopped", that statement has the day and the reason.
            denied = denied or [e for e in said if e.status in _GIVEN_UP]
            why = next(
                (e.note or e.status_reasons[0].text for e in denied if e.note or e.status_reasons),
                "",
            )
            words = [("why", why.rstrip(" ."))] if why else []
            if day_said := max(
                (e.authored for e in denied if e.authored), default=None, key=_latest
            ):
                words.append(("on", day_said.said))
            return Found((line.input,), tuple(words))
        if any(e.status in {"active", "completed"} for e in said):
            return NotFound(("recorded as taken by the patient",))
        return CannotTell(("no word from the patient on whether and how it is taken",))

    return ask


def _latest(when: PartialDate) -> date:
    return when.latest


def disagrees(args: v.MedicineDisagrees, _: Resolver) -> Predicate:
    def ask(scope: Scope) -> Answer:
        found = [d for d in scope.bound.medicine.unsettled if d.kind == args.kind]
        if not found:
            return NotFound(())
        return Found((scope.bound.input,), (("disagreement", found[0].text),))

    return ask


def statin_below(args: v.MedicineStatinIntensity, resolver: Resolver) -> Predicate:
    rows = resolver.knowledge.tables.statin_intensity
    least = _INTENSITIES.index(args.below)

    def ask(scope: Scope) -> Answer:
        line = scope.bound
        intensity = intensity_of(line, rows)
        if intensity is None:
            return CannotTell((why_unknown(line),))
        if _INTENSITIES.index(intensity) < least:
            return Found((line.input,), (("intensity", intensity),))
        return NotFound((f"{intensity}-intensity statin",))

    return ask


def below_target(args: v.MedicineBelowTarget, resolver: Resolver) -> Predicate:
    share = resolver.fact(args.share).value
    return _below(resolver.knowledge.tables.hf_target_doses, share, "target dose in heart failure")


def below_usual(_args: v.MedicineBelowUsual, resolver: Resolver) -> Predicate:
    return _below(resolver.knowledge.tables.usual_doses, Decimal(100), "usual dose")


def share_of_max(args: v.MedicineShareOfMax, resolver: Resolver) -> Predicate:
    members = resolver.knowledge.membership.members(args.of)
    rows = [row for row in resolver.knowledge.tables.max_daily_dose if row.ingredient in members]
    return _below(rows, resolver.fact(args.below).value, "highest dose")


def _below(rows: Sequence[DailyRow], share: Decimal, title: str) -> Predicate:
    targets = {row.ingredient: row for row in rows}

    def ask(scope: Scope) -> Answer:
        line = scope.bound
        row = next((targets[n] for n in sorted(line.ingredients) if n in targets), None)
        if row is None:
            return NotFound((f"no {title} is held",))
        dose = dose_of(line, row.ingredient)
        amount = most_daily(line, row.ingredient, row.unit) if dose else None
        if amount is None:
            return CannotTell((why_unknown(line),))
        target = quantity(row.value, row.unit)
        if amount * 100 < share * row.value:
            words = (("daily", f"{quantity(amount, row.unit)} a day"), ("target", target))
            return Found((line.input,), words)
        return NotFound((f"{quantity(amount, row.unit)} a day against the {title} {target}",))

    return ask
