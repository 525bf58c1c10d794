"""What a content owner wants to know of the knowledge beyond that it loads."""

from collections.abc import Callable
from datetime import date

from app.knowledge import check_holding, check_names, check_numbers, check_reach, check_rules
from app.knowledge.check_dates import expired_sources, reviews
from app.knowledge.library import Knowledge, tables_of

_CHECKS = (
    *check_holding.CHECKS,
    *check_names.CHECKS,
    *check_numbers.CHECKS,
    *check_rules.CHECKS,
    *check_reach.CHECKS,
)


def content_faults(
    knowledge: Knowledge, recognised: Callable[[str], bool], as_of: date
) -> tuple[str, ...]:
    """
    One sentence for each fault: the file, the row, what is wrong and what to do.

    `recognised` says whether the terminology knows an ingredient by that name.
    """
    found = [fault for check in _CHECKS for fault in check(knowledge)]
    found += check_names.unrecognised(knowledge, recognised)
    found += expired_sources(knowledge, as_of)
    found += reviews(knowledge, as_of)
    found += [
        f"{name}: nothing names it for the reader; give it a title" for name in untitled(knowledge)
    ]
    found += [f"{name}.csv: has no rows; restore them" for name in empty_tables(knowledge)]
    return tuple(found)


def number_faults(knowledge: Knowledge) -> tuple[str, ...]:
    """What a number that a site changed can break."""
    checks = (*check_numbers.CHECKS, check_rules.never_true)
    return tuple(fault for check in checks for fault in check(knowledge))


def untitled(knowledge: Knowledge) -> tuple[str, ...]:
    """Families, classes and labs that a fact uses and no title names for the reader."""
    codes = knowledge.tables
    families = {row.family for row in codes.condition_families} - knowledge.families.keys()
    labs = {row.family for row in codes.lab_families} - knowledge.lab_titles.keys()
    classes = {row.class_ for row in codes.classes} - knowledge.class_titles.keys()
    return tuple(sorted((*families, *labs, *classes)))


def empty_tables(knowledge: Knowledge) -> tuple[str, ...]:
    return tuple(name for name, rows in tables_of(knowledge.tables) if not rows)
