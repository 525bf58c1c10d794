"""Each condition's value against its goal: what tells whether the medicines for it work."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cache

from app.assessment.answers import Found
from app.assessment.chart_index import ChartIndex
from app.assessment.outcomes import Check, CompiledRule, Hit, Looked, Open, Outcome, RowFacts
from app.assessment.predicates_lab import why_missing
from app.assessment.predicates_patient import dated, found_conditions
from app.assessment.readings import Reading
from app.assessment.resolving import Resolver
from app.assessment.sentences import capital, day, inside, number, quantity, unit_words
from app.domain.assessment import ConditionGoal, Severity
from app.domain.values import Value
from app.knowledge.durations import Duration, months
from app.knowledge.rows import GoalRow

# Blood pressure is judged on more than one reading: the mean of the last two days it was taken.
_AVERAGED = frozenset({"sbp", "dbp"})


class Judged(Value, frozen=True):
    """One goal that holds for the patient, and the value it was compared with."""

    row: GoalRow
    reading: Reading | None
    value: Decimal | None
    readings: tuple[Reading, ...] = ()

    @property
    def met(self) -> bool | None:
        if self.value is None:
            return None
        low, high = self.row.value, self.row.high
        match self.row.comparator:
            case "<":
                return self.value < low
            case "<=":
                return self.value <= low
            case ">":
                return self.value > low
            case ">=":
                return self.value >= low
            case _:
                return low <= self.value <= (high if high is not None else low)

    @property
    def too_low(self) -> bool:
        return self.value is not None and self.value < self.row.value and self.row.comparator != "<"

    @property
    def goal(self) -> str:
        unit = unit_words(self.row.unit)
        if self.row.comparator == "between" and self.row.high is not None:
            return f"{number(self.row.value)} to {number(self.row.high)} {unit}".strip()
        sign = {"<": "below", "<=": "at most", ">": "above", ">=": "at least"}[self.row.comparator]
        return f"{sign} {number(self.row.value)} {unit}".strip()

    @property
    def said(self) -> str:
        if self.reading is None or self.value is None:
            return ""
        if len(self.readings) > 1:
            shown = quantity(self.value.quantize(Decimal(1)), self.reading.unit)
            return f"{shown} (mean of 2) on {day(self.reading.taken)}"
        return self.reading.said


@cache
def _families(text: str) -> tuple[str, ...]:
    return tuple(part.strip().removeprefix("family:") for part in text.split("|") if part.strip())


def holding(index: ChartIndex, rows: Iterable[GoalRow], resolver: Resolver) -> list[GoalRow]:
    """The goals that hold for this person: of each condition and result, the one that comes first."""
    best: dict[tuple[str, str], GoalRow] = {}
    for row in rows:
        if row.family not in index.active or not _population(index, row):
            continue
        if row.drug and not index.taken(resolver.parsed(row.drug)):
            continue
        key = (row.family, row.lab)
        if key not in best or row.priority > best[key].priority:
            best[key] = row
    return list(best.values())


def _population(index: ChartIndex, row: GoalRow) -> bool:
    if row.age_min is not None and (index.age is None or index.age < row.age_min):
        return False
    if row.age_max is not None and (index.age is None or index.age > row.age_max):
        return False
    if row.with_ and not any(f in index.active for f in _families(row.with_)):
        return False
    return not any(f in index.active for f in _families(row.without))


def judge(index: ChartIndex, row: GoalRow) -> Judged:
    cutoff = months(row.within_months).before(index.as_of)
    recent = [r for r in index.lab(row.lab) if r.taken >= cutoff]
    if not recent:
        return Judged(row, None, None)
    if row.lab not in _AVERAGED:
        return Judged(row, recent[0], recent[0].value, (recent[0],))
    by_day = {r.taken: r for r in reversed(recent)}
    last = tuple(by_day[taken] for taken in sorted(by_day, reverse=True)[:2])
    value = sum((r.value for r in last), Decimal(0)) / len(last)
    return Judged(row, last[0], value, last)


def goals(rule: CompiledRule, rows: Sequence[GoalRow], resolver: Resolver) -> Check:
    """A goal for a group replaces the general one, whichever rule each of them belongs to."""
    own = frozenset(row.id for row in rows)
    about = frozenset(row.family for row in rows)
    rivals = [row for row in resolver.knowledge.tables.goals if row.family in about]
    for row in rows:
        resolver.family(row.family)
        resolver.lab(row.lab)
        if row.drug:
            resolver.parsed(row.drug)
        for family in (*_families(row.with_), *_families(row.without)):
            resolver.family(family)

    def check(index: ChartIndex) -> Iterable[Outcome]:
        for line in index.of(rule.attach):
            if not line.taken:
                yield Open(rule, line, (f"{line.untaken}: its effect can't be judged",))
        held = holding(index, rivals, resolver)
        judged = [judge(index, row) for row in held if row.id in own]
        missed = _strictest([j for j in judged if j.met is False and _wanted(rule, j)])
        for one in judged:
            if one.met is not False or not _wanted(rule, one):
                yield from _no_problem(rule, index, one, resolver)
        if missed:
            yield from _missed(rule, index, missed, judged, resolver)

    return check


def _strictest(missed: Sequence[Judged]) -> list[Judged]:
    """Two conditions can set a goal for one result: the lower goal is the one to reach."""
    best: dict[str, Judged] = {}
    for one in missed:
        if one.row.lab not in best or one.row.value < best[one.row.lab].row.value:
            best[one.row.lab] = one
    return list(best.values())


def _missed(
    rule: CompiledRule,
    index: ChartIndex,
    missed: Sequence[Judged],
    judged: Sequence[Judged],
    resolver: Resolver,
) -> Iterable[Outcome]:
    pressures = {j.row.lab: j for j in (*judged, *missed) if j.row.lab in _AVERAGED}
    both = len(pressures) == len(_AVERAGED) and all(j.reading for j in pressures.values())
    if both and any(j.row.lab in _AVERAGED for j in missed):
        yield _hit(rule, index, (pressures["sbp"], pressures["dbp"]), resolver)
        missed = [j for j in missed if j.row.lab not in _AVERAGED]
    for one in missed:
        yield _hit(rule, index, (one,), resolver)


def _no_problem(
    rule: CompiledRule, index: ChartIndex, judged: Judged, resolver: Resolver
) -> Iterable[Outcome]:
    row = judged.row
    lines = index.taken(rule.attach)
    title = resolver.knowledge.lab_name(row.lab)
    if judged.met is None:
        why = why_missing(index, row.lab, title, _months(row))
        for line in lines:
            yield Open(rule, line, why.missing, why.unread)
        return
    verb = "meets" if judged.met else f"is not {rule.rule.direction}"
    for line in lines:
        yield Looked(rule, line, f"{title} {judged.said} {verb} the goal {judged.goal}")


def _hit(
    rule: CompiledRule, index: ChartIndex, judged: tuple[Judged, ...], resolver: Resolver
) -> Hit:
    """One value, or the two of a blood pressure as people write them: 150/83."""
    first = judged[0]
    row, on_list = first.row, index.of(rule.attach)
    lines = tuple(x for x in on_list if x.taken) or on_list
    title = resolver.knowledge.lab_name(row.lab) if len(judged) == 1 else "blood pressure"
    words = {
        "value": first.said if len(judged) == 1 else _pressure(*judged),
        "goal": first.goal if len(judged) == 1 else _pressure_goal(*judged),
        "lab": title,
        "condition": _condition(row, index, resolver),
        "direction": "below" if first.too_low else "above",
    }
    severity = Severity.MODERATE if rule.rule.severity == "row" else Severity(rule.rule.severity)
    evidence = (resolver.knowledge.citation(row.source, row.at),)
    facts = RowFacts(
        f"{row.family}:{row.lab}", severity, row.rule, "", row.status == "verified", words, evidence
    )
    found = found_conditions(index.active.get(row.family, ()))
    inputs = tuple(r.input for j in judged for r in j.readings) + found.inputs
    idle = [f"{x.name} is {x.untaken}" for x in on_list if not x.taken and x not in lines]
    return Hit(rule, lines, Found(inputs, (), found.conditions, tuple(idle)), facts)


def _condition(row: GoalRow, index: ChartIndex, resolver: Resolver) -> str:
    active = index.active.get(row.family)
    return dated(active[0]) if active else inside(resolver.knowledge.family_title(row.family))


def _pressure(sbp: Judged, dbp: Judged) -> str:
    if sbp.value is None or dbp.value is None or sbp.reading is None:
        return sbp.said or dbp.said
    values = "/".join(number(j.quantize(Decimal(1))) for j in (sbp.value, dbp.value))
    mean = f" (mean of {len(sbp.readings)})" if len(sbp.readings) > 1 else ""
    return f"{values} {unit_words(sbp.reading.unit)}{mean} on {day(sbp.reading.taken)}"


def _pressure_goal(sbp: Judged, dbp: Judged) -> str:
    return f"below {number(sbp.row.value)}/{number(dbp.row.value)} {unit_words(sbp.row.unit)}"


def _wanted(rule: CompiledRule, judged: Judged) -> bool:
    direction = rule.rule.direction
    return direction in {"any", "below" if judged.too_low else "above"}


def _months(row: GoalRow) -> Duration:
    return months(row.within_months)


def condition_goals(
    index: ChartIndex, rows: Sequence[GoalRow], resolver: Resolver
) -> tuple[ConditionGoal, ...]:
    """The value of each condition against its goal, for the headings of the grid."""
    by_condition: dict[str, list[Judged]] = {}
    for row in holding(index, rows, resolver):
        by_condition.setdefault(row.family, []).append(judge(index, row))
    return tuple(
        ConditionGoal(
            resolver.knowledge.family_title(family),
            "; ".join(_headings(index, judged, resolver)),
            _all_met([j.met for j in judged]),
        )
        for family, judged in by_condition.items()
    )


def _headings(index: ChartIndex, judged: Sequence[Judged], resolver: Resolver) -> Iterable[str]:
    by_lab = {j.row.lab: j for j in judged}
    pair = [by_lab[lab] for lab in ("sbp", "dbp") if lab in by_lab and by_lab[lab].reading]
    if len(pair) == len(_AVERAGED):
        yield f"Blood pressure {_pressure(*pair)} (goal {_pressure_goal(*pair)})"
        judged = [j for j in judged if j not in pair]
    for one in judged:
        yield capital(_heading(index, one, resolver))


def _heading(index: ChartIndex, judged: Judged, resolver: Resolver) -> str:
    title = resolver.knowledge.lab_name(judged.row.lab)
    if judged.value is None:
        return why_missing(index, judged.row.lab, title, _months(judged.row)).missing[0]
    return f"{title} {judged.said} (goal {judged.goal})"


def _all_met(met: Sequence[bool | None]) -> bool | None:
    if any(m is False for m in met):
        return False
    return None if any(m is None for m in met) else True
