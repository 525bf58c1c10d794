"""From one visit to the next in the pages: answers, outcomes with their proof, and the next version."""

import re
from pathlib import Path
from typing import Any

import pytest

from app.domain.errors import CmmError
from app.sandbox.fhir.store import Unit
from app.store.schema import RESPONSES
from app.web.routes.following import OUTCOMES
from tests.web.desk import ROSA, Desk
from tests.web.journey import APP
from tests.web.test_dialects import text

pytestmark = pytest.mark.anyio


class Clinic(Desk):
    """Visits of one patient: the chart changes in between."""

    async def first_visit(self) -> str:
        """Accepts the worst problem and signs; returns its id."""
        await self.browser.launch(ROSA)
        worst = re.search(
            r"review/(mtp-[0-9a-f]+)/accept", (await self.browser.step("review")).text
        )
        assert worst
        await self.browser.post(f"review/{worst[1]}/accept")
        await self.sign()
        return worst[1]

    def stop(self, medicine: str) -> None:
        """In the EHR every order and statement of it is stopped."""
        unit = Unit(self.ehr.state.store)
        for kind in ("MedicationRequest", "MedicationStatement"):
            for resource in self.of(kind):
                if medicine in str(resource).lower() and ROSA in str(resource):
                    unit.write(kind, resource["id"], {**resource, "status": "stopped"})
        unit.commit()

    async def next_visit(self) -> str:
        return text((await self.browser.launch(ROSA)).text)

    async def visit_of_another(self) -> str:
        """Somebody who is not the signer opens the same chart, outside of the EHR's frame."""
        page = await self.browser.get(f"{APP}/launch/sandbox")
        ticket = re.search(r'name="ticket" value="([^"]+)"', page.text)
        assert ticket, page.text
        action = re.search(r'<form[^>]+action="([^"]+)"', page.text)
        assert action
        choice = {"ticket": ticket[1], "user": "dr-okafor", "patient": ROSA, "decision": "allow"}
        await self.browser._go("POST", action[1], choice)
        return text((await self.browser.open(self.browser.address)).text)

    def answer_there(self, status: str, words: str) -> None:
        """In the EHR the Task of the recommendation is set to that status."""
        unit = Unit(self.ehr.state.store)
        (task,) = self.of("Task")
        changed = {"status": status, "lastModified": "2026-11-20T18:00:00Z"}
        if words:
            changed["statusReason"] = {"text": words}  # type: ignore[assignment]
        unit.write("Task", task["id"], {**task, **changed})
        unit.commit()

    async def page(self, step: str) -> str:
        return text((await self.browser.step(step)).text)


async def test_an_answer_and_the_proof_lead_to_the_next_version(tmp_path: Path) -> None:
    clinic = Clinic(tmp_path)
    problem = await clinic.first_visit()
    naproxen = "naproxen"
    assert naproxen in (await clinic.page("answer")).lower()
    key = f"action-{problem}"
    refused = await clinic.browser.post(f"answer/{key}", choice="declined", words=" ")
    assert refused.status_code == 422
    await clinic.page("answer")
    await clinic.browser.post(f"answer/{key}", choice="accepted")
    assert "1 of 1 answered" in await clinic.page("answer")

    clinic.stop(naproxen)
    await clinic.next_visit()
    since = await clinic.page("since")
    assert "Accepted on" in since
    assert "Resolved." in since
    assert "no longer taken" in since

    await clinic.browser.post(f"since/{problem}", outcome="resolved", note="uses acetaminophen")
    assert "Confirmed: Resolved . uses acetaminophen" in await clinic.page("since")
    receipt = text(await clinic.sign())
    assert "version 2" in receipt
    plan = clinic.plans[0]
    assert plan["meta"]["versionId"] == "2"
    await clinic.next_visit()
    assert "No problem of that plan is open" in await clinic.page("since")


async def test_what_was_agreed_goes_on_when_nothing_is_said_of_it(tmp_path: Path) -> None:
    clinic = Clinic(tmp_path)
    problem = await clinic.first_visit()
    await clinic.next_visit()
    assert "still on the list" in await clinic.page("since")
    assert "1 agreed" in await clinic.page("plan")
    await clinic.sign()
    still = [
        i
        for i in clinic.of("DetectedIssue")
        if i["status"] == "final" and i["identifier"][0]["value"].endswith(problem)
    ]
    assert len(still) == 1  # the same record goes on


async def test_an_outcome_can_be_taken_back_and_an_unknown_one_is_refused(tmp_path: Path) -> None:
    clinic = Clinic(tmp_path)
    problem = await clinic.first_visit()
    await clinic.next_visit()
    assert (await clinic.browser.post(f"since/{problem}", outcome="cured")).status_code == 422
    await clinic.page("since")
    assert (await clinic.browser.post("since/mtp-0", outcome="resolved")).status_code == 404
    await clinic.page("since")
    await clinic.browser.post(f"since/{problem}", outcome="patient-declined")
    assert f"Confirmed: {OUTCOMES['patient-declined']}" in await clinic.page("since")  # type: ignore[index]
    await clinic.browser.post(f"since/{problem}/take-back")
    assert "Confirmed" not in await clinic.page("since")


async def test_what_is_closed_while_the_chart_still_shows_it_ends_and_is_undecided(
    tmp_path: Path,
) -> None:
    clinic = Clinic(tmp_path)
    problem = await clinic.first_visit()
    await clinic.next_visit()
    await clinic.page("since")
    await clinic.browser.post(f"since/{problem}", outcome="resolved", note="a rare need only")
    assert "still shows it" in await clinic.page("since")
    review = await clinic.page(f"review?problem={problem}")
    assert "You closed this today as resolved; the chart still shows it." in review
    assert "Add to plan" in review
    assert "0 agreed" in await clinic.page("plan")

    await clinic.page("since")
    await clinic.browser.post(f"since/{problem}/take-back")
    review = await clinic.page(f"review?problem={problem}")
    assert "You closed this" not in review
    assert "In the plan" in review
    assert "1 agreed" in await clinic.page("plan")

    await clinic.page("since")
    await clinic.browser.post(f"since/{problem}", outcome="resolved")
    receipt = text(await clinic.sign())
    (task,) = clinic.of("Task")
    assert task["status"] == "completed"
    assert f"Task/{task['id']}): closed (resolved)" in receipt
    (plan,) = clinic.plans
    assert "activity" not in plan or task["id"] not in str(plan["activity"])
    await clinic.next_visit()
    assert "No problem of that plan is open" in await clinic.page("since")


async def test_what_was_closed_and_is_decided_again_is_in_the_plan(tmp_path: Path) -> None:
    clinic = Clinic(tmp_path)
    problem = await clinic.first_visit()
    await clinic.next_visit()
    await clinic.page("since")
    await clinic.browser.post(f"since/{problem}", outcome="resolved")
    await clinic.page(f"review?problem={problem}")
    await clinic.browser.post(f"review/{problem}/accept")
    await clinic.sign()
    await clinic.next_visit()
    assert "still on the list" in await clinic.page("since")


async def test_a_chart_without_a_plan_has_nothing_since(tmp_path: Path) -> None:
    clinic = Clinic(tmp_path)
    page = await clinic.next_visit()
    assert "Since last time" not in page
    assert "No plan has been signed" in await clinic.page("since")
    assert "No recommendation is open" in await clinic.page("answer")
    await clinic.page("receipt")
    refused: Any = await clinic.browser.post("answer/action-mtp-0", choice="accepted")
    assert refused.status_code == 404


async def test_an_open_plan_is_the_first_screen_for_whom_it_waits(tmp_path: Path) -> None:
    clinic = Clinic(tmp_path)
    await clinic.first_visit()
    assert "No answer yet" in await clinic.next_visit()
    assert clinic.browser.address.endswith("/since")
    page = await clinic.visit_of_another()
    assert clinic.browser.address.endswith("/answer")
    assert "0 of 1 answered" in page


async def test_an_answer_in_the_ehr_counts_once(tmp_path: Path) -> None:
    clinic = Clinic(tmp_path)
    await clinic.first_visit()
    clinic.answer_there("rejected", "Her pain is worse without it")
    page = await clinic.next_visit()
    assert "Declined on 20-Nov-2026" in page
    assert "Prescriber declined." in page
    assert "Her pain is worse without it" in page
    await clinic.next_visit()
    assert "1 of 1 answered" in await clinic.page("answer")
    assert clinic.audited.count("answer-read-in-ehr") == 1
    assert len(clinic.rows(RESPONSES)) == 1


async def test_an_answer_given_here_later_stands(tmp_path: Path) -> None:
    clinic = Clinic(tmp_path)
    problem = await clinic.first_visit()
    await clinic.page("answer")
    await clinic.browser.post(f"answer/action-{problem}", choice="accepted")
    clinic.answer_there("rejected", "")
    assert "Accepted on" in await clinic.next_visit()


async def test_what_could_not_be_read_is_said_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic = Clinic(tmp_path)
    await clinic.first_visit()
    clinic.answer_there("accepted", "")

    async def down(*_: object) -> None:
        raise CmmError("CMM-5003", "The EHR is down.", 503)

    with monkeypatch.context() as during:
        during.setattr(clinic.app.state.services.courier, "read_there", down)
        page = await clinic.next_visit()
        assert "Answers in the EHR could not be read" in page
        assert "No answer yet" in page
    assert "Accepted on 20-Nov-2026" in await clinic.page("since")
