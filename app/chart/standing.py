"""What one entry says about taking: on the list or past, and whether it speaks for now."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from functools import lru_cache

from app.chart.fills import GRACE_DAYS, later
from app.chart.standing_table import Row, standing_table
from app.domain.dates import PartialDate
from app.domain.medicines import LineStatus, MedicationEntry

STATEMENT = "MedicationStatement"
REQUEST = "MedicationRequest"


class Standing(StrEnum):
    """
    Where an entry stands. PAST and PLANNED entries are kept off the list; every other one is on
    exactly one line, whatever its status says.
    """

    TAKEN = "taken"
    HELD = "held"
    NOT_TAKEN = "not-taken"
    UNKNOWN = "unknown"
    ENDED = "ended"  # active by its status, over by its own dates
    PAST = "past"
    PLANNED = "planned"  # a draft: nobody ordered it yet, our own proposals among them

    @property
    def on_list(self) -> bool:
        return self not in {Standing.PAST, Standing.PLANNED}

    @property
    def line(self) -> LineStatus:
        return _LINES[self]


_LINES = {
    Standing.TAKEN: LineStatus.CURRENT,
    Standing.HELD: LineStatus.ON_HOLD,
    Standing.NOT_TAKEN: LineStatus.NOT_TAKEN,
    Standing.UNKNOWN: LineStatus.UNKNOWN,
    Standing.ENDED: LineStatus.UNKNOWN,
    Standing.PAST: LineStatus.STOPPED,
    Standing.PLANNED: LineStatus.UNKNOWN,
}


def standing(entry: MedicationEntry, as_of: date) -> Standing:
    """By the first row of standing.toml that fits; a status we do not know is never read as stopped."""
    kind = (entry.source.resource, entry.status, entry.intent, entry.do_not_perform)
    lasting, over = _standings(kind)
    return over if over is not lasting and _over(entry, as_of) else lasting


_Kind = tuple[str, str, str, bool]  # source, status, intent, and whether it must not be given


@lru_cache(maxsize=512)
def _standings(kind: _Kind) -> tuple[Standing, Standing]:
    """Where entries of a kind stand while they last, and once they are over by their own dates."""
    return _standing(kind, ended=False), _standing(kind, ended=True)


def _standing(kind: _Kind, *, ended: bool) -> Standing:
    row = next((r for r in standing_table().rows if _fits(r, kind, ended=ended)), None)
    return Standing(row.standing) if row else Standing.UNKNOWN


def _fits(row: Row, kind: _Kind, *, ended: bool) -> bool:
    source, status, intent, forbidden = kind
    return (
        (not row.source or source in row.source)
        and (not row.status or status in row.status)
        and (not row.intent or intent in row.intent)
        and row.forbidden in {None, forbidden}
        and row.ended in {None, ended}
    )


def _over(entry: MedicationEntry, as_of: date) -> bool:
    ended = ends_on(entry)
    return ended is not None and ended < as_of


def ends_on(entry: MedicationEntry) -> date | None:
    """
    The last day by the entry's own dates: the end of its dosing period, or the day its supply with
    all refills runs out and a month of grace, whichever comes first. None when it has neither.
    """
    ends, supplied = entry.ends.latest if entry.ends else None, _supplied_to(entry)
    return min(ends, supplied) if ends and supplied else ends or supplied


def _supplied_to(entry: MedicationEntry) -> date | None:
    if entry.authored is None or entry.supply_days is None:
        return None
    days = int(entry.supply_days * (1 + (entry.refills or 0)))
    return later(entry.authored.latest, days + GRACE_DAYS)


def is_order(entry: MedicationEntry) -> bool:
    """An order of this or another prescriber, not what the patient reports."""
    return entry.source.resource == REQUEST and not entry.reported


def dated(entry: MedicationEntry) -> PartialDate | None:
    """When it was said: asserted or ordered, else when it starts."""
    return entry.authored or entry.starts


def is_newer(one: MedicationEntry, other: MedicationEntry) -> bool | None:
    """None when the dates do not tell."""
    a, b = dated(one), dated(other)
    if a is None or b is None:
        return None
    if a.earliest > b.latest:
        return True
    return False if a.latest <= b.earliest else None


def by_recency(entries: Iterable[MedicationEntry]) -> list[MedicationEntry]:
    """The newest last. Most lines hold one entry, which is in order whatever it says."""
    listed = list(entries)
    return sorted(listed, key=recency) if len(listed) > 1 else listed


def recency(entry: MedicationEntry) -> tuple[date, str, str, str]:
    """
    Sorts the newest last. Of one day, what is said breaks ties before the address does: neither the
    order of a file nor a copy under another id decides.
    """
    said = dated(entry)
    content = f"{entry.status} {entry.prescriber} {entry.concept.text} {entry.dosages}"
    newest = said.latest if said else date.min
    return newest, entry.source.resource, content, entry.source.id
