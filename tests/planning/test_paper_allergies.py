"""Allergies on the papers: found, none recorded, and cannot tell are three different things."""

from dataclasses import replace

import pytest

from app.domain.chart import Allergy
from app.domain.codes import Concept, Source
from app.domain.plan import ActionPlan, AllergyList
from app.planning.papers import (
    ENGLISH,
    clinician_note,
    language_of,
    paper_text,
    patient_pages,
)
from tests.plans import LISTS, signed_plan

UNREAD = AllergyList((), complete=False)
UNSAID = "Cannot tell: the allergy list could not be read."


def allergy(text: str, kind: str = "", *reactions: str) -> Allergy:
    shown = tuple(map(Concept, reactions))
    return Allergy(Source("AllergyIntolerance", text), Concept(text), True, kind, reactions=shown)


HELD = AllergyList(
    (allergy("Penicillin G", "allergy", "Hives", "Hives"), allergy("Lisinopril", "intolerance", "Cough"))
)  # fmt: skip


def plan(held: AllergyList | None) -> ActionPlan:
    return replace(signed_plan(), allergies=held)


def pages(held: AllergyList | None) -> str:
    return paper_text(patient_pages(plan(held), ENGLISH))


def note(held: AllergyList | None) -> str:
    return paper_text(clinician_note(plan(held), LISTS))


def test_the_patient_reads_allergies_and_side_effects_apart() -> None:
    said = pages(HELD)
    assert "I am allergic to:\n- Penicillin G (Hives)\n" in said
    assert "These gave me side effects:\n- Lisinopril (Cough)\n" in said
    assert "Other allergies or side effects: ____" in said


def test_they_stand_before_the_medicines() -> None:
    assert pages(HELD).index("I am allergic to") < pages(HELD).index("How I take it:")


@pytest.mark.parametrize(
    ("held", "says"),
    [
        (AllergyList(), "Your records name no allergy. If you have one, tell us."),
        (UNREAD, "We could not read your list of allergies. Tell us about yours."),
        (replace(HELD, complete=False), "We could not read the whole list. Tell us what is missing."),
        (None, "My allergies and side effects: ____"),
    ],
)  # fmt: skip
def test_the_patient_is_told_what_is_not_known(held: AllergyList | None, says: str) -> None:
    assert says in pages(held)


@pytest.mark.parametrize(
    ("held", "says"),
    [
        (HELD, "Allergies (2)\n-------------\n- Penicillin G (Hives)\n- Lisinopril (Cough): intolerance\n"),
        (AllergyList(), "Allergies\n---------\n- None recorded.\n"),
        (UNREAD, f"Allergies\n---------\n- {UNSAID}\n"),
        (replace(HELD, complete=False), "- The list could not be read in full.\n"),
        (None, "Allergies\n---------\n- Not kept with this version of the plan.\n"),
    ],
)  # fmt: skip
def test_the_note_says_what_is_recorded_and_what_is_not_known(
    held: AllergyList | None, says: str
) -> None:
    assert says in note(held)


@pytest.mark.parametrize(
    "text", ["No known allergies", "NKDA", "No known drug allergy", "No allergies"]
)
def test_nobody_is_allergic_to_having_no_allergy(text: str) -> None:
    held = AllergyList((allergy(text),))
    assert f"My records also say:\n- {text}\n" in pages(held)
    assert "I am allergic to" not in pages(held)
    assert f"- {text}\n" in note(held)


def test_what_does_not_say_that_it_is_an_intolerance_is_an_allergy() -> None:
    assert "I am allergic to:\n- Norvasc\n" in pages(AllergyList((allergy("Norvasc"),)))


def test_what_the_chart_wrote_stays_english_on_spanish_pages_and_is_counted() -> None:
    spanish = language_of("es")
    without = patient_pages(plan(AllergyList()), spanish).foreign
    assert patient_pages(plan(HELD), spanish).foreign == without + 2
