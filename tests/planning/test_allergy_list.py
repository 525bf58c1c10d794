"""The allergies a plan keeps are told from those nobody could read."""

import pytest

from app.domain.chart import Allergy, Chart, Gap
from app.domain.codes import Concept, Source
from app.domain.patient import Patient
from app.domain.plan import AllergyList
from app.planning.allergy_list import allergy_list

PATIENT = Patient("p", "DOE, Jane", None, "female")
PENICILLIN = Allergy(Source("AllergyIntolerance", "a1"), Concept("Penicillin G"), active=True)
OUTGROWN = Allergy(Source("AllergyIntolerance", "a2"), Concept("Egg"), active=False)


def test_only_what_is_active_is_kept() -> None:
    chart = Chart(PATIENT, allergies=(PENICILLIN, OUTGROWN))
    assert allergy_list(chart) == AllergyList((PENICILLIN,), complete=True)


def test_a_list_that_was_not_read_is_not_an_empty_list() -> None:
    chart = Chart(PATIENT, unread=frozenset({"AllergyIntolerance"}))
    assert allergy_list(chart) == AllergyList((), complete=False)


@pytest.mark.parametrize(("resource", "complete"), [("AllergyIntolerance", False), ("Observation", True)])  # fmt: skip
def test_an_entry_that_cannot_be_used_leaves_the_list_incomplete(
    resource: str, complete: bool
) -> None:
    gap = Gap("An entry", "says not to what", "unchecked", Source(resource, "x"))
    assert allergy_list(Chart(PATIENT, gaps=(gap,))).complete is complete
