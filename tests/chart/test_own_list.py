"""The list we settled and wrote at an earlier visit comes back: it is no new word of the patient."""

from typing import Any

import pytest

from app.chart.accounting import Whereabouts, whereabouts
from app.chart.answers import fingerprint
from app.domain.medicines import LineStatus, Medicine
from tests.chart.charts import (
    PATIENT,
    bundle,
    chart,
    fill,
    kinds,
    listing,
    only_line,
    order,
    statement,
)

PART = "https://concordance-cmm.org/fhir/NamingSystem/plan-part"
NAME = "metformin 500 mg tablet"
ORDER = order("o", NAME, "1 tablet twice daily", authoredOn="2026-10-01")
SAID = statement("s", NAME, "1 tablet once daily", dateAsserted="2026-11-02")


def ours(id_: str = "w", sig: str = "1 tablet twice daily", **changes: Any) -> dict[str, Any]:
    """A line of the list as it is written with a plan, later than all else in the chart."""
    written = {
        "identifier": [{"system": PART, "value": f"v1.{id_}"}],
        "dateAsserted": "2026-11-20T10:00:00+00:00",
        "effectiveDateTime": "2026-11-20",
        "basedOn": [{"reference": "MedicationRequest/o"}],
    }
    return statement(id_, NAME, sig, **(written | changes))


def ids(line: Medicine) -> tuple[list[str], list[str]]:
    return [e.source.id for e in line.entries], [e.source.id for e in line.settled_here]


@pytest.mark.parametrize("status", ["active", "on-hold", "not-taken", "stopped", "unknown"])
def test_what_we_wrote_changes_nothing_that_the_others_say(status: str) -> None:
    before, after = only_line(ORDER, SAID), only_line(ORDER, SAID, ours(status=status))
    assert kinds(before)
    assert [fingerprint(d) for d in after.disagreements] == [
        fingerprint(d) for d in before.disagreements
    ]
    for field in ("id", "name", "status", "sig", "daily_dose", "started", "notes", "entries"):
        assert getattr(after, field) == getattr(before, field), field


def test_the_patients_own_statement_is_the_one_that_is_quoted() -> None:
    line = only_line(ORDER, SAID, ours())
    said = " ".join(d.text for d in line.disagreements)
    assert "02-Nov-2026" in said
    assert "20-Nov-2026" not in said


def test_it_stays_on_the_line_it_is_about() -> None:
    line = only_line(ORDER, SAID, ours())
    assert ids(line) == (["o", "s"], ["w"])
    assert "MedicationStatement/w" in {s.reference for s in line.sources}


def test_where_every_entry_went_counts_ours() -> None:
    file = bundle(PATIENT, ORDER, SAID, ours())
    found = whereabouts(file, chart(ORDER, SAID, ours()))
    assert found == {Whereabouts.ON_LINES: 3}


def test_it_does_not_contradict_an_order_that_was_stopped_since() -> None:
    read = chart(order("o", NAME, status="stopped"), ours())
    assert read.medicines == ()
    assert {e.source.id for e in read.past_entries} == {"o", "w"}


def test_it_does_not_keep_a_medicine_whose_last_fill_is_long_used_up() -> None:
    assert chart(fill("f", NAME, "2024-01-01"), ours(basedOn=None)).medicines == ()


def test_a_medicine_only_our_list_names_stays_as_the_latest_visit_left_it() -> None:
    earlier = ours("a", "1 tablet once daily", dateAsserted="2026-11-20T09:00:00+00:00")
    line = only_line(earlier, ours("b", "1 tablet twice daily", status="on-hold"))
    assert (line.status, line.sig) == (LineStatus.ON_HOLD, "1 tablet twice daily")
    assert ids(line) == (["b"], ["a"])


def test_the_latest_visit_counts_where_it_found_the_medicine_stopped() -> None:
    earlier = ours("a", dateAsserted="2026-11-20T09:00:00+00:00")
    assert chart(earlier, ours("b", status="stopped")).medicines == ()


def test_the_same_statement_of_somebody_else_is_the_patients_word() -> None:
    theirs = ours(identifier=[{"system": "urn:other", "value": "v1.w"}])
    assert ids(only_line(ORDER, SAID, theirs))[1] == []


def test_our_list_names_no_medicine_anew_where_its_statements_were_not_read() -> None:
    written = listing(
        "l", {"display": NAME}, identifier=[{"system": PART, "value": "v1.medication-list"}]
    )
    assert ids(only_line(ORDER, written)) == (["o"], ["l#1"])
    assert ids(only_line(written)) == (["l#1"], [])
