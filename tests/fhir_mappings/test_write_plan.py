"""The written plan meets its profiles, says everything in words, and can be repeated safely."""

import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import CmmError
from fhir_mappings.strict import checked
from fhir_mappings.write_narrative import plan_narrative
from fhir_mappings.write_plan import plan_bundle
from tests.plans import LISTS, signed_plan

Resource = dict[str, Any]


def resources(kind: str) -> list[Resource]:
    bundle = plan_bundle(signed_plan(), LISTS)
    return [e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == kind]


def only(kind: str) -> Resource:
    (resource,) = resources(kind)
    return resource


def test_a_plan_without_problems_does_not_claim_smp() -> None:
    plan = replace(signed_plan(), actions=(), dismissed=())
    bundle = checked(plan_bundle(plan, LISTS))
    care_plan = next(
        e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == "CarePlan"
    )
    assert "supportingInfo" not in care_plan
    assert not any("smp" in profile for profile in care_plan["meta"]["profile"])


def test_writing_twice_gives_the_same_bundle() -> None:
    assert plan_bundle(signed_plan(), LISTS) == plan_bundle(signed_plan(), LISTS)


def test_every_part_but_provenance_is_created_conditionally() -> None:
    entries = plan_bundle(signed_plan(), LISTS)["entry"]
    unconditional = [e["resource"]["resourceType"] for e in entries if "ifNoneExist" not in e["request"]]  # fmt: skip
    assert unconditional == ["Provenance"]


def test_what_was_set_aside_is_written_as_cancelled_with_its_reason() -> None:
    cancelled = [i for i in resources("DetectedIssue") if i["status"] == "cancelled"]
    assert len(cancelled) == 1
    assert "Patient tolerated it before" in cancelled[0]["detail"]


def test_an_issue_points_at_the_medicine_through_a_statement_based_on_the_order() -> None:
    issue = next(i for i in resources("DetectedIssue") if i["status"] == "final")
    kinds = {r["reference"].partition("/")[0] for r in issue["implicated"][1:]}
    assert kinds == {"Observation", "Condition"}
    assert only("MedicationStatement")["basedOn"] == [{"reference": "MedicationRequest/mr1"}]


@pytest.mark.parametrize(
    "said",
    [
        "Metformin with eGFR below 30",
        "Stop metformin; choose another agent.",
        "Dr Lee",
        "24-Nov-2026",
        "Repeat eGFR in 3 months",
        "Patient tolerated it before",
        "No statin in diabetes",
        "Allergies were not read.",
        "I want to walk my dog again",
        "01-Dec-2026 to 05-Dec-2026",
        "1 tablet by mouth twice daily; use: Type 2 diabetes; 1,000 mg a day",
    ],
)
def test_the_narrative_alone_tells_the_whole_plan(said: str) -> None:
    assert said in plan_narrative(signed_plan(), LISTS)


@given(st.text(max_size=200))
def test_no_text_breaks_the_narrative(text: str) -> None:
    plan = replace(signed_plan(), patient_words=f"<script>{text}</p>&")
    narrative = plan_narrative(plan, LISTS)
    ET.fromstring(narrative)  # noqa: S314 - our own text
    assert "<script" not in narrative


def test_a_wrong_author_is_refused_without_naming_values() -> None:
    plan = signed_plan()
    wrong = replace(plan, author=replace(plan.author, reference="Device/ZZ-1"))
    with pytest.raises(CmmError, match=r"CarePlan\.author") as raised:
        checked(plan_bundle(wrong, LISTS))
    assert "ZZ-1" not in raised.value.message


def test_a_base_model_fault_is_named_by_element() -> None:
    bundle = plan_bundle(signed_plan(), LISTS)
    broken = json.loads(json.dumps(bundle, default=str))
    broken["entry"][0]["resource"]["dateAsserted"] = "yesterday"
    with pytest.raises(CmmError, match=r"MedicationStatement\.dateAsserted"):
        checked(broken)
