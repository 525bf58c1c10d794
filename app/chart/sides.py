"""The sources of one line as the checks for disagreement see them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from app.chart.matching import Recorded
from app.chart.standing import Standing, dated, is_order, standing
from app.domain.medicines import Administration, DailyDose, Fill, ListMark, MedicationEntry


@dataclass(frozen=True, slots=True)
class Line:
    """One medicine's sources with the dose each entry comes to."""

    members: tuple[Recorded, ...]
    entries: tuple[MedicationEntry, ...]  # the newest last
    fills: tuple[Fill, ...]
    given: tuple[Administration, ...]
    dose: Callable[[MedicationEntry], DailyDose]  # of an entry alone
    as_of: date
    fills_known: bool  # does the chart hold any fill at all?
    marks: tuple[ListMark, ...] = ()
    beside: tuple[Recorded, ...] = ()  # orders of another strength, on a line of their own

    @property
    def orders(self) -> list[MedicationEntry]:
        return [e for e in self.entries if is_order(e)]

    @property
    def reports(self) -> list[MedicationEntry]:
        return [e for e in self.entries if not is_order(e)]

    def taken(self, entries: Sequence[MedicationEntry]) -> list[MedicationEntry]:
        return [e for e in entries if standing(e, self.as_of) is Standing.TAKEN]


def who(entry: MedicationEntry) -> str:
    if is_order(entry):
        return "The order"
    if entry.ours:
        return "The list settled here"
    # A list is kept by whoever keeps it: it is not the patient's word.
    return "The medication list" if entry.source.resource == "List" else "The patient's statement"


def on(entry: MedicationEntry) -> str:
    said = dated(entry)
    return f" of {said.said}" if said else ""
