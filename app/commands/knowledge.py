"""`cmm knowledge`: the rules and facts, one by one, and whether all of them hold."""

from collections import Counter
from dataclasses import asdict
from typing import Any

import msgspec
import yaml

from app.commands import knowledge_diff
from app.commands.here import knowledge_here
from app.commands.knowledge_check import faults_of
from app.commands.knowledge_diff import knowledge_at
from app.domain.errors import CmmError
from app.knowledge.attributes import source_attributes
from app.knowledge.changes import change_words
from app.knowledge.coverage import Figure, list_coverage, prescribed_coverage
from app.knowledge.library import Knowledge, cited_rows
from app.knowledge.monographs import monographs
from app.knowledge.rule import Rule


def run(what: str, named: str, other: str = "", form: str = "text") -> int:
    """Raises CMM-0310 for an id that is neither a rule nor a fact nor an ingredient."""
    match what:
        case "list":
            return _list(knowledge_here().knowledge)
        case "show":
            return _show(knowledge_here().knowledge, named)
        case "coverage":
            return _coverage(knowledge_here().knowledge, form)
        case "diff":
            return knowledge_diff.run(named, other)
        case _:
            return _check(named)


def _list(knowledge: Knowledge) -> int:
    print(f"Knowledge {knowledge.version}: {len(knowledge.rules)} rules")
    for rule in sorted(knowledge.rules, key=lambda r: r.id):
        print(
            f"{rule.id:14} {rule.severity:9} {rule.status:11} {rule.problem.need:14} {rule.title}"
        )
    if knowledge.changes:
        print("\nChanged by this site")
    for change in knowledge.changes:
        what = f"{change.of}: {change_words(change)}"
        print(f"  {what} ({change.by}, {change.day}: {change.why})")
    return 0


def _show(knowledge: Knowledge, id_: str) -> int:
    if not id_.strip():
        raise CmmError(
            "CMM-0310",
            "Name what to show: the id of a rule (`cmm knowledge list`) or of a fact, or an ingredient "
            "such as metformin.",
        )
    rule = knowledge.rule(id_)
    if rule is not None:
        attributes = dict(source_attributes(rule, knowledge))
        print(_yaml({**msgspec.to_builtins(rule), "source attributes": attributes}))
        return 0
    for table, row in cited_rows(knowledge.tables):
        if row.id == id_:
            source = knowledge.citation(row.source, row.at)
            print(
                _yaml(
                    {
                        "table": table,
                        **msgspec.to_builtins(row),
                        "cited": msgspec.structs.asdict(source),
                    }
                )
            )
            return 0
    if id_ in knowledge.ingredients:
        print(_yaml(_monograph(knowledge, id_)))
        return 0
    raise CmmError(
        "CMM-0310", f"There is no rule, fact or ingredient {id_!r}: see `cmm knowledge list`."
    )


def _monograph(knowledge: Knowledge, ingredient: str) -> dict[str, Any]:
    """Each topic with its answer, the rows that hold it, and what a statement says in words."""
    said = {f"drug_statements:{s.id}": s for s in knowledge.tables.drug_statements}
    told: dict[str, Any] = {"ingredient": ingredient}
    for section in monographs(knowledge)[ingredient].sections:
        words = [said[ref].words for ref in section.held_in if ref in said]
        told[section.topic] = {
            "answer": section.answer,
            "read": section.verified,
            "words": " ".join(words),
            "rows": list(section.held_in),
        }
    return told


def _yaml(value: dict[str, Any]) -> str:
    """Without what is empty: a reader wants what the rule says."""
    told = {key: item for key, item in value.items() if item not in ("", [], {}, None)}
    return yaml.safe_dump(told, sort_keys=False, allow_unicode=True, width=100).rstrip()


def _check(folder: str) -> int:
    """What is used here, or a folder: knowledge as a content owner edits it, or changes of a site."""
    faults = faults_of(folder)
    for fault in faults:
        print(fault)
    if faults:
        print(f"{len(faults)} fault{'' if len(faults) == 1 else 's'}")
        return 1
    knowledge = knowledge_at(folder) if folder else knowledge_here().knowledge
    tests = sum(len(rule.tests) for rule in knowledge.rules)
    print(f"{len(knowledge.rules)} rules, {tests} tests, no fault; knowledge {knowledge.version}")
    return 0


def _coverage(knowledge: Knowledge, form: str) -> int:
    """What is held of what a pharmacist would look for, and how much nobody has reviewed."""
    prescribed, lists = prescribed_coverage(knowledge), list_coverage(knowledge)
    if form == "json":
        told = {"mostPrescribed": _told(prescribed), "lists": _told(lists)}
        print(msgspec.json.format(msgspec.json.encode(told), indent=2).decode())
        return 0
    print(f"The {prescribed[0].total} most prescribed medicines")
    _figures(prescribed)
    print("\nPublished lists")
    _figures(lists)
    _inventory(knowledge)
    return 0


def _told(figures: tuple[Figure, ...]) -> list[dict[str, Any]]:
    return [{**asdict(figure), "percent": figure.percent} for figure in figures]


def _figures(figures: tuple[Figure, ...]) -> None:
    print(f"  {'':40} {'held':>5} {'of':>5} {'%':>6} {'read':>5}")
    for f in figures:
        print(f"  {f.name:40} {f.held:5} {f.total:5} {f.percent:6} {f.verified:5}")
        if f.missing:
            print(f"    not held: {', '.join(f.missing)}")


def _inventory(knowledge: Knowledge) -> None:
    print("\nRules by category")
    _counts(Counter(_kind(rule) for rule in knowledge.rules))
    print("\nFacts by table (unreviewed)")
    rows = list(cited_rows(knowledge.tables))
    unreviewed = Counter(table for table, row in rows if row.status == "unreviewed")
    for table, count in sorted(Counter(table for table, _ in rows).items()):
        print(f"  {table:20} {count:5} ({unreviewed[table]})")
    print(f"\nMedicines with an indication: {len(knowledge.indicated)}")


def _kind(rule: Rule) -> str:
    return f"{rule.problem.need}: {rule.problem.category}"


def _counts(counted: Counter[str]) -> None:
    for name, count in sorted(counted.items()):
        print(f"  {name:45} {count:4}")
