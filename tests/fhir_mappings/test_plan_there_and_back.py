"""Written and read back a plan is the same plan; what it loses stands in one list, with the reason."""

import dataclasses
import json
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from app.assessment import assess
from app.assessment.loading import load_compiled
from app.chart.from_bundle import chart_from_bundle
from app.domain.assessment import Input, MedicationTherapyProblem
from app.domain.codes import Source
from app.domain.medicines import LineStatus, Medicine
from app.domain.patient import Patient
from app.domain.people import Person
from app.domain.person_context import Access, ContextItem, SelfManagement
from app.domain.plan import (
    ActionPlan,
    CodedLists,
    Decision,
    Dismissal,
    PlanGoal,
    PlannedAction,
    Touchpoint,
    Verdict,
)
from app.planning.draft import Draft, decide
from app.planning.sign import sign
from app.sandbox.patients import demo_bundles
from app.terminology import load_vocabulary
from fhir_mappings.read_plan import read_plan
from fhir_mappings.read_plan_limits import NOT_HELD
from fhir_mappings.reading import Json
from fhir_mappings.strict import checked
from fhir_mappings.write_contained import with_contained
from fhir_mappings.write_plan import plan_bundle
from tests.fhir_mappings.random_plans import NAMED, plans
from tests.followup.visits import PHARMACIST, lists
from tests.year.visits import year

AS_OF = date(2026, 11, 21)
KINDS = {
    c.__name__: c
    for c in (
        *(ActionPlan, Patient, Person, Medicine, MedicationTherapyProblem, PlannedAction, Dismissal),
        *(PlanGoal, Touchpoint, ContextItem, SelfManagement, Access, Input),
    )
}  # fmt: skip


def held(value: Any) -> Any:
    """What an EHR can hold of it, as plain values."""
    if isinstance(value, tuple):
        return [held(v) for v in value]
    names = fields(value)
    kind = type(value).__name__
    return {n: held(getattr(value, n)) for n in names if f"{kind}.{n}" not in NOT_HELD} or value


def fields(value: Any) -> tuple[str, ...]:
    if dataclasses.is_dataclass(value):
        return tuple(f.name for f in dataclasses.fields(value))
    return tuple(getattr(value, "__struct_fields__", ()))


def there(plan: ActionPlan, coded: CodedLists) -> Json:
    bundle: Json = json.loads(json.dumps(plan_bundle(plan, coded)))
    return bundle


def assert_the_same(plan: ActionPlan, back: ActionPlan) -> None:
    assert held(back) == held(plan)
    named = {m for p in decided(plan) for m in (*p.medicines, *p.act_on)}
    assert held(back.medicines) == held(tuple(m for m in plan.medicines if m.id in named))
    past = tuple(
        dataclasses.replace(m, status=LineStatus.UNKNOWN)
        for m in plan.past_medicines
        if m.id in named
    )
    assert held(back.past_medicines) == held(past)
    assert [orders(m) for m in back.medicines if orders(m)] == [
        orders(m) for m in plan.medicines if m.id in named and orders(m)
    ]
    assert [kind(i.source) for i in back.context] == [kind(i.source) for i in plan.context]


def decided(plan: ActionPlan) -> Iterator[MedicationTherapyProblem]:
    yield from (a.problem for a in plan.actions)
    yield from (d.problem for d in plan.dismissed)


def orders(medicine: Medicine) -> list[Source]:
    return sorted({s for s in medicine.sources if s.resource == "MedicationRequest"})


def kind(source: Source | None) -> str:
    return source.resource if source else ""


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(plans())
def test_any_plan_is_read_as_it_was_written(plan: ActionPlan) -> None:
    assert_the_same(plan, read_plan(there(plan, NAMED), NAMED))


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(plans())
def test_findings_and_goals_inside_the_care_plan_are_read_too(plan: ActionPlan) -> None:
    """As an EHR holds them that takes no records of them."""
    kinds = {"CarePlan", "Task", "MedicationStatement", "ServiceRequest", "Provenance"}
    back = read_plan(with_contained(there(plan, NAMED), kinds), NAMED)
    assert [(g.key, g.text) for g in back.goals] == [(g.key, g.text) for g in plan.goals]
    assert [(a.key, a.text, a.due, a.problem.because) for a in back.actions] == [
        (a.key, a.text, a.due, a.problem.because) for a in plan.actions
    ]
    assert [(d.problem.id, d.note) for d in back.dismissed] == [
        (d.problem.id, d.note) for d in plan.dismissed
    ]


@cache
def demo_plans() -> dict[str, ActionPlan]:
    """Everything of high severity agreed, the rest set aside."""
    return {p.patient.name: p for p in map(_signed, demo_bundles(AS_OF))}


def _signed(bundle: Json) -> ActionPlan:
    chart = chart_from_bundle(bundle, AS_OF, load_vocabulary())
    today = assess(chart, load_compiled(), AS_OF)
    draft = Draft(plan_id="7b0d2c1e-2f60-5d6a-9a3e-0f0f3a1d2b10")
    for p in today.problems:
        grave = p.severity.rank == 0
        said = Decision(p.id, Verdict.ACCEPTED) if grave else Decision(p.id, Verdict.DISMISSED, "tolerated")  # fmt: skip
        draft = decide(draft, said)
    return sign(
        draft,
        chart,
        today,
        author=PHARMACIST,
        signed_at=year()[0].plan.signed_at,
        version_id="2aff96af-41f8-5fd6-bee2-614b6846a441",
        knows_open_ends=True,
    )


@pytest.mark.parametrize("at", range(9))
def test_a_plan_of_each_demo_patient_is_read_as_it_was_written(at: int) -> None:
    plan = list(demo_plans().values())[at]
    bundle = plan_bundle(plan, lists())
    checked(bundle)
    assert_the_same(_as_read(plan), read_plan(json.loads(json.dumps(bundle)), lists()))


@pytest.mark.parametrize("at", range(5))
def test_each_version_of_the_year_is_read_as_it_was_written(at: int) -> None:
    plan = year()[at].plan
    assert_the_same(_as_read(plan), read_plan(there(plan, lists()), lists()))


def _as_read(plan: ActionPlan) -> ActionPlan:
    """A goal that nobody looked at yet is in progress in FHIR; what is named twice is referred to once."""
    goals = tuple(
        dataclasses.replace(
            g,
            progress=g.progress or "in-progress",
            conditions=tuple(sorted(set(g.conditions))),
        )
        for g in plan.goals
    )
    actions = (dataclasses.replace(a, problem=_once(a.problem)) for a in plan.actions)
    dismissed = (dataclasses.replace(d, problem=_once(d.problem)) for d in plan.dismissed)
    return dataclasses.replace(
        plan, goals=goals, actions=tuple(actions), dismissed=tuple(dismissed)
    )


def _once(problem: MedicationTherapyProblem) -> MedicationTherapyProblem:
    inputs = {(i.resource, i.id): i for i in problem.inputs}
    return dataclasses.replace(problem, inputs=tuple(inputs.values()))


@pytest.mark.parametrize("name", NOT_HELD)
def test_what_is_not_held_names_a_field_and_says_why(name: str) -> None:
    kind, _, member = name.partition(".")
    of = KINDS[kind]
    names = getattr(of, "__struct_fields__", None) or [f.name for f in dataclasses.fields(of)]
    assert member in names
    assert NOT_HELD[name].endswith(".")
