"""`cmm medicines`: the list alone, and where every entry of the file went."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.cli import main
from tests.chart.charts import PATIENT, THEIRS, bundle, fill, order, statement
from tests.chart.shared_data import shared_files

AS_OF = ("--as-of", "2026-11-21")
CHARTS = shared_files("data/charts/*/*.json")
METFORMIN = "metformin 500 mg tablet"


def _file(folder: Path, *resources: dict[str, Any]) -> str:
    path = folder / "chart.json"
    path.write_text(json.dumps(bundle(PATIENT, *resources)), "utf-8")
    return str(path)


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Any:
    def run(*resources: dict[str, Any]) -> dict[str, Any]:
        assert main(["medicines", _file(tmp_path, *resources), *AS_OF]) == 0
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        return found

    return run


def test_a_line_has_its_daily_dose_conflicts_and_adherence(said: Any) -> None:
    found = said(
        order("o", METFORMIN, "1 tablet twice daily"),
        statement("s", METFORMIN, "1 tablet once daily"),
        fill("f", METFORMIN, "2026-11-01"),
    )
    (line,) = found["medicines"]
    assert {"id", "name", "ingredients", "dose", "status", "sources"} <= set(line)
    dose = line["dailyDose"]
    assert [dose["low"], dose["high"], dose["unit"], dose["per"]] == [500, 500, "mg", "day"]
    (conflict,) = line["conflicts"]
    assert conflict["kind"] == "dose"
    assert conflict["asks"] == "Which dose is taken?"
    assert [a["code"] for a in conflict["answers"]] == ["source", "all", "other"]
    assert line["adherence"]["fills"] == 1
    assert line["adherence"]["lastFill"] == "2026-11-01"


def test_a_dose_that_is_not_known_says_why(said: Any) -> None:
    (line,) = said(order("o", METFORMIN))["medicines"]
    assert set(line["dailyDose"]) == {"unknown"}
    assert line["dailyDose"]["unknown"]


def test_a_combination_has_a_dose_for_each_ingredient_and_none_for_itself(said: Any) -> None:
    name = "lisinopril 20 mg / hydrochlorothiazide 12.5 mg tablet"
    (line,) = said(order("o", name, "1 tablet daily"))["medicines"]
    assert line["dailyDose"]["low"] is None
    parts = {p["name"]: p["high"] for p in line["dailyDose"]["ingredients"]}
    assert parts == {"lisinopril": 20, "hydrochlorothiazide": 12.5}


def test_every_entry_of_the_file_is_accounted_for(said: Any) -> None:
    kept = order("o", METFORMIN)
    found = said(
        kept,
        kept,
        order("p", METFORMIN, status="stopped", authoredOn="2020"),
        order("e", METFORMIN, status="entered-in-error"),
        order("t", METFORMIN, subject=THEIRS),
        fill("b", "x", "2026-11-01", medicationCodeableConcept=["x"]),
    )
    assert found["counts"] == {
        "input": 6,
        "onLines": 1,
        "history": 1,
        "gaps": 1,
        "enteredInError": 1,
        "otherPatient": 1,
        "repeated": 1,
        "lost": 0,
        "lines": 1,
    }
    assert [(h["id"], h["status"]) for h in found["history"]] == [("p", "stopped")]


def test_what_was_not_recognised_is_listed_with_the_reason(said: Any) -> None:
    found = said(order("o", METFORMIN), order("z", "Zorbimax plus"))
    assert found["resolution"]["textOnly"] == {"entries": 2, "resolved": 1}
    (unresolved,) = found["unresolved"]
    assert unresolved["name"] == "Zorbimax plus"
    assert unresolved["sources"] == ["MedicationRequest/z"]
    assert unresolved["why"]


def test_several_files_give_a_line_each_and_a_bad_one_does_not_stop_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = _file(tmp_path, order("o", METFORMIN)), tmp_path / "bad.json"
    bad.write_text("no JSON", "utf-8")
    assert main(["medicines", str(bad), good, *AS_OF]) == 1
    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert first["file"] == str(bad)
    assert first["error"].startswith("CMM-2001")
    assert second["file"] == good
    assert len(second["medicines"]) == 1


def test_one_bad_file_is_one_sentence_and_exit_code_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["medicines", str(tmp_path / "none.json"), *AS_OF]) == 1
    read = capsys.readouterr()
    assert read.out == ""
    assert read.err.startswith("cmm: CMM-2007")


def _table(path: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    assert main(["medicines", path, *AS_OF, "--format", "table"]) == 0
    return capsys.readouterr().out.splitlines()


def test_the_table_says_the_conflict_below_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _file(tmp_path, order("o", METFORMIN), statement("s", METFORMIN, status="not-taken"))
    said = _table(path, capsys)
    assert said[1].startswith("metformin 500 mg tablet  [not taken]")
    assert said[2].startswith("  ! The order of 01-Oct-2026 is active")
    assert said[-2] == "Counted: entries in the file 2, on the list 2, lines of the list 1"


def test_the_table_is_headed_by_the_name_and_a_day_that_is_read_one_way(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    named = {**PATIENT, "name": [{"given": ["Ann"], "family": "Roe"}]}
    path = tmp_path / "chart.json"
    path.write_text(json.dumps(bundle(named, order("o", METFORMIN, status="unknown"))), "utf-8")
    head, line, *_ = _table(str(path), capsys)
    assert head == "Medicines of Ann Roe on 21-Nov-2026"
    assert "[status not known]" in line


def test_the_table_says_once_what_was_not_recognised(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    past = order("p", "Old Tonic", status="stopped", authoredOn="2020")
    said = _table(_file(tmp_path, order("z", "Zorbimax plus"), past), capsys)
    assert [line.split(":")[0] for line in said if "not all recognised" in line] == [
        "Not recognised",  # off the list no gap speaks of it
        "Not read",
    ]
    assert "Not read: Medicine “Zorbimax plus”: Not recognised: it has no RxNorm code" in "".join(
        said
    )
    assert sum("Zorbimax" in line for line in said) == 2  # on the list, and why it can't be checked


def test_the_table_has_a_comma_from_one_thousand(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    weekly = order("d", "cholecalciferol 50000 unit capsule", "1 capsule weekly")
    path = _file(tmp_path, order("o", METFORMIN, "1 tablet twice daily"), weekly)
    said = "\n".join(_table(path, capsys))
    assert "metformin 500 mg tablet  [current]  1 tablet twice daily  (1,000 mg a day)" in said
    assert "cholecalciferol 50,000 unit capsule" in said


@pytest.mark.shared
@pytest.mark.skipif(not CHARTS, reason="the reference data folder is absent (CONCORDANCE_SHARED)")
def test_no_entry_of_any_reference_chart_is_lost(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["medicines", *map(str, CHARTS), *AS_OF]) == 0
    lists = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(lists) == len(CHARTS)
    counts = [found["counts"] for found in lists]
    assert [c["lost"] for c in counts] == [0] * len(CHARTS)
    assert sum(c["input"] for c in counts) == sum(c["onLines"] + c["history"] for c in counts)
    coded = [found["resolution"]["coded"] for found in lists]
    share = sum(c["resolved"] for c in coded) / sum(c["entries"] for c in coded)
    assert share >= 0.99


def test_the_regimen_comes_to_a_number_or_to_what_is_missing(said: Any) -> None:
    regimen = said(
        order("o", "oxycodone 5 mg tablet", "1 tablet every 6 hours"),
        order("a", "acetaminophen 500 mg tablet", "take as directed"),
    )["regimen"]
    assert regimen["morphineEquivalents"]["value"] == 30  # 20 mg a day at 1.5 (CDC 2022)
    assert regimen["acetaminophen"]["value"] is None
    assert regimen["acetaminophen"]["unknown"]
    assert regimen["insulin"]["value"] == 0


def test_a_known_dose_says_where_it_was_read(said: Any) -> None:
    (line,) = said(order("o", METFORMIN, "1 tablet twice daily"))["medicines"]
    assert line["dailyDose"]["basis"] == "text"
