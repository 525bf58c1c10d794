"""What a cell says was checked: a sentence for a pharmacist, with what it rests on."""

import re

import pytest

from app.assessment import assess
from app.assessment.loading import load_compiled
from app.domain.assessment import Need
from tests.assessment.charts import assessed, cell
from tests.assessment.test_demo_patients import PATIENTS, TODAY, demo_chart


def lines_of(patient: str) -> list[str]:
    found = assess(demo_chart(patient), load_compiled(), TODAY)
    cells = [c for m in found.medicines for c in m.needs.values()]
    return [said for c in cells for said in (*c.checked, *c.missing)]


@pytest.mark.parametrize("patient", PATIENTS)
def test_every_line_is_filled_and_says_what_it_rests_on(patient: str) -> None:
    lines = lines_of(patient)
    assert not [x for x in lines if re.search(r"[{}]|\(0 |\(\)|\bNone\b|  ", x)]
    assert not [x for x in lines if x.endswith((": no", ": not measured"))]


@pytest.mark.parametrize(
    ("given", "name", "need", "says"),
    [
        (
            {"medicines": ["naproxen 500 mg twice daily"], "age": 50},
            "naproxen",
            Need.INDICATION,
            "NSAID with an SSRI without stomach protection: no (no SSRI on the list)",
        ),
        (
            {"medicines": ["lisinopril 10 mg daily"], "labs": {"potassium": 4.4}},
            "lisinopril",
            Need.SAFETY,
            "potassium every 12 months: 4.4 mmol/L",
        ),
        (
            {"medicines": ["metformin 500 mg daily"], "conditions": ["diabetes-type-2"]},
            "metformin",
            Need.EFFECTIVENESS,
            "A1c above 9 %: not measured (no hemoglobin A1c in the last 6 months)",
        ),
        (
            {"medicines": [{"name": "acetaminophen 500 mg daily", "as_needed": True}]},
            "acetaminophen",
            Need.ADHERENCE,
            "Four or more doses a day: no (taken as needed)",
        ),
    ],
)
def test_a_check_says_which_data_it_was_made_with(
    given: dict[str, object], name: str, need: Need, says: str
) -> None:
    checked = cell(assessed(**given), name, need).checked  # type: ignore[arg-type]
    assert [x for x in checked if x.startswith(says)], checked
