"""Reads the rule files: one YAML file, one rule, refused with one clear sentence."""

from pathlib import Path

import msgspec
import yaml

from app.domain.errors import CmmError
from app.knowledge.logic import Malformed, Node, read_logic
from app.knowledge.reading import Unreadable, content_of, in_one_line
from app.knowledge.rule import Rule
from app.knowledge.yaml_text import read_yaml


def read_rules(folder: Path) -> tuple[Rule, ...]:
    """Every rule below the folder, in the order of ids. An id is never used twice."""
    rules: dict[str, Rule] = {}
    for path in sorted(folder.rglob("*.yaml")):
        rule = read_rule(path)
        if rule.id in rules:
            raise CmmError("CMM-0303", f"{path.name}: the rule id {rule.id} is already used.", 500)
        rules[rule.id] = rule
    return tuple(rules[id_] for id_ in sorted(rules))


def read_rule(path: Path) -> Rule:
    try:
        content = read_yaml(content_of(path))
        rule = msgspec.convert(content, Rule)
        _refuse_contradictions(rule, path.stem)
    except Unreadable as wrong:
        raise CmmError("CMM-0303", f"{path.name} {wrong}.", 500) from None
    except (yaml.YAMLError, msgspec.ValidationError, ValueError) as wrong:
        raise CmmError("CMM-0303", f"{path.name}: {in_one_line(wrong)}", 500) from None
    return rule


def logic_of(rule: Rule) -> Node | None:
    """The rule's logic; a rule over a table may have none of its own."""
    return read_logic(rule.when) if rule.when else None


def _refuse_contradictions(rule: Rule, stem: str) -> None:
    if rule.id != stem:
        raise ValueError(f"the file holds the rule {rule.id}: name and id must be the same")
    if rule.severity == "high" and rule.status == "unreviewed":
        raise ValueError("an unreviewed rule may not be of high severity")
    if not rule.over and not rule.when:
        raise ValueError("a rule needs `when` or `over`")
    if not rule.over and "row" in {rule.severity, rule.status, rule.recommend.action}:
        raise ValueError("`row` is for rules over a table")
    if rule.only and not rule.over:
        raise ValueError("`only` narrows a table: it needs `over`")
    if not rule.over and not rule.cite:
        raise ValueError("a rule needs at least one citation")
    _refuse_untested(rule)


def _refuse_untested(rule: Rule) -> None:
    expected = {test.expect for test in rule.tests}
    if not {"problem", "none_found"} <= expected:
        raise ValueError("a rule needs at least one positive and one near-miss test")


__all__ = ["Malformed", "logic_of", "read_rule", "read_rules"]
