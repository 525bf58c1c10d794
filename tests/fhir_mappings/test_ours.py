"""What was written with a plan of ours is known as ours when it is read back."""

import pytest

from fhir_mappings.goal import goal
from fhir_mappings.list import medication_list
from fhir_mappings.medication_statement import medication_statement
from fhir_mappings.reading import nowhere
from tests.fhir_mappings.examples import WHOLE

PART = "https://concordance-cmm.org/fhir/NamingSystem/plan-part"


@pytest.mark.parametrize(
    ("identifier", "ours"),
    [
        ([{"system": PART, "value": "v1.goal-1"}], True),
        ([{"system": "urn:other", "value": "7"}, {"system": PART, "value": "v1.goal-1"}], True),
        ([{"system": "urn:other", "value": "v1.goal-1"}], False),
        ([], False),
    ],
)
def test_a_goal_is_ours_by_its_identifier(identifier: list[dict[str, str]], ours: bool) -> None:
    assert goal(WHOLE["Goal"] | {"identifier": identifier}).ours is ours


@pytest.mark.parametrize(("system", "ours"), [(PART, True), ("urn:other", False)])
def test_so_are_the_settled_list_and_its_statements(system: str, ours: bool) -> None:
    written = {"identifier": [{"system": system, "value": "v1.med-1"}]}
    listed = medication_list(WHOLE["List"] | written, nowhere)
    assert listed is not None
    assert listed.ours is ours
    assert medication_statement(WHOLE["MedicationStatement"] | written, nowhere).ours is ours
