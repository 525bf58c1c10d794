"""Every order, statement, fill and dose given -> one line per medicine, and what is off the list."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

from app.chart.fills import counts, covers
from app.chart.given import keeps_on_list
from app.chart.line import Around, medicine_line
from app.chart.matching import Group, Recorded, group, unreadable
from app.chart.naming import line_id
from app.chart.own_list import apart
from app.chart.standing import Standing, is_newer, is_order, recency, standing
from app.chart.standing_table import standing_table
from app.domain.codes import Concept
from app.domain.medicines import (
    Administration,
    Fill,
    ListMark,
    MedicationEntry,
    Medicine,
    MedicineIdentity,
)
from app.terminology.identity import identify
from app.terminology.vocabulary import Vocabulary

Record = MedicationEntry | Fill | Administration


@dataclass(frozen=True, slots=True)
class Reconciled:
    """The list, and what was kept off it."""

    medicines: tuple[Medicine, ...]
    past_entries: tuple[MedicationEntry, ...]
    past_fills: tuple[Fill, ...]
    past_administrations: tuple[Administration, ...] = ()


def reconcile(
    entries: Sequence[MedicationEntry],
    fills: Sequence[Fill],
    administrations: Sequence[Administration] = (),
    marks: Sequence[ListMark] = (),
    *,
    as_of: date,
    vocabulary: Vocabulary,
) -> Reconciled:
    """
    Builds the reconciled list.

    Every entry that is not past or planned is on exactly one line. A past entry is on a line only
    where it contradicts it; otherwise it is history.
    """
    records = recognised([*entries, *fills, *administrations], vocabulary)
    around = Around(as_of, any(map(counts, fills)), tuple(marks))
    lines: list[Medicine] = []
    history: list[Recorded] = []
    for one in group(records, as_of):
        on_line, off = _divide(one, as_of)
        history += off
        if on_line:
            lines.append(medicine_line(Group(one.key, on_line, one.beside), around))
    off_list = sorted((h.record for h in history), key=lambda r: r.source)
    return Reconciled(
        in_order(_with_unique_ids(lines)),
        tuple(r for r in off_list if isinstance(r, MedicationEntry)),
        tuple(r for r in off_list if isinstance(r, Fill)),
        tuple(r for r in off_list if isinstance(r, Administration)),
    )


def recognised(records: Sequence[Record], vocabulary: Vocabulary) -> list[Recorded]:
    """Each record with what it is."""
    return [Recorded(r, _identity(r.concept, vocabulary)) for r in records]


def members_of(medicine: Medicine, vocabulary: Vocabulary) -> list[Recorded]:
    """The records of a line, as they were before they were put together."""
    entries = [*medicine.entries, *medicine.settled_here]
    records: list[Record] = [*entries, *medicine.fills, *medicine.administrations]
    return recognised(records, vocabulary)


def in_order(lines: Sequence[Medicine]) -> tuple[Medicine, ...]:
    return tuple(sorted(lines, key=lambda m: (m.name.casefold(), m.id)))


@lru_cache(maxsize=4096)  # the products of one EHR come again and again
def _identity(concept: Concept, vocabulary: Vocabulary) -> MedicineIdentity | None:
    """What can't be read is not recognised either, even where its id spells a medicine."""
    return None if unreadable(concept) else identify(concept, vocabulary)


def _divide(one: Group, as_of: date) -> tuple[list[Recorded], list[Recorded]]:
    """What is on the line, and what is only history. Our own list read back keeps nothing on it."""
    live, past, supplied = [], [], []
    speaking, ours = apart(one.members)
    for member in speaking:
        if not isinstance(member.record, MedicationEntry):
            supplied.append(member)
        elif standing(member.record, as_of).on_list:
            live.append(member)
        else:
            past.append(member)
    if not live and not any(_may_be_taken(s, as_of) for s in supplied):
        return [], one.members
    contradicting = _contradicting(live, past, as_of)
    return [*live, *contradicting, *supplied, *ours], [p for p in past if p not in contradicting]


def _may_be_taken(recorded: Recorded, as_of: date) -> bool:
    """
    Could a fill, or a dose that was given, alone mean the medicine is in use? Where a fill does not
    say how long it lasts, half a year is allowed.
    """
    record = recorded.record
    if isinstance(record, Administration):
        return keeps_on_list(recorded, as_of)
    if not isinstance(record, Fill) or not counts(record):
        return False
    reaches = covers(record, as_of)
    if reaches is not None:
        return reaches
    if record.handed_over is None:
        return True
    since = as_of - timedelta(days=standing_table().fill_days)
    return record.handed_over.earliest <= as_of and record.handed_over.latest >= since


def _contradicting(
    live: Sequence[Recorded], past: Sequence[Recorded], as_of: date
) -> list[Recorded]:
    """
    The newest past entry that speaks against the line: the patient says stopped while an order is
    active, an order was stopped while the patient goes on or fills go on.
    """
    now = [m.record for m in live if isinstance(m.record, MedicationEntry)]
    against = [
        (p, p.record)
        for p in past
        if isinstance(p.record, MedicationEntry)
        and standing(p.record, as_of) is Standing.PAST
        and _speaks_against(p.record, now)
    ]
    newest = max(against, key=lambda pair: recency(pair[1]), default=None)
    return [newest[0]] if newest else []


def _speaks_against(entry: MedicationEntry, now: Sequence[MedicationEntry]) -> bool:
    if is_order(entry):
        if not now:
            return True  # only fills or doses given go on
        # A renewal stops the order before it: only a stopped one that is newer contradicts.
        return entry.status != "completed" and all(is_newer(entry, n) for n in now)
    orders = [n for n in now if is_order(n)]
    return bool(orders) and all(is_newer(entry, n) is not False for n in now)


def _with_unique_ids(lines: Sequence[Medicine]) -> list[Medicine]:
    """Lines that share a key (the same words, twice ambiguous) are told apart by their sources."""
    taken = [m.id for m in lines]
    return [
        replace(m, id=line_id(f"{m.id}|{_first(m)}")) if taken.count(m.id) > 1 else m for m in lines
    ]


def _first(line: Medicine) -> str:
    """Not of our own list: a line keeps its id when that is read back."""
    return min(replace(line, settled_here=()).sources).reference
