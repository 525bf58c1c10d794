"""What is written meets its official profiles; in one file, because each release of them takes long to load."""

import contextlib
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fhir_mappings.strict import checked
from fhir_mappings.write_communication import communication_bundle
from fhir_mappings.write_contained import with_contained
from fhir_mappings.write_document import Note, document_bundle
from fhir_mappings.write_list import medication_list_bundle
from fhir_mappings.write_names import US_CORE
from fhir_mappings.write_plan import plan_bundle
from fhir_mappings.write_questionnaire_response import questionnaire_response_bundle
from tests.fhir_mappings.test_write_documents import BARE, PLAN, WRITERS
from tests.fhir_mappings.test_write_list import settled_plan
from tests.fhir_mappings.test_write_plan import only
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
# The validator fails official examples of these three, so they are checked against the models only.
BASE_ONLY = {"Patient", "Condition", "Observation"}


def first(bundle: Resource) -> Resource:
    found: Resource = bundle["entry"][0]["resource"]
    return found


def claiming(resource: Resource, profile: str) -> Resource:
    """As it would be judged against a profile that it meets without saying so."""
    return {**resource, "meta": {"profile": [f"{US_CORE}/{profile}"]}}


NOTE = first(document_bundle(signed_plan(), LISTS, Note(replaces="DocumentReference/1")))
WRITTEN = {
    "note": claiming(NOTE, "us-core-documentreference"),
    "form": first(questionnaire_response_bundle(signed_plan(), LISTS)),
    "message": first(communication_bundle(signed_plan(), LISTS)),
}


# What the validator can't know: which LOINC codes are documents (the value set is a filter over LOINC
# itself), our own questionnaire, and a choice of types inside a repeated element.
UNKNOWABLE = (
    "profile.binding.required at DocumentReference.type",
    "profile.element.binding.required at DocumentReference.type",
    "questionnaire.unresolved",
    "cardinality.min at Communication.payload[0].content[x]",
)


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
@pytest.mark.parametrize("form", WRITTEN)
def test_each_form_meets_its_profile(form: str, validate: Validate) -> None:
    faults = [f for f in validate(WRITTEN[form]) if not f.startswith(UNKNOWABLE)]
    assert faults == []


@pytest.mark.shared
def test_a_care_plan_with_its_findings_inside_meets_us_core(validate: Validate) -> None:
    bundle = with_contained(plan_bundle(signed_plan(), LISTS), {"CarePlan"})
    plan = next(e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == "CarePlan")  # fmt: skip
    assert validate(plan) == []


@pytest.mark.shared
@pytest.mark.parametrize("element", ["category", "type", "content", "subject", "status"])
def test_the_validator_would_notice_what_a_note_lacks(element: str, validate: Validate) -> None:
    broken = {k: v for k, v in WRITTEN["note"].items() if k != element}
    assert [f for f in validate(broken) if not f.startswith(UNKNOWABLE)]


@pytest.mark.shared
def test_every_written_resource_meets_us_core_and_smp(validate: Validate) -> None:
    bundle = checked(plan_bundle(signed_plan(), LISTS))
    told = {e["resource"]["resourceType"]: validate(e["resource"]) for e in bundle["entry"]}
    assert {kind: faults for kind, faults in told.items() if faults} == {}


@pytest.mark.shared
def test_the_validator_would_notice_a_missing_category(validate: Validate) -> None:
    broken = {**only("CarePlan"), "category": []}
    assert validate(broken)


@pytest.mark.shared
@pytest.mark.parametrize("writer", sorted(WRITERS))
def test_every_resource_of_it_meets_us_core_and_its_guide(writer: str, validate: Validate) -> None:
    for plan in (PLAN, BARE):
        bundle = checked(WRITERS[writer](plan, LISTS))
        told = [
            (r["resourceType"], faults)
            for e in bundle["entry"]
            if (r := e["resource"])["resourceType"] not in BASE_ONLY and (faults := validate(r))
        ]
        assert told == []


@pytest.mark.shared
def test_the_list_and_its_statements_meet_us_core(validate: Validate) -> None:
    bundle = checked(medication_list_bundle(settled_plan(), LISTS))
    told = [faults for e in bundle["entry"] if (faults := validate(e["resource"]))]
    assert told == []
