"""The person the chart is about."""

from dataclasses import dataclass
from datetime import date

from app.domain.dates import PartialDate

# What stands where a chart has no name, so that no page shows an empty banner.
UNNAMED = "Name not recorded"


@dataclass(frozen=True, slots=True)
class Patient:
    """Who the chart is about, with what the banner and the rules need. Unknown is None or empty."""

    id: str
    name: str
    born: PartialDate | None
    sex: str  # FHIR administrative gender: male, female, other, unknown
    mrn: str = ""
    language: str = ""
    deceased: bool | None = None
    interpreter: bool | None = None  # needed; None where the chart does not say

    def age_on(self, day: date) -> int | None:
        """Completed years on a day; None when the birth date is missing or too coarse to tell."""
        if self.born is None:
            return None
        youngest = _years(self.born.latest, day)
        return youngest if youngest == _years(self.born.earliest, day) else None


def _years(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
