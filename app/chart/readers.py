"""Which mapping reads which resource type, and which list of the chart it fills."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar

from app.domain.chart import (
    Allergy,
    CareTeamMember,
    Condition,
    Encounter,
    Finding,
    Gap,
    Immunization,
    Measurement,
    Procedure,
    RecordedGoal,
    RecordedPlan,
)
from app.domain.medicines import Administration, Fill, MedicationEntry, RecordedList
from fhir_mappings.allergy_intolerance import allergy_intolerance
from fhir_mappings.care_plan import care_plan
from fhir_mappings.care_team import care_team
from fhir_mappings.condition import condition
from fhir_mappings.encounter import encounter
from fhir_mappings.goal import goal
from fhir_mappings.immunization import immunization
from fhir_mappings.list import medication_list
from fhir_mappings.medication_administration import medication_administration
from fhir_mappings.medication_dispense import medication_dispense
from fhir_mappings.medication_request import medication_request
from fhir_mappings.medication_statement import medication_statement
from fhir_mappings.observation import observation
from fhir_mappings.procedure import procedure
from fhir_mappings.reading import Json, Lookup

T = TypeVar("T")


@dataclass(slots=True)
class Found:
    """The mapped values while a chart is put together, and what could not be mapped."""

    entries: list[MedicationEntry] = field(default_factory=list)
    fills: list[Fill] = field(default_factory=list)
    administrations: list[Administration] = field(default_factory=list)
    lists: list[RecordedList] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)
    measurements: list[Measurement] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    allergies: list[Allergy] = field(default_factory=list)
    immunizations: list[Immunization] = field(default_factory=list)
    encounters: list[Encounter] = field(default_factory=list)
    procedures: list[Procedure] = field(default_factory=list)
    care_team: list[CareTeamMember] = field(default_factory=list)
    goals: list[RecordedGoal] = field(default_factory=list)
    plans: list[RecordedPlan] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    refused: list[Gap] = field(default_factory=list)

    @property
    def addresses(self) -> set[str]:
        """Of every medicine entry that was read."""
        entries = {e.source.reference for e in self.entries}
        fills = {f.source.reference for f in self.fills}
        return entries | fills | {a.source.reference for a in self.administrations}


Reader = Callable[[Json, Lookup, Found], tuple[str, ...]]
"""Maps one resource into `Found` and says, in sentences, which parts of it could not be used."""


def _observation(resource: Json, _lookup: Lookup, found: Found) -> tuple[str, ...]:
    observed = observation(resource)
    found.measurements += observed.measurements
    found.findings += observed.findings
    return observed.problems


def _care_team(resource: Json, lookup: Lookup, found: Found) -> tuple[str, ...]:
    found.care_team += care_team(resource, lookup)
    return ()


def _request(resource: Json, lookup: Lookup, found: Found) -> tuple[str, ...]:
    found.entries.append(medication_request(resource, lookup))
    return ()


def _statement(resource: Json, lookup: Lookup, found: Found) -> tuple[str, ...]:
    found.entries.append(medication_statement(resource, lookup))
    return ()


def _dispense(resource: Json, lookup: Lookup, found: Found) -> tuple[str, ...]:
    found.fills.append(medication_dispense(resource, lookup))
    return ()


def _administration(resource: Json, lookup: Lookup, found: Found) -> tuple[str, ...]:
    found.administrations.append(medication_administration(resource, lookup))
    return ()


def _list(resource: Json, lookup: Lookup, found: Found) -> tuple[str, ...]:
    listed = medication_list(resource, lookup)
    found.lists += [listed] if listed else []
    return ()


def _plain(map_one: Callable[[Json], T], kept: Callable[[Found], list[T]]) -> Reader:
    """A mapping that needs nothing but the resource, and the list it fills."""

    def read(resource: Json, _lookup: Lookup, found: Found) -> tuple[str, ...]:
        kept(found).append(map_one(resource))
        return ()

    return read


READERS: Final[dict[str, Reader]] = {
    "MedicationRequest": _request,
    "MedicationStatement": _statement,
    "MedicationDispense": _dispense,
    "MedicationAdministration": _administration,
    "List": _list,
    "Observation": _observation,
    "CareTeam": _care_team,
    "Condition": _plain(condition, lambda f: f.conditions),
    "AllergyIntolerance": _plain(allergy_intolerance, lambda f: f.allergies),
    "Immunization": _plain(immunization, lambda f: f.immunizations),
    "Encounter": _plain(encounter, lambda f: f.encounters),
    "Procedure": _plain(procedure, lambda f: f.procedures),
    "Goal": _plain(goal, lambda f: f.goals),
    "CarePlan": _plain(care_plan, lambda f: f.plans),
}
