"""Reads the structured half of a dosing instruction, and holds it against the words."""

import math
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from app.domain.medicines import Dosage, DoseBasis
from app.terminology.regimen import (
    CHANGES,
    DAYS_IN,
    ENDED,
    NO_INSTRUCTION,
    NOT_READ,
    SCALED,
    Amount,
    Number,
    Regimen,
    Step,
    marks_of,
)
from app.terminology.several import added_up, holding, together
from app.terminology.units import normal_unit

DIFFER: Final = "the structured dose and the directions differ"
NOT_A_DOSE: Final = "the numbers of the structured dose make no sense"
NO_UNIT: Final = "the dose has no unit"
RATE: Final = "the dose is a rate"
OFTEN: Final = "the times of day named are not as many as the doses a day"
# Where the words say this, a single structured dose does not tell the whole story.
_WORDS_DECIDE: Final = frozenset({CHANGES, SCALED, ENDED})
# Event timings that do not say how many times a day they are: "with meals".
_ANY_MEAL: Final = frozenset({"AC", "C", "PC"})
_NO_UNIT: Final = frozenset({"", "1"})
_DAILY: Final = frozenset({(None, ""), (Decimal(1), "d")})


def read_dosages(
    dosages: tuple[Dosage, ...], *, started: date | None = None, as_of: date | None = None
) -> Regimen:
    """One regimen from all instructions of a medicine; `unknown` where they do not add up."""
    if not dosages:
        return Regimen(unknown=NO_INSTRUCTION)
    today = holding(dosages, started, as_of, _length)
    if isinstance(today, str):
        return Regimen(unknown=today)
    regimens = [read_dosage(d, _day(d, started, as_of)) for d in today]
    if len(regimens) == 1:
        return regimens[0]
    if unknown := next((r.unknown for r in regimens if r.unknown), ""):
        return Regimen(unknown=unknown)
    if len({d.sequence for d in today} - {None}) == 1 and all(d.sequence for d in today):
        return together(regimens)
    return added_up(regimens)


def _day(dosage: Dosage, started: date | None, as_of: date | None) -> int | None:
    """Which day of its course an instruction is at."""
    start = dosage.starts.exact if dosage.starts else started
    return None if start is None or as_of is None else (as_of - start).days + 1


def _length(dosage: Dosage) -> int | None:
    """How many days an instruction holds, where that is said in fields or words."""
    days = dosage.lasts_days
    if days is None and dosage.count and (often := _per_day(dosage)) and often[0] == often[1]:
        days = Decimal(math.ceil(dosage.count / Decimal(often[0].numerator) * often[0].denominator))
    if days is None:
        return _worded(dosage.text).lasts
    return int(days) if days == days.to_integral_value() and days >= 1 else None


def read_dosage(dosage: Dosage, day: int | None = None) -> Regimen:
    """The structured fields first, completed by the words and checked against them."""
    step, reason = _structured(dosage)
    worded = _worded(dosage.text or dosage.patient_instruction).on(day)
    if reason:
        return _by_words(dosage, step, worded) or Regimen(steps=(step,), unknown=reason)
    if worded.unknown in _WORDS_DECIDE:
        return Regimen(unknown=worded.unknown)
    said = _with_fields(worded, dosage)
    if not step.amount and not step.per_day:
        return Regimen(unknown=RATE) if dosage.rate_unit and worded.unknown else said
    return _checked(step, said) if said.steps and not said.unknown else _fields_alone(step, said)


def _with_fields(worded: Regimen, dosage: Dosage) -> Regimen:
    """The words, and of the fields what stands beside any dose."""
    as_needed = dosage.as_needed or worded.as_needed
    limit = _limit(dosage) or worded.limit
    if (as_needed, limit) == (worded.as_needed, worded.limit):
        return worded
    return replace(worded, as_needed=as_needed, limit=limit)


def _fields_alone(step: Step, worded: Regimen) -> Regimen:
    """The words are absent or not understood: the fields stand where they are complete."""
    if step.amount and step.per_day:
        basis = DoseBasis.STRUCTURED
        return Regimen((step,), worded.as_needed, worded.limit, basis=basis)
    return Regimen(unknown=_half(worded), as_needed=worded.as_needed, steps=(step,))


def _worded(text: str) -> Regimen:
    if not text.strip():
        return Regimen(unknown=NO_INSTRUCTION)
    # Late: importing the parser takes a quarter second that charts without words need not wait for.
    from app.terminology.sig import read_sig

    return read_sig(text)


def _by_words(dosage: Dosage, step: Step, worded: Regimen) -> Regimen | None:
    """A structured number without its unit stands aside for words that say the same number."""
    if worded.unknown or len(worded.steps) != 1 or normal_unit(dosage.dose_unit) not in _NO_UNIT:
        return None
    said = worded.steps[0]
    same_rate = step.per_day is None or step.per_day == said.per_day
    number = _exact(dosage.dose_low if dosage.dose_low is not None else dosage.dose_high)
    same_number = said.amount is not None and said.amount.low == number
    return (
        replace(worded, as_needed=dosage.as_needed or worded.as_needed, basis=DoseBasis.MIXED)
        if same_rate and same_number
        else None
    )


def _plausible(dosage: Dosage) -> bool:
    """Nothing negative, no range upside down, nothing taken zero times or every zero hours."""
    pairs = (
        (dosage.dose_low, dosage.dose_high),
        (dosage.frequency, dosage.frequency_max),
        (dosage.period, dosage.period_max),
    )
    numbers = (dosage.frequency, dosage.period, dosage.max_amount, dosage.max_period_days)
    amounts = (dosage.dose_low, dosage.dose_high)
    if {*amounts, *numbers, dosage.frequency_max, dosage.period_max} == {None}:
        return True  # all in words, as most are
    return (
        all(low is None or high is None or low <= high for low, high in pairs)
        and all(n is None or n > 0 for n in (*numbers, dosage.frequency_max, dosage.period_max))
        and all(a is None or a >= 0 for a in amounts)
        and any(amounts) == (amounts != (None, None))
    )


def _half(worded: Regimen) -> str:
    return (
        worded.unknown
        if worded.unknown == NOT_READ
        else "the dose or how often it is taken is missing"
    )


def _checked(step: Step, worded: Regimen) -> Regimen:
    """Fields and words must tell one story; the words of several parts tell it on their own."""
    if len(worded.steps) > 1:  # one structured dose can't say what the words say in parts
        complete = step.amount and step.per_day
        return Regimen(unknown=DIFFER) if complete else worded
    said = worded.steps[0]
    if step.per_day and said.per_day and step.per_day != said.per_day:
        return Regimen(unknown=DIFFER)
    amounts = [a for a in (step.amount, said.amount, said.again) if a]
    if not _amounts_agree(amounts):
        return Regimen(unknown=DIFFER)
    # A dose in tablets beside a dose in mg is checked later, where the strength is known.
    other = next((a for a in amounts[1:] if a.unit != amounts[0].unit), None)
    merged = Step(
        amount=amounts[0] if amounts else None,
        per_day=step.per_day or said.per_day,
        marks=step.marks or said.marks,
        again=other,
    )
    return replace(worded, steps=(merged,), basis=_basis(step, said))


def _basis(step: Step, said: Step) -> DoseBasis:
    if not (step.amount and step.per_day):
        return DoseBasis.MIXED
    return DoseBasis.AGREED if said.amount and said.per_day else DoseBasis.STRUCTURED


def _amounts_agree(amounts: list[Amount]) -> bool:
    by_unit: dict[str, set[tuple[Number, Number]]] = {}
    for amount in amounts:
        by_unit.setdefault(amount.unit, set()).add((amount.low, amount.high))
    return all(len(values) == 1 for values in by_unit.values())


def _structured(dosage: Dosage) -> tuple[Step, str]:
    if not _plausible(dosage):
        return Step(), NOT_A_DOSE
    unit = normal_unit(dosage.dose_unit)
    amount = None
    if dosage.dose_low is not None or dosage.dose_high is not None:
        low = dosage.dose_low if dosage.dose_low is not None else dosage.dose_high
        high = dosage.dose_high if dosage.dose_high is not None else dosage.dose_low
        if unit in _NO_UNIT:
            return Step(per_day=_per_day(dosage)), NO_UNIT
        if "/" in unit:
            return Step(), RATE
        amount = Amount(_exact(low), _exact(high), unit)
    named = _named_times(dosage)
    step = Step(amount, _per_day(dosage), marks_of(dosage.days_of_week, named))
    return step, "" if _as_often_as(step, len(named)) else OFTEN


def _as_often_as(step: Step, named: int) -> bool:
    """Are two or more named times as many as the doses a day? One may be for several doses at once."""
    if not step.per_day or named < 2 or any(not m.startswith("@") for m in step.marks):
        return True
    low, high = step.per_day
    return low < 1 or low <= named <= high


def _named_times(dosage: Dosage) -> frozenset[str]:
    """The times of day named by the clock or by events, none where an event may be any meal."""
    events = frozenset(dosage.when)
    return frozenset(dosage.times_of_day) or (frozenset() if events & _ANY_MEAL else events)


def _per_day(dosage: Dosage) -> tuple[Number, Number] | None:
    named = _named_times(dosage)
    if not (named or dosage.period or dosage.days_of_week):
        return None
    share = Fraction(len(set(dosage.days_of_week)) or 7, 7)
    unit = DAYS_IN.get(dosage.period_unit)
    if named and dosage.frequency is None and (dosage.period, dosage.period_unit) in _DAILY:
        count = Fraction(len(named)) * share
        return count, count
    if not dosage.period or unit is None:
        alone = dosage.days_of_week and dosage.frequency is None
        return (share, share) if alone else None
    if dosage.frequency is None and dosage.when:
        return None  # "before meals, each day": how many meals is not said
    return _frequency(dosage, unit, share)


def _frequency(dosage: Dosage, unit: Number, share: Number) -> tuple[Number, Number] | None:
    low = _exact(dosage.frequency if dosage.frequency is not None else Decimal(1))
    high = _exact(dosage.frequency_max) if dosage.frequency_max is not None else low
    shortest = _exact(dosage.period) * unit
    longest = _exact(dosage.period_max) * unit if dosage.period_max is not None else shortest
    if dosage.days_of_week and shortest == 7:
        # "once a week, on Sunday": the day places it. Once a week on three days is no schedule.
        fits = low == high == len(set(dosage.days_of_week)) and longest == shortest
        return (low / 7, high / 7) if fits else None
    return low / longest * share, high / shortest * share


def _limit(dosage: Dosage) -> Amount | None:
    if dosage.max_amount is None or not dosage.max_period_days:
        return None
    unit = normal_unit(dosage.max_unit)
    if unit in _NO_UNIT:
        return None
    return Amount(Fraction(0), _exact(dosage.max_amount) / _exact(dosage.max_period_days), unit)


def _exact(value: Decimal | None) -> Fraction:
    return Fraction(value or 0)
