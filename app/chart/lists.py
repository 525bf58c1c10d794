"""Medication lists: what they say against the entries they hold, and medicines only they name."""

from collections.abc import Iterable, Iterator, Sequence

from app.chart.standing_table import standing_table
from app.domain.chart import Gap
from app.domain.codes import Source
from app.domain.medicines import ListedItem, ListMark, MedicationEntry, RecordedList


def marks(lists: Iterable[RecordedList]) -> tuple[ListMark, ...]:
    """Each entry that a list flags as ended or paused, or that was deleted from it."""
    found = (
        ListMark(known.source, item.entry, says, item.dated or known.dated)
        for known in lists
        for item in known.items
        if item.entry and (says := _says(item))
    )
    return tuple(sorted(found, key=lambda m: (m.source, m.entry, m.says)))


def _says(item: ListedItem) -> str:
    return "stopped" if item.deleted else standing_table().flags.get(item.flag, "")


def only_listed(lists: Iterable[RecordedList], read: set[str]) -> tuple[MedicationEntry, ...]:
    """
    Medicines that a list names and no entry that was read stands for.

    Being on a list is no order and no report of taking, so their status is unknown.
    """
    return tuple(
        MedicationEntry(
            source=Source("List", f"{known.source.id}#{number}"),
            concept=item.concept,
            status=_says(item) or "unknown",
            reported=True,
            authored=item.dated or known.dated,
            ours=known.ours,
        )
        for known, number, item in _strangers(lists, read)
        if item.concept
    )


def unfollowed(lists: Sequence[RecordedList], read: set[str]) -> tuple[Gap, ...]:
    """Entries of a list that point at something that was not read, and name nothing."""
    missing = [(k, item) for k, _, item in _strangers(lists, read) if not item.concept]
    return tuple(
        Gap(
            what=f"An entry of {known.source.reference}",
            why="It points at a medicine that was not read, and does not name it.",
            effect="A medicine on that list may be missing here.",
            source=known.source,
        )
        for known, _ in missing
    )


def _strangers(
    lists: Iterable[RecordedList], read: set[str]
) -> Iterator[tuple[RecordedList, int, ListedItem]]:
    for known in lists:
        for number, item in enumerate(known.items, start=1):
            if item.entry not in read:
                yield known, number, item
