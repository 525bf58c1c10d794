"""A medicine keeps its name in each of the three forms, and is never dropped."""

from typing import Any

import pytest

from app.domain.codes import Concept
from app.domain.errors import Unmappable
from fhir_mappings.bundle import Entry
from fhir_mappings.lookup import lookup_in
from fhir_mappings.medication import named_medicine
from fhir_mappings.reading import nowhere
from tests.fhir_mappings.examples import coded

ASPIRIN = {"resourceType": "Medication", "id": "m1", "code": coded("aspirin 81 mg tablet")}
LOOKUP = lookup_in([Entry(ASPIRIN, "urn:uuid:5f")])


@pytest.mark.parametrize(
    ("resource", "name"),
    [
        ({"medicationCodeableConcept": coded("aspirin 81 mg tablet")}, "aspirin 81 mg tablet"),
        ({"medicationReference": {"reference": "Medication/m1"}}, "aspirin 81 mg tablet"),
        ({"medicationReference": {"reference": "urn:uuid:5f"}}, "aspirin 81 mg tablet"),
        ({"medicationReference": {"reference": "https://e/r4/Medication/m1"}}, "aspirin 81 mg tablet"),
        ({"medicationReference": {"reference": "Medication/m1/_history/3"}}, "aspirin 81 mg tablet"),
        (
            {"medicationReference": {"reference": "#c"}, "contained": [ASPIRIN | {"id": "c"}]},
            "aspirin 81 mg tablet",
        ),
        ({"medicationReference": {"reference": "Medication/gone", "display": "aspirin"}}, "aspirin"),
        ({"medicationReference": {"display": "aspirin"}}, "aspirin"),
        ({"medicationReference": {"reference": "Medication/gone"}}, "unknown medicine"),
        ({"medicationReference": {"reference": "#gone"}}, "unknown medicine"),
        ({"medicationCodeableConcept": {}}, "unknown medicine"),
        ({}, "unknown medicine"),
    ],
)  # fmt: skip
def test_names_the_medicine(resource: dict[str, Any], name: str) -> None:
    assert named_medicine(resource, LOOKUP).text == name


def test_a_code_without_words_keeps_its_code() -> None:
    resource = {"medicationCodeableConcept": {"coding": [{"system": "s", "code": "861007"}]}}
    assert named_medicine(resource, nowhere).codes("s") == ("861007",)


def test_a_medication_without_a_code_is_named_by_its_ingredients() -> None:
    parts = [{"itemCodeableConcept": coded("zinc")}, {"itemCodeableConcept": coded("copper")}]
    resource = {
        "medicationReference": {"reference": "#c"},
        "contained": [{"resourceType": "Medication", "id": "c", "ingredient": parts}],
    }
    assert named_medicine(resource, nowhere) == Concept("zinc / copper")


@pytest.mark.parametrize("form", ["medicationCodeableConcept", "medicationReference"])
def test_a_list_in_place_of_the_medicine_is_unmappable(form: str) -> None:
    """Two medicines in one order: choosing one would hide the other."""
    with pytest.raises(Unmappable):
        named_medicine({form: [coded("aspirin"), coded("warfarin")]}, nowhere)
