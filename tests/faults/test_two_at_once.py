"""Two clicks, two workers: one plan."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import pairwise

import httpx
import pytest

from tests.browsing import Browser
from tests.faults.evidence import (
    attempts,
    care_plans,
    count,
    let_lease_end,
    newest_delivery,
    rows,
    told,
)
from tests.faults.processes import Clinic, Server
from tests.faults.steps import ready_to_sign, receipt, until

pytestmark = pytest.mark.anyio


async def test_sign_pressed_twice_at_the_same_moment_is_signed_once(
    clinic: Clinic, browser: Browser
) -> None:
    patient = "tanya-brooks"
    clinic.open()
    form = await ready_to_sign(browser, patient)
    plans, audited = count(clinic.database, "plans"), count(clinic.database, "audit")
    tabs = [browser.another_tab() for _ in range(4)]
    answers = await asyncio.gather(*(tab.post("sign", **form) for tab in tabs))
    assert [answer.status_code for answer in answers] == [200] * len(tabs)
    for tab in tabs:
        assert tab.address.endswith("/receipt")
        await receipt(tab, "Saved in Sandbox EHR")
    assert count(clinic.database, "plans") == plans + 1
    assert len(care_plans(clinic.ehr_file, patient)) == 1
    events = rows(clinic.database, "select kind from audit where number > ?", audited)
    assert [e["kind"] for e in events] == ["plan-signed", "delivered"]


@pytest.fixture(scope="module")
def worker(running: Clinic) -> Iterator[Server]:
    """A second process on the same database."""
    started = running.another_worker().start()
    started.ready()
    yield started
    started.kill()


@pytest.fixture
async def by_worker(clinic: Clinic, worker: Server) -> AsyncIterator[Callable[[Browser], Browser]]:
    """The same session, as a load balancer sends it to the other process."""
    address = f"http://localhost:{worker.port}"
    async with httpx.AsyncClient(base_url=address, timeout=30) as client:

        def moved(tab: Browser) -> Browser:
            there = tab.address.replace(clinic.app_address, address)
            return tab.another_tab(app=address, clients={address: client}, address=there)

        yield moved


async def test_two_workers_on_one_signed_plan_write_it_once(
    clinic: Clinic, browser: Browser, by_worker: Callable[[Browser], Browser]
) -> None:
    patient = "sarah-lindqvist"
    clinic.open("fail_before_commit:CarePlan:2")
    page = told((await browser.post("sign", **await ready_to_sign(browser, patient))).text)
    assert not page.saved
    tabs = (browser, by_worker(browser))
    for _ in range(20):
        if page.saved:
            break
        clinic.hurry()
        await asyncio.gather(*(tab.step("receipt") for tab in tabs))
        answers = await asyncio.gather(*(tab.post("receipt/send") for tab in tabs))
        page = told(answers[0].text)
    assert page.saved
    assert len(care_plans(clinic.ehr_file, patient)) == 1
    tries = attempts(clinic.database, newest_delivery(clinic.database)["version_id"])
    assert all(one["ended_at"] <= other["started_at"] for one, other in pairwise(tries))
    assert [t["outcome"] for t in tries].count("done") == 1


async def test_a_worker_that_slept_through_its_lease_does_not_undo_what_the_other_did(
    clinic: Clinic, browser: Browser, by_worker: Callable[[Browser], Browser]
) -> None:
    patient = "david-kowalski"
    clinic.open("hang_after_commit:CarePlan:1")
    form = await ready_to_sign(browser, patient)
    pressed = asyncio.create_task(browser.another_tab().post("sign", **form))
    await until(lambda: bool(care_plans(clinic.ehr_file, patient)))
    clinic.app.freeze()
    let_lease_end(clinic.database)
    assert (await receipt(by_worker(browser), "Saved in Sandbox EHR")).saved
    clinic.ehr.kill()  # so that the sleeper's call ends when it wakes
    clinic.app.thaw()
    await pressed
    first = newest_delivery(clinic.database)["version_id"]
    await until(lambda: attempts(clinic.database, first)[0]["outcome"] == "unknown")
    assert newest_delivery(clinic.database)["state"] == "done"
    assert (await receipt(browser, "")).saved
    assert len(care_plans(clinic.ehr_file, patient)) == 1
