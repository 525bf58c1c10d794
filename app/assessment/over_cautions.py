"""Medicines that don't go with a condition, an age or an allergy."""

from collections.abc import Callable, Iterable, Sequence

from app.assessment.answers import Found
from app.assessment.chart_index import ChartIndex, Line, RecordedAllergy
from app.assessment.outcomes import Check, CompiledRule, Hit, Looked, Open, Outcome, RowFacts
from app.assessment.predicates_patient import allergy_words, dated, found_conditions
from app.assessment.resolving import Resolver, facts_held
from app.assessment.sentences import counted, inside
from app.domain.assessment import Citation, Input, Severity
from app.knowledge.rows import AgeCautionRow, AllergyRow, DrugConditionRow
from app.knowledge.subjects import Subject


def _families(text: str, resolver: Resolver) -> tuple[str, ...]:
    keys = [part.strip().removeprefix("family:") for part in text.split("|") if part.strip()]
    return tuple(resolver.family(key) for key in keys)


def drug_conditions(
    rule: CompiledRule, rows: Sequence[DrugConditionRow], resolver: Resolver
) -> Check:
    known = [
        (
            row,
            resolver.parsed(row.drug),
            resolver.family(row.family),
            _families(row.unless, resolver),
            (resolver.knowledge.citation(row.source, row.at),),
        )
        for row in rows
    ]

    # The rule that takes the rest of the table answers for what was looked at in all of it.
    held = None if rule.rule.only else _held(resolver)
    families = frozenset(family for _, _, family, *_ in known)
    asked = frozenset(subject for _, subjects, *_ in known for subject in subjects)

    def check(index: ChartIndex) -> Iterable[Outcome]:
        here = known if not index.active.keys().isdisjoint(families) else []
        for row, subjects, family, unless, evidence in here:
            conditions = index.active.get(family)
            if not conditions or index.subjects.isdisjoint(subjects):
                continue
            if any(f in index.active for f in unless):
                continue
            words = {
                "consequence": row.consequence,
                "management": row.management,
                "plain": row.plain,
                "family": inside(resolver.knowledge.family_title(family)),
                "problem": dated(conditions[0]),
            }
            facts = RowFacts.of(row, words, evidence, row.action)
            for alike in _alike(row.action, subjects, index.of(subjects)):
                yield Hit(rule, alike, found_conditions(conditions), facts)
        if index.unread("Condition"):
            missing = (index.unread_words("Condition"),)
            yield from (Open(rule, x, missing, unread=True) for x in index.of(asked))
        elif held is not None:
            yield from _compared(rule, index, held)

    return check


def _held(resolver: Resolver) -> Callable[[frozenset[Subject]], int]:
    return facts_held(
        (row.id, resolver.parsed(row.drug)) for row in resolver.knowledge.tables.drug_conditions
    )


def _compared(
    rule: CompiledRule, index: ChartIndex, held: Callable[[frozenset[Subject]], int]
) -> Iterable[Outcome]:
    for line in index.lines:
        if facts := held(line.keys):
            said = f"{counted(facts, 'condition caution')} against the problem list"
            yield Looked(rule, line, said)


# Stopping or changing is decided medicine by medicine; for the rest any of them will do.
_EACH = frozenset({"discontinue-medication", "change-medication"})


def _alike(
    action: str, subjects: Sequence[Subject], lines: Sequence[Line]
) -> Iterable[tuple[Line, ...]]:
    """The lines of one subject are one finding; those taken and those not taken are two."""
    if action in _EACH:
        yield from ((line,) for line in lines)
        return
    left = list(lines)
    for subject in subjects:
        of_subject = [x for x in left if subject in x.keys]
        if not of_subject:
            continue
        left = [x for x in left if x not in of_subject]
        for taken in (True, False):
            if found := tuple(x for x in of_subject if x.taken is taken):
                yield found


def age_cautions(rule: CompiledRule, rows: Sequence[AgeCautionRow], resolver: Resolver) -> Check:
    known = [
        (
            row,
            resolver.parsed(row.drug),
            _families(row.unless, resolver),
            (resolver.knowledge.citation(row.source, row.at),),
        )
        for row in rows
    ]

    def check(index: ChartIndex) -> Iterable[Outcome]:
        for row, subjects, unless, evidence in known:
            too_old: list[Line] = []
            lines = index.of(subjects)
            for line in lines:
                if index.age is None:
                    yield Open(rule, line, ("the patient's age",))
                elif index.age < row.age_min:
                    yield Looked(
                        rule, line, f"age {index.age}, caution from {row.age_min}", base=False
                    )
                elif unless and index.unread("Condition"):
                    yield Open(rule, line, (index.unread_words("Condition"),), unread=True)
                elif excused := [f for f in unless if f in index.active]:
                    title = inside(resolver.knowledge.family_title(excused[0]))
                    yield Looked(rule, line, f"caution at {index.age} years, used for {title}")
                else:
                    too_old.append(line)
            for alike in _alike(row.action, subjects, too_old):
                yield _too_old(rule, row, alike, evidence)

    return check


def _too_old(
    rule: CompiledRule, row: AgeCautionRow, lines: tuple[Line, ...], evidence: tuple[Citation, ...]
) -> Hit:
    words = {
        "reason": row.reason,
        "management": row.management,
        "plain": row.plain,
        "age_min": str(row.age_min),
    }
    facts = RowFacts.of(row, words, evidence, row.action)
    return Hit(rule, lines, Found(tuple(x.input for x in lines)), facts)


def allergies(rule: CompiledRule, rows: Sequence[AllergyRow], resolver: Resolver) -> Check:
    crossed = [
        (
            row,
            allergy_words(_allergens(row.allergen, resolver), resolver),
            resolver.parsed(row.drug),
            (resolver.knowledge.citation(row.source, row.at),),
        )
        for row in rows
    ]

    def check(index: ChartIndex) -> Iterable[Outcome]:
        # What was read of a list is checked even where not all of it was.
        same = [
            (line, recorded)
            for line in index.lines
            for recorded in index.allergies
            if recorded.words & line.ingredients
        ]
        yield from (_same(rule, line, recorded) for line, recorded in same)
        hit = {(line.id, recorded.allergy.source.id) for line, recorded in same}
        for row, words, drug, evidence in crossed:
            for recorded in index.allergies:
                lines = index.of(drug) if recorded.words & words else ()
                for line in lines:
                    if (line.id, recorded.allergy.source.id) not in hit:
                        yield _cross(rule, row, line, recorded, evidence)
        if index.unread("AllergyIntolerance"):
            missing = (index.unread_words("AllergyIntolerance"),)
            yield from (Open(rule, line, missing, unread=True) for line in index.lines)
            return
        yield from _looked(rule, index)

    return check


def _allergens(text: str, resolver: Resolver) -> Sequence[Subject]:
    return resolver.parsed(text)


def _looked(rule: CompiledRule, index: ChartIndex) -> Iterable[Outcome]:
    said = counted(len(index.allergies), "recorded allergy").replace("allergys", "allergies")
    for line in index.lines:
        if line.recognised:
            yield Looked(
                rule,
                line,
                f"{said}: no match" if index.allergies else "allergy list: empty",
                base=False,
            )


def _shown(recorded: RecordedAllergy) -> Input:
    allergy = recorded.allergy
    reactions = ", ".join(r.text for r in allergy.reactions if r.text)
    text = allergy.concept.text or next((s.text for s in allergy.substances), "")
    return Input(allergy.source.resource, allergy.source.id, text, reactions)


def _same(rule: CompiledRule, line: Line, recorded: RecordedAllergy) -> Hit:
    shown = _shown(recorded)
    words = {"allergy": shown.label, "text": "the same ingredient"}
    words |= {"reaction": shown.value} if shown.value else {}
    mild = recorded.allergy.kind == "intolerance" and recorded.allergy.criticality != "high"
    severity = Severity.MODERATE if mild else Severity.HIGH
    facts = RowFacts(f"allergy:{'+'.join(sorted(line.ingredients))}", severity, words=words)
    return Hit(rule, (line,), Found((line.input, shown)), facts)


def _cross(
    rule: CompiledRule,
    row: AllergyRow,
    line: Line,
    recorded: RecordedAllergy,
    evidence: tuple[Citation, ...],
) -> Hit:
    shown = _shown(recorded)
    words = {"allergy": shown.label, "text": row.text}
    words |= {"reaction": shown.value} if shown.value else {}
    facts = RowFacts.of(row, words, evidence)
    return Hit(rule, (line,), Found((line.input, shown)), facts)
