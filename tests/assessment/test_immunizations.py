"""Vaccines due by the adult schedule: age bands, series, intervals, conditions and records."""

from dataclasses import replace
from typing import Any

import pytest
from msgspec import structs

from app.domain.chart import Immunization
from app.domain.codes import Concept, Source
from tests.assessment.charts import assessed, chart

WELL: list[Any] = [
    "influenza",
    "covid",
    "pcv20",
    {"vaccine": "tdap", "ago": "P3Y"},
    {"vaccine": "rzv", "ago": "P2Y"},
    {"vaccine": "rzv", "ago": "P1Y"},
    {"vaccine": "hepb-cpg", "ago": "P2Y"},
    {"vaccine": "hepb-cpg", "ago": "P1Y"},
    {"vaccine": "rsv", "ago": "P1Y"},
]


def due(**given: Any) -> str:
    found = [p for p in assessed(**given).problems if p.rule == "N26g"]
    return found[0].because if found else ""


def without(*names: str) -> list[object]:
    return [v for v in WELL if (v if isinstance(v, str) else v["vaccine"]) not in names]


@pytest.mark.parametrize("age", [19, 49, 50, 59, 60, 74, 75, 90])
def test_nothing_is_due_for_who_has_everything(age: int) -> None:
    assert due(age=age, vaccines=WELL) == ""


@pytest.mark.parametrize(
    ("vaccine", "title", "age", "expected"),
    [
        ("rsv", "RSV", 75, True),
        ("rsv", "RSV", 74, False),
        ("pcv20", "pneumococcal", 50, True),
        ("pcv20", "pneumococcal", 49, False),
        ("rzv", "zoster", 50, True),
        ("rzv", "zoster", 49, False),
        ("hepb-cpg", "hepatitis B", 59, True),
        ("hepb-cpg", "hepatitis B", 60, False),
        ("tdap", "Tdap", 30, True),
        ("covid", "COVID-19", 65, True),
        ("covid", "COVID-19", 64, False),
    ],
)
def test_an_age_is_the_border_of_its_vaccine(
    vaccine: str, title: str, age: int, expected: bool
) -> None:
    assert (title in due(age=age, vaccines=without(vaccine))) is expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["pcv21"], False),
        (["ppsv23"], False),  # within a year of it no other is given
        ([{"vaccine": "ppsv23", "ago": "P2Y"}], True),
        ([{"vaccine": "pcv15", "ago": "P2Y"}], True),
        ([{"vaccine": "pcv15", "ago": "P3Y"}, {"vaccine": "ppsv23", "ago": "P2Y"}], False),
        ([{"vaccine": "pcv13", "ago": "P9Y"}], True),
    ],
)
def test_a_pneumococcal_series_is_complete_in_more_than_one_way(
    given: list[object], expected: bool
) -> None:
    assert ("pneumococcal" in due(age=66, vaccines=without("pcv20") + given)) is expected


def test_the_second_zoster_dose_waits_two_months() -> None:
    first = without("rzv")
    assert due(age=60, vaccines=[*first, {"vaccine": "rzv", "ago": "P7W"}]) == ""
    assert "zoster" in due(age=60, vaccines=[*first, {"vaccine": "rzv", "ago": "P9W"}])


def test_one_dose_recorded_twice_is_one_dose() -> None:
    twice = [{"vaccine": "rzv", "ago": "P1Y"}] * 2
    assert "zoster" in due(age=60, vaccines=[*without("rzv"), *twice])


def test_a_risk_brings_a_vaccine_forward() -> None:
    given = without("pcv20", "rsv")
    assert due(age=45, vaccines=given) == ""
    assert "pneumococcal" in due(age=45, vaccines=given, conditions=["diabetes-type-2"])
    assert "RSV" in due(age=62, vaccines=given, conditions=["copd"])


def test_a_tetanus_booster_is_due_after_ten_years() -> None:
    old = [*without("tdap"), {"vaccine": "tdap", "ago": "P11Y"}]
    assert "booster" in due(age=40, vaccines=old)
    assert due(age=40, vaccines=[*old, {"vaccine": "td", "ago": "P9Y"}]) == ""


def named(text: str, status: str = "completed") -> Immunization:
    return Immunization(Source("Immunization", "x"), Concept(text), status, None)


def of_flu(*given: Immunization) -> str:
    subject = chart(age=40, vaccines=without("influenza"))
    every = replace(subject, immunizations=(*subject.immunizations, *given))
    found = [p for p in assessed(every).problems if p.rule == "N26g"]
    return found[0].because if found else ""


def test_what_was_refused_was_not_given() -> None:
    recorded = chart(age=40, vaccines=["influenza"]).immunizations[0]
    assert of_flu(recorded) == ""
    assert "influenza" in of_flu(structs.replace(recorded, status="not-done"))


def test_a_dose_without_a_day_is_not_this_years() -> None:
    assert "influenza" in of_flu(named("Influenza, seasonal"))


def test_a_name_nobody_knows_is_said() -> None:
    assert "Not recognised among the vaccines: Jab of 2019." in of_flu(named("Jab of 2019"))


def test_no_record_at_all_is_no_proof() -> None:
    found = assessed(age=70)
    assert "N26g" not in {p.rule for p in found.problems}
    (row,) = (u for u in found.untreated if u.rule == "N26g")
    assert "no vaccine is on record" in row.missing[0]
