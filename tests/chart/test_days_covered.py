"""Fills on the calendar: shifting, switching, days in hospital, gaps, possession."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.chart.days_covered import Supply, Timeline, possession, refilled, timeline

JAN, MAR, DEC = date(2026, 1, 1), date(2026, 3, 1), date(2026, 12, 31)
MAX = date.max


def _over(*supplies: tuple[date, str, int], away: Sequence[date] = ()) -> Timeline:
    return timeline([Supply(*s) for s in supplies], JAN, DEC, away)


def _covered(*supplies: tuple[date, str, int]) -> int:
    return _over(*supplies).days_covered


def _day(n: int) -> date:
    """Day 1 is 1 January."""
    return JAN + timedelta(days=n - 1)


def test_a_gap_between_fills_is_not_covered() -> None:
    assert _covered((JAN, "A", 30), (MAR, "A", 30)) == 60


def test_an_early_refill_starts_when_the_supply_before_ends() -> None:
    assert _covered((JAN, "A", 30), (JAN + timedelta(days=10), "A", 30)) == 60


def test_another_drug_is_not_shifted_and_a_day_counts_once() -> None:
    assert _covered((JAN, "A", 30), (JAN, "B", 30)) == 30


def test_supply_beyond_the_period_does_not_count() -> None:
    assert _covered((DEC - timedelta(days=9), "A", 90)) == 10


def test_supply_from_before_the_period_reaches_into_it() -> None:
    assert _covered((JAN - timedelta(days=10), "A", 30)) == 20


def test_the_order_of_fills_does_not_matter() -> None:
    assert _covered((MAR, "A", 30), (JAN, "A", 90)) == _covered((JAN, "A", 90), (MAR, "A", 30))


# A class measured from 1 January to 31 December 2026 by the rules of PQA: fills as
# (first day, drug, days of supply), and the days that are covered, counted by hand.
CLASS_CASES = [
    ("one fill", [(1, "A", 90)], 90),
    ("a switch when the first drug is used up", [(1, "A", 90), (91, "B", 90)], 180),
    ("a switch while the first drug lasts", [(1, "A", 90), (61, "B", 90)], 150),
    ("two drugs of the class together", [(1, "A", 90), (1, "B", 90)], 90),
    ("a late refill", [(1, "A", 30), (41, "A", 30)], 60),
    ("an early refill is kept", [(1, "A", 90), (84, "A", 90)], 180),
    ("an early refill bridges a later gap", [(1, "A", 30), (21, "A", 30), (71, "A", 30)], 90),
    ("stock covers what would be a gap", [(1, "A", 60), (31, "A", 60), (101, "A", 30)], 150),
    ("early refill of one drug, not the other", [(1, "A", 30), (21, "A", 30), (31, "B", 30)], 60),
    ("cut at the end of the year", [(1, "A", 90), (346, "A", 90)], 110),
    ("two fills of one drug on one day", [(1, "A", 30), (1, "A", 30)], 60),
    ("back to the first drug", [(1, "A", 30), (31, "B", 30), (61, "A", 30)], 90),
]


@pytest.mark.parametrize(("fills", "days"), [c[1:] for c in CLASS_CASES], ids=lambda c: str(c)[:40])
def test_days_of_a_class_that_are_covered(fills: list[tuple[int, str, int]], days: int) -> None:
    assert _covered(*((_day(n), drug, length) for n, drug, length in fills)) == days


# Fifteen days with a stay from day to day: what was not used in hospital is used after it.
STAYS = [
    ("a gap after the stay is filled", [(1, 8), (12, 4)], (5, 6), 12, 13),
    ("a gap before the stay is not", [(1, 7), (12, 4)], (12, 13), 9, 13),
    ("a stay in a gap only shortens the period", [(1, 5), (10, 6)], (7, 8), 11, 13),
    ("a fill on the way home", [(1, 4), (6, 4)], (5, 6), 8, 13),
    ("no stay", [(1, 8), (12, 4)], None, 12, 15),
]


@pytest.mark.parametrize(
    ("fills", "stay", "covered", "observed"), [c[1:] for c in STAYS], ids=[c[0] for c in STAYS]
)
def test_days_in_hospital_leave_the_period_and_keep_the_supply(
    fills: list[tuple[int, int]], stay: tuple[int, int] | None, covered: int, observed: int
) -> None:
    away = [_day(n) for n in range(stay[0], stay[1] + 1)] if stay else []
    line = timeline([Supply(_day(n), "A", days) for n, days in fills], JAN, _day(15), away)
    assert (line.days_covered, line.days_observed) == (covered, observed)


def test_gaps_are_said_from_day_to_day() -> None:
    line = timeline([Supply(JAN, "A", 30), Supply(_day(41), "A", 10)], JAN, _day(60))
    assert [(g.first, g.last, g.days) for g in line.gaps] == [
        (_day(31), _day(40), 10),
        (_day(51), _day(60), 10),
    ]


def test_a_day_in_hospital_is_no_gap() -> None:
    line = timeline([Supply(JAN, "A", 5)], JAN, _day(8), [_day(6), _day(7)])
    assert [(g.first, g.days) for g in line.gaps] == [(_day(8), 1)]


def test_the_supply_ends_with_its_last_day() -> None:
    line = timeline([Supply(JAN, "A", 30), Supply(_day(10), "A", 30)], JAN, _day(50))
    assert line.supply_ends == _day(60)
    assert line.days_left(_day(50)) == 10
    assert line.days_left(_day(60)) == 0
    assert line.days_left(_day(90)) == 0


def test_a_supply_beyond_the_calendar_is_survived() -> None:
    assert timeline([Supply(MAX, "A", 10**9)], JAN, DEC).supply_ends == MAX


def test_possession_shows_the_stock_that_the_proportion_hides() -> None:
    supplies = [Supply(_day(n), "A", 60) for n in (1, 31, 61)]
    assert possession(supplies, JAN, _day(90)) == 2
    assert timeline(supplies, JAN, _day(90)).proportion == 1


@pytest.mark.parametrize(
    ("days", "early"),
    [((1, 31, 61), "1"), ((1, 21, 41), "1.5"), ((1, 61, 121), "0.5"), ((1, 3), None)],
)
def test_the_last_fill_is_still_to_be_used_and_two_show_no_habit(
    days: tuple[int, ...], early: str | None
) -> None:
    found = refilled([Supply(_day(n), "A", 30) for n in days])
    assert found == (early if early is None else Decimal(early))


def test_a_period_spent_in_hospital_has_no_proportion() -> None:
    days = [_day(n) for n in (1, 2)]
    assert timeline([Supply(JAN, "A", 9)], JAN, _day(2), days).proportion is None


_FILLS = st.lists(
    st.tuples(st.integers(1, 365), st.sampled_from("AB"), st.integers(1, 120)), max_size=12
)
_AWAY = st.lists(st.integers(1, 365), max_size=20)


@given(_FILLS, _AWAY)
def test_gaps_and_covered_days_make_up_the_period(
    fills: list[tuple[int, str, int]], away: list[int]
) -> None:
    line = _over(*((_day(n), d, k) for n, d, k in fills), away=[_day(n) for n in away])
    assert line.days_covered + sum(g.days for g in line.gaps) == line.days_observed
    assert line.proportion is None or 0 <= line.proportion <= 1


@given(_FILLS, st.tuples(st.integers(1, 365), st.sampled_from("AB"), st.integers(1, 120)))
def test_one_more_fill_never_covers_less_of_its_drug(
    fills: list[tuple[int, str, int]], more: tuple[int, str, int]
) -> None:
    same = [(n, "A", k) for n, _, k in fills]
    before = _covered(*((_day(n), d, k) for n, d, k in same))
    after = _covered(*((_day(n), d, k) for n, d, k in [*same, (more[0], "A", more[2])]))
    assert after >= before


def test_the_proportion_is_of_the_days_observed() -> None:
    line = timeline([Supply(JAN, "A", 3)], JAN, _day(9))
    assert line.proportion == Decimal("0.3333")
