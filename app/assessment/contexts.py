"""What about the patient makes an interaction more or less grave, as the interaction table says it."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from operator import ge, gt, le, lt

from app.assessment.chart_index import ChartIndex, Line
from app.assessment.predicates_patient import dated
from app.assessment.resolving import Resolver, Unresolved
from app.assessment.sentences import day, listed, written
from app.knowledge.durations import Duration, parse_duration

# The words for what holds; None where it does not, or where the chart does not tell.
Context = Callable[[ChartIndex], str | None]

_SIGNS = {">=": ge, "<=": le, ">": gt, "<": lt}
_COMPARED = re.compile(r"(age|lab:[a-z0-9-]+)(>=|<=|<|>)(\d+(?:\.\d+)?)(?:@(P\d{1,4}[DWMY]))?")
_STARTED = re.compile(r"started:(.+)<=(P\d{1,4}[DWMY])")
_FORMS = (
    "family:x, history:x, class:x, ingredient:x, started:ingredient:x<=P30D, age>=65, "
    "lab:x<1 or lab:x<1@P30D, each also with no: before it"
)


def contexts(cell: str, resolver: Resolver) -> list[Context]:
    """Contexts of a cell, any of which counts: `class:ppi | age>65 & no:class:ppi`."""
    return [_every(part.split("&"), resolver) for part in cell.split("|") if part.strip()]


def _every(texts: list[str], resolver: Resolver) -> Context:
    parts = [context(text.strip(), resolver) for text in texts]

    def ask(index: ChartIndex) -> str | None:
        said = []
        for part in parts:
            words = part(index)
            if words is None:
                return None
            said.append(words)
        return " and ".join(filter(None, said))

    return ask


def context(text: str, resolver: Resolver) -> Context:
    """One context; what it is about must be known to the tables."""
    kind, _, name = text.partition(":")
    if kind == "no":
        inner = context(name, resolver)
        return lambda index: "" if inner(index) is None else None
    if kind in {"family", "history"}:
        return _condition(kind, name, resolver)
    if kind in {"class", "ingredient"}:
        subjects = resolver.parsed(text)
        return lambda index: listed(_short(x) for x in index.taken(subjects)) or None
    if started := _STARTED.fullmatch(text):
        return _started(started[1], parse_duration(started[2]), resolver)
    found = _COMPARED.fullmatch(text.replace(" ", ""))
    if found is None:
        raise Unresolved(f"{text!r} is no context: {_FORMS}")
    return _compared(found, resolver)


def _short(line: Line) -> str:
    return written("/".join(sorted(line.ingredients)))


def _condition(kind: str, name: str, resolver: Resolver) -> Context:
    family = resolver.family(name)

    def ask(index: ChartIndex) -> str | None:
        if active := index.active.get(family):
            return dated(active[0])
        past = index.past.get(family) if kind == "history" else None
        return f"past {dated(past[0])}" if past else None

    return ask


def _started(text: str, period: Duration, resolver: Resolver) -> Context:
    """New: neither the order nor any fill is older than the period."""
    subjects = resolver.parsed(text)

    def ask(index: ChartIndex) -> str | None:
        cutoff = period.before(index.as_of)
        for line in index.taken(subjects):
            first = _first(line)
            if first is not None and first >= cutoff:
                return f"{_short(line)} started on {day(first)}"
        return None

    return ask


def _first(line: Line) -> date | None:
    medicine = line.medicine
    known = [d.earliest for d in (medicine.started, medicine.fill_history.first) if d]
    return min(known, default=None)


def _compared(found: re.Match[str], resolver: Resolver) -> Context:
    what, holds, limit = found[1], _SIGNS[found[2]], Decimal(found[3])
    if what == "age":
        return lambda i: (
            f"age {i.age}" if i.age is not None and holds(Decimal(i.age), limit) else None
        )
    family = resolver.lab(what.removeprefix("lab:"))
    title = resolver.knowledge.lab_name(family)
    period = parse_duration(found[4]) if found[4] else None

    def ask(index: ChartIndex) -> str | None:
        reading = next(iter(index.lab(family)), None)
        if reading is None or (period and reading.taken < period.before(index.as_of)):
            return None
        return f"{title} {reading.said}" if holds(reading.value, limit) else None

    return ask
