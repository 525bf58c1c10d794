"""Adherence from fills: the proportion of days covered, gaps, and how long the supply lasts."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from msgspec import structs

from app.chart.days_covered import Supply, possession, refilled, timeline
from app.chart.fills import counts
from app.chart.stays import Stays, hospital_stays
from app.domain.chart import Encounter
from app.domain.medicines import NO_FILLS, Fill, FillHistory, Medicine
from app.domain.patient import Patient

LOOK_BACK_DAYS = 365
LEAST_DAYS_OBSERVED = 91  # PQA: the first fill is at least 91 days before the period ends
LEAST_FILLS = 2
_HOME = Stays()


def look_back(as_of: date) -> date:
    """The first day of the measurement period: the twelve months that end today."""
    return as_of - timedelta(days=LOOK_BACK_DAYS - 1)


def with_fill_histories(
    medicines: Iterable[Medicine],
    encounters: Iterable[Encounter],
    patient: Patient,
    as_of: date,
    unread: frozenset[str],
) -> tuple[Medicine, ...]:
    """Every line with what its fills say, days in hospital taken out."""
    stays = hospital_stays(encounters, look_back(as_of), as_of, unread)
    return tuple(
        replace(m, fill_history=_of_the_living(fill_history(m.fills, as_of, stays), patient))
        if m.fills
        else m  # as it was made: no fills in the chart
        for m in medicines
    )


def _of_the_living(history: FillHistory, patient: Patient) -> FillHistory:
    """PQA ends the period on the day of death, and the day is not in the chart we hold."""
    if not patient.deceased or history.pdc is None:
        return history
    return structs.replace(history, pdc=None, unknown="the patient has died")


def _one_drug(_: Fill) -> str:
    return ""


def fill_history(
    fills: Iterable[Fill],
    as_of: date,
    stays: Stays = _HOME,
    drug_of: Callable[[Fill], str] = _one_drug,
) -> FillHistory:
    """
    The fills of one medicine up to a day; what keeps the proportion unknown is said in words.

    Of a class, `drug_of` tells which drug a fill is: early refills wait for the same drug only.
    """
    handed = [f for f in fills if counts(f)]
    if not handed:
        return NO_FILLS
    dated = [f for f in handed if f.handed_over]
    known = [f for f in dated if f.handed_over and f.handed_over.earliest <= as_of]
    days = sorted((f.handed_over for f in known if f.handed_over), key=lambda d: d.earliest)
    history = FillHistory(
        fills=len(known), first=days[0] if days else None, last=days[-1] if days else None
    )
    if len(dated) < len(handed):
        return structs.replace(history, unknown="a fill has no hand-over date")
    supplies = _supplies(known, as_of, drug_of)
    if isinstance(supplies, str):
        return structs.replace(history, unknown=supplies)
    return _measured(history, supplies, as_of, stays)


def _supplies(
    fills: Sequence[Fill], as_of: date, drug_of: Callable[[Fill], str]
) -> list[Supply] | str:
    """The fills of the period as supply, or why they are none."""
    start, supplies = look_back(as_of), []
    for fill in fills:
        if fill.handed_over is None or fill.handed_over.latest < start:
            continue
        day = fill.handed_over.exact
        if day is None:
            return "a fill has no exact hand-over date"
        if fill.days_supply is None or fill.days_supply < 1:
            return "a fill does not say how many days it lasts"
        supplies.append(Supply(day, drug_of(fill), int(fill.days_supply)))
    return supplies


def _measured(
    history: FillHistory, supplies: Sequence[Supply], as_of: date, stays: Stays
) -> FillHistory:
    if not supplies:
        return structs.replace(history, unknown=_too_few(supplies, as_of))
    first = min(s.day for s in supplies)
    line = timeline(supplies, first, as_of, stays.days)
    proportion, unknown = line.proportion, _too_few(supplies, as_of)
    if not unknown and proportion is None:
        unknown = "every day since the first fill was spent in hospital"
    return FillHistory(
        fills=history.fills,
        first=history.first,
        last=history.last,
        pdc=None if unknown else proportion,
        unknown=unknown,
        days_covered=line.days_covered,
        days_observed=line.days_observed,
        observed_from=first,
        hospital_days=len(line.away),
        possession=possession(supplies, first, as_of),
        refilled=refilled(supplies),
        gaps=line.gaps,
        supply_ends=line.supply_ends,
        days_left=line.days_left(as_of),
        caveats=stays.caveats,
    )


def _too_few(supplies: Sequence[Supply], as_of: date) -> str:
    """What PQA asks for before it measures: two fills on different days, the first long enough ago."""
    days = sorted({s.day for s in supplies})
    if len(days) < LEAST_FILLS:
        return "fewer than two fills on different days in the last 12 months"
    if (as_of - days[0]).days < LEAST_DAYS_OBSERVED:
        return "the first fill is less than 91 days ago"
    return ""
