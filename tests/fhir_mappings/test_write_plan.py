"""The written plan meets its profiles, says everything in words, and can be repeated safely."""

import contextlib
import io
import json
import os
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
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
SHARED = Path(os.environ.get("CONCORDANCE_SHARED", Path(__file__).parents[3] / "shared"))
PROFILES = SHARED / "data" / "profiles"
# pyrofile can't run htmlChecks and does not resolve references outside the bundle.
QUIET = (
    "profile.element.invariant.unsupported.txt-1",
    "profile.element.invariant.unsupported.txt-2",
    "modifierExtension.present",
    "reference.unresolved",
    "datatype.unknown-field",
)
Validate = Callable[[Resource], list[str]]


def resources(kind: str) -> list[Resource]:
    bundle = plan_bundle(signed_plan(), LISTS)
    return [e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == kind]


def only(kind: str) -> Resource:
    (resource,) = resources(kind)
    return resource


@pytest.fixture(scope="module", params=["311", "610", "800"])
def validate(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Validate:
    if not PROFILES.exists():
        pytest.skip("the official profiles are not here (CONCORDANCE_SHARED)")
    import pyrofile_validator as pyrofile
    from pyrofile_validator.config import ValidatorConfig

    packages = [
        PROFILES / f"hl7.fhir.us.core-{request.param}.tgz",
        PROFILES / "hl7.fhir.r4.core-4.0.1-rebuilt.tgz",
        PROFILES / "smp",
        PROFILES / "phcp",
    ]
    here = Path.cwd()
    os.chdir(tmp_path_factory.mktemp("pyrofile"))
    with contextlib.redirect_stdout(io.StringIO()):
        validator = pyrofile.Validator(
            ValidatorConfig.load_dict(
                {
                    "localPackagePaths": [str(p.resolve()) for p in packages],
                    "terminology": {"mode": "local"},
                    "severityPolicy": dict.fromkeys(QUIET, "information"),
                }
            )
        )
    os.chdir(here)

    def faults(resource: Resource) -> list[str]:
        with contextlib.redirect_stdout(io.StringIO()):
            report = validator.validate_resource(resource)
        if report.status.value != "FAIL":
            return []
        worst = [i for i in report.issues if i.severity.value in {"error", "fatal"}]
        return [f"{i.code} at {i.path}: {i.message}" for i in worst]

    return faults


@pytest.mark.shared
def test_every_written_resource_meets_us_core_and_smp(validate: Validate) -> None:
    bundle = checked(plan_bundle(signed_plan(), LISTS))
    told = {e["resource"]["resourceType"]: validate(e["resource"]) for e in bundle["entry"]}
    assert {kind: faults for kind, faults in told.items() if faults} == {}


@pytest.mark.shared
def test_the_validator_would_notice_a_missing_category(validate: Validate) -> None:
    broken = {**only("CarePlan"), "category": []}
    assert validate(broken)


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
        "metformin 1,000 mg",
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
