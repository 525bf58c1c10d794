"""Every row of the interaction table against every pair on the list."""

from collections.abc import Callable, Iterable, Sequence

from app.assessment.answers import Found
from app.assessment.chart_index import ChartIndex, Line
from app.assessment.contexts import contexts
from app.assessment.outcomes import Check, CompiledRule, Hit, Looked, Outcome, RowFacts
from app.assessment.resolving import Resolver, facts_held
from app.assessment.sentences import counted, listed, written
from app.domain.assessment import Citation, Severity
from app.knowledge.rows import InteractionRow
from app.knowledge.subjects import Subject

_ORDER = (Severity.HIGH, Severity.MODERATE, Severity.LOW)


def interactions(rule: CompiledRule, rows: Sequence[InteractionRow], resolver: Resolver) -> Check:
    pairs = [
        (
            row,
            resolver.parsed(row.a),
            resolver.parsed(row.b),
            contexts(row.raised_by, resolver),
            contexts(row.lowered_by, resolver),
            (resolver.knowledge.citation(row.source, row.at),),
        )
        for row in rows
    ]
    # The rule that takes the rest of the table answers for what was looked at in all of it.
    held = None if rule.rule.only else _held(resolver)
    left = _places(a for _, a, *_ in pairs)
    right = _places(b for _, _, b, *_ in pairs)
    one_side, other_side = frozenset(left), frozenset(right)

    def check(index: ChartIndex) -> Iterable[Outcome]:
        # Two medicines of a thousand pairs: only rows with both sides on the list are looked at.
        if index.subjects.isdisjoint(one_side) or index.subjects.isdisjoint(other_side):
            here = frozenset[int]()
        else:
            here = _on(index, left) & _on(index, right)
        for place in sorted(here):
            row, a, b, raised, lowered, evidence = pairs[place]
            one, other = _partners(index.of(a), index.of(b))
            if not one or not other:
                continue
            why_up = [said for c in raised if (said := c(index)) is not None]
            why_down = [said for c in lowered if (said := c(index)) is not None]
            severity = _moved(Severity(row.severity), len(why_down[:1]) - len(why_up[:1]), row)
            why = {"raised": why_up, "lowered": why_down}
            yield _hit(rule, row, one, other, severity, why, evidence)
        if held is not None:
            yield from _looked(rule, index, held)

    return check


def _held(resolver: Resolver) -> Callable[[frozenset[Subject]], int]:
    return facts_held(
        (row.id, (*resolver.parsed(row.a), *resolver.parsed(row.b)))
        for row in resolver.knowledge.tables.interactions
    )


def _places(sides: Iterable[Sequence[Subject]]) -> dict[Subject, frozenset[int]]:
    """The rows that name each subject on one side."""
    found: dict[Subject, set[int]] = {}
    for place, side in enumerate(sides):
        for subject in side:
            found.setdefault(subject, set()).add(place)
    return {subject: frozenset(of) for subject, of in found.items()}


def _on(index: ChartIndex, places: dict[Subject, frozenset[int]]) -> frozenset[int]:
    return frozenset().union(*(places[subject] for subject in places.keys() & index.subjects))


def _partners(
    left: Sequence[Line], right: Sequence[Line]
) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """
    The lines of each side that have a partner on the other. One product is no pair with itself,
    and what isn't taken makes a pair only where what is taken makes none.
    """
    taken = _paired([x for x in left if x.taken], [y for y in right if y.taken])
    return taken if taken[0] else _paired(left, right)


def _paired(
    left: Sequence[Line], right: Sequence[Line]
) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    def pair(x: Line, y: Line) -> bool:
        return x.id != y.id and x.ingredients != y.ingredients

    one = tuple(x for x in left if any(pair(x, y) for y in right))
    other = tuple(y for y in right if any(pair(x, y) for x in left))
    return one, other


def _dosed(line: Line) -> str:
    """With what is taken of it a day, where that is known."""
    dose = line.medicine.daily_dose.text
    return f"{line.name} ({written(dose)})" if dose else line.name


def _hit(
    rule: CompiledRule,
    row: InteractionRow,
    one: Sequence[Line],
    other: Sequence[Line],
    severity: Severity,
    why: dict[str, list[str]],
    evidence: tuple[Citation, ...],
) -> Hit:
    lines = tuple(dict.fromkeys((*one, *other)))
    second = tuple(x for x in other if x not in one) or tuple(other)
    words = {
        "a": listed(x.name for x in one),
        "b": listed(x.name for x in second),
        "a.dosed": listed(_dosed(x) for x in one),
        "b.dosed": listed(_dosed(x) for x in second),
        "all": listed(x.name for x in lines),
        "consequence": row.consequence,
        "management": row.management,
        "plain": row.plain,
        "mechanism": row.mechanism,
    }
    words |= {key: listed(said) for key, said in why.items() if said}
    facts = RowFacts(
        row.id, severity, row.rule, row.action, row.status == "verified", words, evidence
    )
    acted = {"a": tuple(one), "b": second}
    return Hit(
        rule,
        lines,
        Found(tuple(x.input for x in lines)),
        facts,
        acted.get(row.act_on, ()),
        choice=row.act_on == "both",
    )


def _looked(
    rule: CompiledRule, index: ChartIndex, held: Callable[[frozenset[Subject]], int]
) -> Iterable[Outcome]:
    others = len(index.lines) - 1
    for line in index.lines:
        facts = held(line.keys)
        if facts and others:
            checks = counted(facts, "interaction check")
            yield Looked(rule, line, f"{checks} with {counted(others, 'other medicine')}")
        elif facts:
            yield Looked(rule, line, "no other medicine to interact with")


def _moved(severity: Severity, steps: int, row: InteractionRow) -> Severity:
    """One step up or down by context; a fact nobody has checked never reaches high."""
    highest = 0 if row.status == "verified" else 1
    return _ORDER[max(highest, min(len(_ORDER) - 1, severity.rank + steps))]
