"""Where two sources do not say the same about one medicine: one sentence each, with its sources."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from app.chart.fetching import supply_disagreements
from app.chart.fills import counts
from app.chart.matching import Recorded
from app.chart.naming import amounts
from app.chart.sides import Line, on, who
from app.chart.standing import Standing, is_order, standing
from app.domain.codes import Source
from app.domain.medicines import (
    Administration,
    Disagreement,
    Fill,
    LineStatus,
    MedicationEntry,
)
from app.terminology.identity import StrengthKey, strength_key
from app.terminology.units import plain

_SAYS = {
    LineStatus.CURRENT: "active",
    LineStatus.ON_HOLD: "on hold",
    LineStatus.NOT_TAKEN: "not taken",
}


def disagreements(line: Line) -> tuple[Disagreement, ...]:
    """All of them, in the order a pharmacist asks: taken at all, what, how much, by whom, fetched."""
    checks = (
        _status,
        _listed,
        _strength,
        _other_strength,
        _dose,
        _prescribers,
        supply_disagreements,
    )
    # A copy of an entry repeats the sentence: it is said once, with all its sources.
    said: dict[tuple[str, str], dict[Source, None]] = {}
    for found in (d for check in checks for d in check(line)):
        said.setdefault((found.kind, found.text), {}).update(dict.fromkeys(found.sources))
    return tuple(Disagreement(kind, text, tuple(sources)) for (kind, text), sources in said.items())


def _status(line: Line) -> Iterator[Disagreement]:
    """An order and a report, or an order and a newer order, that do not agree on taking."""
    seen: set[frozenset[str]] = set()
    for one in reversed(line.orders):
        for other in reversed(line.entries):
            ours, theirs = _said(one, line.as_of), _said(other, line.as_of)
            pair = frozenset((who(one) + ours, who(other) + theirs))
            if not ours or not theirs or ours == theirs or pair in seen:
                continue
            seen.add(pair)
            verb = "is" if is_order(other) else "says"
            text = f"{who(one)}{on(one)} is {ours}, "
            text += f"but {who(other).lower()}{on(other)} {verb} {theirs}."
            yield Disagreement("status", text, (one.source, other.source))


def _said(entry: MedicationEntry, as_of: date) -> str:
    if entry.do_not_perform:
        return "not to be given"
    stands = standing(entry, as_of)
    return entry.status if stands is Standing.PAST else _SAYS.get(stands.line, "")


def _listed(line: Line) -> Iterator[Disagreement]:
    """A medication list that calls ended or paused what an entry of it calls active."""
    for mark in line.marks:
        for entry in line.taken(line.entries):
            if entry.source.reference != mark.entry:
                continue
            day = f" of {mark.dated.said}" if mark.dated else ""
            text = f"{who(entry)}{on(entry)} is active, "
            text += f"but the medication list{day} says {mark.says.replace('-', ' ')}."
            yield Disagreement("status", text, (entry.source, mark.source))


def _strength(line: Line) -> Iterator[Disagreement]:
    """Past entries are left out: that an old strength differs is history."""
    first = line.members[0].identity
    if all(m.identity is first for m in line.members):
        return
    by_strength: dict[StrengthKey, list[Recorded]] = {}
    for member in line.members:
        key = strength_key(member.identity) if member.identity else None
        if key and _live(member, line.as_of):
            by_strength.setdefault(key, []).append(member)
    if len(by_strength) < 2:
        return
    told = [f"{_amounts(members[0])} {_where(members[0])}" for members in by_strength.values()]
    yield Disagreement(
        "strength",
        f"The strength differs: {', '.join(told)}.",
        tuple(m.record.source for members in by_strength.values() for m in members),
    )


def _other_strength(line: Line) -> Iterator[Disagreement]:
    """Two active orders of different strengths may both be taken: two lines that name each other."""
    if not line.beside:
        return
    amounts_ = dict.fromkeys(_amounts(m) for m in line.beside)
    orders = line.taken(line.orders)
    yield Disagreement(
        "other-strength",
        f"Another active order, on its own line, is of {' and '.join(amounts_)}.",
        tuple(o.source for o in orders) + tuple(m.record.source for m in line.beside),
    )


def _amounts(member: Recorded) -> str:
    return amounts(member.identity.strengths) if member.identity else ""


def _live(member: Recorded, as_of: date) -> bool:
    record = member.record
    if isinstance(record, Fill):
        return counts(record)
    if isinstance(record, Administration):
        return False  # a vial's strength is not the patient's
    return standing(record, as_of) is not Standing.PAST


def _where(member: Recorded) -> str:
    record = member.record
    if not isinstance(record, MedicationEntry):
        return "as filled"
    return "as ordered" if is_order(record) else "as the patient says"


def _dose(line: Line) -> Iterator[Disagreement]:
    """The newest order against the newest report, and active orders against each other."""
    orders, reports = line.taken(line.orders), line.taken(line.reports)
    if orders and reports:
        yield from _two_doses(line, orders[-1], reports[-1])
    for older in orders[:-1]:
        yield from _two_doses(line, orders[-1], older)


def _two_doses(line: Line, one: MedicationEntry, other: MedicationEntry) -> Iterator[Disagreement]:
    a, b = line.dose(one), line.dose(other)
    sources = (one.source, other.source)
    label = "the patient's statement" if not is_order(other) else "another order"
    if a.per_ingredient and b.per_ingredient and set(a.per_ingredient) != set(b.per_ingredient):
        text = f"The order{on(one)} comes to {a.text}, {label}{on(other)} to {b.text}."
        yield Disagreement("dose", text, sources)
        return
    often, seldom = a.administrations_per_day, b.administrations_per_day
    if often is not None and seldom is not None and often != seldom:
        text = f"The order{on(one)} says {_times(often)}, {label}{on(other)} {_times(seldom)}."
        yield Disagreement("frequency", text, sources)


def _times(per_day: Decimal) -> str:
    return f"{plain(per_day)} times a day"


def _prescribers(line: Line) -> Iterator[Disagreement]:
    orders = line.taken(line.orders)
    names = sorted({o.prescriber for o in orders if o.prescriber})
    if len(names) < 2:
        return
    yield Disagreement(
        "duplicate-prescriber",
        f"Ordered by {' and by '.join(names)}.",
        tuple(o.source for o in orders),
    )
