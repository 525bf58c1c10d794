"""Which source speaks for a line: for its status, for its dose, for what it is."""

from collections.abc import Sequence
from datetime import date

from app.chart.fills import counts, covers
from app.chart.matching import Recorded
from app.chart.standing import Standing, by_recency, is_newer, is_order, recency, standing
from app.domain.medicines import (
    Administration,
    Dosage,
    Fill,
    LineStatus,
    MedicationEntry,
    MedicineIdentity,
)


def speaker(entries: Sequence[MedicationEntry]) -> MedicationEntry | None:
    """
    What the patient reports speaks for what is taken, and an order for what is prescribed; but a
    report older than the newest order is overtaken by it.
    """
    reports = by_recency(e for e in entries if not is_order(e))
    orders = by_recency(e for e in entries if is_order(e))
    if not reports or not orders:
        return next(reversed(reports or orders), None)
    return orders[-1] if is_newer(orders[-1], reports[-1]) else reports[-1]


def line_status(
    entries: Sequence[MedicationEntry], fills: Sequence[Fill], as_of: date
) -> LineStatus:
    """
    Taken or not, as the speaking source says. Where it can't tell, any other source that is sure
    decides, then a fill whose supply still reaches today.
    """
    supplied = any(counts(f) and covers(f, as_of) for f in reversed(fills))
    live = {standing(e, as_of) for e in entries} - {Standing.PAST, Standing.PLANNED}
    told = speaker(entries)
    if told is None or not live:
        return LineStatus.CURRENT if supplied else LineStatus.UNKNOWN
    stands = standing(told, as_of)
    if stands is Standing.PAST and not is_order(told):
        return LineStatus.NOT_TAKEN  # the patient stopped, whatever the order says
    if stands.line is not LineStatus.UNKNOWN and stands is not Standing.PAST:
        return stands.line
    return LineStatus.CURRENT if Standing.TAKEN in live or supplied else LineStatus.UNKNOWN


def instructions(
    entries: Sequence[MedicationEntry], fills: Sequence[Fill], as_of: date
) -> tuple[Dosage, ...]:
    """The dosing of the source that speaks among those that give one; a fill's label comes last."""
    giving = [
        e
        for e in entries
        if e.dosages and not e.do_not_perform and standing(e, as_of) is not Standing.PAST
    ]
    taken = [e for e in giving if standing(e, as_of) is Standing.TAKEN]
    told = speaker(taken) or speaker(giving)
    if told:
        return told.dosages
    labelled = [f for f in fills if f.dosages and counts(f)]
    newest = max(labelled, key=fill_recency, default=None)
    return newest.dosages if newest else ()


def fill_recency(fill: Fill) -> tuple[date, str]:
    return (fill.handed_over.latest if fill.handed_over else date.min, fill.source.id)


def best_identity(members: Sequence[Recorded], as_of: date) -> MedicineIdentity | None:
    """The fullest description of the medicine; among equals, the source that speaks."""
    known = [(m.identity, m.record) for m in members if m.identity]
    if all(identity == known[0][0] for identity, _ in known):
        return known[0][0] if known else None
    entries = [m.record for m in members if isinstance(m.record, MedicationEntry)]
    told = speaker([e for e in entries if standing(e, as_of) is not Standing.PAST])
    best = max(known, key=lambda k: _fullness(k[0], k[1], told, as_of), default=None)
    return best[0] if best else None


def _fullness(
    identity: MedicineIdentity,
    record: MedicationEntry | Fill | Administration,
    told: MedicationEntry | None,
    as_of: date,
) -> tuple[int, int, bool, tuple[date, str, str, str]]:
    """Past entries describe the medicine last: their strength may be one that was given up."""
    filled = bool(identity.strengths) + bool(identity.form)
    content = str(record.concept)
    if isinstance(record, Administration):
        given = record.given.latest if record.given else date.min
        return (0, filled, False, (given, record.source.resource, content, record.source.id))
    if isinstance(record, Fill):
        when, id_ = fill_recency(record)
        return (1, filled, False, (when, record.source.resource, content, id_))
    live = 1 if standing(record, as_of) is not Standing.PAST else 0
    return (live, filled, record is told, recency(record))
