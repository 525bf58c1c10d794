"""The command line as scripts use it: exit codes, one-line errors, the fixed JSON."""

import argparse
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.cli import _parser, main
from app.sandbox.patients import write_bundles

AS_OF = ("--as-of", "2026-11-21")
NEEDS = ("indication", "effectiveness", "safety", "adherence")


@pytest.fixture(scope="module")
def charts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("charts")
    return {path.stem: path for path in write_bundles(folder, date(2026, 11, 21))}


def assessed(path: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert main(["assess", str(path), *AS_OF]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_the_json_has_the_fixed_shape(
    charts: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    found = assessed(charts["rosa-delgado"], capsys)
    assert {"patient", "asOf", "medicines", "problems", "untreated", "gaps", "knowledge"} <= set(
        found
    )
    for medicine in found["medicines"]:
        assert {"id", "name", "ingredients", "dose", "status", "sources", "needs"} <= set(medicine)
        for need in NEEDS:
            assert medicine["needs"][need]["state"] in {"problem", "none_found", "cannot_assess"}
    for problem in found["problems"]:
        assert {"id", "rule", "need", "category", "rationale", "severity", "medicines", "because", "recommend", "evidence", "inputs"} <= set(problem)  # fmt: skip


def test_a_plan_and_a_later_chart_make_a_follow_up(
    charts: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chart, plan = charts["rosa-delgado"], tmp_path / "plan.json"
    assert main(["plan", str(chart), *AS_OF]) == 0
    plan.write_text(capsys.readouterr().out, "utf-8")
    assert main(["follow-up", str(chart), str(plan), "--as-of", "2027-01-21"]) == 0
    found = json.loads(capsys.readouterr().out)
    signed = json.loads(plan.read_text("utf-8"))
    issues = [
        r
        for e in signed["entry"]
        if (r := e["resource"])["resourceType"] == "DetectedIssue" and r["status"] == "final"
    ]
    assert found["plan"]["signed"] == "2026-11-21"
    assert len(found["outcomes"]) == len(issues) > 5
    assert all(o["because"] and (o["outcome"] or o["missing"]) for o in found["outcomes"])
    assert {"goals", "stillDismissed", "newProblems", "admissions", "gaps"} <= set(found)


def test_a_plan_of_another_patient_or_no_plan_is_refused_in_one_line(
    charts: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = tmp_path / "plan.json"
    assert main(["plan", str(charts["harold-jensen"]), *AS_OF]) == 0
    plan.write_text(capsys.readouterr().out, "utf-8")
    for file, code in ((plan, "CMM-2006"), (charts["harold-jensen"], "CMM-2005")):
        assert main(["follow-up", str(charts["rosa-delgado"]), str(file), *AS_OF]) == 1
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err.startswith(f"cmm: {code} ")
        assert said.err.count("\n") == 1


def test_ids_are_the_same_in_two_runs(
    charts: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = (assessed(charts["harold-jensen"], capsys) for _ in range(2))
    assert [p["id"] for p in one["problems"]] == [p["id"] for p in other["problems"]]


def test_the_person_with_nothing_wrong_has_no_problem_and_no_open_cell(
    charts: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    found = assessed(charts["linda-park"], capsys)
    assert found["problems"] == []
    states = {m["needs"][need]["state"] for m in found["medicines"] for need in NEEDS}
    assert states == {"none_found"}


def test_every_troubled_patient_shows_findings_of_their_own(
    charts: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    rules = {
        name: {p["rule"] for p in assessed(path, capsys)["problems"]}
        for name, path in charts.items()
    }
    troubled = [frozenset(found) for name, found in rules.items() if name != "linda-park"]
    assert all(len(found) >= 5 for found in troubled)
    assert len(set(troubled)) == len(troubled)


def corrupt_bundle() -> dict[str, Any]:
    """One corrupt order, one unknown code, one result without unit, one resource of somebody else."""
    subject = {"reference": "Patient/p"}
    rxnorm = "http://www.nlm.nih.gov/research/umls/rxnorm"
    loinc = {"coding": [{"system": "http://loinc.org", "code": "2823-3"}], "text": "Potassium"}
    order = {
        "resourceType": "MedicationRequest",
        "status": "active",
        "intent": "order",
        "subject": subject,
    }
    resources: list[dict[str, Any]] = [
        {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1960-01-01"},
        {**order, "id": "fine", "medicationCodeableConcept": {"text": "lisinopril 20 mg tablet"}},
        {**order, "id": "corrupt", "medicationCodeableConcept": ["lisinopril"]},
        {**order, "id": "unknown", "medicationCodeableConcept": {"coding": [{"system": rxnorm, "code": "99999999"}]}},
        {"resourceType": "Observation", "id": "k", "status": "final", "subject": subject, "code": loinc, "effectiveDateTime": "2026-11-01", "valueQuantity": {"value": 4.1}},
        {"resourceType": "Condition", "id": "other", "subject": {"reference": "Patient/q"}, "code": {"text": "Gout"}},
    ]  # fmt: skip
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": r} for r in resources],
    }


def test_a_partly_corrupt_chart_loses_nothing_and_says_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "chart.json"
    path.write_text(json.dumps(corrupt_bundle()))
    found = assessed(path, capsys)
    sources = [s["id"] for m in found["medicines"] for s in m["sources"]]
    assert sorted(sources) == ["corrupt", "fine", "unknown"]
    told = [f"{g['what']} {g['why']} {g['effect']}" for g in found["gaps"]]
    assert len(told) == 4
    assert sum("another patient" in t.lower() for t in told) == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [("not json", "CMM-2001"), ("[1]", "CMM-200"), ('{"resourceType": 5}', "CMM-200")],
)
def test_bad_input_is_one_line_and_exit_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, code: str
) -> None:
    path = tmp_path / "bad.json"
    path.write_text(content)
    assert main(["assess", str(path)]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("\n") == 1
    assert code in told.err


def test_one_bad_file_does_not_stop_the_others(
    charts: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text("{")
    files = [str(charts["linda-park"]), str(bad), str(charts["rosa-delgado"])]
    assert main(["assess", *files, *AS_OF]) == 1
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [("error" in line) for line in lines] == [False, True, False]
    assert [line["file"] for line in lines] == files


def test_wrong_usage_is_exit_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        main(["assess", "x.json", "--as-of", "yesterday"])
    assert raised.value.code == 2
    assert "is not a date" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (["knowledge", "list", "S01"], "'S01' is one word too many"),
        (["knowledge", "coverage", "S01"], "'S01' is one word too many"),
        (["knowledge", "show", "S01", "S02"], "'S02' is one word too many"),
        (["outcomes", "--by", "A. Lead"], "--by and --reason go with --identified"),
        (["outcomes", "--reason", "payer audit"], "--by and --reason go with --identified"),
    ],
)
def test_a_word_that_would_change_nothing_is_refused(
    line: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as raised:
        main(line)
    assert raised.value.code == 2
    assert said in capsys.readouterr().err


def test_a_plan_is_the_same_in_two_runs_and_holds_what_was_accepted(
    charts: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["plan", str(charts["rosa-delgado"]), *AS_OF, "--accept", "high"]
    assert main(command) == 0
    first = capsys.readouterr().out
    assert main(command) == 0
    assert capsys.readouterr().out == first
    kinds = [e["resource"]["resourceType"] for e in json.loads(first)["entry"]]
    assert kinds.count("CarePlan") == 1
    assert kinds.count("Task") >= 1


def test_accepting_a_problem_that_is_not_there_is_said(
    charts: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plan", str(charts["linda-park"]), *AS_OF, "--accept", "mtp-0"]) == 1
    assert "CMM-4007" in capsys.readouterr().err


def test_the_table_is_for_people(
    charts: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["assess", str(charts["rosa-delgado"]), *AS_OF, "--format", "table"]) == 0
    assert "metformin" in capsys.readouterr().out


def test_knowledge_lists_shows_and_checks(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["knowledge", "list"]) == 0
    listed = capsys.readouterr().out
    rule = listed.splitlines()[1].split()[0]
    assert main(["knowledge", "show", rule]) == 0
    assert rule in capsys.readouterr().out
    assert main(["knowledge", "show", "Z99"]) == 1
    assert "CMM-0310" in capsys.readouterr().err
    assert main(["knowledge", "coverage"]) == 0
    assert "unreviewed" in capsys.readouterr().out


def test_without_a_command_every_command_is_shown_on_a_line_of_its_own(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    assert main([]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    shown = dict(re.findall(r"^    (\S+) +(\S.*)$", said.err, re.MULTILINE))
    assert list(shown) == list(_commands())
    assert "cmm demo" in said.err


def _commands() -> dict[str, argparse.ArgumentParser]:
    (choice,) = [a for a in _parser()._actions if isinstance(a, argparse._SubParsersAction)]
    return dict(choice.choices)


@pytest.mark.parametrize("name", _commands())
def test_every_argument_of_a_command_says_what_it_is(name: str) -> None:
    parser = _commands()[name]
    assert parser.description
    for action in parser._actions:
        assert action.help, action.dest
        unnamed = action.metavar is None and action.choices is None and action.nargs != 0
        assert not (unnamed and not action.option_strings), action.dest
