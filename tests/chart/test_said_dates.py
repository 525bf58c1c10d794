"""Dates in sentences about the medicine list: as precisely as they were recorded."""

import pytest

from app.domain.dates import PartialDate


@pytest.mark.parametrize(
    ("recorded", "said"),
    [
        ("2026", "2026"),
        ("2026-05", "May-2026"),
        ("2026-05-06", "06-May-2026"),
        ("2026-12-31T23:30:00-05:00", "31-Dec-2026"),
    ],
)
def test_a_date_is_said_as_precisely_as_it_was_recorded(recorded: str, said: str) -> None:
    found = PartialDate.parse(recorded)
    assert found is not None
    assert found.said == said
