"""The recorded dose against the label's maximum and against kidney function."""

from collections.abc import Iterable, Sequence

from app.assessment.answers import Found
from app.assessment.chart_index import ChartIndex, Line
from app.assessment.doses import most_daily, parts_words, total_of, why_unknown
from app.assessment.outcomes import Check, CompiledRule, Hit, Looked, Open, Outcome, RowFacts
from app.assessment.predicates_lab import lab_words, latest_within, why_missing
from app.assessment.readings import Reading
from app.assessment.resolving import Resolver
from app.assessment.sentences import number, quantity
from app.domain.assessment import Citation
from app.knowledge.durations import months
from app.knowledge.rows import MaxDoseRow, RenalRow
from app.knowledge.subjects import Subject

# Kidney function is asked for at least once a year in everyone who takes a medicine that needs it
# (KDIGO 2024, monitoring by risk); an older value says nothing about today's dose.
RENAL_WINDOW = months(12)
# "Do not start below" is about a new medicine: one begun in these months.
RECENT_START = months(3)


def maximum(rule: CompiledRule, rows: Sequence[MaxDoseRow], resolver: Resolver) -> Check:
    by_ingredient: dict[Subject, list[MaxDoseRow]] = {}
    for row in rows:
        ingredient = Subject("ingredient", row.ingredient)
        resolver.known([ingredient])
        by_ingredient.setdefault(ingredient, []).append(row)

    def check(index: ChartIndex) -> Iterable[Outcome]:
        for ingredient in sorted(by_ingredient.keys() & index.by_subject.keys()):
            held, lines = by_ingredient[ingredient], index.by_subject[ingredient]
            yield from (Looked(rule, x, x.untaken) for x in lines if not x.taken)
            for route in dict.fromkeys(x.route for x in lines):
                same = [x for x in lines if x.route == route and x.taken]
                if row := _applicable(held, route, index.age):
                    yield from _against(rule, row, same, resolver)

    return check


def _applicable(rows: Sequence[MaxDoseRow], route: str, age: int | None) -> MaxDoseRow | None:
    """The lowest limit that holds for the route and, where the age is known, the age."""
    fit = [
        row
        for row in rows
        if (not row.route or route in row.route.split("|"))
        and (row.age_min is None or (age is not None and age >= row.age_min))
    ]
    return min(fit, key=lambda row: row.value, default=None)


def _against(
    rule: CompiledRule,
    row: MaxDoseRow,
    lines: Sequence[Line],
    resolver: Resolver,
) -> Iterable[Outcome]:
    amount = total_of(lines, row.ingredient, row.unit)
    limit = quantity(row.value, row.unit)
    taken = tuple(line for line, _ in amount.parts)
    if amount.total > row.value:
        words = {
            "total": quantity(amount.total, row.unit),
            "max": limit,
            "parts": parts_words(amount),
            "ingredient": row.ingredient,
            "note": row.note,
        }
        evidence = (resolver.knowledge.citation(row.source, row.at),)
        facts = RowFacts.of(row, words, evidence)
        yield Hit(rule, taken, Found(tuple(x.input for x in taken)), facts)
        return
    for line in lines:
        if line in taken:
            said = (
                f"daily {row.ingredient} {quantity(amount.total, row.unit)} against maximum {limit}"
            )
            yield Looked(rule, line, said)
        else:
            yield Open(rule, line, (why_unknown(line),))


def renal(rule: CompiledRule, rows: Sequence[RenalRow], resolver: Resolver) -> Check:
    known = [(row, resolver.parsed(row.drug)) for row in rows]

    def check(index: ChartIndex) -> Iterable[Outcome]:
        asked: dict[tuple[Line, str], list[RenalRow]] = {}
        for row, subjects in known:
            for line in index.of(subjects):
                asked.setdefault((line, row.metric), []).append(row)
        for (line, metric), held in asked.items():
            yield from _by_kidney(rule, index, line, metric, held, resolver)

    return check


def _by_kidney(
    rule: CompiledRule,
    index: ChartIndex,
    line: Line,
    metric: str,
    rows: Sequence[RenalRow],
    resolver: Resolver,
) -> Iterable[Outcome]:
    title = resolver.knowledge.lab_name(metric)
    reading = latest_within(index, metric, RENAL_WINDOW)
    if reading is None:
        why = why_missing(index, metric, title, RENAL_WINDOW)
        yield Open(rule, line, why.missing, why.unread)
        return
    limits = [number(row.below) for row in rows if row.below is not None]
    said = f"{title} {reading.said} against renal limit {', '.join(dict.fromkeys(limits))}"
    held = [row for row in rows if _in_band(row, reading)]
    outcomes = [_judged(rule, index, line, row, reading, resolver) for row in held]
    answered: list[Outcome] = [o for o in outcomes if not isinstance(o, Looked)]
    yield from answered or [Looked(rule, line, said)]


def _in_band(row: RenalRow, reading: Reading) -> bool:
    """`>90` is at least 90 and `<15` below 15: the number itself decides on the right side of it."""
    if row.below is not None and reading.value >= row.below:
        return False
    if row.at_least is not None and reading.value < row.at_least:
        return False
    return not (reading.comparator in {">", ">="} and row.below is not None)


def _judged(
    rule: CompiledRule,
    index: ChartIndex,
    line: Line,
    row: RenalRow,
    reading: Reading,
    resolver: Resolver,
) -> Outcome:
    title = resolver.knowledge.lab_name(row.metric)
    words = dict(lab_words("kidney", reading)) | {
        "metric": title,
        "text": row.text,
        "plain": row.plain,
    }
    if row.effect == "max-daily" and row.max_value is not None:
        names = [
            n
            for n in sorted(line.ingredients)
            if Subject("ingredient", n) in resolver.parsed(row.drug)
        ]
        amount = most_daily(line, (names or sorted(line.ingredients))[0], row.max_unit)
        if amount is None:
            return Open(rule, line, (why_unknown(line),))
        if amount <= row.max_value:
            return Looked(rule, line, "")
        words |= {
            "daily": quantity(amount, row.max_unit),
            "max": quantity(row.max_value, row.max_unit),
        }
    if row.effect == "avoid-start" and not _newly_begun(line, index):
        return Looked(rule, line, "")
    evidence: tuple[Citation, ...] = (resolver.knowledge.citation(row.source, row.at),)
    facts = RowFacts.of(row, words, evidence, row.action)
    return Hit(rule, (line,), Found((line.input, reading.input)), facts)


def _newly_begun(line: Line, index: ChartIndex) -> bool:
    """Begun in these months, and not another strength of what was ordered before them."""
    since, started = RECENT_START.before(index.as_of), line.medicine.started
    if started is None or started.latest < since:
        return False
    earlier = (
        e for e in index.chart.past_entries if (d := e.authored or e.starts) and d.latest < since
    )
    names = [e.concept.text.lower() for e in earlier]
    return not any(all(i in name for i in line.ingredients) for name in names)
