"""What was written with a plan of ours is known as ours when it is read back."""

import pytest

from fhir_mappings.goal import goal
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
