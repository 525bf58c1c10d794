"""Patient, problems, allergies, vaccines and the rest keep what the chart said."""

from datetime import date
from typing import Any

import pytest

from app.domain.errors import Unmappable
from fhir_mappings.allergy_intolerance import allergy_intolerance
from fhir_mappings.care_plan import care_plan
from fhir_mappings.care_team import care_team
from fhir_mappings.condition import condition
from fhir_mappings.encounter import encounter
from fhir_mappings.goal import goal
from fhir_mappings.immunization import immunization
from fhir_mappings.operation_outcome import operation_outcome
from fhir_mappings.patient import patient
from fhir_mappings.procedure import procedure
from fhir_mappings.reading import nowhere, parse_json
from tests.fhir_mappings.examples import WHOLE, coded


def test_reads_the_patient() -> None:
    person = patient(WHOLE["Patient"])
    assert (person.name, person.mrn, person.language) == ("Roberta Q. Vale", "M-17", "Spanish")
    assert person.deceased is False
    assert person.age_on(date(2026, 11, 21)) == 76
    assert person.age_on(date(2026, 5, 15)) is None  # born some day in May


def test_what_is_not_recorded_of_a_patient_stays_unknown() -> None:
    person = patient({"resourceType": "Patient", "id": "x", "birthDate": "sometime"})
    assert (person.born, person.sex, person.mrn, person.deceased) == (None, "unknown", "", None)


def test_a_date_of_death_says_deceased() -> None:
    assert patient({"resourceType": "Patient", "id": "x", "deceasedDateTime": "2026"}).deceased


@pytest.mark.parametrize(
    ("changes", "active"),
    [
        ({}, True),
        ({"clinicalStatus": None}, True),
        ({"clinicalStatus": None, "abatementDateTime": "2020"}, False),
        ({"clinicalStatus": {"coding": [{"code": "resolved"}]}}, False),
        ({"verificationStatus": {"coding": [{"code": "refuted"}]}}, False),
    ],
)
def test_which_problems_are_active(changes: dict[str, Any], active: bool) -> None:
    assert condition(WHOLE["Condition"] | changes).active is active


@pytest.mark.parametrize(
    ("changes", "active"),
    [
        ({}, True),
        ({"clinicalStatus": None}, True),
        ({"clinicalStatus": {"coding": [{"code": "inactive"}]}}, False),
        ({"verificationStatus": {"coding": [{"code": "refuted"}]}}, False),
        ({"verificationStatus": {"coding": [{"code": "unconfirmed"}]}}, True),
    ],
)
def test_which_allergies_are_active(changes: dict[str, Any], active: bool) -> None:
    assert allergy_intolerance(WHOLE["AllergyIntolerance"] | changes).active is active


def test_an_allergy_without_a_code_is_named_by_its_substance() -> None:
    assert (
        allergy_intolerance(WHOLE["AllergyIntolerance"] | {"code": {}}).concept.text
        == "Amoxicillin"
    )


def test_a_vaccine_not_given_stays_not_done() -> None:
    given = immunization(WHOLE["Immunization"] | {"status": "not-done"})
    assert given.status == "not-done"
    assert given.given is not None
    assert given.given.latest == date(2025, 10, 31)


def test_reads_contacts_procedures_goals_and_plans() -> None:
    assert encounter(WHOLE["Encounter"]).kind == "AMB"
    done = procedure(WHOLE["Procedure"]).performed
    assert done is not None
    assert done.exact == date(2020, 2, 2)
    assert goal(WHOLE["Goal"]).text == "A1c below 8"
    plan = care_plan(WHOLE["CarePlan"])
    assert (plan.title, plan.status) == ("Medication action plan", "active")


def test_the_patient_is_not_listed_on_the_care_team() -> None:
    (one,) = care_team(WHOLE["CareTeam"], nowhere)
    assert (one.name, one.role) == ("Dr. Ito", "Cardiologist")


def test_a_past_care_team_is_not_listed() -> None:
    assert care_team(WHOLE["CareTeam"] | {"status": "inactive"}, nowhere) == ()


@pytest.mark.parametrize(
    ("read", "resource"),
    [
        (condition, WHOLE["Condition"] | {"code": None}),
        (allergy_intolerance, WHOLE["AllergyIntolerance"] | {"code": None, "reaction": []}),
        (immunization, WHOLE["Immunization"] | {"vaccineCode": {}}),
        (procedure, WHOLE["Procedure"] | {"code": {}}),
        (goal, WHOLE["Goal"] | {"description": {}}),
        (encounter, WHOLE["Encounter"] | {"id": ""}),
    ],
)
def test_what_does_not_say_what_it_is_can_not_be_used(read: Any, resource: Any) -> None:
    with pytest.raises(Unmappable):
        read(resource)


def test_a_servers_warning_is_shown_without_its_diagnostics() -> None:
    (issue,) = operation_outcome(WHOLE["OperationOutcome"])
    assert issue.text == "Sub-type not authorized (59204)"
    assert issue.matters


@pytest.mark.parametrize(
    ("severity", "code", "matters"),
    [
        ("warning", "59204", True),
        ("warning", "4101", False),
        ("warning", "4119", True),
        ("information", "x", False),
    ],
)
def test_which_warnings_mean_that_something_may_be_missing(
    severity: str, code: str, matters: bool
) -> None:
    outcome = {
        "resourceType": "OperationOutcome",
        "issue": {"severity": severity, "details": coded("Words", code=code)},
    }
    assert operation_outcome(outcome)[0].matters is matters


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ('{"a": "é"}', "é"),
        ('{"a": "é"}'.encode("utf-8-sig"), "é"),
        ('{"a": "é"}'.encode("utf-16"), "é"),
        (r'{"a": "\ud83d\ude00"}', "😀"),
        (r'{"a": "cut \ud83d"}', "cut \ufffd"),
        (r'{"a": "\\ud83d"}', r"\ud83d"),
    ],
)
def test_text_is_read_however_it_was_saved(raw: str | bytes, text: str) -> None:
    assert parse_json(raw) == {"a": text}


@pytest.mark.parametrize(
    "raw",
    ["", "[1]", "{", '{"a": NaN}', '{"a": 1e99999999999999999999}', "[" * 100_000, b"\xff\xfe\x00"],
)
def test_what_is_no_json_object_is_unmappable(raw: str | bytes) -> None:
    with pytest.raises(Unmappable):
        parse_json(raw)
