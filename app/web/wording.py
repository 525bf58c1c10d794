"""The rule catalogue as the page about this tool shows it."""

from dataclasses import dataclass

from app.knowledge.library import Knowledge


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One line of the rule catalogue."""

    id: str
    title: str
    need: str
    severity: str
    status: str
    sources: tuple[str, ...]


def rule_rows(knowledge: Knowledge) -> list[RuleRow]:
    """Every rule with what it cites; a rule over a table cites its rows, one by one."""
    return [
        RuleRow(
            id=rule.id,
            title=rule.title,
            need=rule.problem.need,
            severity="by fact" if rule.severity == "row" else rule.severity,
            status="by fact" if rule.status == "row" else rule.status,
            sources=tuple(knowledge.citation(c.source, c.at).citation for c in rule.cite)
            or (f"each fact of the table {str(rule.over).replace('_', ' ')}",),
        )
        for rule in sorted(knowledge.rules, key=lambda r: r.id)
    ]
