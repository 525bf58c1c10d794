"""What is known of the person holds advice back: it is folded away with its reason, never deleted."""

from typing import Any

import pytest

from app.assessment import assess
from app.assessment.loading import load_compiled
from app.domain.assessment import Assessment, MedicationTherapyProblem, Severity
from tests.assessment.charts import TODAY, assessed, chart

NEEDS_STATIN: dict[str, Any] = {"age": 62, "labs": {"ldl": 110}}
HEART: dict[str, Any] = {**NEEDS_STATIN, "conditions": ["ascvd"]}
DIABETES: dict[str, Any] = {**NEEDS_STATIN, "conditions": ["diabetes-type-2"]}
BONES: dict[str, Any] = {"age": 80, "conditions": ["osteoporosis"]}
VACCINES: dict[str, Any] = {"age": 70, "vaccines": [{"vaccine": "influenza", "ago": "P3Y"}]}


def said(*stated: str, **given: Any) -> Assessment:
    return assess(chart(**given), load_compiled(), TODAY, stated)


def of(found: Assessment, rule: str) -> MedicationTherapyProblem:
    return next(p for p in found.problems if rule in (p.rule, *p.also_rules))


def known(given: dict[str, Any], *conditions: Any) -> dict[str, Any]:
    return {**given, "conditions": [*given.get("conditions", ()), *conditions]}


@pytest.mark.parametrize(
    ("conditions", "words"),
    [
        (["hospice-palliative"], "hospice or palliative care"),
        (["limited-life-expectancy"], "limited life expectancy"),
    ],
)
def test_prevention_is_held_back_near_the_end_of_life(conditions: list[str], words: str) -> None:
    statin = of(assessed(**known(HEART, *conditions)), "N01")
    assert statin.severity is Severity.LOW
    assert statin.held_back.startswith(f"Held back: {words}, ")
    assert "on the problem list" in statin.held_back
    assert statin.held_back in statin.because


def test_without_such_a_record_nothing_is_held_back() -> None:
    statin = of(assessed(**HEART), "N01")
    assert (statin.severity, statin.held_back) == (Severity.HIGH, "")


def test_an_ended_record_holds_nothing_back() -> None:
    ended = {"family": "limited-life-expectancy", "status": "resolved"}
    assert not of(assessed(**known(HEART, ended)), "N01").held_back


def test_what_harms_is_never_held_back() -> None:
    given: dict[str, Any] = {"medicines": ["metformin 500 mg daily"], "labs": {"egfr": 22}}
    found = assessed(**given, conditions=["hospice-palliative", "limited-life-expectancy"])
    harm = of(found, "S13a")
    assert (harm.severity, harm.held_back) == (Severity.HIGH, "")


@pytest.mark.parametrize(
    ("given", "rule", "stated", "held"),
    [
        (DIABETES, "N03", "hold-expectancy-2-years", "30 months"),
        (DIABETES, "N03", "hold-expectancy-1-year", "30 months"),
        (BONES, "N19", "hold-expectancy-1-year", "12.4 months"),
        (BONES, "N19", "hold-expectancy-2-years", ""),
        (HEART, "N01", "hold-expectancy-2-years", ""),
        (HEART, "N01", "hold-expectancy-1-year", "life expectancy below 1 year"),
        (HEART, "N01", "hold-comfort", "comfort comes before living longer"),
    ],
)
def test_a_benefit_that_comes_later_than_the_life_that_is_expected_is_held_back(
    given: dict[str, Any], rule: str, stated: str, held: str
) -> None:
    reason = of(said(stated, **given), rule).held_back
    assert held in reason if held else not reason


def test_who_wants_no_further_medicine_is_asked_about_grave_needs_all_the_same() -> None:
    wish = "hold-no-new-medicines"
    assert of(said(wish, **DIABETES), "N03").held_back
    grave = of(said(wish, **HEART), "N01")
    assert (grave.severity, grave.held_back) == (Severity.HIGH, "")
    assert "No further medicines wanted, as said in the visit: talk about it first." in (
        grave.because
    )


@pytest.mark.parametrize(("ago", "held"), [("P11M", True), ("P13M", False)])
def test_a_vaccine_that_was_declined_is_offered_again_after_a_year(ago: str, held: bool) -> None:
    declined = {"family": "vaccine-declined", "ago": ago}
    vaccines = of(assessed(**known(VACCINES, declined)), "N26g")
    assert bool(vaccines.held_back) is held


def test_no_vaccines_wanted_holds_back_vaccines_alone() -> None:
    found = said("hold-no-vaccines", **known(VACCINES, "ascvd"))
    assert of(found, "N26g").held_back
    assert not of(found, "N01").held_back


def test_a_refusal_that_does_not_say_of_what_is_said_beside_and_holds_nothing_back() -> None:
    declined = {"family": "treatment-declined", "ago": "P3M"}
    statin = of(assessed(**known(HEART, declined)), "N01")
    assert (statin.severity, statin.held_back) == (Severity.HIGH, "")
    assert "Ask which treatment was declined and why." in statin.because


def test_what_is_held_back_comes_last_and_nothing_is_lost() -> None:
    plain, held = assessed(**known(HEART)), said("hold-comfort", **known(HEART))
    assert {p.id for p in plain.problems} == {p.id for p in held.problems}
    assert not any(p.held_back for p in plain.problems)
    kept = [bool(p.held_back) for p in held.problems if p.severity is not Severity.LOW]
    assert not any(kept)


def test_one_reason_that_is_not_held_back_keeps_the_problem_in_view() -> None:
    """A statin asked for after a heart attack and by risk: only the risk comes too late."""
    found = said("hold-expectancy-2-years", **known(DIABETES, "ascvd"))
    statin = of(found, "N01")
    assert "N03" in statin.also_rules or "N03" not in {p.rule for p in found.problems}
    assert not statin.held_back
