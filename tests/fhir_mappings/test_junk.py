"""Whatever a server sends, a mapping reads it or raises Unmappable, and nothing else."""

import copy
import random
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.errors import Unmappable
from fhir_mappings.allergy_intolerance import allergy_intolerance
from fhir_mappings.bundle import bundle, newest
from fhir_mappings.care_plan import care_plan
from fhir_mappings.care_team import care_team
from fhir_mappings.condition import condition
from fhir_mappings.encounter import encounter
from fhir_mappings.goal import goal
from fhir_mappings.immunization import immunization
from fhir_mappings.list import medication_list
from fhir_mappings.lookup import lookup_in
from fhir_mappings.medication import medication
from fhir_mappings.medication_administration import medication_administration
from fhir_mappings.medication_dispense import medication_dispense
from fhir_mappings.medication_request import medication_request
from fhir_mappings.medication_statement import medication_statement
from fhir_mappings.observation import observation
from fhir_mappings.operation_outcome import operation_outcome
from fhir_mappings.patient import patient
from fhir_mappings.procedure import procedure
from fhir_mappings.reading import Json
from fhir_mappings.reference import is_about, retracted
from tests.fhir_mappings.examples import WHOLE
from tests.fhir_mappings.junk import JUNK, spoil


def _anything(_reference: str) -> Json | None:
    """A lookup that finds the wrong thing."""
    return {"resourceType": ["odd"], "name": 7, "code": [], "practitioner": {"reference": 3}}


def _open(value: Any) -> object:
    opened = newest(bundle(value).entries)
    return [lookup_in(opened)("Patient/p1"), *(is_about(e.resource, ()) for e in opened)]


MAPPINGS: dict[str, Callable[[Any], object]] = {
    "Patient": patient,
    "MedicationRequest": lambda r: medication_request(r, _anything),
    "MedicationStatement": lambda r: medication_statement(r, _anything),
    "MedicationDispense": lambda r: medication_dispense(r, _anything),
    "MedicationAdministration": lambda r: medication_administration(r, _anything),
    "List": lambda r: medication_list(r, _anything),
    "Medication": medication,
    "Condition": condition,
    "Observation": observation,
    "AllergyIntolerance": allergy_intolerance,
    "Immunization": immunization,
    "Encounter": encounter,
    "Procedure": procedure,
    "CareTeam": lambda r: care_team(r, _anything),
    "Goal": goal,
    "CarePlan": care_plan,
    "OperationOutcome": operation_outcome,
    "Bundle": _open,
}


@pytest.mark.parametrize("type_", WHOLE)
def test_reads_a_whole_resource(type_: str) -> None:
    assert MAPPINGS[type_](copy.deepcopy(WHOLE[type_])) is not None


@pytest.mark.parametrize("type_", MAPPINGS)
@pytest.mark.parametrize("junk", JUNK, ids=str)
def test_what_is_no_resource_is_unmappable(type_: str, junk: Any) -> None:
    with pytest.raises(Unmappable):
        MAPPINGS[type_](junk)


@pytest.mark.parametrize("type_", MAPPINGS)
@settings(max_examples=50, deadline=None)
@given(seed=st.integers(min_value=0, max_value=2**32), hits=st.integers(min_value=1, max_value=4))
def test_junk_anywhere_inside_is_read_or_unmappable(type_: str, seed: int, hits: int) -> None:
    resource = copy.deepcopy(WHOLE[type_])
    dice = random.Random(seed)  # noqa: S311 - places junk, keeps no secret
    for _ in range(hits):
        spoil(resource, dice)
    with suppress(Unmappable):  # any other exception fails the test
        MAPPINGS[type_](resource)
    assert retracted(resource) in {True, False}
