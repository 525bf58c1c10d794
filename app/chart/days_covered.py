"""When the supply of a medicine is in hand: fills laid on the calendar by the method of PQA."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.domain.medicines import SupplyGap

_LAST_DAY = date.max.toordinal()
_FOUR_PLACES = Decimal("0.0001")
_LEAST_FOR_A_HABIT = 3
_Run = tuple[int, int]  # the first day, and the first day after it


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
    provided: tuple[_Run, ...]  # with medicine in hand or in hospital, in order and apart
    away: frozenset[int]  # days in hospital, which count neither for nor against
    stop: int  # the first day after all supply

    @property
    def days_covered(self) -> int:
        return sum(stop - start for start, stop in self.provided) - len(self.away)

    @property
    def days_observed(self) -> int:
        return self.last - self.first + 1 - len(self.away)

    @property
    def proportion(self) -> Decimal | None:
        """None when every day was spent in hospital."""
        if self.days_observed <= 0:
            return None
        return (Decimal(self.days_covered) / self.days_observed).quantize(_FOUR_PLACES)

    @property
    def gaps(self) -> tuple[SupplyGap, ...]:
        begins = (self.first, *(stop for _, stop in self.provided))
        ends = (*(start for start, _ in self.provided), self.last + 1)
        pairs = zip(begins, ends, strict=True)
        days = ((a, b - 1) for a, b in pairs if a < b)
        return tuple(SupplyGap(*map(date.fromordinal, run)) for run in days)

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
    spans: list[_Run] = []
    free_from: dict[str, int] = {}
    for supply in sorted(supplies, key=lambda s: (s.day, s.drug)):
        start = max(supply.day.toordinal(), free_from.get(supply.drug, 0))
        free_from[supply.drug] = stop = _used_up(start, supply.days, out)
        spans.append((max(start, start_day), min(stop, end_day + 1)))
    gone = frozenset(day for day in out if start_day <= day <= end_day)
    spans += ((day, day + 1) for day in gone)
    stop = max(free_from.values(), default=start_day)
    return Timeline(start_day, end_day, _apart(spans), gone, stop)


def _apart(spans: Iterable[_Run]) -> tuple[_Run, ...]:
    """The same days in order, with what touches or overlaps as one run."""
    runs: list[_Run] = []
    for start, stop in sorted(s for s in spans if s[0] < s[1]):
        if runs and start <= runs[-1][1]:
            runs[-1] = (runs[-1][0], max(stop, runs[-1][1]))
        else:
            runs.append((start, stop))
    return tuple(runs)


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
