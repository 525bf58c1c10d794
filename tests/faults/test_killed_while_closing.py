"""A worker that dies at any place while it closes an earlier version or sends a message; another goes on."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from app.delivery import Courier
from app.ehr import EhrClient, Limits
from app.store.schema import MESSAGES
from tests.delivery.clinic import SEAL, Clinic, context, unmetered
from tests.delivery.fake_ehr import BASE, FakeEhr
from tests.delivery.test_message import GRANTED, TOOK, ask
from tests.delivery.two_versions import (
    ALL_SCOPES,
    LATER,
    SECOND,
    action,
    first,
    second,
    the,
)
from tests.faults.mortal import Killed, Life, MortalDatabase, MortalLine
from tests.plans import PROBLEM

Act = Callable[[Courier, str], Coroutine[None, None, None]]
PLACES = range(1, 81)
MESSAGE_PLACES = range(1, 15)


def dies_at(clinic: Clinic, ehr: FakeEhr, number: int, act: Act) -> bool:
    """True when the worker lived through it: there are fewer places."""
    left = number

    def dies(_place: str) -> bool:
        nonlocal left
        left -= 1
        return left == 0

    life = Life(dies)

    async def answer(request: httpx.Request) -> httpx.Response:
        return ehr(request)

    async def client(_tenant: str, _session: str) -> EhrClient:
        async def token() -> str:
            return "token"

        http = httpx.AsyncClient(transport=MortalLine(answer, life))
        return EhrClient(
            BASE, token=token, http=http, limits=Limits(attempts=1), shared=unmetered()
        )

    version_id = clinic.latest.version_id

    async def run() -> None:
        courier = Courier(MortalDatabase(clinic.database.engine, life), SEAL, client, clinic.clock)
        with suppress(Killed):
            await act(courier, version_id)
        await asyncio.gather(*courier._under_way.values(), return_exceptions=True)

    asyncio.run(run())
    return not life.over


@pytest.mark.parametrize("number", PLACES)
def test_killed_anywhere_while_a_further_version_goes_out_closes_each_record_once(
    tmp_path: Path, number: int
) -> None:
    ehr = FakeEhr(honours_if_none_exist=False)
    clinic = Clinic(tmp_path, ehr)
    session = clinic.launch(context(ALL_SCOPES))
    clinic.deliver(clinic.sign(session, first()))
    clinic.now = LATER
    clinic.sign(session, second())
    lived = dies_at(clinic, ehr, number, lambda courier, id_: courier.deliver_soon(id_, 30))
    assert not lived, "there are fewer places: take the number down"
    clinic.rounds(4, seconds=31)
    assert clinic.state == "done"
    closed = the(ehr, "Task", action(PROBLEM.id))
    assert (closed["status"], closed["meta"]["versionId"]) == ("completed", "2")
    assert the(ehr, "Task", action(SECOND.id))["meta"]["versionId"] == "2"
    assert len(the(ehr, "DetectedIssue", PROBLEM.id)["mitigation"]) == 1
    assert len(ehr.of("CarePlan")) == 1
    assert not any("by hand" in line for line in clinic.receipt.earlier)
    clinic.database.close()


@pytest.mark.parametrize("number", MESSAGE_PLACES)
def test_killed_anywhere_while_a_message_goes_out_sends_it_once(
    tmp_path: Path, number: int
) -> None:
    ehr = FakeEhr(offered=TOOK, honours_if_none_exist=False)
    clinic = Clinic(tmp_path, ehr)
    session = clinic.launch(context(GRANTED))
    clinic.deliver(clinic.sign(session))
    clinic.wait(60)
    ask(clinic, ehr, session)
    lived = dies_at(clinic, ehr, number, lambda courier, id_: courier.message_soon(id_, 30))
    assert not lived, "there are fewer places: take the number down"
    clinic.rounds(4, seconds=31)
    (row,) = clinic.rows(MESSAGES)
    assert (row["state"], len(ehr.of("Communication"))) == ("done", 1)
    clinic.database.close()
