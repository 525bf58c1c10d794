"""The whole grid: no empty cell, nothing silent, one cause one problem, ids that stay."""

from dataclasses import replace
from typing import Any

import pytest
from msgspec import structs

from app.domain.assessment import CellState, Need, Severity
from tests.assessment.charts import assessed, cell, chart, dead, line, rules

WELL: dict[str, Any] = {
    "medicines": [
        {"name": "lisinopril 20 mg daily", "reported": "taking", "started": "P2Y", "covered": 0.95}
    ],
    "conditions": ["hypertension"],
    "labs": {"sbp": 122, "dbp": 74, "potassium": 4.2, "creatinine": 0.9, "weight": 75},
}
WHAMMY = ["naproxen 500 mg twice daily", "lisinopril 20 mg daily", "furosemide 40 mg daily"]


def test_every_medicine_has_a_verdict_on_every_need() -> None:
    medicines = ["metformin 500 mg twice daily", "wonder root mystery", "aspirin 81 mg daily"]
    for assessed_medicine in assessed(medicines=medicines).medicines:
        assert set(assessed_medicine.needs) == set(Need)
        for verdict in assessed_medicine.needs.values():
            assert verdict.checked or verdict.missing or verdict.problems


def test_says_nothing_against_a_medicine_that_is_indicated_works_is_safe_and_taken() -> None:
    found = assessed(**WELL)
    states = {need: c.state for need, c in line(found, "lisinopril").needs.items()}
    assert states == dict.fromkeys(Need, CellState.NONE_FOUND)
    assert found.problems == ()


def test_none_found_says_what_was_looked_at() -> None:
    found = assessed(**WELL)
    assert "Hypertension on the problem list" in cell(found, "lisinopril", Need.INDICATION).checked
    effect = cell(found, "lisinopril", Need.EFFECTIVENESS).checked
    assert any("122 mm Hg" in said and "below 130 mm Hg" in said for said in effect)


def test_a_medicine_nobody_recognises_is_never_called_safe() -> None:
    found = assessed(medicines=["wonder root mystery"])
    for need in (Need.INDICATION, Need.EFFECTIVENESS, Need.SAFETY):
        verdict = cell(found, "mystery", need)
        assert verdict.state is CellState.CANNOT_ASSESS
        assert "ingredient not recognised: no rule could be applied" in verdict.missing


@pytest.mark.parametrize(
    ("unread", "without", "need", "said"),
    [
        ("Condition", "conditions", Need.INDICATION, "the problem list was not read"),
        ("AllergyIntolerance", "allergies", Need.SAFETY, "allergies were not read"),
        ("Observation", "labs", Need.EFFECTIVENESS, "results and vital signs were not read"),
    ],
)
def test_what_was_not_read_is_never_taken_for_absent(
    unread: str, without: str, need: Need, said: str
) -> None:
    given = {key: value for key, value in WELL.items() if key != without}
    verdict = cell(assessed(**given | {"unread": [unread]}), "lisinopril", need)
    assert verdict.state is CellState.CANNOT_ASSESS
    assert said in verdict.missing


def test_an_unread_problem_list_is_one_row_and_not_twenty() -> None:
    found = assessed(unread=["Condition"])
    (row,) = [u for u in found.untreated if "the problem list was not read" in u.missing]
    assert row.state is CellState.CANNOT_ASSESS
    assert "checks not possible" in row.title


def test_a_result_without_a_unit_is_said_and_not_used() -> None:
    labs = {"egfr": {"value": 20, "unit": ""}}
    found = assessed(medicines=["metformin 500 mg twice daily"], labs=labs)
    assert "S13a" not in rules(found)
    assert any("without a unit" in m for m in cell(found, "metformin", Need.SAFETY).missing)


def test_a_result_of_tomorrow_is_not_known_today() -> None:
    subject = chart(medicines=["metformin 500 mg twice daily"], labs={"egfr": 20})
    (reading,) = subject.measurements
    next_year = structs.replace(reading, taken=reading.taken.replace(year=2027))
    later = replace(subject, measurements=(next_year,))
    assert "S13a" not in rules(assessed(later))


def test_the_triple_whammy_is_one_problem_with_its_pairs_as_reasons() -> None:
    found = assessed(medicines=WHAMMY, age=50)
    naming = [p for p in found.problems if p.rationale == "medication-interaction"]
    assert [p.rule for p in naming] == ["S08a"]
    assert len(naming[0].medicines) == 3
    assert naming[0].also


def test_the_gravest_problems_come_first() -> None:
    ranks = [p.severity.rank for p in assessed(medicines=WHAMMY, age=80).problems]
    assert ranks == sorted(ranks)


def test_problem_ids_stay_when_the_chart_is_read_in_another_order() -> None:
    subject = chart(medicines=WHAMMY, conditions=["ckd", "diabetes"], age=70)
    turned = replace(
        subject,
        medicines=subject.medicines[::-1],
        conditions=subject.conditions[::-1],
    )
    ids = [p.id for p in assessed(subject).problems]
    assert sorted(ids) == sorted(p.id for p in assessed(turned).problems)
    assert len(set(ids)) == len(ids)


def test_another_patient_has_other_problem_ids() -> None:
    subject = chart(medicines=WHAMMY)
    other = replace(subject, patient=replace(subject.patient, id="somebody-else"))
    mine = {p.id for p in assessed(subject).problems}
    assert mine.isdisjoint(p.id for p in assessed(other).problems)


def test_every_problem_names_its_values_its_source_and_what_to_do() -> None:
    for problem in assessed(medicines=WHAMMY, conditions=["diabetes"], age=70).problems:
        assert problem.because.endswith(".")
        assert "not recorded" not in problem.because
        assert problem.recommend.text
        assert problem.recommend.plain
        assert problem.evidence, problem.rule


@pytest.mark.parametrize(
    ("subject", "said"),
    [
        (chart(medicines=["aspirin 81 mg daily"], age=17), "the rules are for adults"),
        (dead(chart(medicines=["aspirin 81 mg daily"])), "the patient is recorded as deceased"),
    ],
    ids=["minor", "deceased"],
)
def test_says_why_nothing_is_assessed(subject: object, said: str) -> None:
    found = assessed(subject)  # type: ignore[arg-type]
    assert found.problems == ()
    for verdict in line(found, "aspirin").needs.values():
        assert (verdict.state, verdict.missing) == (CellState.CANNOT_ASSESS, (said,))


def test_an_unknown_age_is_missing_and_not_young() -> None:
    found = assessed(medicines=["diphenhydramine 25 mg daily"], age=None)
    assert "the patient's age" in cell(found, "diphenhydramine", Need.SAFETY).missing


def test_a_stopped_medicine_stays_on_the_grid_and_out_of_the_rules() -> None:
    stopped = {"name": "naproxen 500 mg twice daily", "status": "stopped"}
    found = assessed(medicines=[stopped, "warfarin 5 mg daily"])
    assert cell(found, "naproxen", Need.SAFETY).state is CellState.CANNOT_ASSESS
    assert not any("m0" in p.medicines for p in found.problems)


def test_a_medicine_not_taken_is_said_in_the_reason() -> None:
    naproxen = {
        "name": "naproxen 500 mg twice daily",
        "status": "not-taken",
        "reported": "not-taken",
    }
    found = assessed(medicines=[naproxen, "warfarin 5 mg daily"])
    (problem,) = [p for p in found.problems if p.rule == "S09a"]
    assert "recorded as not taken" in problem.because


def test_preventive_needs_are_low_in_comfort_care() -> None:
    conditions = ["osteoporosis", "hospice-palliative"]
    bone = [p for p in assessed(conditions=conditions, age=80).problems if p.rule == "N19"]
    assert all(p.severity is Severity.LOW for p in bone)


def test_a_line_nobody_recognised_is_named_beside_a_missing_medicine() -> None:
    found = assessed(medicines=["wonder root mystery"], conditions=["diabetes-type-2"])
    (problem,) = [p for p in found.problems if p.rule == "N03"]
    assert "Not recognised on the list: wonder root mystery." in problem.because


def test_a_drug_interaction_of_one_product_with_itself_is_none() -> None:
    found = assessed(medicines=["lisinopril/hydrochlorothiazide 20 mg/12.5 mg daily"])
    assert not any(len(set(p.medicines)) > 1 for p in found.problems)


def test_medicines_are_grouped_under_the_condition_they_treat() -> None:
    found = assessed(**WELL)
    assert line(found, "lisinopril").treats == "Hypertension"
    (goal,) = [g for g in found.condition_goals if g.condition == "Hypertension"]
    assert goal.met is True


def test_a_missed_goal_is_a_problem_of_the_medicines_that_should_reach_it() -> None:
    found = assessed(**WELL | {"labs": {"sbp": 160, "dbp": 74}})
    assert cell(found, "lisinopril", Need.EFFECTIVENESS).state is CellState.PROBLEM


def test_two_runs_are_the_same() -> None:
    subject = chart(medicines=WHAMMY, conditions=["ckd", "gout"], age=70)
    assert assessed(subject) == assessed(subject)


def goals_of(medicine: str, condition: str) -> str:
    found = assessed(medicines=[medicine], conditions=[condition], labs={"inr": 2.6})
    return " ".join(g.text for g in found.condition_goals)


@pytest.mark.parametrize("condition", ["vte", "atrial-fibrillation"])
def test_warfarin_has_an_inr_goal_whatever_clot_it_is_for(condition: str) -> None:
    assert "INR 2.6" in goals_of("warfarin 5 mg daily", condition)


def test_an_inr_is_no_goal_of_what_does_not_change_it() -> None:
    assert "INR" not in goals_of("apixaban 5 mg twice daily", "atrial-fibrillation")


def test_an_opioid_patch_counts_by_the_hour() -> None:
    patch = "fentanyl 25 mcg/hr patch apply 1 patch every 72 hours"
    found = assessed(medicines=[patch, "oxycodone 10 mg twice daily"])
    (dose,) = (p for p in found.problems if p.rule == "H03a")
    assert "60 MME" in dose.because
    assert "90 MME a day" in dose.because
