"""The settled list as it is written: strict, whole, and the same however often it is written."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from app.domain.codes import Source
from app.domain.errors import CmmError
from app.domain.medicines import Disagreement, LineStatus, Settled, Settlement
from app.domain.plan import ActionPlan
from fhir_mappings.strict import checked
from fhir_mappings.write_list import medication_list_bundle
from fhir_mappings.write_plan import plan_bundle
from tests.plans import LISTS, signed_plan

CONFLICT = Disagreement(
    "status",
    "The order is active, but the patient's statement says not taken.",
    (Source("MedicationRequest", "mr1"), Source("MedicationStatement", "ms1")),
)


def settled_plan() -> ActionPlan:
    plan = signed_plan()
    first, *others = plan.medicines
    given = Settlement(
        first.id, "status", "f", "not-taking", "Ada Park",
        datetime(2026, 11, 21, 10, tzinfo=UTC), "Not taken", note="Nausea.",
    )  # fmt: skip
    settled = replace(
        first,
        status=LineStatus.NOT_TAKEN,
        disagreements=(CONFLICT,),
        settled=(Settled(CONFLICT, given),),
    )
    return replace(plan, medicines=(settled, *others))


def _parts(plan: ActionPlan) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    entries = checked(medication_list_bundle(plan, LISTS))["entry"]
    return entries[:-1], entries[-1]


def test_every_line_is_a_statement_and_an_entry_of_the_list() -> None:
    plan = settled_plan()
    statements, held = _parts(plan)
    assert [s["resource"]["resourceType"] for s in statements] == ["MedicationStatement"] * len(
        plan.medicines
    )
    items = [e["item"]["reference"] for e in held["resource"]["entry"]]
    assert items == [s["fullUrl"] for s in statements]
    assert held["resource"]["code"]["coding"][0]["code"] == "10160-0"


def test_a_settled_line_says_what_disagreed_and_who_settled_it_how() -> None:
    statements, _ = _parts(settled_plan())
    assert statements[0]["resource"]["status"] == "not-taken"
    (note,) = statements[0]["resource"]["note"]
    assert note["text"] == (
        "The order is active, but the patient's statement says not taken. "
        "Settled on 21-Nov-2026 by Ada Park: Not taken. Nausea."
    )


def test_what_was_not_settled_is_said_too() -> None:
    plan = settled_plan()
    first = replace(plan.medicines[0], settled=())
    statements, _ = _parts(replace(plan, medicines=(first,)))
    assert statements[0]["resource"]["note"][0]["text"].startswith("Not settled: The order")


def test_the_statements_are_those_of_the_plan_so_that_writing_both_makes_one() -> None:
    plan = signed_plan()
    of_plan = {
        e["request"]["ifNoneExist"]: e["resource"]
        for e in plan_bundle(plan, LISTS)["entry"]
        if e["resource"]["resourceType"] == "MedicationStatement"
    }
    statements, _ = _parts(plan)
    of_list = {s["request"]["ifNoneExist"]: s["resource"] for s in statements}
    assert of_plan
    assert of_plan.items() <= of_list.items()


def test_an_empty_list_is_still_a_list() -> None:
    statements, held = _parts(replace(signed_plan(), medicines=()))
    assert statements == []
    assert "entry" not in held["resource"]


def test_a_snapshot_whose_entries_are_dated_is_stopped_at_the_gate() -> None:
    bundle = medication_list_bundle(signed_plan(), LISTS)
    bundle["entry"][-1]["resource"]["entry"][0]["date"] = "2026-11-21"
    with pytest.raises(CmmError, match=r"List\.entry\.date"):
        checked(bundle)
