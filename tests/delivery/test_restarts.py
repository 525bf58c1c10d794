"""Our own process may stop at any moment, and two may run at once."""

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from app.delivery.judging import MOST_TRIES
from app.store import outbox
from app.store.schema import OUTBOX
from tests.delivery.clinic import SEAL, Clinic
from tests.delivery.fake_ehr import FakeEhr
from tests.delivery.invariants import check


def killed_while_sending(clinic: Clinic, ehr: FakeEhr, *, commits: bool) -> None:
    """The worker is gone between the request and the answer: nothing of ours runs any more."""
    plan = clinic.sign(clinic.launch())
    claim = clinic.read(lambda c: outbox.claim(c, plan.version_id, clinic.now))
    assert claim is not None
    if commits:
        bundle = json.loads(SEAL.open(claim.bundle, plan.version_id, "bundle"))
        request = httpx.Request("POST", "https://ehr.example/fhir", json=bundle)
        ehr(request)


def in_state(state: str) -> Callable[[Clinic, FakeEhr], None]:
    """Brings a signed plan to a state by what the EHR does."""

    def prepare(clinic: Clinic, ehr: FakeEhr) -> None:
        if state == "sending":
            return killed_while_sending(clinic, ehr, commits=False)
        if state == "sending, stored":
            return killed_while_sending(clinic, ehr, commits=True)
        session = clinic.launch()
        plan = clinic.sign(session)
        ehr.faults = {"in_doubt": ["dies_after"], "rejected": ["422"]}.get(state, [])
        if state == "waiting_for_user":
            clinic.ended.add(session)
        if state != "pending":
            clinic.deliver(plan)
        assert clinic.state == state
        return None

    return prepare


@pytest.mark.parametrize(
    ("state", "ends"),
    [
        ("pending", "done"),
        ("sending", "done"),
        ("sending, stored", "done"),
        ("in_doubt", "done"),
        ("done", "done"),
        ("waiting_for_user", "waiting_for_user"),
        ("rejected", "rejected"),
    ],
)
def test_goes_on_after_a_restart_at_any_state(
    clinic: Clinic, ehr: FakeEhr, state: str, ends: str
) -> None:
    in_state(state)(clinic, ehr)
    check(clinic, ehr)
    restarted = clinic.another_courier()
    for _ in range(8):
        clinic.wait(31)
        clinic.due(restarted)
        check(clinic, ehr)
    assert clinic.state == ends
    assert len(ehr.of("CarePlan")) == (ends == "done")


def test_a_lease_that_ended_is_in_doubt_and_never_simply_pending(
    clinic: Clinic, ehr: FakeEhr
) -> None:
    killed_while_sending(clinic, ehr, commits=True)
    asyncio.run(clinic.another_courier().recover())
    assert clinic.state == "sending"  # the lease still runs: another process may be at work
    clinic.wait(31)
    asyncio.run(clinic.another_courier().recover())
    assert clinic.state == "in_doubt"
    assert clinic.attempts == ["stopped"]


def test_a_plan_that_kills_every_worker_is_given_up_and_said(clinic: Clinic, ehr: FakeEhr) -> None:
    plan = clinic.sign(clinic.launch())
    for _ in range(MOST_TRIES):
        assert clinic.read(lambda c: outbox.claim(c, plan.version_id, clinic.now)) is not None
        clinic.wait(31)
        clinic.read(lambda c: outbox.end_leases(c, clinic.now))
    assert clinic.state == "in_doubt"
    clinic.due(clinic.another_courier())
    assert clinic.state == "rejected"
    assert ehr.of("CarePlan") == []
    assert clinic.attempts == ["stopped"] * (MOST_TRIES + 1)


def test_two_workers_on_one_plan_write_it_once(clinic: Clinic, ehr: FakeEhr) -> None:
    ehr.honours_if_none_exist = False
    plan = clinic.sign(clinic.launch())

    async def both() -> None:
        couriers = (clinic.courier, clinic.another_courier())
        await asyncio.gather(*(c.deliver_soon(plan.version_id, 10) for c in couriers))

    asyncio.run(both())
    assert ehr.count("POST", "") == 1
    assert clinic.attempts == ["done"]


@pytest.mark.parametrize("transactions", [True, False])
def test_a_worker_that_lost_its_lease_writes_no_more(
    clinic: Clinic, ehr: FakeEhr, transactions: bool
) -> None:
    ehr.transactions = transactions
    plan = clinic.sign(clinic.launch())
    other: list[outbox.Claim | None] = []

    def slow(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/metadata"):  # the worker sleeps for a minute here
            clinic.wait(60)
            clinic.read(lambda c: outbox.end_leases(c, clinic.now))
            other.append(clinic.read(lambda c: outbox.claim(c, plan.version_id, clinic.now)))
        return ehr(request)

    clinic.transport = httpx.MockTransport(slow)
    clinic.deliver(plan)
    assert other[0] is not None
    assert not [path for method, path in ehr.asked if method == "POST"]
    assert clinic.state == "sending"


def test_a_second_click_on_sign_changes_nothing(clinic: Clinic, ehr: FakeEhr) -> None:
    session = clinic.launch()
    clinic.sign(session)
    plan = clinic.sign(session)
    clinic.deliver(plan)
    clinic.sign(session)
    clinic.deliver(plan)
    assert len(clinic.outbox) == 1
    assert (clinic.state, ehr.count("POST", "")) == ("done", 1)


class Hanging(httpx.AsyncBaseTransport):
    """An EHR that takes the plan and never answers."""

    def __init__(self, ehr: FakeEhr) -> None:
        self.ehr = ehr
        self.let_go = asyncio.Event()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        answer = self.ehr(request)
        if request.method == "POST":
            await self.let_go.wait()
        return answer


def test_the_page_waits_only_as_long_as_it_was_told(clinic: Clinic, ehr: FakeEhr) -> None:
    plan = clinic.sign(clinic.launch())

    async def hang() -> None:
        transport = Hanging(ehr)
        clinic.transport = transport
        await clinic.courier.deliver_soon(plan.version_id, 0.1)
        check(clinic, ehr)
        assert clinic.state == "sending"
        transport.let_go.set()
        await clinic.courier.stop()
        assert clinic.state == "done"

    asyncio.run(hang())


def test_stopping_leaves_a_hanging_write_in_doubt(
    clinic: Clinic, ehr: FakeEhr, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.delivery.courier.STOP_SECONDS", 0.05)
    plan = clinic.sign(clinic.launch())

    async def hang() -> None:
        clinic.transport = Hanging(ehr)
        await clinic.courier.deliver_soon(plan.version_id, 0.1)
        await clinic.courier.stop()
        await clinic.courier.deliver_soon(plan.version_id, 0.1)  # takes no more plans

    asyncio.run(hang())
    assert clinic.state == "in_doubt"
    assert clinic.attempts == ["stopped"]
    clinic.transport = httpx.MockTransport(ehr)
    clinic.wait(5)
    clinic.due(clinic.another_courier())
    assert (clinic.state, len(ehr.of("CarePlan"))) == ("done", 1)


async def in_the_background(clinic: Clinic) -> None:
    """The courier's own loop until the plan is delivered and the loop has stopped."""
    running = asyncio.create_task(clinic.courier.run())
    for _ in range(500):
        if clinic.state == "done":
            break
        await asyncio.sleep(0.02)
    await clinic.courier.stop()
    await asyncio.wait_for(running, 5)


def test_the_background_loop_sends_what_is_due_and_stops(
    clinic: Clinic, ehr: FakeEhr, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.delivery.courier.POLL_SECONDS", 0.01)
    clinic.sign(clinic.launch())

    asyncio.run(in_the_background(clinic))
    assert len(ehr.of("CarePlan")) == 1


async def broken(*_: object) -> None:
    raise ZeroDivisionError


def test_a_fault_of_our_own_leaves_the_plan_in_doubt(
    clinic: Clinic, ehr: FakeEhr, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = clinic.sign(clinic.launch())
    with monkeypatch.context() as patched:
        patched.setattr("app.delivery.attempt.send", broken)
        clinic.deliver(plan)
    assert (clinic.state, clinic.attempts) == ("in_doubt", ["stopped"])
    clinic.rounds(1)
    assert clinic.state == "in_doubt"  # looked, and not there
    clinic.rounds(1)
    assert clinic.state == "done"


def test_a_fault_of_our_own_that_lasts_is_given_up_after_eight_tries(
    clinic: Clinic, ehr: FakeEhr, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it would be tried every two seconds for ever, and nobody told."""
    plan = clinic.sign(clinic.launch())
    with monkeypatch.context() as patched:
        patched.setattr("app.delivery.attempt.send", broken)
        clinic.deliver(plan)
        clinic.rounds(100, seconds=300)
    assert (clinic.state, clinic.attempts) == ("rejected", ["stopped"] * 8)
    assert "on our side" in clinic.receipt.sentence
    assert "stopped trying" in clinic.receipt.sentence
    check(clinic, ehr)
    clinic.take_up(clinic.launch())
    clinic.rounds(3)
    assert (clinic.state, len(ehr.of("CarePlan"))) == ("done", 1)


def test_done_and_its_audit_event_are_kept_together_or_not_at_all(
    clinic: Clinic, ehr: FakeEhr, monkeypatch: pytest.MonkeyPatch
) -> None:
    def disk_full(*_: object) -> None:
        raise OSError

    plan = clinic.sign(clinic.launch())
    with monkeypatch.context() as patched:
        patched.setattr("app.delivery.courier.record", disk_full)
        clinic.deliver(plan)
    assert clinic.state == "sending"
    clinic.wait(31)
    clinic.due()
    assert (clinic.state, clinic.audited, len(ehr.of("CarePlan"))) == ("done", ["delivered"], 1)


def test_nothing_of_the_patient_is_readable_in_the_database(clinic: Clinic, ehr: FakeEhr) -> None:
    session = clinic.launch()
    ehr.faults = ["422"]
    clinic.deliver(clinic.sign(session))
    clinic.database.close()
    files = [path.read_bytes() for path in clinic.folder.iterdir()]
    for secret in (b"DOE", b"metformin", b"Dana Lee", b"ZZPHI", session.encode()):
        assert not any(secret in content for content in files), secret


def test_a_clock_that_jumps_back_does_not_write_twice(clinic: Clinic, ehr: FakeEhr) -> None:
    ehr.faults, ehr.honours_if_none_exist = ["dies_after"], False
    clinic.deliver(clinic.sign(clinic.launch()))
    clinic.now -= timedelta(hours=2)
    clinic.due()
    clinic.now += timedelta(hours=2, minutes=1)
    clinic.due()
    check(clinic, ehr)
    assert clinic.state == "done"


def test_a_row_of_a_dead_key_is_not_lost(clinic: Clinic, ehr: FakeEhr) -> None:
    """Where the session's sealed id can't be opened any more, a person is needed; the plan stays."""
    plan = clinic.sign(clinic.launch())
    clinic.read(lambda c: c.execute(update(OUTBOX).values(session=b"\x01junk")))
    clinic.deliver(plan)
    assert clinic.state != "done"
    clinic.take_up(clinic.launch())
    assert clinic.state == "done"


@pytest.mark.parametrize(
    "trouble", [OperationalError("locked", {}, Exception()), RuntimeError("can't start new thread")]
)
def test_a_database_that_is_busy_does_not_end_the_background_loop(
    clinic: Clinic, ehr: FakeEhr, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    monkeypatch.setattr("app.delivery.courier.POLL_SECONDS", 0.01)
    busy = [trouble]
    due = outbox.due

    def sometimes(*given: Any) -> list[str]:
        if busy:
            raise busy.pop()
        return due(*given)

    monkeypatch.setattr("app.delivery.courier.outbox.due", sometimes)
    clinic.sign(clinic.launch())

    asyncio.run(in_the_background(clinic))
    assert (busy, clinic.state) == ([], "done")
