"""Results that a medicine asks for, and whether they are there."""

from collections.abc import Iterable, Sequence

from app.assessment.answers import Found
from app.assessment.chart_index import ChartIndex, Line
from app.assessment.outcomes import Check, CompiledRule, Hit, Looked, Open, Outcome, RowFacts
from app.assessment.predicates_lab import latest_within
from app.assessment.resolving import Resolver
from app.assessment.sentences import day, listed
from app.domain.assessment import Severity
from app.knowledge.durations import months
from app.knowledge.rows import MonitoringRow


def monitoring(rule: CompiledRule, rows: Sequence[MonitoringRow], resolver: Resolver) -> Check:
    """
    One problem for each rule and the medicines that ask for the same group of results.

    A blood draw answers for all of them, so three blood-pressure medicines without a potassium are
    one thing to do, not three.
    """
    known = [(row, resolver.parsed(row.drug), resolver.lab(row.lab)) for row in rows]

    def check(index: ChartIndex) -> Iterable[Outcome]:
        due: dict[str, list[tuple[Line, MonitoringRow]]] = {}
        for row, subjects, lab in known:
            for line in index.of(subjects):
                outcome = _one(rule, index, line, row, lab, resolver)
                if outcome is None:
                    due.setdefault(row.rule or rule.id, []).append((line, row))
                else:
                    yield outcome
        for rule_id, missing in due.items():
            for group in _together(missing):
                yield _hit(rule, rule_id, group, index, resolver)

    return check


def _one(
    rule: CompiledRule,
    index: ChartIndex,
    line: Line,
    row: MonitoringRow,
    lab: str,
    resolver: Resolver,
) -> Outcome | None:
    """What the chart says of one result, or None where it is due."""
    title, period = resolver.knowledge.lab_name(lab), months(row.within_months)
    if not line.taken:
        return Looked(rule, line, f"{title}: not due, {line.untaken}")
    if reading := latest_within(index, lab, period):
        return Looked(rule, line, f"{title} every {period.words}: {reading.said}")
    if index.unread("Observation"):
        return Open(rule, line, (index.unread_words("Observation"),), unread=True)
    if unusable := index.readings.unusable_since(lab, period.before(index.as_of)):
        return Open(rule, line, unusable[:1])
    started = line.medicine.started
    if started is not None and started.earliest > months(1).before(index.as_of):
        return Looked(rule, line, f"{title} not yet due: started {day(started.earliest)}")
    return None


_Due = list[tuple[Line, MonitoringRow]]


def _together(missing: _Due) -> Iterable[_Due]:
    """Groups that share a result: chained, so that each medicine is in one group."""
    groups: list[_Due] = []
    for item in missing:
        line, row = item
        joined = [g for g in groups if any(r.lab == row.lab or x.id == line.id for x, r in g)]
        groups = [g for g in groups if g not in joined]
        groups.append([member for g in joined for member in g] + [item])
    return groups


def _how_often(rows: Sequence[MonitoringRow], resolver: Resolver) -> str:
    """Of each result the strictest rule; named where several results have rules of their own."""
    strictest: dict[str, MonitoringRow] = {}
    for row in sorted(rows, key=lambda r: r.within_months):
        strictest.setdefault(row.lab, row)
    by_text: dict[str, list[str]] = {}
    for lab, row in strictest.items():
        by_text.setdefault(row.text.rstrip("."), []).append(resolver.knowledge.lab_name(lab))
    if len(by_text) == 1:
        return next(iter(by_text))
    parts = (f"{listed(labs)}: {text[:1].lower()}{text[1:]}" for text, labs in by_text.items())
    return "; ".join(parts)


def _hit(
    rule: CompiledRule, rule_id: str, group: _Due, index: ChartIndex, resolver: Resolver
) -> Hit:
    lines = tuple(x for x in index.lines if any(x is line for line, _ in group))
    rows = list(dict.fromkeys(row for _, row in group))
    labs = list(dict.fromkeys(row.lab for row in rows))
    worst = min((Severity(row.severity) for row in rows), key=lambda s: s.rank)
    last = [r[0] for lab in labs if (r := index.lab(lab))]
    words = {
        "medicines": listed(x.name for x in lines),
        "labs": listed(resolver.knowledge.lab_name(lab) for lab in labs),
        "missing": listed((resolver.knowledge.lab_name(lab) for lab in labs), "or"),
        "period": listed(dict.fromkeys(f"{row.within_months} months" for row in rows), "or"),
        "text": _how_often(rows, resolver),
        "plain": next((row.plain for row in rows if row.plain), ""),
    }
    words["last"] = (
        listed(f"{resolver.knowledge.lab_name(r.family)} {day(r.taken)}" for r in last)
        or "none on record"
    )
    if len(lines) == 1 and (started := lines[0].medicine.started):
        words["since"] = started.said
    evidence = tuple(dict.fromkeys(resolver.knowledge.citation(r.source, r.at) for r in rows))
    verified = all(row.status == "verified" for row in rows)
    due = frozenset(code for lab in labs if (code := resolver.knowledge.measure(lab)))
    facts = RowFacts("+".join(sorted(labs)), worst, rule_id, "", verified, words, evidence, due)
    inputs = tuple(x.input for x in lines) + tuple(r.input for r in last)
    return Hit(rule, lines, Found(inputs), facts)
