"""Observation -> Measurements and Findings."""

from datetime import date
from typing import Final

from app.domain.chart import Finding, Measurement
from app.domain.codes import UCUM, Concept, Source
from app.domain.dates import PartialDate
from app.domain.errors import Unmappable
from app.domain.values import Value
from fhir_mappings.concept import codes, concept, name_of, said
from fhir_mappings.dosage import quantity_unit
from fhir_mappings.reading import (
    Json,
    identified,
    label,
    number,
    objects,
    partial_date,
    period,
    words,
)

_USABLE: Final = {"final", "amended", "corrected"}
_NO_RESULT: Final = {"registered", "cancelled"}  # nothing was measured, so nothing is missing


class Observed(Value, frozen=True):
    """What one Observation gave. `problems` are sentences on parts of it that can't be used."""

    measurements: tuple[Measurement, ...] = ()
    findings: tuple[Finding, ...] = ()
    problems: tuple[str, ...] = ()


class _Head:
    """What an Observation says of all its parts."""

    __slots__ = ("categories", "source", "taken")

    def __init__(
        self, source: Source, taken: PartialDate | None, categories: tuple[str, ...]
    ) -> None:
        self.source: Final = source
        self.taken: Final = taken
        self.categories: Final = categories


def observation(sent: object) -> Observed:
    """
    Reads one Observation with its components (blood pressure is two components and no value).

    A value without a unit is refused, and so is a numeric result without an exact day: a rule that
    asks "in the last 12 months" must not get a day that nobody recorded.
    """
    source, resource = identified(sent, "Observation")
    named = concept(resource.get("code"))
    status = words(resource.get("status"))
    if status in _NO_RESULT:
        return Observed()
    if not said(named):
        raise Unmappable("a result that does not say what was observed")
    if status not in _USABLE:
        told = f"is {status}" if status.isalpha() else "has no status"
        raise Unmappable(f"{_a(named)} {told}, so it is not known to be final")
    head = _Head(source, _taken(resource), codes(resource.get("category")))
    if "component" in resource:
        parts = [(concept(c.get("code")), c) for c in objects(resource["component"])]
        return _gather(head, [(named, resource), *parts])
    read = _value(head, named, resource)
    if isinstance(read, Measurement):
        return Observed((read,))
    return Observed(findings=(read,)) if read else Observed()


def _gather(head: _Head, parts: list[tuple[Concept, Json]]) -> Observed:
    measurements, findings, problems = [], [], []
    for named, part in parts:
        try:
            read = _value(head, named, part)
        except Unmappable as problem:
            problems.append(str(problem))
            continue
        if isinstance(read, Measurement):
            measurements.append(read)
        elif read:
            findings.append(read)
    if problems and not measurements and not findings:
        raise Unmappable(problems[0])
    return Observed(tuple(measurements), tuple(findings), tuple(problems))


def _value(head: _Head, named: Concept, part: Json) -> Measurement | Finding | None:
    if "valueQuantity" in part:
        return _quantity(head, named, part["valueQuantity"])
    if "valueInteger" in part:
        # A FHIR integer has no unit by definition; `1` is UCUM's unity.
        unity = {"value": part["valueInteger"], "system": UCUM, "code": "1"}
        return _quantity(head, named, unity)
    told = _told(part)
    if told:
        return _found(head, named, told)
    if "dataAbsentReason" not in part and any(key.startswith("value") for key in part):
        raise Unmappable(f"{_a(named)} has a value in a form that is not read")
    if "component" in part or "hasMember" in part:
        return None  # a panel's heading: its members are results of their own
    reason = label(name_of(concept(part.get("dataAbsentReason"))))
    raise Unmappable(f"{_a(named)} has no value" + (f" ({reason.lower()})" if reason else ""))


def _told(part: Json) -> Concept | None:
    """An answer that is no number, as words."""
    match part:
        case {"valueCodeableConcept": value} if said(concept(value)):
            return concept(value)
        case {"valueString": str(value)} | {"valueDateTime": str(value)} if value.strip():
            return Concept(value.strip())
        case {"valueBoolean": bool(value)}:
            return Concept("true" if value else "false")
    return None


def _quantity(head: _Head, named: Concept, value: object) -> Measurement:
    sent = value if isinstance(value, dict) else _NOTHING
    amount, unit = number(sent.get("value")), quantity_unit(sent)
    if amount is None:
        raise Unmappable(f"{_a(named)} has no usable number")
    if not unit:
        raise Unmappable(f"{_a(named)} has no unit")
    if not said(named):
        raise Unmappable("part of a result does not say what was observed")
    day, than = _exact_day(head, named), words(sent.get("comparator"))
    return Measurement(head.source, named, amount, unit, day, than, head.categories)


_NOTHING: Final[Json] = {}


def _found(head: _Head, named: Concept, value: Concept) -> Finding:
    if not said(named):
        raise Unmappable("part of a result does not say what was observed")
    return Finding(head.source, named, value, head.taken, head.categories)


def _exact_day(head: _Head, named: Concept) -> date:
    day = head.taken.exact if head.taken else None
    if day is None:
        raise Unmappable(f"{_a(named)} has no exact date")
    return day


def _taken(resource: Json) -> PartialDate | None:
    """
    The day of the result: of a period its end, since a 24 hour collection is known only then.
    `issued` is when the report came out and never stands in for it.
    """
    if day := partial_date(resource.get("effectiveDateTime")):
        return day
    starts, ends = period(resource.get("effectivePeriod"))
    return partial_date(resource.get("effectiveInstant")) or ends or starts


def _a(named: Concept) -> str:
    if not named.text:
        code = name_of(named)
        return f"A result with code {code}" if code else "Part of a result"
    article = "An" if named.text[0] in "AEIOUaeiou" else "A"
    return f"{article} {label(named.text)} result"
