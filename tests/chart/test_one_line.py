"""Which entries are one medicine: never fuzzy, two lines too many beat one too few."""

from typing import Any

import pytest

from tests.chart.charts import chart, fill, kinds, only_line, order, statement


def _lines(*resources: dict[str, Any]) -> list[list[str]]:
    return [sorted(s.id for s in m.sources) for m in chart(*resources).medicines]


def test_order_statement_and_fill_of_one_product_are_one_line() -> None:
    line = only_line(
        order("o", "metformin 500 mg tablet"),
        statement("s", "metformin"),
        fill("f", "Metformin hydrochloride 500 MG Oral Tablet", "2026-11-01"),
    )
    assert sorted(s.id for s in line.sources) == ["f", "o", "s"]
    assert line.name == "metformin 500 mg tablet"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("metoprolol tartrate 50 mg tablet", "metoprolol succinate 50 mg extended release tablet"),
        ("oxycodone 5 mg tablet", "oxycodone 10 mg extended release tablet"),
        ("diclofenac 50 mg tablet", "diclofenac 1 % gel"),
        ("lisinopril 20 mg tablet", "lisinopril 20 mg / hydrochlorothiazide 12.5 mg tablet"),
        ("Zorbimax", "Zorbimax plus"),
    ],
)
def test_different_medicines_stay_apart(one: str, other: str) -> None:
    assert len(chart(order("a", one), statement("b", other)).medicines) == 2


def test_a_bare_name_that_fits_two_products_is_merged_with_neither() -> None:
    lines = _lines(
        order("ir", "oxycodone 5 mg tablet"),
        order("er", "oxycodone 10 mg extended release tablet"),
        statement("s", "oxycodone"),
    )
    assert sorted(lines) == [["er"], ["ir"], ["s"]]


def test_another_strength_by_the_patient_is_one_line_that_says_so() -> None:
    line = only_line(
        order("o", "metformin 500 mg tablet"), statement("s", "metformin 850 mg tablet")
    )
    assert kinds(line) == ["strength"]
    assert line.disagreements[0].text == (
        "The strength differs: 500 mg as ordered, 850 mg as the patient says."
    )


def test_two_active_orders_of_different_strength_are_two_lines() -> None:
    """Both may be taken (warfarin 5 mg and 2 mg): one line would hide one dose."""
    lines = _lines(
        order("five", "warfarin 5 mg tablet"),
        order("two", "warfarin 2 mg tablet"),
        fill("f", "warfarin 2 mg tablet", "2026-11-10"),
    )
    assert sorted(lines) == [["f", "two"], ["five"]]


def test_unrecognised_entries_join_by_the_same_code_or_words_only() -> None:
    local = {"system": "urn:local", "code": "9"}
    lines = _lines(
        order("code1", "", medicationCodeableConcept={"coding": [local], "text": "Zorbimax"}),
        order("code2", "", medicationCodeableConcept={"coding": [local], "text": "ZX retard"}),
        statement("words", "  zorbimax "),
        statement("near", "Zorbimax 5"),
    )
    assert sorted(lines) == [["code1", "code2", "words"], ["near"]]


def test_the_same_words_under_different_codes_stay_apart() -> None:
    codes = [{"system": "urn:local", "code": c} for c in "12"]
    coded = [
        order(f"o{n}", "", medicationCodeableConcept={"coding": [c], "text": "Vitamin"})
        for n, c in enumerate(codes)
    ]
    lines = _lines(*coded, statement("s", "vitamin"), statement("t", "vitamin"))
    assert sorted(lines) == [["o0"], ["o1"], ["s"], ["t"]]
    assert len({m.id for m in chart(*coded, statement("s", "vitamin")).medicines}) == 3


def test_an_unrecognised_statement_joins_the_order_it_is_based_on() -> None:
    based = statement("s", "my sugar pill", basedOn=[{"reference": "MedicationRequest/o"}])
    assert _lines(order("o", "metformin 500 mg tablet"), based) == [["o", "s"]]


def test_an_unrecognised_fill_joins_the_order_it_fills() -> None:
    filled = fill("f", "pharmacy item 12", "2026-11-01", authorizingPrescription=[{"reference": "MedicationRequest/o"}])  # fmt: skip
    assert _lines(order("o", "metformin 500 mg tablet"), filled) == [["f", "o"]]


def test_a_record_with_two_codes_brings_two_groups_together() -> None:
    def coded(id_: str, *codes: str) -> dict[str, Any]:
        concept = {"coding": [{"system": "urn:local", "code": c} for c in codes], "text": id_}
        return order(id_, "", medicationCodeableConcept=concept)

    assert _lines(coded("a", "1"), coded("b", "2"), coded("c", "1", "2")) == [["a", "b", "c"]]


def test_a_fill_of_another_strength_says_so() -> None:
    line = only_line(
        order("o", "metformin 500 mg tablet"),
        fill("f", "metformin 1000 mg tablet", "2026-11-01"),
    )
    assert line.disagreements[0].text == (
        "The strength differs: 500 mg as ordered, 1,000 mg as filled."
    )


def test_ids_are_stable_over_order_and_resource_ids() -> None:
    first = chart(order("a", "metformin 500 mg tablet"), order("b", "aspirin 81 mg tablet"))
    second = chart(order("x", "aspirin 81 mg tablet"), order("y", "metformin 500 mg tablet"))
    assert [m.id for m in first.medicines] == [m.id for m in second.medicines]
    assert first.medicines[0].id.startswith("med-")


def test_a_changed_strength_keeps_the_id() -> None:
    """So that the next visit finds the same medicine again after a dose change."""
    before = only_line(order("a", "metformin 500 mg tablet"))
    after = only_line(order("b", "metformin 1000 mg tablet"))
    assert before.id == after.id
