"""Where orders and what was handed over or given do not agree."""

from collections.abc import Iterator
from datetime import timedelta

from app.chart.fills import GRACE_DAYS, counts, covers
from app.chart.given import last_given, was_given
from app.chart.sides import Line
from app.chart.standing import Standing, dated, standing
from app.chart.standing_table import standing_table
from app.domain.dates import clinical_date
from app.domain.medicines import Disagreement, MedicationEntry


def supply_disagreements(line: Line) -> Iterator[Disagreement]:
    for check in (_never_filled, _not_refilled, _not_prescribed, _given_not_prescribed):
        yield from check(line)


def _fetched_orders(line: Line) -> list[MedicationEntry]:
    """Active orders that the patient would fetch from a pharmacy, where fills would be known."""
    recognised = any(m.identity for m in line.members)
    if not line.fills_known or not recognised:
        return []
    return [o for o in line.taken(line.orders) if "inpatient" not in o.categories]


def _never_filled(line: Line) -> Iterator[Disagreement]:
    """
    No fill within 30 days of an active order. Only said where the chart holds fills of something:
    otherwise nothing is known of fills; and only of a medicine whose fills would be recognised.
    """
    if any(map(counts, line.fills)) or any(map(was_given, line.given)):
        return
    orders = _fetched_orders(line)
    first = min((d.latest for o in orders if (d := dated(o))), default=None)
    if first is None or first + timedelta(days=GRACE_DAYS) >= line.as_of:
        return
    yield Disagreement(
        "never-filled",
        f"Ordered on {clinical_date(first)}, and no fill of it is recorded.",
        tuple(o.source for o in orders),
    )


def _not_refilled(line: Line) -> Iterator[Disagreement]:
    """An active order whose last fill is half a year old and used up: possibly no longer taken."""
    handed = [(f.handed_over, f) for f in line.fills if counts(f) and f.handed_over]
    if not handed or any(map(was_given, line.given)):
        return
    last, fill = max(handed, key=lambda pair: (pair[0].latest, pair[1].source.id))
    since = line.as_of - timedelta(days=standing_table().fill_days)
    if last.latest >= since or any(covers(f, line.as_of) for _, f in handed):
        return
    orders = [o for o in _fetched_orders(line) if not line.dose(o).as_needed]
    if not orders or any((d := dated(o)) is None or d.latest >= since for o in orders):
        return
    yield Disagreement(
        "not-refilled",
        f"The order is active, but it was last filled on {last.said}.",
        (*(o.source for o in orders), fill.source),
    )


def _not_prescribed(line: Line) -> Iterator[Disagreement]:
    if _ordered(line):
        return
    fills = [f for f in line.fills if counts(f)]
    if not fills:
        return
    handed = [f.handed_over for f in fills if f.handed_over]
    when = f" on {max(handed, key=lambda d: d.latest).said}" if handed else ""
    yield Disagreement(
        "filled-not-prescribed",
        f"Filled{when}, but {_no_order(line)}.",
        tuple(f.source for f in fills) + tuple(o.source for o in line.orders),
    )


def _given_not_prescribed(line: Line) -> Iterator[Disagreement]:
    """Said only where nobody else speaks for the medicine."""
    last = last_given(line.given)
    if last is None or last.given is None or _ordered(line) or line.taken(line.reports):
        return
    yield Disagreement(
        "given-not-prescribed",
        f"Given on {last.given.said}, but {_no_order(line)}.",
        tuple(a.source for a in line.given) + tuple(o.source for o in line.orders),
    )


def _ordered(line: Line) -> bool:
    return any(standing(o, line.as_of) is not Standing.PAST for o in line.orders)


def _no_order(line: Line) -> str:
    return (
        f"its order is {line.orders[-1].status}"
        if line.orders
        else "no order of it is in the chart"
    )
