"""The short way for a date that is a day reads what the long way reads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.dates import PartialDate
from fhir_mappings.reading import partial_date

WRITTEN = st.dates().map(str) | st.datetimes().map(lambda at: f"{at.isoformat()}Z")
NEARLY = st.text("0123456789-TWZ: +\u0664", max_size=12)


@given(WRITTEN | NEARLY | st.tuples(WRITTEN, NEARLY).map("".join))
def test_any_text_is_read_alike(text: str) -> None:
    assert partial_date(text) == PartialDate.parse(text)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026-05-04", True),
        ("2026-05-04T13:28:17.239+02:00", True),
        ("2026-05", True),
        ("2026", True),
        ("2026-W01-1", False),
        ("2026-02-30", False),
        ("2026-05-04x", False),
        ("20260504", False),
        ("", False),
    ],
)
def test_only_what_fhir_calls_a_date_is_one(text: str, read: bool) -> None:
    assert (partial_date(text) is not None) is read


@pytest.mark.parametrize("sent", [None, 2026, ["2026"], {"value": "2026"}])
def test_what_is_no_text_is_no_date(sent: object) -> None:
    assert partial_date(sent) is None
