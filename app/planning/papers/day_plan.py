"""When in the day each medicine is taken, where its directions say so in full."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from app.domain.medicines import LineStatus, Medicine
from app.terminology.regimen import Amount, Step
from app.terminology.sig import read_sig


class Time(StrEnum):
    MORNING = "morning"
    NOON = "noon"
    EVENING = "evening"
    BEDTIME = "bedtime"
    ONCE = "once"  # once a day, and the directions do not say when


# A count spread over the four times of the Universal Medication Schedule (morning, noon, evening,
# bedtime). Once a day stays open: which time is best depends on the medicine.
SPREAD = {
    1: (Time.ONCE,),
    2: (Time.MORNING, Time.EVENING),
    3: (Time.MORNING, Time.NOON, Time.EVENING),
    4: (Time.MORNING, Time.NOON, Time.EVENING, Time.BEDTIME),
}
# "every 8 hours" is not three meals, so only what falls on these times by the clock is spread.
SPREAD_BY_HOURS = {n: SPREAD[n] for n in (1, 2)}
_ENDS = ((4, None), (11, Time.MORNING), (15, Time.NOON), (20, Time.EVENING), (24, Time.BEDTIME))
# "1 drop in each eye" is two drops, and a table that says so invites two in each.
_EACH_SIDE = re.compile(r"\b(?:each|both) (?:eye|nostril|ear|side)s?\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DayLine:
    """One medicine that is taken every day, with the amount at each time."""

    medicine: Medicine
    amounts: Mapping[Time, Amount]


def day_line(medicine: Medicine) -> DayLine | None:
    """None where it is not taken every day the same, or the record does not say how in full."""
    if medicine.status is not LineStatus.CURRENT or medicine.as_needed or medicine.unsettled:
        return None
    if _EACH_SIDE.search(medicine.sig):
        return None
    regimen = read_sig(medicine.sig)
    open_ended = not regimen.lasts and not regimen.phases
    if regimen.unknown or regimen.as_needed or regimen.limit or not open_ended:
        return None
    amounts: dict[Time, Amount] = {}
    for step in regimen.steps:
        times = _times(step, SPREAD_BY_HOURS if regimen.hourly else SPREAD)
        if step.amount is None or not times or amounts.keys() & set(times):
            return None
        amounts |= dict.fromkeys(times, step.amount)
    given = medicine.daily_dose.administrations_per_day
    if not amounts or (given is not None and given != len(amounts)):
        return None
    return DayLine(medicine, amounts)


def _times(step: Step, spread: Mapping[int, tuple[Time, ...]]) -> tuple[Time, ...]:
    if step.per_day is None or step.per_day[0] != step.per_day[1]:
        return ()
    if not step.marks:
        return spread.get(_whole(step.per_day[0]), ())
    named = [mark.partition("@") for mark in sorted(step.marks)]
    times = {time for day, _, word in named if not day and (time := _time(word))}
    return tuple(times) if len(times) == len(named) == step.per_day[0] else ()


def _whole(number: Fraction) -> int:
    return int(number) if number.denominator == 1 else 0


def _time(word: str) -> Time | None:
    if word.startswith("at_"):
        hour = int(word[3:5])
        return next((time for end, time in _ENDS if hour < end), None)
    return next((t for t in Time if t is not Time.ONCE and t.value == word), None)
