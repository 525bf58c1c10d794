"""Content faults of time: editions that ran out, reviews without a name or before their day."""

from collections.abc import Iterator
from datetime import date

from app.knowledge.library import Knowledge, cited_rows
from app.knowledge.list_rows import SourceRow
from app.knowledge.rows import CitedRow
from app.knowledge.rule import Rule


def overdue_sources(knowledge: Knowledge, as_of: date) -> dict[str, SourceRow]:
    """
    Sources of which a new edition should have been read by now. The app goes on with what it has and
    says so; only the check of a content owner fails.
    """
    every = knowledge.tables.sources.items()
    return {name: s for name, s in every if s.review_by and s.review_by < as_of}


def expired_sources(knowledge: Knowledge, as_of: date) -> Iterator[str]:
    for name, source in overdue_sources(knowledge, as_of).items():
        yield (
            f"sources.yaml, {name}: a new edition was due by {source.review_by}; read it, "
            "correct the rows that cite it and set the next date"
        )
    for name, source in knowledge.tables.sources.items():
        if source.year.isdigit() and int(source.year) > as_of.year:
            yield f"sources.yaml, {name}: the year {source.year} is still to come; correct it"


def reviews(knowledge: Knowledge, as_of: date) -> Iterator[str]:
    """Who reviewed and when stand together, on what is verified, and not in the future."""
    every: list[tuple[str, CitedRow | Rule]] = [(f"{r.id}.yaml", r) for r in knowledge.rules]
    every += [(f"{table}.csv, {row.id}", row) for table, row in cited_rows(knowledge.tables)]
    for where, held in every:
        if not (held.reviewer or held.reviewed):
            continue
        if not (held.reviewer and held.reviewed):
            yield f"{where}: a review needs a name and a day; give both `reviewer` and `reviewed`"
        elif held.status == "unreviewed":
            yield f"{where}: {held.reviewer} reviewed it and it is `unreviewed`; correct the status"
        elif held.reviewed > as_of:
            yield f"{where}: the review of {held.reviewed} is still to come; correct the day"
