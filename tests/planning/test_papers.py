"""What the signed plan says to the patient, to the clinician who comes next, and to the prescriber."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.domain.follow_up import PrescriberResponse, Response
from app.domain.medicines import DailyDose, LineStatus
from app.domain.patient import UNNAMED
from app.domain.people import Person
from app.domain.plan import ActionPlan
from app.planning.defaults import UNNAMED_PRESCRIBER
from app.planning.papers import (
    ENGLISH,
    Paper,
    paper_text,
    patient_pages,
    prescriber_message,
)
from app.planning.papers.to_do import without_strength
from tests.plans import LISTS, METFORMIN, PROBLEM, signed_plan


def pages(plan: ActionPlan) -> str:
    return paper_text(patient_pages(plan, ENGLISH))


def answered(response: Response) -> ActionPlan:
    plan = signed_plan()
    at = datetime(2026, 11, 22, 9, tzinfo=UTC)
    said = PrescriberResponse(plan.actions[0].key, response, at, Person("Dr Lee"))
    return replace(plan, responses=(said,))


def headings(paper: Paper) -> list[str]:
    return [section.heading for section in paper.sections]


def test_the_patient_gets_letter_to_do_list_day_medicine_list_and_disposal_in_this_order() -> None:
    """Wishes and the next contact stand below the letter, where its page has room."""
    assert headings(patient_pages(signed_plan(), ENGLISH)) == [
        "A letter to you",
        "What matters to me",
        "When we talk again",
        "My to-do list",
        "My day",
        "My medicine list",
        "Medicines you no longer need",
    ]


def test_the_to_do_list_is_in_the_words_of_the_plan() -> None:
    assert "What I should do: Stop taking metformin." in pages(signed_plan())


def test_the_medicine_list_says_what_for_how_when_and_who() -> None:
    medicine = replace(METFORMIN, prescriber="Dr Lee")
    said = pages(replace(signed_plan(), actions=(), medicines=(medicine,)))
    assert (
        "metformin 500 mg tablet; What it is for: Type 2 diabetes; "
        "How I take it: 1 tablet by mouth twice daily; "
        "When I take it: Morning: 1 tablet; Evening: 1 tablet; Who ordered it: Dr Lee"
    ) in said


def test_a_medicine_that_is_to_change_points_to_the_to_do_list_wherever_it_stands() -> None:
    marked = "metformin 500 mg tablet (first read my to-do list: 1)"
    assert pages(signed_plan()).count(marked) == 2


def test_what_the_prescriber_declined_is_not_asked_of_the_patient() -> None:
    said = pages(answered(Response.DECLINED))
    assert "Stop taking metformin" not in said
    assert "first read" not in said


def test_an_action_without_plain_words_is_talked_about_and_never_left_out() -> None:
    plan = signed_plan()
    wordless = replace(plan, actions=(replace(plan.actions[0], plain=""),))
    assert "What I should do: We will talk with you about this." in pages(wordless)


def test_what_is_not_taken_is_named_apart_from_what_is() -> None:
    plan = signed_plan()
    stopped = replace(METFORMIN, status=LineStatus.STOPPED)
    said = pages(replace(plan, actions=(), medicines=(stopped,)))
    assert "do not take these now:\n- metformin 500 mg tablet" in said
    assert "Morning" not in said


def test_a_patient_without_a_name_is_not_addressed_by_none() -> None:
    plan = signed_plan()
    said = pages(replace(plan, patient=replace(plan.patient, name=UNNAMED)))
    assert UNNAMED not in said
    assert "\nFor " not in said


def test_a_prescriber_nobody_named_is_a_doctor_or_nurse_to_the_patient() -> None:
    plan = signed_plan()
    unnamed = replace(plan.actions[0], owner=Person(UNNAMED_PRESCRIBER, role="prescriber"))
    assert "Who helps me: Your doctor or nurse" in pages(replace(plan, actions=(unnamed,)))


def test_all_medicines_of_a_problem_are_named_the_one_to_change_first() -> None:
    plan = signed_plan()
    other = replace(METFORMIN, id="med-other", name="lisinopril 40 mg tablet")
    pair = replace(PROBLEM, medicines=("med-metformin", "med-other"), act_on=("med-metformin",))
    action = replace(plan.actions[0], problem=pair)
    said = pages(replace(plan, medicines=(METFORMIN, other), actions=(action,)))
    assert "1. metformin 500 mg tablet together with lisinopril;" in said


@pytest.mark.parametrize(
    ("others", "topic"),
    [
        (3, "metformin 500 mg tablet together with m0, m1, m2;"),
        (4, "metformin 500 mg tablet together with other medicines you take;"),
    ],
)
def test_what_many_medicines_do_together_is_still_read_at_a_glance(others: int, topic: str) -> None:
    plan = signed_plan()
    more = tuple(replace(METFORMIN, id=f"m{n}", name=f"m{n} 5 mg tablet") for n in range(others))
    taken = (METFORMIN, *more)
    crowd = replace(PROBLEM, medicines=tuple(m.id for m in taken), act_on=("med-metformin",))
    action = replace(plan.actions[0], problem=crowd)
    assert f"1. {topic}" in pages(replace(plan, medicines=taken, actions=(action,)))


def test_the_open_time_is_a_column_only_where_a_medicine_has_none() -> None:
    once = replace(
        METFORMIN, sig="1 tablet by mouth daily", daily_dose=DailyDose(unknown="not said")
    )
    assert "Once a day" not in pages(signed_plan())
    assert "Once a day, always at the same time: 1 tablet" in pages(
        replace(signed_plan(), medicines=(once,))
    )


def test_the_message_asks_with_reason_source_and_date() -> None:
    said = paper_text(prescriber_message(signed_plan(), LISTS))
    assert "1. Discontinue Medication: Stop metformin" in said
    assert "Why: Metformin 1,000 mg a day with eGFR 26" in said
    assert "Please answer by 24-Nov-2026." in said


def test_what_was_answered_is_not_asked_again() -> None:
    said = paper_text(prescriber_message(answered(Response.ACCEPTED), LISTS))
    assert "no open recommendation" in said
    assert "Nothing waits for an answer." in said
    assert "Stop metformin" not in said


def test_the_message_about_a_patient_without_a_name_names_none() -> None:
    plan = signed_plan()
    nameless = replace(plan, patient=replace(plan.patient, name=UNNAMED))
    said = paper_text(prescriber_message(nameless, LISTS))
    assert said.startswith("Medicines of this patient: 1 recommendation")
    assert "Then: Repeat eGFR in 3 months.\n" in said


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("metformin 1,000 mg tablet", "metformin"),
        ("fluticasone / salmeterol 250 mcg / 50 mcg per actuation inhaler", "fluticasone / salmeterol"),
        ("medicine with code 99999999", "medicine with code 99999999"),
        ("water pill", "water pill"),
    ],
)  # fmt: skip
def test_a_name_is_shortened_by_its_strength_and_never_by_a_code(name: str, short: str) -> None:
    assert without_strength(name) == short
