"""Doses that others gave: which of them count, and whether one alone keeps a medicine on the list."""

from collections.abc import Iterable
from datetime import date, timedelta

from app.chart.matching import Recorded, likeness
from app.chart.standing_table import standing_table
from app.domain.medicines import Administration

_HANDED = {"completed", "in-progress", "unknown"}


def was_given(dose: Administration) -> bool:
    """As far as the status tells; one that was not done is no dose."""
    return dose.status in _HANDED


def keeps_on_list(recorded: Recorded, as_of: date) -> bool:
    """May the medicine be in use because of this dose alone? By the rows of standing.toml."""
    dose, table = recorded.record, standing_table()
    if not isinstance(dose, Administration) or not was_given(dose) or dose.given is None:
        return False
    since = as_of - timedelta(days=table.administration_days)
    if dose.given.earliest > as_of or dose.given.latest < since:
        return False
    route = likeness(recorded.identity).route if recorded.identity else ""
    row = next(
        (
            r
            for r in table.given
            if (not r.setting or dose.setting in r.setting) and (not r.route or route in r.route)
        ),
        None,
    )
    return row is not None and row.counts


def dose_recency(dose: Administration) -> tuple[date, str]:
    return (dose.given.latest if dose.given else date.min, dose.source.id)


def last_given(doses: Iterable[Administration]) -> Administration | None:
    return max((d for d in doses if was_given(d)), key=dose_recency, default=None)


def given_notes(doses: Iterable[Administration]) -> list[str]:
    """The last dose that others gave, and a newer one that was due and was not given."""
    told = sorted(doses, key=dose_recency)
    last = last_given(told)
    notes = [f"Last given on {last.given.said}."] if last and last.given else []
    missed = [d for d in told if d.status == "not-done" and d.given]
    if missed and missed[-1] is told[-1] and missed[-1].given:
        reasons = ", ".join(r.text for r in missed[-1].status_reasons if r.text)
        why = f": {reasons}" if reasons else ""
        notes.append(f"Was not given on {missed[-1].given.said}{why}.")
    return notes
