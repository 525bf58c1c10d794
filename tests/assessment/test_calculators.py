"""Published formulas against published values."""

import json
from collections.abc import Callable
from dataclasses import fields, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.assessment.calculators import (
    WeightPolicy,
    adjusted_weight,
    bmi,
    crcl_cockcroft_gault,
    dosing_weight,
    egfr_ckd_epi_2021,
    ideal_weight,
)
from app.assessment.lab_formulas import corrected_calcium, fib4, qtc_bazett, qtc_fridericia
from app.assessment.risk_scores import BleedingRisk, StrokeRisk

PER_MICROMOLE = Decimal("88.42")  # the factor the sources of the vectors use
SEX = {"F": "female", "M": "male"}
# Nothing here is decided by an older equation or by body surface.
NOT_WORKED_OUT = {"CKD-EPI-2009-nonblack", "BSA-DuBois", "BSA-Mosteller"}
POLICY = WeightPolicy(Decimal("1.3"), Decimal("0.4"))


@pytest.mark.parametrize(
    ("creatinine", "age", "sex", "expected"),
    [
        ("1.09", 55, "male", 80),
        ("0.8", 80, "female", 74),
        ("0.8", 80, "male", 89),
        ("1.0", 70, "female", 61),
        ("3.0", 70, "male", 22),
    ],
)
def test_ckd_epi_2021(creatinine: str, age: int, sex: str, expected: int) -> None:
    assert round(egfr_ckd_epi_2021(Decimal(creatinine), age, sex)) == expected


def test_cockcroft_gault() -> None:
    assert round(crcl_cockcroft_gault(Decimal(1), 40, "male", Decimal(80))) == 111


def _vector(v: dict[str, Any]) -> Decimal:
    given = {k: Decimal(str(v[k])) for k in ("scr", "weight", "height", "ibw") if k in v}
    if v.get("unit") == "umol/L":
        given["scr"] /= PER_MICROMOLE
    sex, age = SEX.get(v.get("sex", ""), ""), v.get("age", 0)
    creatinine, weight, height = (given.get(k, Decimal(0)) for k in ("scr", "weight", "height"))

    def clearance(share: str) -> Decimal:
        ideal = ideal_weight(height, sex)
        by = adjusted_weight(weight, ideal, Decimal(share))
        return crcl_cockcroft_gault(creatinine, age, sex, by)

    found: dict[str, Callable[[], Decimal]] = {
        "CKD-EPI-2021": lambda: egfr_ckd_epi_2021(creatinine, age, sex),
        "IBW-Devine": lambda: ideal_weight(height, sex),
        "ABW-0.4": lambda: adjusted_weight(weight, given["ibw"], POLICY.share),
        "CG-actual": lambda: crcl_cockcroft_gault(creatinine, age, sex, weight),
        "CG-ideal": lambda: clearance("0"),
        "CG-adjusted-0.3": lambda: clearance("0.3"),
        "CG-adjusted-0.4": lambda: clearance("0.4"),
    }
    return found[v["eq"]]()


def vectors_of(shared: Path) -> list[dict[str, Any]]:
    path = shared / "data" / "gold" / "vectors" / "egfr_crcl_vectors.json"
    return [v for v in json.loads(path.read_text()) if v["eq"] not in NOT_WORKED_OUT]


@pytest.mark.shared
def test_every_reference_vector(shared: Path) -> None:
    vectors = vectors_of(shared)
    assert vectors
    for v in vectors:
        found = float(_vector(v))
        if v["round"] == "floor":
            assert int(found) == v["expected"], v
        else:
            assert found == pytest.approx(v["expected"], abs=0.5001 * 10 ** -v["round"]), v


@pytest.mark.parametrize(
    ("weight", "chosen", "word"),
    [(60, "60", "actual"), (73, "73", "actual"), (94, "73", "ideal"), (95, "81.8", "adjusted"), (150, "103.8", "adjusted")],
)  # fmt: skip
def test_the_weight_for_a_clearance_follows_the_policy(weight: int, chosen: str, word: str) -> None:
    """A man of 70 inches: ideal 73 kg, adjusted from 94.9 kg."""
    found, said = dosing_weight(Decimal(weight), Decimal("177.8"), "male", POLICY)
    assert said == word
    assert float(found) == pytest.approx(float(chosen), abs=1e-6)


def test_body_mass_index() -> None:
    assert bmi(Decimal(70), Decimal(175)) == Decimal("22.8571")


@pytest.mark.parametrize(
    ("risk", "vasc", "va"),
    [
        (StrokeRisk(False, False, 60, False, False, False, False), 0, 0),
        (StrokeRisk(False, False, 60, False, False, False, True), 1, 0),
        (StrokeRisk(False, True, 65, False, False, False, False), 2, 2),
        (StrokeRisk(False, False, 64, False, False, False, False), 0, 0),
        (StrokeRisk(False, False, 74, False, False, False, False), 1, 1),
        (StrokeRisk(False, False, 75, False, False, False, False), 2, 2),
        (StrokeRisk(False, False, 50, False, True, False, False), 2, 2),
        (StrokeRisk(True, True, 80, True, True, True, True), 9, 8),
    ],
)
def test_stroke_risk(risk: StrokeRisk, vasc: int, va: int) -> None:
    assert (risk.cha2ds2_vasc, risk.cha2ds2_va) == (vasc, va)


def test_each_part_of_the_bleeding_risk_is_one_point_and_an_unknown_one_a_range() -> None:
    names = [f.name for f in fields(BleedingRisk)]
    none = BleedingRisk(*[False] * len(names))
    assert none.has_bled == (0, 0)
    for name in names:
        assert replace(none, **{name: True}).has_bled == (1, 1)
        assert replace(none, **{name: None}).has_bled == (0, 1)
    assert BleedingRisk(*[True] * len(names)).has_bled == (9, 9)


@pytest.mark.parametrize(
    ("qt", "rate", "bazett", "fridericia"),
    [(400, 60, 400, 400), (360, 100, 465, 427), (440, 50, 402, 414), (400, 90, 490, 458)],
)
def test_qtc(qt: int, rate: int, bazett: int, fridericia: int) -> None:
    assert qtc_bazett(Decimal(qt), Decimal(rate)) == bazett
    assert qtc_fridericia(Decimal(qt), Decimal(rate)) == fridericia


@pytest.mark.parametrize(
    ("age", "ast", "alt", "platelets", "expected"),
    [(50, 40, 25, 200, "2.00"), (60, 80, 64, 150, "4.00"), (45, 30, 36, 250, "0.90")],
)
def test_fib4(age: int, ast: int, alt: int, platelets: int, expected: str) -> None:
    assert fib4(age, Decimal(ast), Decimal(alt), Decimal(platelets)) == Decimal(expected)


@pytest.mark.parametrize(
    ("calcium", "albumin", "expected"),
    [("8.0", "2.5", "9.20"), ("9.5", "4.0", "9.50"), ("10.0", "4.5", "9.60")],
)
def test_corrected_calcium(calcium: str, albumin: str, expected: str) -> None:
    assert corrected_calcium(Decimal(calcium), Decimal(albumin)) == Decimal(expected)
