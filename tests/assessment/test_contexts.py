"""What about the patient makes an interaction graver or lighter: the decisions of the HL7 guide as cases."""

from typing import Any

import pytest

from app.assessment.contexts import context, contexts
from app.assessment.loading import load_compiled
from app.assessment.resolving import Unresolved
from app.domain.assessment import MedicationTherapyProblem, Severity
from tests.assessment.charts import assessed

RESOLVER = load_compiled().resolver
HIGH, MODERATE, LOW = Severity.HIGH, Severity.MODERATE, Severity.LOW
WARFARIN = ["warfarin 5 mg daily", "naproxen 500 mg twice daily"]


def _problem(rule: str, **given: Any) -> MedicationTherapyProblem | None:
    found = [p for p in assessed(**given).problems if rule in {p.rule, *p.also_rules}]
    return found[0] if found else None


@pytest.mark.parametrize(
    ("more", "given", "severity", "said"),
    [
        ([], {"age": 50}, HIGH, "serious stomach and other bleeding"),
        (["omeprazole 20 mg daily"], {"age": 50}, MODERATE, "less so with omeprazole"),
        (["misoprostol 200 mcg twice daily"], {"age": 50}, MODERATE, "less so with misoprostol"),
        (["omeprazole 20 mg daily"], {"age": 80}, MODERATE, "less so with omeprazole"),
        ([], {"age": 66}, HIGH, "more so with age 66"),
        ([], {"age": 65}, HIGH, "serious stomach and other bleeding."),
    ],
)
def test_warfarin_with_an_nsaid(
    more: list[str], given: dict[str, Any], severity: Severity, said: str
) -> None:
    found = _problem("S09a", medicines=[*WARFARIN, *more], **given)
    assert found is not None
    assert found.severity is severity
    assert said in found.because


@pytest.mark.parametrize("nsaid", ["diclofenac gel"])
def test_a_topical_nsaid_needs_no_precautions(nsaid: str) -> None:
    topical = {"name": nsaid, "ingredients": ["diclofenac"], "form": "gel", "route": "topical"}
    assert _problem("S09a", medicines=["warfarin 5 mg daily", topical], age=50) is None


def _level(value: float, ago: str = "P10D") -> dict[str, Any]:
    return {"digoxin-level": {"value": value, "ago": ago}}


@pytest.mark.parametrize(
    ("started", "labs", "more", "severity"),
    [
        ("P5D", {}, [], HIGH),
        ("P5D", _level(2.3), [], HIGH),
        ("P5D", _level(0.7), [], MODERATE),
        ("P1Y", {}, [], MODERATE),
        ("P1Y", _level(0.9), [], MODERATE),
        ("P1Y", _level(0.8), [], LOW),
        ("P1Y", _level(0.8, "P40D"), [], MODERATE),  # too old to rely on
        ("P1Y", _level(0.8), ["furosemide 40 mg daily"], MODERATE),
        ("P1Y", _level(0.8) | {"potassium": 3.2}, [], MODERATE),
        ("P1Y", _level(0.8) | {"potassium": 4.2}, [], LOW),
        ("P1Y", {}, ["furosemide 40 mg daily"], MODERATE),
    ],
)
def test_digoxin_with_cyclosporine(
    started: str, labs: dict[str, Any], more: list[str], severity: Severity
) -> None:
    cyclosporine = {
        "name": "cyclosporine 50 mg",
        "ingredients": ["cyclosporine"],
        "started": started,
    }
    found = _problem(
        "S11i", medicines=["digoxin 0.125 mg daily", cyclosporine, *more], labs=labs, age=60
    )
    assert found is not None
    assert found.severity is severity


@pytest.mark.parametrize(
    "text", ["weight>5", "age=65", "lab:mystery>5", "family:mystery", "class:mystery", "started:x"]
)
def test_a_context_that_leads_nowhere_refuses_to_load(text: str) -> None:
    with pytest.raises(Unresolved):
        context(text, RESOLVER)
    with pytest.raises(Unresolved):
        contexts(f"age>65 & no:{text}", RESOLVER)


def test_an_empty_cell_has_no_context() -> None:
    assert contexts("", RESOLVER) == []
