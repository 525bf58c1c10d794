"""When the supply of a medicine is in hand: fills laid on the calendar by the method of PQA."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.domain.medicines import SupplyGap

_LAST_DAY = date.max.toordinal()
_FOUR_PLACES = Decimal("0.0001")
_LEAST_FOR_A_HABIT = 3


@dataclass(frozen=True, slots=True)
class Supply:
    """One fill as the measure counts it: the day, the drug, and the days it lasts."""

    day: date
    drug: str
    days: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """Which days between two days, both counted, have medicine in hand. Days are ordinals."""

    first: int
    last: int
    covered: frozenset[int]
    away: frozenset[int]  # days in hospital, which count neither for nor against
    stop: int  # the first day after all supply

    @property
    def days_observed(self) -> int:
        return self.last - self.first + 1 - len(self.away)

    @property
    def proportion(self) -> Decimal | None:
        """None when every day was spent in hospital."""
        if self.days_observed <= 0:
            return None
        return (Decimal(len(self.covered)) / self.days_observed).quantize(_FOUR_PLACES)

    @property
    def gaps(self) -> tuple[SupplyGap, ...]:
        had = self.covered | self.away
        runs: list[list[int]] = []  # first and last day of each
        for day in [d for d in range(self.first, self.last + 1) if d not in had]:
            if runs and runs[-1][1] == day - 1:
                runs[-1][1] = day
            else:
                runs.append([day, day])
        return tuple(SupplyGap(*map(date.fromordinal, run)) for run in runs)

    @property
    def supply_ends(self) -> date:
        return date.fromordinal(min(self.stop - 1, _LAST_DAY))

    def days_left(self, as_of: date) -> int:
        return max(0, min(self.stop - 1, _LAST_DAY) - as_of.toordinal())


def timeline(
    supplies: Iterable[Supply], first: date, last: date, away: Collection[date] = ()
) -> Timeline:
    """
    Lays fills on the calendar (PQA, proportion of days covered).

    A refill of the same drug fetched early starts when the one before is used up; different drugs of
    a class are not shifted; a day counts once; supply beyond `last` does not count. In hospital the
    hospital supplies: those days leave the period, and what was not used lasts so much longer.
    """
    start_day, end_day = first.toordinal(), last.toordinal()
    out = sorted(day.toordinal() for day in set(away))
    covered: set[int] = set()
    free_from: dict[str, int] = {}
    for supply in sorted(supplies, key=lambda s: (s.day, s.drug)):
        start = max(supply.day.toordinal(), free_from.get(supply.drug, 0))
        free_from[supply.drug] = stop = _used_up(start, supply.days, out)
        covered.update(range(max(start, start_day), min(stop, end_day + 1)))
    gone = frozenset(day for day in out if start_day <= day <= end_day)
    stop = max(free_from.values(), default=start_day)
    return Timeline(start_day, end_day, frozenset(covered - gone), gone, stop)


def _used_up(start: int, days: int, away: Sequence[int]) -> int:
    """The first day after a supply that is not touched on the days away (in order)."""
    stop = start + days
    for day in away:
        stop += start <= day < stop
    return stop


def possession(supplies: Iterable[Supply], first: date, last: date) -> Decimal:
    """
    Days supplied by the fills of a period for each of its days (medication possession ratio).

    Hess LM et al., Ann Pharmacother 2006;40:1280-8. It is not capped: above 1 is stock at home.
    """
    supplied = sum(s.days for s in supplies if first <= s.day <= last)
    return (Decimal(supplied) / ((last - first).days + 1)).quantize(_FOUR_PLACES)


def refilled(supplies: Sequence[Supply]) -> Decimal | None:
    """
    Days supplied for each day up to the last fill, whose own supply is still to be used.

    Above 1 the fills came early. None below three fills: one early refill shows no habit.
    """
    days = sorted({s.day for s in supplies})
    if len(days) < _LEAST_FOR_A_HABIT:
        return None
    before = sum(s.days for s in supplies if s.day < days[-1])
    return (Decimal(before) / (days[-1] - days[0]).days).quantize(_FOUR_PLACES)
