"""About this tool: what it does, for whom, its limits and every rule with its source."""

from collections import Counter

from fastapi import APIRouter, Response

from app.domain.errors import CmmError
from app.knowledge.attributes import source_attributes
from app.knowledge.changes import change_words
from app.knowledge.check_dates import overdue_sources
from app.knowledge.library import Knowledge
from app.web.pages import page
from app.web.routes.programme import may_read
from app.web.visit import CurrentOpenVisit
from app.web.wording import rule_rows
from app.web.words import day

router = APIRouter(prefix="/s/{session_id}/about")


@router.get("")
async def about_page(visit: CurrentOpenVisit) -> Response:
    knowledge = visit.services.knowledge.knowledge
    rules = rule_rows(knowledge)
    return page(
        "about.html",
        **visit.page_values("about"),
        version=knowledge.version,
        rules=rules,
        needs=sorted(Counter(row.need for row in rules).items()),
        unreviewed=sum(row.status == "unreviewed" for row in rules),
        overdue=overdue_sources(knowledge, visit.case.as_of).values(),
        changes=_changes(knowledge),
        programme=may_read(visit),
    )


@router.get("/{rule_id}")
async def rule_page(visit: CurrentOpenVisit, rule_id: str) -> Response:
    """One rule with the source attributes of evidence-based decision support."""
    knowledge = visit.services.knowledge.knowledge
    rule = knowledge.rule(rule_id)
    if rule is None:
        raise CmmError(
            "CMM-0310", "There is no such rule: choose one on the page about this tool.", 404
        )
    return page(
        "about_rule.html",
        **visit.page_values("about"),
        rule=rule,
        row=next(row for row in rule_rows(knowledge) if row.id == rule_id),
        attributes=source_attributes(rule, knowledge),
    )


def _changes(knowledge: Knowledge) -> list[dict[str, str]]:
    """What this site changed: what, by whom, when and why."""
    return [
        {
            "of": change.of,
            "what": change_words(change),
            "by": change.by,
            "day": day(change.day),
            "why": change.why,
        }
        for change in knowledge.changes
    ]
