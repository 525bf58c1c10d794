"""The EHR's process ends between receiving a CarePlan and answering."""

import pytest

from app.sandbox.fhir.faults import EXIT_CODE
from tests.browsing import Browser
from tests.faults.evidence import attempts, care_plans, newest_delivery
from tests.faults.processes import Clinic
from tests.faults.steps import ready_to_sign, receipt

pytestmark = pytest.mark.anyio


async def test_an_ehr_that_dies_after_storing_the_plan_has_it_once_in_the_end(
    clinic: Clinic, browser: Browser
) -> None:
    patient = "rosa-delgado"
    await _sign_while_it_dies(clinic, browser, patient, "die_after_commit:CarePlan", there=1)
    await browser.launch(patient)
    await _saved_once(clinic, browser, patient)


async def test_an_ehr_that_dies_before_storing_the_plan_has_it_once_in_the_end(
    clinic: Clinic, browser: Browser
) -> None:
    patient = "harold-jensen"
    await _sign_while_it_dies(clinic, browser, patient, "die_before_commit:CarePlan", there=0)
    await browser.launch(patient)
    await receipt(browser, "answers that it does not have the plan yet")
    assert care_plans(clinic.ehr_file, patient) == []
    await _saved_once(clinic, browser, patient)


async def _sign_while_it_dies(
    clinic: Clinic, browser: Browser, patient: str, fault: str, *, there: int
) -> None:
    """Until the EHR is back and knows nobody any more; what the receipt says is true all the way."""
    clinic.open(fault)
    await browser.post("sign", **await ready_to_sign(browser, patient))
    page = await receipt(browser, "do not know yet whether Sandbox EHR has the plan")
    assert clinic.ehr.ended() == EXIT_CODE
    assert len(care_plans(clinic.ehr_file, patient)) == there
    assert "We look for it before sending again" in page.sentence
    assert not page.saved
    assert page.attempts

    clinic.ehr_is_back()
    page = await receipt(browser, "Waiting for", clinic.hurry)
    assert "may or may not be in Sandbox EHR" in page.sentence
    assert not page.saved
    assert len(care_plans(clinic.ehr_file, patient)) == there


async def _saved_once(clinic: Clinic, browser: Browser, patient: str) -> None:
    page = await receipt(browser, "Saved in Sandbox EHR", clinic.hurry)
    (plan,) = care_plans(clinic.ehr_file, patient)
    assert f"as CarePlan/{plan['id']}, version 1" in page.sentence
    row = newest_delivery(clinic.database)
    assert (
        len(page.attempts) == row["attempts"] == len(attempts(clinic.database, row["version_id"]))
    )
    assert "The EHR has the plan." not in " ".join(page.attempts[:-1])
    assert "The EHR has the plan." in page.attempts[-1]
