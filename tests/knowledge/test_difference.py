"""What changed between two states of the knowledge is told in words."""

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from app.cli import main
from app.knowledge import load_knowledge
from app.knowledge.difference import differences
from tests.knowledge.planting import CITED, Garden

SHIPPED = load_knowledge()


def test_nothing_changed_says_nothing() -> None:
    assert differences(SHIPPED, SHIPPED) == ()


def test_rules_and_rows_that_came_went_and_changed(garden: Garden) -> None:
    garden.rule()
    garden.row("constants", **CITED, id="planted", value=1, unit="mg", title="Planted")
    garden.row("units", unit="furlong", source="ucum")
    garden.source("planted: {citation: A new source}\n")
    new = load_knowledge(garden.home)
    added = (
        "rule S99: added (Metformin with eGFR below 30)",
        "constants planted: added (Planted)",
        "units: added furlong, ucum",
        "source planted: added (A new source)",
    )
    assert differences(SHIPPED, new) == added
    assert "rule S99: removed" in differences(new, SHIPPED)
    assert "units: removed furlong, ucum" in differences(new, SHIPPED)


def test_what_changed_of_a_rule_is_said_field_by_field() -> None:
    rule = SHIPPED.rules[0]
    recommend = msgspec.structs.replace(rule.recommend, plain="Take it daily.")
    changed = msgspec.structs.replace(
        rule, severity="low", tests=rule.tests[:1], recommend=recommend, measure=None
    )
    new = replace(SHIPPED, rules=(changed, *SHIPPED.rules[1:]))
    (line,) = differences(SHIPPED, new)
    assert line.startswith(f"rule {rule.id}: ")
    assert f"severity {rule.severity} -> low" in line
    assert f'recommend.plain "{rule.recommend.plain}" -> "Take it daily."' in line
    assert "its own tests changed" in line


def test_the_command_tells_what_a_site_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "by: R. Ortiz, day: 2026-11-02, why: agreed"
    change = f'- {{change: value, of: "goals:goal-htn-sbp", value: 140, {text}}}\n'
    (tmp_path / "site.yaml").write_text(change, "utf-8")
    assert main(["knowledge", "diff", "shipped", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert "goals goal-htn-sbp: " in told
    assert "value 130 -> 140" in told
    assert "site goals:goal-htn-sbp: value 140, by R. Ortiz on 2026-11-02: agreed" in told
    assert "2 differences" in told


@pytest.mark.parametrize("command", ["diff", "check"])
def test_what_is_no_knowledge_is_refused(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "notes.txt").touch()
    assert main(["knowledge", command, str(tmp_path)]) == 1
    assert "CMM-0312" in capsys.readouterr().err


def test_the_check_of_a_folder_ends_with_one_where_a_fault_is(
    garden: Garden, capsys: pytest.CaptureFixture[str]
) -> None:
    garden.row("families", family="planted", title="Planted")
    assert main(["knowledge", "check", str(garden.home)]) == 1
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("families.csv, planted: ")
    assert told[-1].endswith("fault") or told[-1].endswith("faults")


def test_the_check_of_changes_names_each_mistake(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "- {change: disable, of: X99, by: R. Ortiz, day: 2026-11-02, why: agreed}\n"
    (tmp_path / "site.yaml").write_text(text, "utf-8")
    assert main(["knowledge", "check", str(tmp_path)]) == 1
    told = capsys.readouterr().out
    assert told.startswith("site.yaml, entry 1: there is no rule 'X99'")
    assert "1 fault\n" in told


def test_a_rule_is_shown_with_its_source_attributes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["knowledge", "show", "S13a"]) == 0
    told = capsys.readouterr().out
    assert "Use of race" in told
    assert "Bibliographic citation" in told


def test_the_list_ends_with_what_the_site_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "- {change: disable, of: U09, by: R. Ortiz, day: 2026-11-02, why: agreed}\n"
    (tmp_path / "site.yaml").write_text(text, "utf-8")
    monkeypatch.setenv("CONCORDANCE_SITE_CHANGES", str(tmp_path))
    assert main(["knowledge", "list"]) == 0
    told = capsys.readouterr().out
    assert told.endswith("  U09: not used here (R. Ortiz, 2026-11-02: agreed)\n")
    assert "\nU09 " not in told
