"""What counts as current, and who speaks for a line."""

from typing import Any

import pytest

from app.domain.medicines import LineStatus
from tests.chart.charts import chart, fill, kinds, only_line, order, statement

METFORMIN = "metformin 500 mg tablet"


@pytest.mark.parametrize(
    ("status", "line"),
    [
        ("active", LineStatus.CURRENT),
        ("on-hold", LineStatus.ON_HOLD),
        ("unknown", LineStatus.UNKNOWN),
        (None, LineStatus.UNKNOWN),
        ("some-new-status", LineStatus.UNKNOWN),
    ],
)
def test_status_of_an_order(status: str | None, line: LineStatus) -> None:
    assert only_line(order("o", METFORMIN, status=status)).status is line


@pytest.mark.parametrize(
    ("status", "line"),
    [
        ("active", LineStatus.CURRENT),
        ("on-hold", LineStatus.ON_HOLD),
        ("not-taken", LineStatus.NOT_TAKEN),
        ("intended", LineStatus.NOT_TAKEN),
        ("unknown", LineStatus.UNKNOWN),
    ],
)
def test_status_of_a_statement(status: str, line: LineStatus) -> None:
    assert only_line(statement("s", METFORMIN, status=status)).status is line


@pytest.mark.parametrize("status", ["stopped", "completed", "cancelled", "draft"])
def test_what_is_past_or_not_yet_ordered_is_kept_off_the_list(status: str) -> None:
    """A draft may be our own proposal: it must not read as a medicine taken."""
    read = chart(order("o", METFORMIN, status=status))
    assert read.medicines == ()
    assert [e.source.id for e in read.past_entries] == ["o"]


def test_an_order_not_to_give_is_no_medicine_taken() -> None:
    line = only_line(order("o", METFORMIN, doNotPerform=True))
    assert line.status is LineStatus.NOT_TAKEN
    assert line.notes == ("An order says that this must not be given.",)


def _until(end: str) -> dict[str, Any]:
    bounds = {"timing": {"repeat": {"boundsPeriod": {"end": end}}}, "text": "1 tablet daily"}
    return {"dosageInstruction": [bounds]}


def _supply(days: int, refills: int) -> dict[str, Any]:
    return {
        "authoredOn": "2026-01-01",
        "dispenseRequest": {
            "expectedSupplyDuration": {"value": days, "code": "d"},
            "numberOfRepeatsAllowed": refills,
        },
    }


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        (_until("2026-11-20"), LineStatus.UNKNOWN),
        (_until("2026-11-21"), LineStatus.CURRENT),
        (_until("2026"), LineStatus.CURRENT),  # some day of this year: not known to be over
        (_supply(294, 0), LineStatus.CURRENT),  # 1 Jan + 294 + 30 days of grace = 21 Nov
        (_supply(293, 0), LineStatus.UNKNOWN),
        (_supply(98, 2), LineStatus.CURRENT),
    ],
)
def test_an_active_order_that_is_over_by_its_own_dates(
    changes: dict[str, Any], line: LineStatus
) -> None:
    assert only_line(order("o", METFORMIN, **changes)).status is line


def test_an_order_that_is_over_says_so() -> None:
    line = only_line(order("o", METFORMIN, **_until("2026-03-31")))
    assert line.notes == ("Listed as active, but by its own dates it ended on 31-Mar-2026.",)


def test_an_order_that_is_over_is_current_where_fills_go_on() -> None:
    line = only_line(
        order("o", METFORMIN, **_until("2026-03-31")), fill("f", METFORMIN, "2026-11-01")
    )
    assert line.status is LineStatus.CURRENT


def test_the_patient_speaks_for_what_is_taken() -> None:
    line = only_line(
        order("o", METFORMIN, "1 tablet twice daily"),
        statement("s", METFORMIN, "1 tablet once daily"),
    )
    assert line.sig == "1 tablet once daily"
    assert line.daily_dose.per_ingredient[0].high == 500
    assert kinds(line) == ["dose"]
    assert line.disagreements[0].text == (
        "The order of 01-Oct-2026 comes to 1,000 mg a day, "
        "the patient's statement of 01-Nov-2026 to 500 mg a day."
    )


def test_a_newer_order_overtakes_an_old_report() -> None:
    line = only_line(
        order("o", METFORMIN, "1 tablet twice daily", authoredOn="2026-11-10"),
        statement("s", METFORMIN, "1 tablet once daily"),
    )
    assert line.sig == "1 tablet twice daily"
    assert kinds(line) == ["dose"]


def test_a_statement_without_dosing_leaves_the_word_to_the_order() -> None:
    line = only_line(order("o", METFORMIN, "1 tablet twice daily"), statement("s", "metformin"))
    assert line.sig == "1 tablet twice daily"
    assert line.daily_dose.per_ingredient[0].high == 1000
    assert kinds(line) == []


def test_a_statement_borrows_the_strength_of_the_line() -> None:
    line = only_line(
        order("o", METFORMIN, "1 tablet twice daily"),
        statement("s", "metformin", "1 tablet once daily"),
    )
    assert line.daily_dose.per_ingredient[0].high == 500


def test_not_taken_although_ordered() -> None:
    line = only_line(order("o", METFORMIN), statement("s", METFORMIN, status="not-taken"))
    assert line.status is LineStatus.NOT_TAKEN
    assert line.disagreements[0].text == (
        "The order of 01-Oct-2026 is active, "
        "but the patient's statement of 01-Nov-2026 says not taken."
    )


def test_stopped_by_the_patient_against_an_active_order() -> None:
    line = only_line(order("o", METFORMIN), statement("s", METFORMIN, status="stopped"))
    assert line.status is LineStatus.NOT_TAKEN
    assert kinds(line) == ["status"]
    assert {s.id for s in line.sources} == {"o", "s"}


def test_a_report_of_stopping_older_than_the_order_is_history() -> None:
    read = chart(
        order("o", METFORMIN), statement("s", METFORMIN, status="stopped", dateAsserted="2025")
    )
    assert [e.source.id for e in read.past_entries] == ["s"]
    assert read.medicines[0].disagreements == ()


def test_a_renewal_stops_the_order_before_it_without_a_fuss() -> None:
    read = chart(order("new", METFORMIN), order("old", METFORMIN, status="stopped", authoredOn="2025-10-01"))  # fmt: skip
    assert read.medicines[0].disagreements == ()
    assert [e.source.id for e in read.past_entries] == ["old"]


def test_an_order_stopped_while_the_patient_goes_on() -> None:
    line = only_line(
        order("o", METFORMIN, status="stopped", authoredOn="2026-11-10"),
        statement("s", METFORMIN, "1 tablet twice daily"),
    )
    assert line.status is LineStatus.CURRENT
    assert kinds(line) == ["status"]
    assert line.sig == "1 tablet twice daily"


def test_two_prescribers_of_one_medicine() -> None:
    line = only_line(
        order("a", METFORMIN), order("b", METFORMIN, requester={"display": "Dr. Abel"})
    )
    assert kinds(line) == ["duplicate-prescriber"]
    assert line.disagreements[0].text == "Ordered by Dr. Abel and by Dr. Ito."


def test_two_orders_of_one_prescriber_with_different_doses() -> None:
    line = only_line(
        order("a", METFORMIN, "2 tablets every morning"),
        order("b", METFORMIN, "1 tablet every evening"),
    )
    assert kinds(line) == ["dose"]


def test_a_different_rhythm_with_an_unknown_dose() -> None:
    line = only_line(
        order("o", "metformin", "1 tablet twice daily"),
        statement("s", "metformin", "1 tablet three times daily"),
    )
    assert kinds(line) == ["frequency"]


def test_ordered_and_never_filled() -> None:
    line = chart(
        order("o", METFORMIN),
        fill("f", "aspirin 81 mg tablet", "2026-11-01"),
        order("a", "aspirin"),
    ).medicines[1]
    assert kinds(line) == ["never-filled"]
    assert line.disagreements[0].text == "Ordered on 01-Oct-2026, and no fill of it is recorded."


def test_nothing_is_said_of_filling_where_the_chart_holds_no_fills() -> None:
    assert kinds(only_line(order("o", METFORMIN))) == []


def test_nothing_is_said_of_filling_a_medicine_that_was_not_recognised() -> None:
    """Its fills may be in the chart under another name."""
    lines = chart(order("o", "water pill"), fill("f", "aspirin 81 mg tablet", "2026-11-01"))
    assert [kinds(m) for m in lines.medicines if m.name == "water pill"] == [[]]


def test_an_order_of_this_month_is_not_yet_unfilled() -> None:
    lines = chart(
        order("o", METFORMIN, authoredOn="2026-10-22"), fill("f", "aspirin", "2026-11-01")
    )
    assert kinds(next(m for m in lines.medicines if "metformin" in m.name)) == []


@pytest.mark.parametrize(
    ("day", "days", "line"),
    [
        ("2026-11-01", 30, LineStatus.CURRENT),
        ("2026-09-22", 30, LineStatus.CURRENT),  # 30 days of supply and 30 of grace end today
        ("2026-09-21", 30, None),
        ("2026-08-01", None, LineStatus.UNKNOWN),  # it does not say how long it lasts
        ("2026-01-01", None, None),
        ("2026-12-24", 30, None),  # after the day the chart is read for
        (None, 30, LineStatus.UNKNOWN),
    ],
)
def test_a_fill_without_an_order(
    day: str | None, days: int | None, line: LineStatus | None
) -> None:
    read = chart(fill("f", METFORMIN, day, days))
    if line is None:
        assert read.medicines == ()
        assert [f.source.id for f in read.past_fills] == ["f"]
    else:
        assert [m.status for m in read.medicines] == [line]
        assert kinds(read.medicines[0]) == ["filled-not-prescribed"]


def test_filled_although_the_order_was_stopped() -> None:
    line = only_line(order("o", METFORMIN, status="stopped"), fill("f", METFORMIN, "2026-11-10"))
    assert line.disagreements[0].text == "Filled on 10-Nov-2026, but its order is stopped."
    assert {s.id for s in line.sources} == {"o", "f"}


def test_a_cancelled_fill_is_no_supply() -> None:
    assert chart(fill("f", METFORMIN, "2026-11-10", status="cancelled")).medicines == ()


def test_undated_reports_still_contradict() -> None:
    """Without dates nobody can tell which is newer: it is shown rather than dropped."""
    line = only_line(
        order("o", METFORMIN, authoredOn=None),
        statement("s", METFORMIN, status="stopped", dateAsserted=None),
    )
    assert kinds(line) == ["status"]


def test_the_line_gathers_reasons_prescriber_and_start() -> None:
    line = only_line(
        order("o", METFORMIN, reasonCode=[{"text": "Type 2 diabetes"}]),
        statement("s", METFORMIN, effectivePeriod={"start": "2019"}),
    )
    assert [r.text for r in line.reasons] == ["Type 2 diabetes"]
    assert line.prescriber == "Dr. Ito"
    assert line.started is not None
    assert line.started.text == "2019"


def test_as_needed_is_kept() -> None:
    instruction = [{"text": "1 tablet as needed", "asNeededBoolean": True}]
    assert only_line(order("o", METFORMIN, dosageInstruction=instruction)).as_needed
