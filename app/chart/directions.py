"""Dosing directions in words: the chart's own, else what was structured, and nothing more."""

from collections.abc import Sequence
from decimal import Decimal

from app.domain.medicines import Dosage
from app.terminology.units import plain

_UNITS = {"min": "minute", "h": "hour", "d": "day", "wk": "week", "mo": "month", "a": "year"}


def directions(dosages: Sequence[Dosage]) -> str:
    return "; ".join(d for d in map(_one, dosages) if d)


def _one(dosage: Dosage) -> str:
    if dosage.text:
        return dosage.text
    parts = (
        _span(dosage.dose_low, dosage.dose_high, dosage.dose_unit),
        _often(dosage),
        f"at {', '.join(t[:5] for t in dosage.times_of_day)}" if dosage.times_of_day else "",
        f"on {', '.join(dosage.days_of_week)}" if dosage.days_of_week else "",
        _need(dosage),
    )
    return " ".join(p for p in parts if p)


def _need(dosage: Dosage) -> str:
    if not dosage.as_needed:
        return ""
    return f"as needed for {dosage.as_needed_for}" if dosage.as_needed_for else "as needed"


def _often(dosage: Dosage) -> str:
    """`2 times a day`, `every 8 hours`, `1-2 times every 4-6 hours`."""
    if dosage.frequency is None or dosage.period is None or not dosage.period_unit:
        return ""
    unit = _UNITS.get(dosage.period_unit, dosage.period_unit)
    times = _span(dosage.frequency, dosage.frequency_max, "times")
    if dosage.period == 1 and dosage.period_max is None:
        return f"once a {unit}" if times == "1 times" else f"{times} a {unit}"
    every = f"every {_span(dosage.period, dosage.period_max, unit)}s"
    return every if times == "1 times" else f"{times} {every}"


def _span(low: Decimal | None, high: Decimal | None, unit: str) -> str:
    shown = [plain(v) for v in (low, high) if v is not None]
    return f"{'-'.join(dict.fromkeys(shown))} {unit}".strip() if shown else ""
