"""Papers in the patient's language: complete catalogues, and nothing that reads as translated and is not."""

import re
import string
from dataclasses import replace

import pytest
from babel.messages.catalog import Catalog

from app.assessment.loading import load_compiled
from app.domain.codes import Concept
from app.domain.patient import Patient
from app.planning.papers import (
    ENGLISH,
    Foreign,
    Language,
    language_of,
    languages,
    paper_text,
    patient_pages,
    plainly,
)
from app.planning.papers.languages import LOCALES
from scripts.catalogues import read, template, translated
from tests.plans import METFORMIN, signed_plan

OTHERS = [code for code in languages() if code != "en"]
DIGITS = re.compile(r"\d+")


@pytest.fixture(scope="module")
def source() -> Catalog:
    return template()


@pytest.fixture
def spanish() -> Language:
    return language_of("es-MX")


def slots(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_there_are_english_and_spanish() -> None:
    assert {"en", "es"} <= set(languages())


@pytest.mark.parametrize("code", OTHERS)
def test_a_catalogue_holds_every_sentence_and_no_other(code: str, source: Catalog) -> None:
    held = read(LOCALES / f"{code}.po")
    assert {m.id for m in held} == {m.id for m in source}
    assert [m.id for m in held if m.id and not translated(m)] == []
    assert [m.id for m in held if m.id and m.fuzzy] == []


@pytest.mark.parametrize("code", OTHERS)
def test_a_translation_keeps_every_slot_and_number(code: str) -> None:
    wrong = []
    for message in read(LOCALES / f"{code}.po"):
        if message.id and not message.pluralizable:
            one, other = str(message.id), str(message.string)
            numbers = sorted(DIGITS.findall(one)), sorted(DIGITS.findall(other))
            if slots(one) != slots(other) or numbers[0] != numbers[1]:
                wrong.append((one, other))
    assert wrong == []


def test_a_language_without_a_catalogue_is_answered_in_english() -> None:
    assert language_of("vi") is ENGLISH
    assert language_of("") is ENGLISH


def test_a_sentence_of_a_rule_is_said_in_spanish(spanish: Language) -> None:
    said = spanish.sentence("Your kidneys are too weak for lithium.")
    assert said == "Sus riñones están demasiado débiles para el litio."


def test_what_fills_a_sentence_is_kept_or_translated_as_it_has_to_be(spanish: Language) -> None:
    two = spanish.sentence("Two of your medicines contain ibuprofen. Ask us which one to take.")
    assert two == "Dos de sus medicinas tienen ibuprofen. Pregúntenos cuál tomar."
    due = spanish.sentence(
        "You may be due for vaccines: flu, tetanus and whooping cough and shingles."
    )
    assert due == "Quizá le tocan vacunas: gripe, tétanos y tos ferina y herpes zóster."


def test_words_a_person_wrote_are_shown_as_not_translated(spanish: Language) -> None:
    assert spanish.sentence("Walk with your dog.") == Foreign("Walk with your dog.", "en")


def test_the_spanish_pages_are_spanish(spanish: Language) -> None:
    plan = replace(signed_plan(), patient=Patient("p1", "DOE, Jane", None, "female", language="es"))
    said = paper_text(patient_pages(plan, spanish))
    assert "Hecho el 21 de noviembre de 2026" in said
    assert "lea primero mi lista de cosas por hacer: 1" in said
    assert "Mañana: 1 tableta; Tarde: 1 tableta" in said


def test_what_it_is_for_is_in_everyday_words_of_the_language(spanish: Language) -> None:
    said = plainly(load_compiled().knowledge)
    medicine = replace(METFORMIN, reasons=(Concept("Hyperlipidemia"), Concept("Sore elbow")))
    plan = replace(signed_plan(), medicines=(medicine,))
    assert "What it is for: high cholesterol, Sore elbow" in paper_text(
        patient_pages(plan, ENGLISH, said)
    )
    assert "Para qué es: colesterol alto, Sore elbow" in paper_text(
        patient_pages(plan, spanish, said)
    )


def test_a_condition_of_two_families_is_said_in_the_words_of_both(spanish: Language) -> None:
    plan = replace(signed_plan(), medicines=(replace(METFORMIN, reasons=(Concept("E11.22"),)),))
    both = ("chronic kidney disease", "type 2 diabetes")
    paper = paper_text(patient_pages(plan, spanish, lambda _: both))
    assert "Para qué es: enfermedad crónica de los riñones, diabetes tipo 2" in paper


def test_what_stays_english_is_counted(spanish: Language) -> None:
    plan = replace(
        signed_plan(),
        actions=(),
        goals=(),
        medicines=(replace(METFORMIN, reasons=(Concept("Sore elbow"),)),),
    )
    # What matters to her in her own words, a reason of no family, and her directions.
    assert patient_pages(plan, spanish).foreign == 3
    assert patient_pages(plan, ENGLISH).foreign == 0
