"""A further version closes what the one before it left in the EHR, and never what somebody answered."""

from dataclasses import replace

import httpx
import pytest

from app.domain.follow_up import Outcome
from app.domain.plan import ActionPlan
from fhir_mappings.write_closing import ANSWERED, CLOSING
from tests.delivery.clinic import Clinic, context
from tests.delivery.fake_ehr import FakeEhr
from tests.delivery.two_versions import (
    ALL_SCOPES,
    LATER,
    SECOND,
    action,
    answered,
    first,
    of_key,
    second,
    the,
)
from tests.plans import PROBLEM

WAYS = pytest.mark.parametrize("transactions", [True, False])


@pytest.fixture
def session(clinic: Clinic) -> str:
    """A session whose first version is in the EHR."""
    opened = clinic.launch(context(ALL_SCOPES))
    clinic.deliver(clinic.sign(opened, first()))
    clinic.now = LATER
    return opened


@WAYS
def test_what_is_resolved_is_closed_and_what_goes_on_is_the_same_record(
    clinic: Clinic, ehr: FakeEhr, transactions: bool
) -> None:
    ehr.transactions = transactions
    opened = clinic.launch(context(ALL_SCOPES))
    clinic.deliver(clinic.sign(opened, first()))
    before = the(ehr, "Task", action(SECOND.id))["id"]
    clinic.now = LATER
    clinic.deliver(clinic.sign(opened, second()))
    assert clinic.state == "done"
    done, goes_on = the(ehr, "Task", action(PROBLEM.id)), the(ehr, "Task", action(SECOND.id))
    assert (done["status"], done["statusReason"]["coding"][0]["code"]) == ("completed", "resolved")
    assert "Metformin was stopped" in done["statusReason"]["text"]
    assert (goes_on["id"], goes_on["status"]) == (before, "requested")
    assert goes_on["description"] == "Raise the statin further."
    assert the(ehr, "Task", "support-1")["status"] == "cancelled"
    issue = the(ehr, "DetectedIssue", PROBLEM.id)
    assert (issue["status"], issue["mitigation"][0]["action"]["coding"][0]["system"]) == ("final", CLOSING)  # fmt: skip
    assert "mitigation" not in the(ehr, "DetectedIssue", SECOND.id)


@WAYS
def test_goals_and_contacts_end_in_their_own_way(
    clinic: Clinic, ehr: FakeEhr, session: str, transactions: bool
) -> None:
    ehr.transactions = transactions
    clinic.deliver(clinic.sign(session, second()))
    left, reached = the(ehr, "Goal", "goal-1"), the(ehr, "Goal", "goal-own-1")
    assert (left["lifecycleStatus"], left["statusDate"]) == ("cancelled", "2026-12-12")
    assert reached["lifecycleStatus"] == "completed"
    assert reached["achievementStatus"]["coding"][0]["code"] == "achieved"
    past, ahead = of_key(ehr, "ServiceRequest", "touchpoint-1")
    assert (past["status"], ahead["status"]) == ("revoked", "active")
    assert "its time has passed" in past["note"][0]["text"]
    assert the(ehr, "ServiceRequest", "touchpoint-2")["status"] == "active"


def test_the_plan_points_at_the_records_that_go_on(
    clinic: Clinic, ehr: FakeEhr, session: str
) -> None:
    clinic.deliver(clinic.sign(session, second()))
    (plan,) = ehr.of("CarePlan")
    pointed = {a["reference"]["reference"] for a in plan["activity"]}
    assert f"Task/{the(ehr, 'Task', action(SECOND.id))['id']}" in pointed
    assert "urn:uuid" not in str(ehr.kept)


def test_the_receipt_says_what_became_of_each(clinic: Clinic, ehr: FakeEhr, session: str) -> None:
    clinic.deliver(clinic.sign(session, second()))
    told = " | ".join(clinic.receipt.earlier)
    task = the(ehr, "Task", action(PROBLEM.id))["id"]
    assert f"A recommendation of version 1 (Task/{task}): closed (resolved)" in told
    assert "goes on, brought up to date" in told
    assert "by hand" not in f"{told} {clinic.receipt.sentence}"
    assert clinic.receipt.look == "good"


@pytest.mark.parametrize("status", ["accepted", "in-progress", "rejected", "completed"])
@pytest.mark.parametrize("outcome", [Outcome.RESOLVED, Outcome.LOST_TO_FOLLOW_UP, None])
def test_an_answer_given_in_the_ehr_can_still_be_read_after_closing(
    clinic: Clinic, ehr: FakeEhr, session: str, status: str, outcome: Outcome | None
) -> None:
    answered(ehr, action(PROBLEM.id), status, statusReason={"text": "after the holidays"})
    clinic.deliver(clinic.sign(session, second(outcome)))
    task = the(ehr, "Task", action(PROBLEM.id))
    known = [c["code"] for c in task.get("businessStatus", {}).get("coding", []) if c["system"] == ANSWERED]  # fmt: skip
    assert status in {task["status"], *known}
    assert task["statusReason"] == {"text": "after the holidays"}
    assert task["lastModified"] == "2026-11-30T09:00:00+00:00"
    assert task["status"] in {"completed", "cancelled", "rejected"}


def test_an_answer_to_what_goes_on_stays(clinic: Clinic, ehr: FakeEhr, session: str) -> None:
    note = {"text": "Will do on Monday."}
    answered(ehr, action(SECOND.id), "accepted", note=[note], output=[{"x": 1}])
    clinic.deliver(clinic.sign(session, second()))
    task = the(ehr, "Task", action(SECOND.id))
    assert (task["status"], task["output"], task["note"]) == ("accepted", [{"x": 1}], [note])
    assert task["description"] == "Raise the statin further."


@pytest.mark.parametrize("key", [action(PROBLEM.id), action(SECOND.id)])
def test_an_answer_given_at_the_very_moment_of_writing_is_read_and_kept(
    clinic: Clinic, ehr: FakeEhr, session: str, key: str
) -> None:
    """Between our reading and our writing: the EHR says 412, and the Task is read again."""
    left = [1]
    there = f"Task/{the(ehr, 'Task', key)['id']}"

    def answers_first(request: httpx.Request) -> httpx.Response:
        if request.method == "PUT" and request.url.path.endswith(there) and left:
            left.pop()
            answered(ehr, key, "accepted", statusReason={"text": "from Monday"})
        return ehr(request)

    clinic.transport = httpx.MockTransport(answers_first)
    clinic.deliver(clinic.sign(session, second()))
    task = the(ehr, "Task", key)
    assert not left
    assert task["statusReason"] == {"text": "from Monday"}
    assert "accepted" in str([task["status"], task.get("businessStatus")])
    assert clinic.state == "done"


def test_an_ehr_that_refuses_changes_leaves_a_line_for_each_record(
    clinic: Clinic, ehr: FakeEhr, session: str
) -> None:
    def refuses(request: httpx.Request) -> httpx.Response:
        if request.method == "PUT" and "CarePlan" not in request.url.path:
            return httpx.Response(405)
        return ehr(request)

    clinic.transport = httpx.MockTransport(refuses)
    clinic.deliver(clinic.sign(session, second()))
    still = [line for line in clinic.receipt.earlier if "still open in Sandbox Hospital" in line]
    assert clinic.state == "done"
    assert len(still) == 5  # problem, goal, recommendation, contact, self-management
    assert any("change it there by hand" in line for line in clinic.receipt.earlier)
    assert "to be seen to by hand" in clinic.receipt.sentence
    assert clinic.receipt.look == "warn"
    assert the(ehr, "Task", action(PROBLEM.id))["status"] == "requested"


def test_without_permission_to_change_them_nothing_is_tried_and_it_is_said(
    clinic: Clinic, ehr: FakeEhr
) -> None:
    opened = clinic.launch()
    clinic.deliver(clinic.sign(opened, first()))
    clinic.now = LATER
    clinic.deliver(clinic.sign(opened, second()))
    assert not [path for method, path in ehr.asked if method == "PUT" and "CarePlan" not in path]
    assert any("Task update) was granted" in line for line in clinic.receipt.earlier)


def test_where_the_ehr_gives_no_version_numbers_nothing_is_written_over(
    clinic: Clinic, ehr: FakeEhr
) -> None:
    ehr.keeps_versions = False
    opened = clinic.launch(context(ALL_SCOPES))
    clinic.deliver(clinic.sign(opened, first()))
    clinic.now = LATER
    clinic.deliver(clinic.sign(opened, second()))
    assert the(ehr, "Task", action(PROBLEM.id))["status"] == "requested"
    assert any("no version number" in line for line in clinic.receipt.earlier)


def test_nothing_is_closed_while_the_new_plan_is_not_there(
    clinic: Clinic, ehr: FakeEhr, session: str
) -> None:
    ehr.faults = ["422"]
    clinic.deliver(clinic.sign(session, second()))
    assert clinic.state == "rejected"
    assert the(ehr, "Task", action(PROBLEM.id))["status"] == "requested"


@pytest.mark.parametrize("fault", ["dies_before", "dies_after", "503", "429", "unreachable"])
@pytest.mark.parametrize("kind", ["Task", "Goal", "DetectedIssue", "ServiceRequest"])
def test_a_fault_while_closing_is_gone_over_again_and_nothing_is_done_twice(
    clinic: Clinic, ehr: FakeEhr, session: str, fault: str, kind: str
) -> None:
    strike_at_change(clinic, ehr, kind, fault)
    clinic.deliver(clinic.sign(session, second()))
    assert clinic.state in {"pending", "in_doubt"}
    assert clinic.receipt.headline == "Saved in Sandbox Hospital"
    assert "still being closed" in clinic.receipt.sentence
    clinic.rounds(6, seconds=31)
    assert clinic.state == "done"
    task = the(ehr, "Task", action(PROBLEM.id))
    assert (task["status"], task["meta"]["versionId"]) == ("completed", "2")
    assert len(of_key(ehr, "DetectedIssue", PROBLEM.id)[0]["mitigation"]) == 1
    assert clinic.audited.count("delivered") == 2


def strike_at_change(clinic: Clinic, ehr: FakeEhr, kind: str, fault: str) -> None:
    """The first change of a record of that kind meets the fault."""
    armed = [fault]

    def strikes(request: httpx.Request) -> httpx.Response:
        if request.method == "PUT" and f"/{kind}/" in request.url.path and armed:
            ehr.at, ehr.faults = kind, [armed.pop()]
        return ehr(request)

    clinic.transport = httpx.MockTransport(strikes)


@pytest.mark.parametrize("fault", ["login", "html", "empty"])
def test_an_answer_that_says_nothing_is_no_proof_so_the_record_is_read_again(
    clinic: Clinic, ehr: FakeEhr, session: str, fault: str
) -> None:
    """A sign-in page is 200 too; it is not taken for a closed record."""
    strike_at_change(clinic, ehr, "Task", fault)
    clinic.deliver(clinic.sign(session, second()))
    assert clinic.state == "done"
    task = the(ehr, "Task", action(PROBLEM.id))
    assert (task["status"], task["meta"]["versionId"]) == ("completed", "2")


def test_when_it_gives_up_what_is_left_is_named_for_a_person(
    clinic: Clinic, ehr: FakeEhr, session: str
) -> None:
    def fails(request: httpx.Request) -> httpx.Response:
        if request.method == "PUT" and "/Goal/" in request.url.path:
            return httpx.Response(500)
        return ehr(request)

    clinic.transport = httpx.MockTransport(fails)
    clinic.deliver(clinic.sign(session, second()))
    clinic.rounds(40, seconds=3600)
    assert clinic.state == "done"
    assert any("by hand" in line for line in clinic.receipt.earlier)
    assert "to be seen to by hand" in clinic.receipt.sentence


def test_a_plan_that_is_there_is_not_called_rejected_for_a_fault_of_our_own_while_closing(
    clinic: Clinic, ehr: FakeEhr, session: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("app.delivery.attempt.Attempt._closed", broken)
    clinic.deliver(clinic.sign(session, second()))
    clinic.rounds(100, seconds=300)
    assert ehr.of("CarePlan")[0]["meta"]["versionId"] == "2"
    assert clinic.attempts[-8:] == [*["stopped"] * 7, "done"]
    assert (clinic.state, clinic.receipt.look) == ("done", "warn")
    assert "What earlier versions left there was not seen to" in clinic.receipt.sentence


def test_a_third_version_leaves_what_the_second_closed_alone(
    clinic: Clinic, ehr: FakeEhr, session: str
) -> None:
    clinic.deliver(clinic.sign(session, second()))
    before = the(ehr, "Task", action(PROBLEM.id))
    clinic.wait(3600)
    third = _third(clinic)
    clinic.deliver(clinic.sign(session, third))
    assert clinic.state == "done"
    assert the(ehr, "Task", action(PROBLEM.id)) == before
    assert the(ehr, "Task", action(SECOND.id))["status"] == "cancelled"


def _third(clinic: Clinic) -> ActionPlan:
    return replace(
        second(),
        version=3,
        version_id="3aff96af-41f8-5fd6-bee2-614b6846a443",
        signed_at=clinic.now,
        actions=(),
        goals=(),
    )


def test_a_record_that_was_deleted_in_the_ehr_is_made_anew_where_it_goes_on(
    clinic: Clinic, ehr: FakeEhr, session: str
) -> None:
    ehr.kept["Task"].pop(the(ehr, "Task", action(SECOND.id))["id"])
    clinic.deliver(clinic.sign(session, second()))
    assert clinic.state == "done"
    assert the(ehr, "Task", action(SECOND.id))["status"] == "requested"


def test_a_lost_answer_to_the_first_version_does_not_double_its_records(
    clinic: Clinic, ehr: FakeEhr
) -> None:
    """Where they are is read from the CarePlan, which points at them."""
    ehr.faults = ["dies_after"]
    opened = clinic.launch(context(ALL_SCOPES))
    clinic.deliver(clinic.sign(opened, first()))
    clinic.now = LATER
    clinic.deliver(clinic.sign(opened, second()))
    clinic.rounds(3)
    assert clinic.state == "done"
    assert the(ehr, "Task", action(PROBLEM.id))["status"] == "completed"
    assert the(ehr, "Task", action(SECOND.id))["description"] == "Raise the statin further."


def test_what_was_carried_over_by_hand_names_the_records_of_before(
    clinic: Clinic, session: str
) -> None:
    clinic.by_hand = True
    clinic.sign(session, second())
    assert clinic.state == "by_hand"
    assert any("by hand" in line and "Task/" in line for line in clinic.receipt.earlier)
