"""The same id at another address is another resource; what the patient says at home; results without a value."""

import pytest

from app.domain.errors import Unmappable
from fhir_mappings.bundle import Entry
from fhir_mappings.lookup import lookup_in
from fhir_mappings.medication_request import medication_request
from fhir_mappings.observation import observation
from fhir_mappings.reading import Json, nowhere
from fhir_mappings.reference import canonical, is_about

BASE = "https://ehr.example/fhir"
GOAL: Json = {"resourceType": "Goal", "id": "7"}


@pytest.mark.parametrize(
    ("reference", "found"),
    [
        ("Goal/7", True),
        (f"{BASE}/Goal/7", True),
        (f"{BASE}/Goal/7/_history/2", True),
        ("https://other.example/fhir/Goal/7", False),
        ("https://ehr.example/other/Goal/7", False),
        ("Goal/8", False),
    ],
)
def test_an_absolute_reference_is_followed_under_the_ehrs_own_address_only(
    reference: str, found: bool
) -> None:
    assert (lookup_in([Entry(GOAL)], BASE)(reference) is not None) is found
    assert (lookup_in([Entry(GOAL, f"{BASE}/Goal/7")])(reference) is not None) is found


def test_a_foreign_reference_stays_foreign() -> None:
    sent = "https://other.example/fhir/Goal/7"
    assert canonical({"reference": sent}, lookup_in([Entry(GOAL)], BASE)) == sent
    assert not is_about({"subject": {"reference": "https://other.example/fhir/Patient/p"}}, {"Patient/p"})  # fmt: skip


@pytest.mark.parametrize(
    ("category", "reported"), [("patientspecified", True), ("community", False)]
)
def test_the_home_list_is_told_from_what_was_prescribed(category: str, reported: bool) -> None:
    order: Json = {
        "resourceType": "MedicationRequest",
        "id": "m",
        "intent": "order",
        "category": [{"coding": [{"code": category}]}],
        "medicationCodeableConcept": {"text": "aspirin"},
    }
    assert medication_request(order, nowhere).reported is reported


@pytest.mark.parametrize(
    ("absent", "said"),
    [({}, "An INR result has no value"),
     ({"dataAbsentReason": {"text": "Not performed"}}, "An INR result has no value (not performed)")],
)  # fmt: skip
def test_a_result_without_a_value_is_said(absent: Json, said: str) -> None:
    result = {"resourceType": "Observation", "id": "o", "status": "final", "code": {"text": "INR"}}
    with pytest.raises(Unmappable, match=f"^{said.replace('(', '[(]').replace(')', '[)]')}$"):
        observation({**result, **absent})
    panel = {**result, "hasMember": [{"reference": "Observation/x"}]}
    assert observation(panel).problems == ()
