"""The list that we settled and wrote at an earlier visit, read back beside the chart's own sources."""

from collections.abc import Sequence

from app.chart.matching import Recorded
from app.domain.medicines import MedicationEntry


def apart(members: Sequence[Recorded]) -> tuple[list[Recorded], list[Recorded]]:
    """
    What speaks for a medicine, and what only repeats what was settled here.

    Our own words are no new statement of the patient, however recent. They speak only of a medicine
    that nothing else in the chart names, and then as the latest visit left it.
    """
    ours = [m for m in members if _is_ours(m)]
    if not ours:
        return list(members), []
    speaking = [m for m in members if not _is_ours(m)] or [max(ours, key=_settled_at)]
    return speaking, [m for m in ours if m not in speaking]


def _is_ours(member: Recorded) -> bool:
    return isinstance(member.record, MedicationEntry) and member.record.ours


def _settled_at(member: Recorded) -> tuple[str, str]:
    """To the second, as we write it: two versions may be of one day."""
    record = member.record
    said = record.authored if isinstance(record, MedicationEntry) else None
    return said.text if said else "", record.source.reference
