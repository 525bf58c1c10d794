"""The fixed JSON of the command line, and the table for people."""

import json

from app.assessment.report import as_json, as_table
from tests.assessment.charts import assessed, chart

SUBJECT = chart(medicines=["metformin 500 mg twice daily", "mystery root"], labs={"egfr": 25})
FOUND = assessed(SUBJECT)


def test_has_the_keys_other_systems_read() -> None:
    report = as_json(FOUND, SUBJECT)
    assert {"patient", "asOf", "medicines", "problems", "untreated", "gaps", "knowledge"} <= set(
        report
    )
    assert set(report["medicines"][0]) >= {
        "id", "name", "ingredients", "dose", "status", "sources", "needs"
    }  # fmt: skip
    assert set(report["medicines"][0]["needs"]) == {
        "indication", "effectiveness", "safety", "adherence"
    }  # fmt: skip
    assert set(report["problems"][0]) >= {
        "id", "rule", "need", "category", "rationale", "severity", "medicines", "conditions",
        "because", "recommend", "evidence", "inputs",
    }  # fmt: skip


def test_values_stay_as_recorded() -> None:
    report = json.loads(json.dumps(as_json(FOUND, SUBJECT)))
    (problem,) = [p for p in report["problems"] if p["rule"] == "S13a"]
    egfr = next(i for i in problem["inputs"] if i["resource"] == "Observation")
    assert (egfr["value"], egfr["date"]) == ("25.0", "2026-10-04")
    assert problem["recommend"]["action"] == "discontinue-medication"


def test_the_table_shows_every_medicine_and_each_problem() -> None:
    text = as_table(FOUND, SUBJECT)
    assert "metformin 500 mg" in text
    assert "mystery root" in text
    assert "HIGH" in text
    assert "? cannot tell" in text


def test_the_table_has_no_empty_slot_and_no_double_full_stop() -> None:
    text = as_table(FOUND, SUBJECT)
    assert "Vaccines due" in text
    assert "{" not in text
    assert ".." not in text
    assert ".:" not in text
