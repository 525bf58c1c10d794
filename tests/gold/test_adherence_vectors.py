"""Days covered against published figures: the examples of PQA and those of AdhereR."""

import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.chart.days_covered import Supply, Timeline, possession, timeline

VECTORS = Path("data") / "gold" / "vectors"

# The fills of patients 37 and 76 of AdhereR's example data (med.events): day, days of supply.
FILLS = {
    "37": "2036-04-10:50 2036-07-30:50 2036-09-15:50 2037-01-02:30 2037-01-31:30 2037-05-09:30 "
    "2037-08-13:30 2037-11-09:30",
    "76": "2035-12-13:30 2036-01-18:30 2036-01-23:60 2036-04-25:60 2036-08-08:60 2036-10-03:60 "
    "2036-11-29:60 2036-12-21:30 2037-01-05:30 2037-07-13:30 2037-10-11:30",
}
# CMA8 of the vignette is of another window: the day medB starts, up to the next change.
LAGGED = {"76": (374, 294)}


def _read(shared: Path, name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((shared / VECTORS / name).read_text())
    return read


def _fills(patient: str) -> list[Supply]:
    """One drug for all: the vignette carries supply over from any medicine to the next."""
    pairs = [fill.split(":") for fill in FILLS[patient].split()]
    return [Supply(date.fromisoformat(day), "", int(days)) for day, days in pairs]


def _window(patient: str, start: int, days: int) -> tuple[date, date]:
    first = _fills(patient)[0].day + timedelta(days=start)
    return first, first + timedelta(days=days - 1)


def _cma(measure: str, patient: str, settings: dict[str, int]) -> Decimal:
    """Each measure of the vignette in terms of days covered or possession."""
    supplies = _fills(patient)
    first, last = _window(patient, settings["obs_start"], settings["obs_days"])
    within = [s for s in supplies if first <= s.day <= last]
    match measure:
        case "CMA1" | "CMA3":  # from the first fill to the last, which does not count
            ratio = possession(within[:-1], within[0].day, within[-1].day - timedelta(days=1))
            return min(ratio, Decimal(1)) if measure == "CMA3" else ratio
        case "CMA2" | "CMA4":  # from the first fill to the end of the window
            ratio = possession(within, within[0].day, last)
            return min(ratio, Decimal(1)) if measure == "CMA4" else ratio
        case "CMA7":
            return timeline(supplies, first, last).proportion or Decimal(0)
        case "CMA8":
            return _lagged(patient)
        case "CMA9":
            return _by_interval(supplies, first, last, settings["followup_days"])
    raise LookupError(measure)


def _lagged(patient: str) -> Decimal:
    """The window starts when the supply from before it is used up."""
    supplies = _fills(patient)
    first, last = _window(patient, *LAGGED[patient])
    before = [s for s in supplies if s.day < first]
    start = timeline(before, first, last).supply_ends + timedelta(days=1)
    return timeline(supplies, start, last).proportion or Decimal(0)


def _by_interval(supplies: list[Supply], first: date, last: date, followed: int) -> Decimal:
    """Each day of the window has the share covered between the fills around it."""
    end = supplies[0].day + timedelta(days=followed)
    total = Decimal(0)
    for supply, until in zip(supplies, [*(s.day for s in supplies[1:]), end], strict=True):
        share = timeline(supplies, supply.day, until - timedelta(days=1)).proportion or Decimal(0)
        inside = (min(until, last + timedelta(days=1)) - max(supply.day, first)).days
        total += share * max(inside, 0)
    return total / ((last - first).days + 1)


@pytest.mark.shared
def test_every_published_measure_of_adherer(shared: Path) -> None:
    vectors = _read(shared, "adherence_vectors.json")
    assert vectors["expected"]
    for patient, expected in vectors["expected"].items():
        for measure, value in expected.items():
            found = float(_cma(measure, patient, vectors["settings"]))
            assert found == pytest.approx(value, abs=0.0005), (patient, measure)


@pytest.mark.shared
def test_every_published_treatment_episode_of_adherer(shared: Path) -> None:
    """An episode ends where supply runs out before the next one; the last one lasts to the end."""
    vectors = _read(shared, "adherence_vectors.json")
    followed = vectors["settings"]["followup_days"]
    for patient, number, start, gap, days, share in vectors["episodes_CMA9"]:
        supplies, first = _fills(str(patient)), date.fromisoformat(start)
        last = first + timedelta(days=days - 1)
        own = [s for s in supplies if first <= s.day <= last]
        case = (patient, number)
        assert float(timeline(own, first, last).proportion or 0) == pytest.approx(
            share, abs=0.00005
        ), case
        end = supplies[0].day + timedelta(days=followed - 1)
        until = last if last == end else last + timedelta(days=gap)
        after = timeline(own, first, until).gaps
        assert (after[-1].days if after and after[-1].last == until else 0) == gap, case


def _days(line: Timeline) -> set[int]:
    return {day for run in line.provided for day in range(*run)}


@pytest.mark.shared
def test_every_published_shift_of_pqa(shared: Path) -> None:
    cases = _read(shared, "pqa_fill_shift_vectors.json")["cases"]
    assert cases
    for case in cases:
        first, last = map(date.fromisoformat, case["treatment_period"])
        supplies = [Supply(date.fromisoformat(d), drug, n) for d, drug, n, *_ in case["fills"]]
        line = timeline(supplies, first, last)
        assert line.days_covered == case["days_covered_recomputed"], case["id"]
        assert line.days_observed == case["period_days"]
        for day, drug, days, begins, ends in case["fills"]:
            alone = timeline([Supply(date.fromisoformat(begins), drug, days)], first, last)
            assert _days(alone) <= _days(line), (case["id"], day)
            assert min(alone.supply_ends, last) == date.fromisoformat(ends), (case["id"], day)
        if "pdc_recomputed" in case:
            assert float(line.proportion or 0) == case["pdc_recomputed"]
