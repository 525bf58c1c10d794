"""Turns rules and tables into closures once; whatever leads nowhere refuses to load."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.assessment.chart_index import Lookups, finding_lookup
from app.assessment.families import family_matcher
from app.assessment.holding import hold_rows
from app.assessment.outcomes import Check, CompiledRule
from app.assessment.over_cautions import age_cautions, allergies, drug_conditions
from app.assessment.over_doses import maximum, renal
from app.assessment.over_duplicates import duplicates, same_ingredient
from app.assessment.over_genes import genes
from app.assessment.over_goals import goals
from app.assessment.over_immunizations import immunizations
from app.assessment.over_indications import Grouping, indications
from app.assessment.over_interactions import interactions
from app.assessment.over_monitoring import monitoring
from app.assessment.predicates import build, words_given
from app.assessment.readings import lab_tables
from app.assessment.resolving import Predicate, Resolver, Unresolved, names_any, narrows
from app.assessment.sentences import slots
from app.domain.assessment import Need
from app.domain.codes import Coding
from app.domain.errors import CmmError
from app.knowledge import Knowledge
from app.knowledge.arguments import Fact
from app.knowledge.library import cited_rows
from app.knowledge.logic import Call, Group, Malformed, Node, calls, read_logic
from app.knowledge.rows import Row
from app.knowledge.rule import Rule
from app.knowledge.subjects import Subject
from app.knowledge.vocabulary import MedicineTaking, MedicineUnchecked
from app.knowledge.vocabulary_person import LabMissing

_OVER: dict[str, Callable[[CompiledRule, Sequence[Any], Resolver], Check]] = {
    "interactions": interactions,
    "duplicates": duplicates,
    "same_ingredient": same_ingredient,
    "allergy_cross": allergies,
    "drug_conditions": drug_conditions,
    "age_cautions": age_cautions,
    "renal_dosing": renal,
    "max_daily_dose": maximum,
    "monitoring": monitoring,
    "goals": goals,
    "immunizations": immunizations,
    "indications": indications,
    "pharmacogenomics": genes,
}
# Where the rows of a table name a medicine without which they say nothing.
_NAMED_IN = {
    "interactions": "a",
    "drug_conditions": "drug",
    "age_cautions": "drug",
    "renal_dosing": "drug",
    "monitoring": "drug",
}
# Slots that any rule about a medicine, and any rule at all, can fill.
_OF_MEDICINE = frozenset({"medicine", "dose", "sig"})
_ALWAYS = frozenset({"age", "attached"})


@dataclass(frozen=True, slots=True)
class TableCheck:
    """
    A rule over a table, ready to run, with its own further conditions where it has any. It says nothing
    of a list without one of `about`; where that is None it speaks of every list.
    """

    rule: CompiledRule
    check: Check
    gate: Predicate | None
    about: frozenset[Subject] | None


@dataclass(frozen=True, slots=True)
class CompiledKnowledge:
    """Everything assess needs, with no name left to look up."""

    knowledge: Knowledge
    lookups: Lookups
    resolver: Resolver
    grouping: Grouping
    per_medicine: dict[Subject, tuple[CompiledRule, ...]]
    every_medicine: tuple[CompiledRule, ...]
    per_patient: tuple[CompiledRule, ...]
    tables: tuple[TableCheck, ...]
    kinds: frozenset[
        Subject
    ]  # classes whose members stand for each other: two of them are one too many
    # What rules_for has found: a few hundred products make up every medicine list.
    by_keys: dict[frozenset[Subject], tuple[CompiledRule, ...]] = field(default_factory=dict)
    # The same of tables_for: places among the tables.
    tables_by_keys: dict[frozenset[Subject], frozenset[int]] = field(default_factory=dict)

    @property
    def rules(self) -> tuple[CompiledRule, ...]:
        bound = {r.id: r for rules in self.per_medicine.values() for r in rules}
        every = (*bound.values(), *self.every_medicine, *self.per_patient)
        return tuple(sorted((*every, *(t.rule for t in self.tables)), key=lambda r: r.id))


def compile_knowledge(knowledge: Knowledge) -> CompiledKnowledge:
    _refuse_unknown_sources(knowledge)
    resolver = Resolver(knowledge, family_matcher(knowledge))
    per_medicine: dict[Subject, list[CompiledRule]] = {}
    every: list[CompiledRule] = []
    patient: list[CompiledRule] = []
    tables: list[TableCheck] = []
    for rule in knowledge.rules:
        try:
            compiled = compile_rule(rule, resolver)
            if rule.over:
                tables.append(_table_check(compiled, resolver))
            elif rule.per == "patient":
                patient.append(compiled)
            elif compiled.subjects:
                for subject in compiled.subjects:
                    per_medicine.setdefault(subject, []).append(compiled)
            else:
                every.append(compiled)
        except (Unresolved, Malformed, LookupError) as wrong:
            raise CmmError("CMM-0305", f"{rule.id}.yaml: {wrong}", 500) from None
    return CompiledKnowledge(
        knowledge,
        Lookups(
            knowledge.membership,
            resolver.matcher,
            lab_tables(knowledge),
            finding_lookup(knowledge),
            hold_rows(knowledge.tables),
        ),
        resolver,
        Grouping(knowledge, resolver.matcher),
        {subject: tuple(rules) for subject, rules in per_medicine.items()},
        tuple(every),
        tuple(patient),
        tuple(tables),
        frozenset(Subject("class", row.class_) for row in knowledge.tables.duplicates),
    )


def compile_rule(rule: Rule, resolver: Resolver) -> CompiledRule:
    knowledge = resolver.knowledge
    _refuse_unknown_codes(rule, knowledge)
    logic = read_logic(rule.when) if rule.when else None
    bound = rule.per == "medicine" and not rule.over
    which, rest = _subject(logic) if bound else (None, logic)
    if logic is not None:
        _refuse_unsure_facts(rule, logic, resolver)
    if not rule.over:
        _refuse_empty_slots(rule, logic)
    attach = tuple(s for text in rule.attach for s in resolver.parsed(text))
    if rule.measure:
        resolver.lab(rule.measure)
    return CompiledRule(
        rule,
        Need(rule.problem.need),
        tuple(knowledge.citation(c.source, c.at) for c in rule.cite),
        build(rest, resolver) if rest is not None else None,
        resolver.subjects(which) if which is not None and names_any(which) else (),
        which if which is not None and narrows(which) else None,
        attach,
        knowledge.measure(rule.measure) if rule.measure else None,
        tuple(s for text in rule.acts_on for s in resolver.parsed(text)),
        _labs_missing(logic, knowledge) if logic is not None else frozenset(),
        resolver.parsed(rule.adds) if rule.adds else (),
    )


def _labs_missing(logic: Node, knowledge: Knowledge) -> frozenset[Coding]:
    asked = [
        c.args.family for c in calls(logic) if isinstance(c.args, LabMissing | MedicineUnchecked)
    ]
    return frozenset(code for family in asked if (code := knowledge.measure(family)))


def _subject(logic: Node | None) -> tuple[MedicineTaking, Node | None]:
    """Takes the first `medicine.taking` off: it says which medicines the rule is asked about."""
    match logic:
        case Group("all", (Call("medicine.taking", MedicineTaking() as which), *rest)):
            return which, Group("all", tuple(rest)) if rest else None
    raise Unresolved("a rule per medicine begins `all` with `medicine.taking`")


def _table_check(compiled: CompiledRule, resolver: Resolver) -> TableCheck:
    """
    The rows a rule takes: those that its `only` names, or those that no other rule over the same
    table names.
    """
    rule = compiled.rule
    table = str(rule.over)
    every: tuple[Row, ...] = getattr(resolver.knowledge.tables, table, ())
    if rule.only:
        rows = _named(every, rule)
        if every and not rows:
            raise Unresolved(f"`only` names no row of {rule.over}.csv")
    else:
        others = [r for r in resolver.knowledge.rules if r.over == rule.over and r.only]
        elsewhere = {row for other in others for row in _named(every, other)}
        rows = [row for row in every if row not in elsewhere]
    try:
        check = _OVER[table](compiled, rows, resolver)
    except (Unresolved, KeyError) as wrong:
        raise Unresolved(f"{rule.over}.csv: {wrong}") from None
    return TableCheck(compiled, check, compiled.ask, _about(rule, rows, resolver))


def _about(rule: Rule, rows: Sequence[Row], resolver: Resolver) -> frozenset[Subject] | None:
    """The rule that takes the rest of a table answers for what was looked at in all of it."""
    column = _NAMED_IN.get(str(rule.over))
    if column is None or not rule.only:
        return None
    return frozenset(s for row in rows for s in resolver.parsed(getattr(row, column)))


def _named(rows: Sequence[Row], rule: Rule) -> list[Row]:
    left = list(rows)
    for column, values in rule.only.items():
        left = [row for row in left if getattr(row, column) in values]
    return left


def _refuse_unknown_codes(rule: Rule, knowledge: Knowledge) -> None:
    for source in (c.source for c in rule.cite):
        if source not in knowledge.tables.sources:
            raise Unresolved(f"no source {source!r} in sources.yaml")
    rationale = knowledge.rationales.get(rule.problem.rationale)
    if rationale is None:
        raise Unresolved(f"no rationale {rule.problem.rationale!r} in rationales.csv")
    category = knowledge.categories.get(rule.problem.category)
    if category is None:
        raise Unresolved(f"no category {rule.problem.category!r} in categories.csv")
    if category.need != rule.problem.need:
        raise Unresolved(f"the category {category.code!r} belongs to {category.need}")
    if rule.recommend.action != "row" and rule.recommend.action not in knowledge.actions:
        raise Unresolved(f"no action {rule.recommend.action!r} in actions.csv")


def _refuse_unsure_facts(rule: Rule, logic: Node, resolver: Resolver) -> None:
    """A rule is no surer than the numbers it stands on."""
    if rule.severity != "high":
        return
    for call in calls(logic):
        for name in call.args.__struct_fields__:
            ref = getattr(call.args, name)
            if isinstance(ref, Fact) and resolver.fact(ref).status == "unreviewed":
                raise Unresolved(f"high severity rests on the unreviewed fact {ref.fact!r}")


def _refuse_empty_slots(rule: Rule, logic: Node | None) -> None:
    given = _ALWAYS | frozenset(words_given(logic) if logic else ())
    if rule.per == "medicine":
        given |= _OF_MEDICINE
    for template in (rule.because, rule.recommend.text, rule.recommend.plain):
        for slot in sorted(slots(template) - given):
            raise Unresolved(f"nothing fills the slot {{{slot}}}")


def _refuse_unknown_sources(knowledge: Knowledge) -> None:
    for name, row in cited_rows(knowledge.tables):
        if row.source not in knowledge.tables.sources:
            raise CmmError(
                "CMM-0305", f"{name}.csv, {row.id}: no source {row.source!r} in sources.yaml.", 500
            )
        action = getattr(row, "action", "")
        if action and action not in knowledge.actions:
            raise CmmError(
                "CMM-0305", f"{name}.csv, {row.id}: no action {action!r} in actions.csv.", 500
            )


def rules_for(compiled: CompiledKnowledge, keys: frozenset[Subject]) -> tuple[CompiledRule, ...]:
    """The rules about a medicine with these ingredients and classes, each once."""
    known = compiled.by_keys.get(keys)
    if known is None:
        found = {r.id: r for key in keys for r in compiled.per_medicine.get(key, ())}
        named = (found[id_] for id_ in sorted(found))
        known = compiled.by_keys[keys] = (*named, *compiled.every_medicine)
    return known


def tables_for(
    compiled: CompiledKnowledge, every: Iterable[frozenset[Subject]]
) -> list[TableCheck]:
    """The tables that may have something to say of medicines with these ingredients and classes."""
    places = _places(compiled, frozenset())
    for keys in every:
        places |= _places(compiled, keys)
    return [compiled.tables[place] for place in sorted(places)]


def _places(compiled: CompiledKnowledge, keys: frozenset[Subject]) -> frozenset[int]:
    known = compiled.tables_by_keys.get(keys)
    if known is None:
        known = compiled.tables_by_keys[keys] = frozenset(
            place
            for place, table in enumerate(compiled.tables)
            if table.about is None or not table.about.isdisjoint(keys)
        )
    return known
