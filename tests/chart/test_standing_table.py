"""Each row of standing.toml decides something, and the first that fits decides."""

from typing import Any

import pytest

from app.chart.given import keeps_on_list
from app.chart.matching import Recorded
from app.chart.standing import Standing, standing
from app.chart.standing_table import Row, standing_table
from app.domain.codes import Concept, Source
from app.domain.dates import PartialDate
from app.domain.medicines import Administration, Ingredient, MedicationEntry, MedicineIdentity
from tests.chart.charts import TODAY, administration, listing, only_line, order

OVER = PartialDate.parse("2026-11-01")


def _entry(source: str, status: str, **more: Any) -> MedicationEntry:
    return MedicationEntry(Source(source, "1"), Concept("x"), status, **more)


@pytest.mark.parametrize(
    ("entry", "stands"),
    [
        (_entry("MedicationRequest", "stopped"), Standing.PAST),
        (_entry("MedicationRequest", "completed", ends=OVER), Standing.PAST),
        (_entry("MedicationRequest", "cancelled", do_not_perform=True), Standing.PAST),
        (_entry("MedicationRequest", "draft", intent="proposal"), Standing.PLANNED),
        (_entry("MedicationRequest", "active", do_not_perform=True), Standing.NOT_TAKEN),
        (_entry("MedicationRequest", "active", intent="proposal"), Standing.UNKNOWN),
        (_entry("MedicationRequest", "active", intent="option", ends=OVER), Standing.UNKNOWN),
        (_entry("MedicationRequest", "active", ends=OVER), Standing.ENDED),
        (_entry("MedicationRequest", "active"), Standing.TAKEN),
        (_entry("MedicationRequest", "on-hold", ends=OVER), Standing.HELD),
        (_entry("MedicationRequest", "unknown"), Standing.UNKNOWN),
        (_entry("MedicationRequest", "not-taken"), Standing.UNKNOWN),  # no status of an order
        (_entry("MedicationStatement", "stopped"), Standing.PAST),
        (_entry("MedicationStatement", "completed"), Standing.PAST),
        (_entry("MedicationStatement", "active", ends=OVER), Standing.ENDED),
        (_entry("MedicationStatement", "not-taken"), Standing.NOT_TAKEN),
        (_entry("MedicationStatement", "intended"), Standing.NOT_TAKEN),
        (_entry("MedicationStatement", "draft"), Standing.UNKNOWN),  # no status of a statement
        (_entry("PatientReported", "active"), Standing.TAKEN),
        (_entry("PatientReported", "not-taken"), Standing.NOT_TAKEN),
        (_entry("List", "stopped"), Standing.PAST),
        (_entry("List", "on-hold"), Standing.HELD),
        (_entry("List", "unknown"), Standing.UNKNOWN),
    ],
)
def test_where_an_entry_stands(entry: MedicationEntry, stands: Standing) -> None:
    assert standing(entry, TODAY) is stands


@pytest.mark.parametrize("row", standing_table().rows, ids=lambda r: r.why)
def test_every_row_names_a_standing_and_its_reason(row: Row) -> None:
    assert Standing(row.standing)
    assert row.why


@pytest.mark.parametrize(
    ("setting", "injected", "day", "status", "kept"),
    [
        ("outpatient", False, "2026-11-01", "completed", True),
        ("community", False, "2026-11-01", "completed", True),
        ("inpatient", True, "2026-11-01", "completed", False),
        ("", True, "2026-11-01", "completed", True),
        ("", False, "2026-11-01", "completed", False),
        ("outpatient", False, "2026-05-25", "completed", True),  # 180 days ago
        ("outpatient", False, "2026-05-24", "completed", False),
        ("outpatient", False, "2026-11-22", "completed", False),  # after the day of the review
        ("outpatient", False, "2026-11-01", "not-done", False),
        ("outpatient", False, "2026-11-01", "stopped", False),
        ("outpatient", False, "", "completed", False),
    ],
)
def test_which_dose_alone_keeps_a_medicine_on_the_list(
    setting: str, injected: bool, day: str, status: str, kept: bool
) -> None:
    dose = Administration(
        Source("MedicationAdministration", "1"),
        Concept("x"),
        status,
        PartialDate.parse(day),
        setting=setting,
    )
    identity = MedicineIdentity(
        (Ingredient("haloperidol"),), form="injection", route="intramuscular"
    )
    assert keeps_on_list(Recorded(dose, identity if injected else None), TODAY) is kept


@pytest.mark.parametrize(
    ("flag", "says"), [("03", "stopped"), ("05", "stopped"), ("06", "on hold")]
)
def test_what_a_flag_of_a_list_says_against_an_active_order(flag: str, says: str) -> None:
    line = only_line(order("o", "metformin"), listing("l", {"entry": "MedicationRequest/o", "flag": flag}))  # fmt: skip
    assert line.disagreements[0].text == (
        f"The order of 01-Oct-2026 is active, but the medication list of 10-Nov-2026 says {says}."
    )


@pytest.mark.parametrize("flag", ["01", "02", "04", "", "99"])
def test_a_flag_that_ends_nothing_contradicts_nothing(flag: str) -> None:
    line = only_line(order("o", "metformin"), listing("l", {"entry": "MedicationRequest/o", "flag": flag}))  # fmt: skip
    assert line.disagreements == ()


def test_the_last_dose_given_and_a_missed_one_are_said() -> None:
    line = only_line(
        order("o", "haloperidol decanoate 100 mg/mL injection"),
        administration("a", "haloperidol decanoate 100 mg/mL injection", "2026-09-01"),
        administration(
            "b", "haloperidol decanoate 100 mg/mL injection", "2026-10-01",
            status="not-done", statusReason=[{"text": "did not come"}],
        ),
    )  # fmt: skip
    assert line.notes == (
        "Last given on 01-Sep-2026.",
        "Was not given on 01-Oct-2026: did not come.",
    )
