"""A further version replaces the one before it, and never what somebody else wrote."""

from dataclasses import replace

import httpx
import pytest

from app.domain.errors import CmmError
from tests.delivery.clinic import Clinic, context
from tests.delivery.fake_ehr import FakeEhr, Json
from tests.delivery.invariants import check
from tests.plans import signed_plan


def only_plan(ehr: FakeEhr) -> Json:
    (plan,) = ehr.of("CarePlan")
    return plan


@pytest.fixture
def session(clinic: Clinic) -> str:
    """A session whose first version is in the EHR."""
    opened = clinic.launch()
    clinic.deliver(clinic.sign(opened))
    return opened


@pytest.mark.parametrize("transactions", [True, False])
@pytest.mark.parametrize("fault", ["", "dies_before", "dies_after", "503", "html", "429"])
def test_a_second_version_replaces_the_first_in_the_same_care_plan(
    clinic: Clinic, ehr: FakeEhr, session: str, transactions: bool, fault: str
) -> None:
    ehr.transactions, ehr.faults = transactions, [fault] if fault else []
    before = only_plan(ehr)["id"]
    clinic.wait(60)
    clinic.deliver(clinic.sign_next(session, "Second words"))
    check_two(clinic, ehr)
    for _ in range(8):
        clinic.rounds(1, seconds=20)
        check_two(clinic, ehr)
    plan = only_plan(ehr)
    assert (plan["id"], plan["meta"]["versionId"]) == (before, "2")
    assert "Second words" in plan["text"]["div"]
    assert clinic.state == "done"
    assert clinic.receipt.version == 2
    provenance = ehr.of("Provenance")[-1]
    assert {"reference": f"CarePlan/{before}"} in provenance["target"]


def check_two(clinic: Clinic, ehr: FakeEhr) -> None:
    """As `check`, with one record of who signed for each version."""
    assert len(ehr.of("Provenance")) <= 2
    first = ehr.kept["Provenance"].pop(next(iter(ehr.kept["Provenance"])))
    check(clinic, ehr)
    ehr.kept["Provenance"] = {first["id"]: first, **ehr.kept["Provenance"]}


@pytest.mark.parametrize("transactions", [True, False])
def test_a_plan_that_was_changed_in_the_ehr_is_not_written_over(
    clinic: Clinic, ehr: FakeEhr, session: str, transactions: bool
) -> None:
    ehr.transactions = transactions
    change(ehr)
    count = len(ehr.of("Task"))
    clinic.deliver(clinic.sign_next(session))
    assert clinic.state == "conflict"
    assert only_plan(ehr)["title"] == "changed by a nurse"
    assert len(ehr.of("Task")) == count
    assert "changed in the EHR since" in clinic.receipt.sentence
    assert not clinic.receipt.can_retry
    assert "delivery-conflict" in clinic.audited


def change(ehr: FakeEhr) -> None:
    plan = only_plan(ehr)
    version = int(plan["meta"]["versionId"]) + 1
    plan.update(title="changed by a nurse", meta={"versionId": str(version)})


def test_a_change_between_looking_and_writing_is_a_conflict_too(
    clinic: Clinic, ehr: FakeEhr, session: str
) -> None:
    ehr.on_write = lambda: change(ehr)
    clinic.deliver(clinic.sign_next(session))
    assert clinic.state == "conflict"
    assert only_plan(ehr)["title"] == "changed by a nurse"


def test_after_a_conflict_the_next_version_replaces_what_the_signer_was_told_of(
    clinic: Clinic, ehr: FakeEhr, session: str
) -> None:
    change(ehr)
    clinic.deliver(clinic.sign_next(session))
    clinic.deliver(clinic.sign_next(session, "Third words"))
    assert clinic.state == "done"
    assert "Third words" in only_plan(ehr)["text"]["div"]


def test_a_plan_that_was_deleted_in_the_ehr_is_a_conflict_and_then_made_anew(
    clinic: Clinic, ehr: FakeEhr, session: str
) -> None:
    ehr.kept.pop("CarePlan")
    clinic.deliver(clinic.sign_next(session))
    assert clinic.state == "conflict"
    clinic.deliver(clinic.sign_next(session, "Third words"))
    assert clinic.state == "done"
    assert "Third words" in only_plan(ehr)["text"]["div"]


def test_says_so_when_the_ehr_can_not_tell_whether_the_plan_was_changed(
    clinic: Clinic, ehr: FakeEhr
) -> None:
    ehr.keeps_versions = False
    session = clinic.launch()
    clinic.deliver(clinic.sign(session))
    clinic.deliver(clinic.sign_next(session))
    assert clinic.state == "done"
    assert "gives plans no version numbers" in clinic.receipt.sentence
    assert clinic.receipt.look == "warn"


def test_a_lagging_index_does_not_make_a_second_plan_of_a_second_version(
    clinic: Clinic, ehr: FakeEhr, session: str
) -> None:
    ehr.hidden_searches, ehr.honours_if_none_exist = 50, False
    clinic.deliver(clinic.sign_next(session, "Second words"))
    assert "Second words" in only_plan(ehr)["text"]["div"]
    assert clinic.state == "done"


@pytest.mark.parametrize("honours", [True, False])
@pytest.mark.parametrize("fault", ["dies_before", "dies_after", "unreachable", "422"])
def test_a_version_signed_while_the_first_is_not_settled_is_sent_in_its_place(
    clinic: Clinic, ehr: FakeEhr, fault: str, honours: bool
) -> None:
    session = clinic.launch()
    ehr.faults, ehr.honours_if_none_exist, ehr.hidden_searches = [fault], honours, 2
    clinic.deliver(clinic.sign(session))
    clinic.deliver(clinic.sign_next(session, "Second words"))
    clinic.rounds(8, seconds=20)
    assert "Second words" in only_plan(ehr)["text"]["div"]
    assert [row["state"] for row in clinic.outbox] == ["superseded", "done"]


@pytest.mark.parametrize("transactions", [True, False])
def test_a_create_that_meets_an_unseen_earlier_version_is_not_taken_for_ours(
    clinic: Clinic, ehr: FakeEhr, transactions: bool
) -> None:
    ehr.transactions, ehr.faults, ehr.hidden_searches = transactions, ["dies_after"], 10_000
    session = clinic.launch()
    clinic.deliver(clinic.sign(session))
    clinic.deliver(clinic.sign_next(session, "Second words"))
    clinic.rounds(4, seconds=20)
    assert clinic.state == "done"
    assert "Second words" in only_plan(ehr)["text"]["div"]


def test_an_older_version_waits_for_nobody_once_a_newer_one_is_in(
    clinic: Clinic, ehr: FakeEhr
) -> None:
    session = clinic.launch()
    first = clinic.sign(session)
    clinic.deliver(clinic.sign_next(session, "Second words"))
    clinic.deliver(first)
    assert "Second words" in only_plan(ehr)["text"]["div"]
    assert ehr.count("POST", "") == 1


def test_two_people_who_sign_at_the_same_moment_do_not_make_two_plans(clinic: Clinic) -> None:
    clinic.sign(clinic.launch())
    late = replace(
        signed_plan(),
        id="8b0d2c1e-2f60-5d6a-9a3e-0f0f3a1d2b10",
        version_id="9b0d2c1e-2f60-5d6a-9a3e-0f0f3a1d2b10",
    )
    with pytest.raises(CmmError, match="signed since you began") as raised:
        clinic.sign(clinic.launch(context(subject="other")), late)
    assert raised.value.status == 409
    assert len(clinic.outbox) == 1


def test_an_update_tells_the_ehr_which_version_it_replaces(
    clinic: Clinic, ehr: FakeEhr, session: str
) -> None:
    ehr.transactions = False
    sent: list[str] = []

    def spy(request: httpx.Request) -> httpx.Response:
        if request.method == "PUT":
            sent.append(request.headers.get("If-Match", ""))
        return ehr(request)

    clinic.transport = httpx.MockTransport(spy)
    clinic.deliver(clinic.sign_next(session))
    assert sent == ['W/"1"']
