"""Content faults of reach: rows and numbers that nothing leads to, so that they never speak."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from app.knowledge.arguments import Fact, Which
from app.knowledge.check_names import each, label
from app.knowledge.check_rules import takes
from app.knowledge.library import Knowledge
from app.knowledge.logic import Call, Malformed, calls
from app.knowledge.phenotypes import readable
from app.knowledge.rule import Rule
from app.knowledge.rule_files import logic_of
from app.knowledge.subjects import parse_subjects

# A goal without a rule is shown with its condition, above the grid.
_SHOWN_WITHOUT_A_RULE = "goals"
# Asked by the clearance that takes the weight by policy, whichever rule asks for that one.
_OF_THE_PROGRAM = frozenset({"crcl.weight.adjusted-from", "crcl.weight.adjusted-share"})
# The tables of daily doses a medicine is held against, by the predicate that does it.
_HELD_AGAINST = {"medicine.below_target": "hf_target_doses", "medicine.below_usual": "usual_doses"}


def untaken(knowledge: Knowledge) -> Iterator[str]:
    """A row of a table whose rules name the rows they take, and none of them names it."""
    for table in _ruled(knowledge):
        rules = [rule for rule in knowledge.rules if rule.over == table]
        if table == _SHOWN_WITHOUT_A_RULE or any(not rule.only for rule in rules):
            continue
        for row in getattr(knowledge.tables, table):
            if not any(takes(rule, row) for rule in rules):
                yield (
                    f"{label(table, row)}: no rule over {table}.csv takes it, so it never speaks; "
                    "name one in its column `rule`"
                )


def misreported(knowledge: Knowledge) -> Iterator[str]:
    """A row whose finding would show the page of a rule that is about something else."""
    for table in _ruled(knowledge):
        for row in getattr(knowledge.tables, table, ()):
            named = knowledge.rule(getattr(row, "rule", ""))
            if named is not None and not (named.over == table and takes(named, row)):
                yield (
                    f"{label(table, row)}: it is reported under {named.id}, which does not take it; "
                    "name the rule that does, or none"
                )


def unread(knowledge: Knowledge) -> Iterator[str]:
    """Advice for a phenotype that no result is ever read as."""
    for row in knowledge.tables.pharmacogenomics:
        for phenotype in row.phenotype.split("|"):
            if not readable(row.gene, phenotype, knowledge.tables.genotypes):
                yield (
                    f"{label('pharmacogenomics', row)}: no result is read as {phenotype!r}; word it "
                    "as the results are, or add the alleles to genotypes.csv"
                )


def unasked(knowledge: Knowledge) -> Iterator[str]:
    asked = set(_OF_THE_PROGRAM)
    for _, call in _calls(knowledge):
        asked |= {ref.fact for ref in _values(call) if isinstance(ref, Fact)}
    for row in knowledge.tables.constants:
        if row.id not in asked:
            yield f"constants.csv, {row.id}: no rule asks for it; delete it or use it"


def unheld(knowledge: Knowledge) -> Iterator[str]:
    """A dose to compare with, of a medicine that no rule compares."""
    compared: dict[str, set[str]] = {table: set() for table in _HELD_AGAINST.values()}
    for rule, call in _calls(knowledge):
        if table := _HELD_AGAINST.get(call.name):
            compared[table] |= _about(rule, knowledge)
    for table, row in each(knowledge, compared):
        if row.ingredient not in compared[table]:
            yield (
                f"{label(table, row)}: no rule holds {row.ingredient} against it; "
                "delete it or name the medicine in such a rule"
            )


def _about(rule: Rule, knowledge: Knowledge) -> set[str]:
    """The ingredients a rule per medicine is about."""
    found: set[str] = set()
    for call in _of(rule):
        if call.name == "medicine.taking" and isinstance(call.args, Which):
            which = call.args
            named = [f"ingredient:{which.ingredient}"] if which.ingredient else []
            named += [f"class:{which.class_}"] if which.class_ else []
            for subject in (s for text in (*named, *which.any_) for s in parse_subjects(text)):
                of_class = knowledge.membership.members(subject.name)
                found |= of_class if subject.kind == "class" else {subject.name}
    return found


def _ruled(knowledge: Knowledge) -> list[str]:
    """The tables that rules run over."""
    return sorted({str(rule.over) for rule in knowledge.rules if rule.over})


def _calls(knowledge: Knowledge) -> Iterator[tuple[Rule, Call]]:
    return ((rule, call) for rule in knowledge.rules for call in _of(rule))


def _of(rule: Rule) -> tuple[Call, ...]:
    try:
        logic = logic_of(rule)
    except Malformed:  # told where the rule is compiled
        return ()
    return tuple(calls(logic)) if logic is not None else ()


def _values(call: Call) -> Iterator[Any]:
    return (getattr(call.args, name) for name in call.args.__struct_fields__)


CHECKS: Iterable[Callable[[Knowledge], Iterator[str]]] = (
    untaken,
    misreported,
    unread,
    unasked,
    unheld,
)
