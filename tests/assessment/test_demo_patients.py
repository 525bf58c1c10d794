"""The nine demo patients, from their FHIR to their findings: each shows its own, and one shows none."""

import json
import re
from datetime import date
from decimal import Decimal
from functools import cache

import pytest

from app.assessment import assess
from app.assessment.loading import load_compiled
from app.chart.from_bundle import chart_from_bundle
from app.domain.assessment import Assessment, CellState, Need
from app.domain.chart import Chart
from app.sandbox.patients import demo_bundles, demo_patients
from app.terminology import load_vocabulary

TODAY = date(2026, 11, 21)
PATIENTS = [patient.id for patient in demo_patients()]


@cache
def charts() -> dict[str, Chart]:
    found = {}
    for bundle in demo_bundles(TODAY):
        sent = json.loads(json.dumps(bundle, default=str), parse_float=Decimal)
        chart = chart_from_bundle(sent, TODAY, load_vocabulary())
        found[chart.patient.id] = chart
    return found


def demo_chart(patient: str) -> Chart:
    return charts()[patient]


@cache
def assessed() -> dict[str, Assessment]:
    return {id_: assess(chart, load_compiled(), TODAY) for id_, chart in charts().items()}


def rules(patient: str) -> set[str]:
    """The catalogue rows found, those merged into another problem included."""
    problems = assessed()[patient].problems
    return {rule[:3] for p in problems for rule in (p.rule, *p.also_rules)}


@pytest.mark.parametrize(
    ("patient", "expected", "silent"),
    [
        ("rosa-delgado", "S13 H02 S07 S08 S17 S20 U05 U03 N03 N13 N22 I01 L03 A01 A03", "N14 L08 M01 M02"),
        ("harold-jensen", "L04 S14 N07 N08 N09 L02 H05 H07 S07 S08 S09 N22 S01 U05 A03", "N06 N11 N25"),
        ("marcus-reed", "H03 S03 N23 N24 H04 U04 U11 A03 I02 N25", "S01 S02 M01"),
        ("eleanor-whitfield", "S06 S01 S02 S05 S16 S17 S18 S20 U12 U02 U04 N19 M12", "N03 I01 N25 M14"),
        ("tanya-brooks", "N17 I05 S15 S19 C03 A01 A03 N25", "S01 S20 N22"),
        ("sarah-lindqvist", "S10 U04 I04 A01 A03", "H03 N23 S05 N25 S19"),
        ("david-kowalski", "N05 I03 H07 S20 U04 I08 N25 A01", "N01 N10 N12 N22 U03 S21"),
    ],
)  # fmt: skip
def test_each_demo_patient_shows_findings_of_their_own(
    patient: str, expected: str, silent: str
) -> None:
    found = rules(patient)
    assert set(expected.split()) - found == set()
    assert set(silent.split()) & found == set()


def test_linda_has_no_problem_and_nothing_left_open() -> None:
    linda = assessed()["linda-park"]
    assert linda.problems == ()
    states = {cell.state for m in linda.medicines for cell in m.needs.values()}
    assert states == {CellState.NONE_FOUND}
    assert linda.untreated == ()


@pytest.mark.parametrize(
    ("patient", "medicine", "why"),
    [
        ("sarah-lindqvist", "Amitriptyline", "Afraid of gaining weight"),  # never taken
        ("sarah-lindqvist", "Propranolol", "Dizzy and tired"),  # stopped
        ("eleanor-whitfield", "Amitriptyline", "Made her see things at night; we stopped it"),
    ],
)
def test_what_was_said_of_not_taking_a_medicine_stands_with_its_day(
    patient: str, medicine: str, why: str
) -> None:
    problems = [p for p in assessed()[patient].problems if p.rule == "A03"]
    said = next(p.because for p in problems if p.because.startswith(medicine))
    assert re.search(rf"not taken by the patient on \d\d-\w{{3}}-2026: {why}\.$", said)


@pytest.mark.parametrize("name", ["metformin", "lisinopril"])
def test_walters_readable_medicines_are_not_called_safe(name: str) -> None:
    line = next(m for m in assessed()["walter-finch"].medicines if name in m.medicine.name)
    assert line.needs[Need.SAFETY].state is not CellState.NONE_FOUND


@pytest.mark.parametrize("patient", PATIENTS)
def test_no_cell_is_empty(patient: str) -> None:
    for line in assessed()[patient].medicines:
        assert set(line.needs) == set(Need)
        for cell in line.needs.values():
            assert cell.checked or cell.missing or cell.problems


@pytest.mark.parametrize("patient", PATIENTS)
def test_every_problem_reads_as_sentences(patient: str) -> None:
    for problem in assessed()[patient].problems:
        for text in (problem.because, *problem.also, problem.recommend.text):
            assert "{" not in text
            assert ".." not in text
            assert "not recorded." not in text
            assert text.endswith((".", "!", "?"))
