"""The medication regimen complexity index (George 2004), counted from the list: forms, times, directions."""

import re
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Final

from app.assessment.burden import Measure
from app.domain.medicines import Medicine
from app.knowledge.classes import route_of
from app.knowledge.rows import ComplexityRow
from app.terminology import Part
from app.terminology.regimen import Regimen
from app.terminology.sig import AS_DIRECTED, read_sig
from app.terminology.units import COUNTED

_WORD: Final = re.compile(r"[a-z]+")
_UNITS: Final = COUNTED | {"puff", "spray", "drop", "patch"}


def regimen_complexity(medicines: Iterable[Medicine], rows: Iterable[ComplexityRow]) -> Measure:
    """Each dosage form counts once, each medicine's times of the day and directions every time."""
    table = tuple(rows)
    forms: dict[str, Part] = {}
    parts: list[Part] = []
    unknown: list[str] = []
    for medicine in medicines:
        form, often = _form(medicine, table), _frequency(medicine, table)
        for what, row in (("dosage form", form), ("times a day", often)):
            if row is None:
                unknown.append(f"{medicine.name}: no weight for its {what}")
        if form:
            forms[form.item] = Part(form.item, form.weight, form.weight)
        counted = [often] if often else []
        parts.extend(
            Part(f"{medicine.name}: {row.item}", row.weight, row.weight)
            for row in (*counted, *_directions(medicine, table))
        )
    every = (*forms.values(), *parts)
    total = sum((p.high for p in every), Decimal(0))
    known = None if unknown else total
    return Measure(
        "Regimen complexity (MRCI)",
        "points",
        known,
        known,
        total,
        every,
        tuple(unknown),
        tuple(sorted({row.source for row in table})),
        any(row.status == "unreviewed" for row in table),
    )


def _form(medicine: Medicine, table: tuple[ComplexityRow, ...]) -> ComplexityRow | None:
    identity = medicine.identity
    if identity is None:
        return None
    route = route_of(identity)
    names = (medicine.name, *(entry.concept.text for entry in medicine.entries))
    said = set(_WORD.findall(" ".join(names).lower()))
    fitting = (
        row
        for row in table
        if row.part == "form"
        and identity.form in row.form.split("|")
        and (not row.route or row.route == route)
        and (not row.cue or said.intersection(row.cue.split("|")))
    )
    # The item that the name itself says is the closest one, then the one that names a route.
    return max(fitting, key=lambda row: (bool(row.cue), bool(row.route)), default=None)


def _frequency(medicine: Medicine, table: tuple[ComplexityRow, ...]) -> ComplexityRow | None:
    times = medicine.daily_dose.administrations_per_day
    needed = medicine.as_needed or medicine.daily_dose.as_needed
    rows = [r for r in table if r.part == "frequency"]
    if times is None:
        return next((r for r in rows if needed and r.times is None and r.hours is None), None)
    if times < 1:
        return next((r for r in rows if r.times == 0), None)
    wanted = "yes" if needed else "no"
    of_kind = [r for r in rows if r.as_needed == wanted]
    if _by_the_hour(medicine):
        return next((r for r in of_kind if r.hours and r.hours * times == 24), None)
    return next((r for r in of_kind if r.times == times), None)


def _by_the_hour(medicine: Medicine) -> bool:
    """`every 12 hours` weighs more than `twice a day`: it must be at the hour."""
    dosages = [d for e in medicine.entries for d in e.dosages]
    return any(d.period_unit == "h" for d in dosages) or read_sig(medicine.sig).hourly


def _directions(medicine: Medicine, table: tuple[ComplexityRow, ...]) -> tuple[ComplexityRow, ...]:
    rows = {r.id.removeprefix("direction-"): r for r in table if r.part == "direction"}
    found = _said(read_sig(medicine.sig))
    low = medicine.sig.lower()
    found |= {id_ for id_, r in rows.items() if any(c and c in low for c in r.cue.split("|"))}
    return tuple(row for id_, row in rows.items() if id_ in found)


def _said(regimen: Regimen) -> set[str]:
    """The directions that follow from what was read: part of a tablet, several units, a range, ..."""
    amounts = [s.amount for s in regimen.steps if s.amount]
    counted = [a for a in amounts if a.unit in _UNITS]
    said = {
        "break": any(n.denominator != 1 for a in counted for n in (a.low, a.high)),
        "several": any(a.high > Fraction(1) for a in counted),
        "variable": any(a.low != a.high for a in amounts),
        "time": any(not m.endswith("@") for s in regimen.steps for m in s.marks),
        "directed": regimen.unknown == AS_DIRECTED,
        "taper": bool(regimen.phases),
        "alternate": len({a.high for a in amounts}) > 1,
    }
    return {name for name, is_so in said.items() if is_so}
