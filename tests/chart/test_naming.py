"""What a line is called."""

from decimal import Decimal

import pytest

from app.chart.naming import line_name
from app.domain.codes import Coding, Concept
from app.domain.medicines import Ingredient, MedicineIdentity, Strength


def _strength(value: str, unit: str = "mg", per: str = "") -> Strength:
    return Strength("x", Decimal(value), unit, per)


@pytest.mark.parametrize(
    ("strengths", "form", "release", "brand", "name"),
    [
        ((), "", "", "", "a / b"),
        ((_strength("500"),), "tablet", "", "", "a / b 500 mg tablet"),
        ((_strength("5E+2"),), "tablet", "", "", "a / b 500 mg tablet"),
        ((_strength("1000"),), "tablet", "", "", "a / b 1,000 mg tablet"),
        ((_strength("20", "meq"),), "tablet", "", "", "a / b 20 mEq tablet"),
        ((_strength("2.50"),), "", "", "", "a / b 2.5 mg"),
        ((_strength("0.125"),), "tablet", "", "", "a / b 0.125 mg tablet"),
        ((_strength("0.075"),), "tablet", "", "", "a / b 75 mcg tablet"),
        (
            (_strength("0.25", per="actuation"), _strength("0.05", per="actuation")),
            "inhaler",
            "",
            "",
            "a / b 250 mcg / 50 mcg per actuation inhaler",
        ),
        ((_strength("100", "unit", "mL"), _strength("5")), "", "", "", "a / b 100 unit per mL / 5 mg"),
        ((_strength("50"),), "tablet", "extended", "Brand", "a / b 50 mg extended-release tablet (Brand)"),
    ],
)  # fmt: skip
def test_a_recognised_medicine(
    strengths: tuple[Strength, ...], form: str, release: str, brand: str, name: str
) -> None:
    identity = MedicineIdentity(
        (Ingredient("a"), Ingredient("b")), strengths, form=form, release=release, brand=brand
    )
    assert line_name(identity, Concept("other words")) == name


@pytest.mark.parametrize(
    ("concept", "name"),
    [
        (Concept("water pill"), "water pill"),
        (Concept("", (Coding("s", "99"),)), "medicine with code 99"),
        (Concept(""), "unknown medicine"),
    ],
)
def test_an_unrecognised_medicine_keeps_the_charts_words(concept: Concept, name: str) -> None:
    assert line_name(None, concept) == name
