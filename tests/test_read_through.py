"""The findings a pharmacist reads: drawn alike every time, each with its chart and its sources."""

import json
from pathlib import Path

import pytest

from app.assessment.loading import load_compiled
from app.sandbox.patients import demo_bundles
from scripts.read_through import DAY, Raised, drawn, laid_out, main, raised

SEED = 2026


@pytest.fixture(scope="module")
def findings() -> list[Raised]:
    return list(raised(demo_bundles(DAY)[:2], DAY, load_compiled()))


def test_a_draw_is_the_same_every_time_and_another_seed_draws_others(
    findings: list[Raised],
) -> None:
    assert drawn(findings, SEED, 20) == drawn(reversed(findings), SEED, 20)
    assert drawn(findings, SEED, 20)[:5] == drawn(findings, SEED, 5)
    assert drawn(findings, SEED, 20) != drawn(findings, 7, 20)


def test_a_finding_that_goes_moves_no_other(findings: list[Raised]) -> None:
    before = drawn(findings, SEED, 20)
    gone = before[3]
    after = drawn([one for one in findings if one is not gone], SEED, 20)
    assert after[:-1] == [one for one in before if one is not gone]


def test_a_finding_stands_with_its_facts_its_citations_and_its_values(
    findings: list[Raised],
) -> None:
    metformin = next(one for one in findings if one.problem.rule == "S13a")
    text = laid_out(metformin, load_compiled())
    assert "eGFR 27 mL/min/1.73 m2 on 02-Nov-2026" in text
    assert "fact       renal.metformin.stop = 30 mL/min/{1.73_m2} [verified]" in text
    assert "cites      FDA Drug Safety Communication: metformin" in text
    assert "NO SECTION" not in text


def test_other_charts_can_be_read_through(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chart = tmp_path / "chart.json"
    chart.write_text(json.dumps(demo_bundles(DAY)[0]), "utf-8")
    main(["--seed", "7", "--count", "3", str(chart)])
    said = capsys.readouterr().out
    assert said.startswith("3 of ")
    assert said.count("patient    rosa-delgado, 68, female") == 3
