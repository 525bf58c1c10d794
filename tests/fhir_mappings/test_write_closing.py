"""A closed record is strict R4B, says why it ended, and keeps what others wrote into it."""

import copy
import importlib
from datetime import date

import pytest

from app.domain.follow_up import Outcome
from fhir_mappings.read_plan_parts import Parts, response_of
from fhir_mappings.write_closing import ENDINGS, OVER, Ending, closed
from fhir_mappings.write_endings import ending_of
from fhir_mappings.write_list import with_medication_list
from fhir_mappings.write_merge import carried_on
from fhir_mappings.write_names import Json
from fhir_mappings.write_plan import plan_bundle
from tests.delivery.two_versions import first, second
from tests.plans import LISTS

BUNDLE = with_medication_list(plan_bundle(first(), LISTS), first(), LISTS)


def written(kind: str) -> Json:
    """The first record of a kind, as the EHR holds it."""
    resources = (e["resource"] for e in BUNDLE["entry"])
    found: Json = next(r for r in resources if r["resourceType"] == kind)
    return {**copy.deepcopy(found), "id": "7"}


@pytest.mark.parametrize("code", ENDINGS)
@pytest.mark.parametrize("kind", OVER)
def test_is_strict_r4b_however_it_ended(kind: str, code: str) -> None:
    after = closed(written(kind), Ending(code, second(), "Stopped on 25-Nov-2026."))
    assert after is not None
    module = importlib.import_module(f"fhir.resources.R4B.{kind.lower()}")
    getattr(module, kind).model_validate(after)
    assert ENDINGS[code] in after["text"]["div"]


@pytest.mark.parametrize("kind", OVER)
def test_what_is_over_is_left_alone(kind: str) -> None:
    ending = Ending("resolved", second())
    after = closed(written(kind), ending)
    assert after is not None
    assert closed(after, ending) is None
    name, over = OVER[kind]
    assert all(closed({**written(kind), name: status}, ending) is None for status in over)


def test_elements_of_the_wrong_form_are_no_obstacle() -> None:
    task = written("Task") | {"businessStatus": "seen", "note": {"text": "alone"}}
    after = closed(task, Ending("resolved", second()))
    assert after is not None
    assert after["note"][0]["text"] == "alone"


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        ("requested", None),
        ("received", None),
        ("accepted", "accepted"),
        ("in-progress", "accepted"),
    ],
)
@pytest.mark.parametrize("code", ["resolved", "left-out"])
def test_closing_a_task_is_no_answer_and_wipes_none(
    status: str, answer: str | None, code: str
) -> None:
    before = written("Task") | {"status": status, "lastModified": "2026-11-30T09:00:00Z"}
    after = closed(before, Ending(code, second(), "It was stopped."))
    assert after is not None
    read = response_of(Parts({}, LISTS), after)
    assert (read.response.value if read else None) == answer
    if read:
        assert (read.at.date(), read.text) == (date(2026, 11, 30), "")


def test_an_answer_after_the_closing_counts() -> None:
    after = closed(written("Task"), Ending("resolved", second()))
    assert after is not None
    read = response_of(Parts({}, LISTS), after | {"status": "rejected"})
    assert read is not None
    assert read.response.value == "declined"


@pytest.mark.parametrize(
    ("start", "end", "code"),
    [
        ("2026-12-01", "2026-12-11", "time-passed"),
        ("2026-12-01", "2026-12-12", "reviewed"),
        ("2026-12-12", "2026-12-12", "reviewed"),
        ("2026-12-13", "2026-12-20", "left-out"),
    ],
)
def test_a_contact_ends_by_its_time(start: str, end: str, code: str) -> None:
    sent = {"resourceType": "ServiceRequest", "occurrencePeriod": {"start": start, "end": end}}
    assert ending_of("ServiceRequest", sent, "", second()).code == code


@pytest.mark.parametrize("outcome", Outcome)
def test_a_problem_ends_with_what_was_confirmed_of_it(outcome: Outcome) -> None:
    plan = second(outcome)
    ending = ending_of("DetectedIssue", {}, plan.outcomes[0].problem, plan)
    assert (ending.code, ending.done) == (outcome.value, outcome is Outcome.RESOLVED)
    assert ending_of("DetectedIssue", {}, "another", plan).code == "left-out"


BEFORE = {
    "status": "requested",
    "description": "old",
    "note": [{"text": "ours"}],
    "authoredOn": "1",
}


@pytest.mark.parametrize(
    ("ours", "theirs", "merged"),
    [
        ({}, {"status": "accepted"}, {"status": "accepted", "description": "old", "note": [{"text": "ours"}]}),
        ({"description": "new", "authoredOn": "2"}, {"status": "accepted", "description": "edited"}, {"status": "accepted", "description": "new", "note": [{"text": "ours"}]}),
        ({}, {"description": "edited"}, {"status": "requested", "description": "edited", "note": [{"text": "ours"}]}),
        ({"note": [{"text": "new"}]}, {"note": [{"text": "ours"}, {"text": "yes"}]}, {"status": "requested", "description": "old", "note": [{"text": "new"}, {"text": "yes"}]}),
        ({"focus": {"reference": "urn:uuid:1"}}, {}, {"status": "requested", "description": "old", "note": [{"text": "ours"}]}),
    ],
)  # fmt: skip
def test_what_we_changed_is_changed_and_everything_else_stays(
    ours: Json, theirs: Json, merged: Json
) -> None:
    after = carried_on(BEFORE, BEFORE | ours, BEFORE | theirs)
    assert after == merged | {"authoredOn": "1"}


def test_what_a_further_version_leaves_out_is_taken_out() -> None:
    ours = {k: v for k, v in BEFORE.items() if k != "note"}
    theirs = BEFORE | {"note": [{"text": "ours"}]}
    assert "note" not in carried_on(BEFORE, ours, theirs)
