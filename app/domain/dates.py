"""Dates as charts hold them: often only a year or a month."""

import calendar
from datetime import date

from app.domain.values import Value

_DAY = len("2026-05-04")
# Spelled out rather than taken from the locale: the sentence is the same on every server.
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def clinical_date(value: date) -> str:
    """03-Nov-2026: unambiguous on both sides of the ocean (NHS CUI date display)."""
    return f"{value.day:02d}-{_MONTHS[value.month - 1]}-{value.year}"


class PartialDate(Value, frozen=True):
    """
    A date of year, month or day precision. It is never filled in: `earliest` and `latest`
    bound what was recorded, so a question about time can be answered yes, no or cannot tell.
    """

    text: str
    earliest: date
    latest: date

    @property
    def exact(self) -> date | None:
        return self.earliest if self.earliest == self.latest else None

    @property
    def said(self) -> str:
        """As precisely as it was recorded: 03-Nov-2026, Nov-2026, 2026."""
        if self.exact:
            return clinical_date(self.exact)
        of_month = self.earliest.month == self.latest.month
        return clinical_date(self.earliest)[3:] if of_month else self.text

    @classmethod
    def parse(cls, text: str) -> "PartialDate | None":
        """Reads `2026`, `2026-05`, `2026-05-04` or a FHIR dateTime; None when it is none of them."""
        sent = text.partition("T")[0]
        try:
            # Checked first: Python's own reader also takes ISO weeks and days without hyphens.
            if len(sent) == _DAY and sent[4] == sent[7] == "-":
                exact = date.fromisoformat(sent)
                return cls(text, exact, exact)
            return _coarse(text, sent)
        except (ValueError, calendar.IllegalMonthError):
            return None


def _coarse(text: str, sent: str) -> PartialDate | None:
    parts = sent.split("-")
    lengths = [len(p) for p in parts if p.isascii() and p.isdigit()]
    if len(parts) > 2 or lengths != [4, 2][: len(parts)]:
        return None
    year, month = int(parts[0]), int(parts[1]) if len(parts) > 1 else None
    if month is None:
        return PartialDate(text, date(year, 1, 1), date(year, 12, 31))
    last = calendar.monthrange(year, month)[1]
    return PartialDate(text, date(year, month, 1), date(year, month, last))
