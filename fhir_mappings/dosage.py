"""Dosage -> Dosage: the words and whatever was structured, never more than was sent."""

from collections.abc import Sequence
from decimal import Decimal

from app.domain.codes import UCUM, Concept
from app.domain.medicines import Dosage
from fhir_mappings.concept import concept, said
from fhir_mappings.reading import Json, member, number, objects, period, words

# Timing codes and their meaning: CodeSystem v3-GTSAbbreviation, in FHIR R4 ValueSet
# timing-abbreviation. (times, period, unit)
_TIMING_CODES = {
    "QD": (1, 1, "d"),
    "AM": (1, 1, "d"),
    "PM": (1, 1, "d"),
    "BED": (1, 1, "d"),
    "BID": (2, 1, "d"),
    "TID": (3, 1, "d"),
    "QID": (4, 1, "d"),
    "QOD": (1, 2, "d"),
    "Q1H": (1, 1, "h"),
    "Q2H": (1, 2, "h"),
    "Q3H": (1, 3, "h"),
    "Q4H": (1, 4, "h"),
    "Q6H": (1, 6, "h"),
    "Q8H": (1, 8, "h"),
    "WK": (1, 1, "wk"),
    "MO": (1, 1, "mo"),
}
_GTS = "http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation"
_DAYS_PER_UNIT = {"h": Decimal(1) / 24, "d": Decimal(1), "wk": Decimal(7)}


def dosages(value: object) -> tuple[Dosage, ...]:
    """All dosing instructions in the order sent; one that says nothing is left out."""
    return tuple([d for d in map(dosage, objects(value)) if d != _NOTHING])


_NOTHING = Dosage()


def dosage(value: Json) -> Dosage:
    timing = concept(member(value.get("timing"), "code"))
    repeat = member(value.get("timing"), "repeat")
    low, high, unit = _dose(value)
    times, times_max, every, every_max, every_unit = _frequency(repeat, timing)
    as_needed_for = concept(value.get("asNeededCodeableConcept"))
    max_amount, max_unit, max_days = _maximum(objects(value.get("maxDosePerPeriod")))
    route = concept(value.get("route"))
    starts, ends = period(member(repeat, "boundsPeriod"))
    read = Dosage(
        text=words(value.get("text")) or timing.text,
        dose_low=low,
        dose_high=high,
        dose_unit=unit,
        frequency=times,
        frequency_max=times_max,
        period=every,
        period_max=every_max,
        period_unit=every_unit,
        times_of_day=_strings(member(repeat, "timeOfDay")),
        days_of_week=_strings(member(repeat, "dayOfWeek")),
        when=_strings(member(repeat, "when")),
        as_needed=value.get("asNeededBoolean") is True or said(as_needed_for),
        as_needed_for=as_needed_for.text,
        route=route if said(route) else None,
        max_amount=max_amount,
        max_unit=max_unit,
        max_period_days=max_days,
        patient_instruction=words(value.get("patientInstruction")),
        sequence=_whole(value.get("sequence")),
        starts=starts,
        ends=ends,
        lasts_days=duration_days(member(repeat, "boundsDuration")),
        count=number(member(repeat, "count")),
        rate_unit=_rate_unit(value),
    )
    # A place in an order of nothing is nothing.
    return read if read != Dosage(sequence=read.sequence) else _NOTHING


def _dose(value: Json) -> tuple[Decimal | None, Decimal | None, str]:
    """The ordered dose before a calculated one; a rate is no dose per administration."""
    for rate in sorted(objects(value.get("doseAndRate")), key=_is_calculated):
        match rate:
            case {"doseQuantity": dict() as quantity}:
                exact = number(quantity.get("value"))
                return exact, exact, quantity_unit(quantity)
            case {"doseRange": dict() as span}:
                low, high = span.get("low"), span.get("high")
                unit = quantity_unit(high) or quantity_unit(low)
                return number(member(low, "value")), number(member(high, "value")), unit
    return None, None, ""


def _rate_unit(value: Json) -> str:
    """The unit of an infusion rate: `mL/h`. The rate alone is no dose, but it is not nothing either."""
    for rate in objects(value.get("doseAndRate")):
        match rate:
            case {"rateQuantity": dict() as quantity}:
                return quantity_unit(quantity)
            case {"rateRange": dict() as span}:
                return quantity_unit(span.get("high")) or quantity_unit(span.get("low"))
            case {"rateRatio": dict() as ratio}:
                over, under = ratio.get("numerator"), ratio.get("denominator")
                return f"{quantity_unit(over)}/{quantity_unit(under)}"
    return ""


def _whole(value: object) -> int | None:
    exact = number(value)
    return int(exact) if exact is not None and exact == exact.to_integral_value() else None


def _is_calculated(rate: Json) -> bool:
    return any(c.code == "calculated" for c in concept(rate.get("type")).codings)


def quantity_unit(value: object) -> str:
    """
    The UCUM code where one was sent, else the words.

    A UCUM annotation such as `{tbl}` carries no meaning of its own, so there the words speak.
    """
    if not isinstance(value, dict):
        return ""
    code = words(value.get("code"))
    if code and words(value.get("system")) == UCUM and code[0] != "{":
        return code if code != "1" else words(value.get("unit")) or code
    return words(value.get("unit")) or code


def _frequency(
    repeat: object, timing: Concept
) -> tuple[Decimal | None, Decimal | None, Decimal | None, Decimal | None, str]:
    times, every = number(member(repeat, "frequency")), number(member(repeat, "period"))
    unit = words(member(repeat, "periodUnit"))
    if times is None and every is None:
        coded = next(
            (
                _TIMING_CODES[c.code]
                for c in timing.codings
                if c.code in _TIMING_CODES and c.system == _GTS
            ),
            None,
        )
        if coded:
            return Decimal(coded[0]), None, Decimal(coded[1]), None, coded[2]
    if times is None and every is not None and not _strings(member(repeat, "when")):
        # R4 Timing.repeat.frequency, meaning when missing: the event occurs once per period.
        times = Decimal(1)
    most = number(member(repeat, "frequencyMax"))
    return times, most, every, number(member(repeat, "periodMax")), unit


def _maximum(ratios: Sequence[Json]) -> tuple[Decimal | None, str, Decimal | None]:
    for ratio in ratios:
        amount = number(member(ratio.get("numerator"), "value"))
        days = duration_days(ratio.get("denominator"))
        if amount is not None and days is not None:
            return amount, quantity_unit(ratio.get("numerator")), days
    return None, "", None


def duration_days(value: object) -> Decimal | None:
    """A duration in days. Months and years have no fixed length, so they are not converted."""
    if not isinstance(value, dict):
        return None
    amount = number(value.get("value"))
    unit = words(value.get("code")) or words(value.get("unit"))
    per = _DAYS_PER_UNIT.get(_DAY_WORDS.get(unit.casefold(), unit))
    return None if amount is None or per is None or amount < 0 else amount * per


_DAY_WORDS = {"day": "d", "days": "d", "week": "wk", "weeks": "wk", "hour": "h", "hours": "h"}


def _strings(value: object) -> tuple[str, ...]:
    return tuple(w for w in map(words, value) if w) if isinstance(value, list) else ()
