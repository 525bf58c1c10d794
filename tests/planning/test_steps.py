"""Every line of the to-do list says what to do, also where its sentence only says what is the matter."""

from dataclasses import replace

import pytest

from app.assessment.loading import load_compiled
from app.domain.assessment import Severity
from app.planning.papers import ENGLISH, language_of, paper_text, patient_pages
from app.planning.papers.messages import knowledge_sentences
from app.planning.papers.steps import names_a_step, step
from tests.plans import PROBLEM, signed_plan

ACTIONS = load_compiled().knowledge.tables.actions


@pytest.mark.parametrize(
    ("plain", "asks"),
    [
        ("Stop taking metformin.", True),
        ("This can lower potassium. Ask us for a blood test.", True),
        ("Do not take these two together.", True),
        ("With this antibiotic your cholesterol pill can hurt your muscles. Pause it.", True),
        ("Pain pills like ibuprofen can hurt your kidneys.", False),
        ("These two must never be taken together.", False),
        ("Do you take it each day?", False),
        ("How is your mood? A few questions can show whether treatment would help.", False),
        ("Your blood pressure stays high with three medicines.", False),
    ],
)
def test_a_sentence_that_asks_for_something_is_told_from_one_that_does_not(
    plain: str, asks: bool
) -> None:
    assert names_a_step(plain) is asks


def test_both_kinds_are_in_the_knowledge() -> None:
    said = [s for s in knowledge_sentences(load_compiled().knowledge) if s[-1] in ".?!"]
    asking = sum(map(names_a_step, said))
    assert 100 < asking < len(said) - 100


@pytest.mark.parametrize("code", [a.code for a in ACTIONS])
def test_every_action_has_a_step_and_a_translation_of_it(code: str) -> None:
    action = replace(signed_plan().actions[0], action=code)
    assert names_a_step(step(action, ENGLISH))
    assert step(action, language_of("es")) != step(action, ENGLISH)


def test_what_is_grave_is_not_left_until_the_next_visit() -> None:
    action = signed_plan().actions[0]
    milder = replace(action, problem=replace(PROBLEM, severity=Severity.MODERATE))
    assert step(action, ENGLISH) == "Call us today and ask what to do."
    assert step(milder, ENGLISH).startswith("Ask us what to change.")


def test_the_step_follows_the_sentence_on_the_list() -> None:
    plan = signed_plan()
    mute = replace(plan.actions[0], plain="These two must never be taken together.")
    said = paper_text(patient_pages(replace(plan, actions=(mute,)), ENGLISH))
    assert "These two must never be taken together. Call us today and ask what to do." in said


def test_a_sentence_that_is_not_translated_keeps_its_step() -> None:
    plan, spanish = signed_plan(), language_of("es")
    own = replace(plan.actions[0], plain="The blue pill makes you dizzy.")
    pages = patient_pages(replace(plan, actions=(own,)), spanish)
    assert "The blue pill makes you dizzy. Llámenos hoy" in paper_text(pages)
