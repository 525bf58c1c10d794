"""A whole journey with a patient whose words occur nowhere else, and a search for them afterwards."""

import re

import pytest

from tests.browsing import Browser
from tests.faults.charts import PATIENT, words_of_this_chart
from tests.faults.evidence import care_plans, count
from tests.faults.leaks import content, leaked
from tests.faults.processes import Clinic
from tests.faults.steps import ready_to_sign, receipt, until

pytestmark = pytest.mark.anyio
EVENT = re.compile(r'"event": "([^"]+)"')


async def test_a_whole_journey_leaves_no_word_of_the_chart_in_logs_or_database(
    clinic: Clinic, browser: Browser
) -> None:
    clinic.open()
    await _every_page_and_every_refusal(browser)
    await browser.post("sign", **await ready_to_sign(browser, PATIENT))
    await receipt(browser, "Saved in Sandbox EHR", clinic.hurry)
    assert await _half_a_plan(browser) == 200
    assert count(clinic.database, "drafts")

    written = str(care_plans(clinic.ehr_file, PATIENT)).lower()
    words = words_of_this_chart()
    chart = content(clinic.ehr_file)
    for word in words:  # so they were there to leak
        assert word.encode() in chart
    assert "metformin" in written
    assert "zzphi" in written

    log = clinic.folder / "app.log"
    await until(
        lambda: {"delivery.attempt", "trouble"} <= set(EVENT.findall(log.read_text("utf-8")))
    )
    secrets = (browser.cookie.partition("=")[2], browser.root.rpartition("/")[2])
    assert leaked(clinic.folder, (*words, *secrets)) == []


async def _every_page_and_every_refusal(browser: Browser) -> None:
    page = await browser.launch(PATIENT)
    assert "Zzphi" in page.text
    steps = ("chart", "medicines", "review", "plan", "sign", "receipt", "since", "answer", "about")
    for step in (*steps, "review?problem=zzphi", "medicines?line=zzphi"):
        await browser.step(step)
    await browser.step("review")
    await browser.post("review/zzphi/accept")
    goal = await _a_goal(browser)
    words = {f"now.{goal}.text": "zzphi wants to walk", f"now.{goal}.due": "zzphi"}
    refused = await browser.post("plan", **words)
    assert refused.status_code == 422
    await browser.step("sign")
    assert (await browser.post("sign", seen="zzphi")).status_code == 422
    await browser.get(f"{browser.app}/callback/zzphi?code=zzphi&state=zzphi&error=zzphi")
    await browser.get(f"{browser.app}/launch?iss=https://zzphi.example/fhir&launch=zzphi")


async def _half_a_plan(browser: Browser) -> int:
    """A draft with the patient's own words in it, left unsigned."""
    review = await browser.step("review")
    first = min(re.findall(r"problem=(mtp-[0-9a-f]+)", review.text))
    await browser.step(f"review?problem={first}")
    await browser.post(f"review/{first}/accept", note="zzphi told me so")
    goal = await _a_goal(browser)
    return (await browser.post("plan", **{f"now.{goal}.text": "zzphi wants to walk"})).status_code


async def _a_goal(browser: Browser) -> str:
    """The row of the plan page for another goal."""
    row = re.search(r'name="now\.(goal-[^".]+)\.text"', (await browser.step("plan")).text)
    assert row
    return row[1]
