"""Periods of time as the rules write them: P6W, P12M, P3Y."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

_ISO = re.compile(r"P(\d{1,4})([DWMY])")
_IN_EVERY_MONTH = 28
_WORDS = {"D": "day", "W": "week", "M": "month", "Y": "year"}


@dataclass(frozen=True, slots=True)
class Duration:
    """A whole number of days, weeks, months or years."""

    count: int
    unit: str  # D, W, M or Y

    def before(self, day: date) -> date:
        """The day this long before. A month ends where the shorter month ends."""
        if self.unit in "DW":
            return day - timedelta(days=self.count * (7 if self.unit == "W" else 1))
        months = day.year * 12 + day.month - 1 - self.count * (12 if self.unit == "Y" else 1)
        year, month = divmod(months, 12)
        if day.day <= _IN_EVERY_MONTH:
            return date(year, month + 1, day.day)
        return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))

    @property
    def words(self) -> str:
        return f"{self.count} {_WORDS[self.unit]}{'' if self.count == 1 else 's'}"


def parse_duration(text: str) -> Duration:
    """Reads `P8W`; raises ValueError with a sentence for anything else."""
    found = _ISO.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not a period such as P8W, P12M or P3Y")
    return Duration(int(found[1]), found[2])


@cache
def months(count: int) -> Duration:
    return Duration(count, "M")
