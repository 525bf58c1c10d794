"""When a medicine was last begun as it is taken now: its start, or a change of its ordered dose."""

from dataclasses import dataclass

from app.assessment.sentences import day
from app.domain.dates import PartialDate
from app.domain.medicines import MedicationEntry, Medicine
from app.terminology import daily_dose as ordered_dose


@dataclass(frozen=True, slots=True)
class Change:
    """When the patient last began to take it as it is taken now."""

    when: PartialDate
    what: str  # started, dose changed

    @property
    def said(self) -> str:
        return f"{self.what} {day(self.when.latest)}"


def last_change(medicine: Medicine) -> Change | None:
    """The start, or the latest order whose daily dose differs from that of the order before it."""
    found = Change(medicine.started, "started") if medicine.started else None
    orders = dated_orders(medicine)
    if len(orders) < 2:
        return found
    before: object = None
    for when, entry in sorted(orders, key=lambda o: o[0].latest):
        identity = medicine.identity
        dose = ordered_dose(identity, entry.dosages).per_ingredient
        if before and dose and dose != before:
            found = Change(when, "dose changed")
        before = dose or before
    return found


def dated_orders(medicine: Medicine) -> list[tuple[PartialDate, MedicationEntry]]:
    """What was ordered with its day."""
    real = [e for e in medicine.entries if not (e.reported or e.do_not_perform)]
    return [(when, e) for e in real if (when := e.starts or e.authored)]
