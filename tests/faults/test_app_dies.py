"""The app's process is killed right after a clinician pressed Sign."""

import asyncio
import random
from pathlib import Path

import httpx
import pytest

from tests.browsing import Browser
from tests.faults.evidence import attempts, care_plans, count, let_lease_end, rows
from tests.faults.processes import Clinic
from tests.faults.steps import ready_to_sign, receipt, until

pytestmark = pytest.mark.anyio


async def test_a_plan_that_reached_the_ehr_before_the_app_was_killed_is_there_once(
    clinic: Clinic, browser: Browser
) -> None:
    patient = "marcus-reed"
    await _killed_while_the_ehr_hangs(clinic, browser, patient, "hang_after_commit:CarePlan:1")
    (plan,) = care_plans(clinic.ehr_file, patient)
    page = await receipt(browser, "Saved in Sandbox EHR")
    assert f"CarePlan/{plan['id']}" in page.sentence
    assert "Stopped before an answer was read." in page.attempts[0]
    assert len(care_plans(clinic.ehr_file, patient)) == 1


async def test_a_plan_that_had_not_reached_the_ehr_when_the_app_was_killed_is_there_once(
    clinic: Clinic, browser: Browser
) -> None:
    patient = "eleanor-whitfield"
    await _killed_while_the_ehr_hangs(clinic, browser, patient, "hang_before_commit:CarePlan:1")
    page = await receipt(browser, "answers that it does not have the plan yet")
    assert not page.saved
    assert care_plans(clinic.ehr_file, patient) == []
    page = await receipt(browser, "Saved in Sandbox EHR", clinic.hurry)
    (plan,) = care_plans(clinic.ehr_file, patient)
    assert f"CarePlan/{plan['id']}" in page.sentence


async def _killed_while_the_ehr_hangs(
    clinic: Clinic, browser: Browser, patient: str, fault: str
) -> None:
    """Until the app runs again, half a minute later, on the same database."""
    clinic.open(fault)
    form = await ready_to_sign(browser, patient)
    kept = count(clinic.database, "signed_drafts")
    pressed = asyncio.create_task(browser.another_tab().post("sign", **form))
    await until(lambda: _leaving(clinic.database))
    await until(lambda: "before" in fault or bool(care_plans(clinic.ehr_file, patient)))
    page = await receipt(browser, "do not know yet whether Sandbox EHR has the plan")
    assert not page.saved

    clinic.app.kill()
    with pytest.raises(httpx.HTTPError):
        await pressed
    let_lease_end(clinic.database)
    clinic.restart_app()
    assert count(clinic.database, "signed_drafts") == kept + 1
    assert "Take back" not in (await browser.step("review")).text


def _leaving(database: Path) -> bool:
    """The lease was prolonged: that is done just before a write leaves."""
    row = rows(database, "select * from outbox order by created_at desc limit 1")
    if not row or row[0]["state"] != "sending":
        return False
    return bool(row[0]["updated_at"] > attempts(database, row[0]["version_id"])[-1]["started_at"])


async def test_a_kill_at_any_moment_leaves_either_the_draft_or_the_signed_plan(
    clinic: Clinic, browser: Browser
) -> None:
    patient = "walter-finch"
    clinic.open()
    form = await ready_to_sign(browser, patient)
    kept, plans = count(clinic.database, "signed_drafts"), count(clinic.database, "plans")
    pressed = asyncio.create_task(browser.another_tab().post("sign", **form))
    await asyncio.sleep(random.random() / 4)  # noqa: S311 - no secret hangs on it
    clinic.app.kill()
    await asyncio.gather(pressed, return_exceptions=True)
    signed = count(clinic.database, "plans") - plans
    assert count(clinic.database, "signed_drafts") == kept + signed
    assert len(care_plans(clinic.ehr_file, patient)) <= signed

    let_lease_end(clinic.database)
    clinic.restart_app()
    if not signed:
        await browser.post("sign", **form)
    await receipt(browser, "Saved in Sandbox EHR", clinic.hurry)
    assert len(care_plans(clinic.ehr_file, patient)) == 1
