"""Signing and what comes after it, in every form a plan may take, and when the EHR's plan has changed."""

import asyncio
import base64
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.delivery import bundle_in_form
from fhir_mappings.write_names import Json
from tests.web.desk import ROSA, Desk

NOT_HERE = "your site&#39;s settings ask for it"


@pytest.fixture
def desk(tmp_path: Path) -> Callable[..., Desk]:
    return lambda **tenant: Desk(tmp_path, **tenant)


def test_the_receipt_names_the_form_in_words(desk: Callable[..., Desk]) -> None:
    at = desk()

    async def go() -> tuple[str, str]:
        await at.accept()
        before = (await at.browser.step("sign")).text
        return before, await at.sign()

    before, receipt = asyncio.run(go())
    assert "as a CarePlan with its findings, goals and tasks" in before
    assert "It was written as a CarePlan with its findings, goals and tasks" in receipt


def test_a_site_that_asks_for_notes_gets_one(desk: Callable[..., Desk]) -> None:
    at = desk(write_modes=["document"], note_type="http://loinc.org|11506-3")

    async def go() -> tuple[str, str]:
        await at.accept()
        return (await at.browser.step("sign")).text, await at.sign()

    before, receipt = asyncio.run(go())
    (note,) = at.of("DocumentReference")
    said = f"as a note (DocumentReference), because {NOT_HERE}"
    assert said in before
    assert said in receipt
    assert f"Saved in Sandbox EHR as DocumentReference/{note['id']}" in receipt
    assert note["type"]["coding"][0]["code"] == "11506-3"
    text = base64.b64decode(note["content"][0]["attachment"]["data"]).decode()
    assert "Problems and recommendations" in text
    assert not at.plans


def test_a_site_that_asks_for_one_care_plan_gets_its_findings_inside(
    desk: Callable[..., Desk],
) -> None:
    at = desk(write_modes=["care-plan"])

    async def go() -> str:
        await at.accept()
        return await at.sign()

    assert "as one CarePlan with its findings and goals inside" in asyncio.run(go())
    assert at.plans[0]["contained"]
    assert not at.of("DetectedIssue")


class TestAVisitMustBeNamed:
    """Epic files every note under an encounter; nothing is guessed where the launch brought none."""

    @pytest.fixture
    def at(self, desk: Callable[..., Desk]) -> Desk:
        return desk(write_modes=["document"], dialect="epic")

    async def page(self, at: Desk) -> tuple[str, list[str]]:
        await at.accept()
        page = (await at.browser.step("sign")).text
        return page, re.findall(r'<option value="([^"]+)">', page)

    def test_the_signer_chooses_one_of_the_patients_recent_visits(self, at: Desk) -> None:
        async def go() -> tuple[str, list[str]]:
            _, offered = await self.page(at)
            return await at.sign(contact=offered[0]), offered

        receipt, offered = asyncio.run(go())
        assert "Saved in Sandbox EHR as DocumentReference" in receipt
        (note,) = at.of("DocumentReference")
        assert note["context"]["encounter"] == [{"reference": f"Encounter/{offered[0]}"}]
        assert len(note["content"]) == 1

    def test_the_visits_are_told_in_words(self, at: Desk) -> None:
        page, _ = asyncio.run(self.page(at))
        _, _, contacts = page.partition('name="contact"')
        offered = re.findall(r'<option value="[^"]+">([^<]+)', contacts.partition("</select>")[0])
        assert offered
        assert all(o.endswith("(office visit, ended)") for o in offered)

    @pytest.mark.parametrize("contact", ["", "another-patients-visit"])
    def test_nothing_is_signed_without_one_of_them(self, at: Desk, contact: str) -> None:
        async def go() -> str:
            await self.page(at)
            return await at.sign(contact=contact)

        page = asyncio.run(go())
        assert "Choose the visit under which the note is filed." in page
        assert 'href="#contact"' in page
        assert at.states == []
        assert "plan-signed" not in at.audited


class TestByHand:
    """Where no program may write, a person carries the plan over."""

    @pytest.fixture
    def at(self, desk: Callable[..., Desk]) -> Desk:
        return desk(write_modes=["download"])

    async def signed(self, at: Desk) -> str:
        await at.accept()
        return await at.sign()

    def test_the_plan_is_signed_and_kept_and_nothing_is_sent(self, at: Desk) -> None:
        page = asyncio.run(self.signed(at))
        assert "Not in Sandbox EHR yet: copy it there" in page
        assert at.states == ["by_hand"]
        assert not at.plans

    def test_the_sign_page_says_that_nothing_will_be_written(self, at: Desk) -> None:
        async def go() -> str:
            await at.accept()
            return (await at.browser.step("sign")).text

        assert "Concordance will not write this plan into Sandbox EHR" in asyncio.run(go())

    def test_copied_is_noted_and_audited(self, at: Desk) -> None:
        async def go() -> tuple[str, str]:
            await self.signed(at)
            page = (await at.browser.step("copy")).text
            return page, (await at.browser.post("copy", how="copied")).text

        page, receipt = asyncio.run(go())
        text = page.partition("<textarea")[2]
        assert "Problems and recommendations" in text
        assert "Taken from here to be filed by hand" in receipt
        assert at.states == ["downloaded"]
        assert at.audited.count("plan-downloaded") == 1

    def test_the_file_is_plain_text_without_a_name_in_its_own(self, at: Desk) -> None:
        async def go() -> httpx.Response:
            await self.signed(at)
            await at.browser.step("copy")
            return await at.browser.post("copy", how="file")

        file = asyncio.run(go())
        assert file.headers["content-type"] == "text/plain; charset=utf-8"
        assert file.headers["content-disposition"] == 'attachment; filename="medication-action-plan.txt"'  # fmt: skip
        assert file.headers["cache-control"] == "no-store"
        assert "Problems and recommendations\n----" in file.text
        assert at.states == ["downloaded"]

    def test_a_newer_version_takes_the_place_of_one_that_was_not_carried_over(
        self, at: Desk
    ) -> None:
        async def go() -> None:
            await self.signed(at)
            await self.signed(at)

        asyncio.run(go())
        assert at.states == ["superseded", "by_hand"]

    def test_where_nothing_was_signed_there_is_nothing_to_copy(self, at: Desk) -> None:
        async def go() -> httpx.Response:
            await at.browser.launch(ROSA)
            return await at.browser.step("copy")

        page = asyncio.run(go())
        assert page.status_code == 404
        assert "CMM-5002" in page.text


def test_a_plan_that_is_in_the_chart_can_be_copied_too_and_stays_done(
    desk: Callable[..., Desk],
) -> None:
    at = desk()

    async def go() -> None:
        await at.accept()
        await at.sign()
        await at.browser.step("copy")
        await at.browser.post("copy", how="copied")

    asyncio.run(go())
    assert at.states == ["done"]
    assert "plan-downloaded" in at.audited


def test_a_plan_that_can_not_be_written_is_not_signed(
    desk: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    at = desk()

    def broken(*args: Any) -> Json:
        bundle = bundle_in_form(*args)
        for entry in bundle["entry"]:
            entry["resource"].pop("status", None)
        return bundle

    async def go() -> tuple[httpx.Response, str]:
        await at.accept()
        shown = await at.browser.step("sign")
        monkeypatch.setattr("app.web.routes.signing.bundle_in_form", broken)
        return shown, await at.sign()

    shown, page = asyncio.run(go())
    assert shown.status_code == 200
    assert "CMM-5001" in page
    assert at.states == []
    assert "plan-signed" not in at.audited


class TestAChangedPlan:
    """Somebody changed our CarePlan in the EHR between two of our versions."""

    async def conflict(self, at: Desk, **changes: Any) -> str:
        await at.accept()
        await at.sign()
        await at.change_there(**(changes or {"title": "Changed by a nurse", "status": "on-hold"}))
        await at.accept()
        return await at.sign()

    async def choose(self, at: Desk, keep: str, **form: str) -> str:
        page = (await at.browser.step("conflict")).text
        seen = re.search(r'name="seen" value="([0-9a-f]+)"', page)
        assert seen, page
        return (await at.browser.post("conflict", **{"keep": keep, "seen": seen[1], **form})).text

    def test_the_receipt_leads_to_both_side_by_side(self, desk: Callable[..., Desk]) -> None:
        at = desk()

        async def go() -> tuple[str, str]:
            return await self.conflict(at), (await at.browser.step("conflict")).text

        receipt, page = asyncio.run(go())
        assert "Compare the two and choose" in receipt
        assert "Changed by a nurse" in page
        assert "on-hold" in page
        assert "As last written from here" in page
        rows = re.findall(r'<tr><th scope="row">(\w+)( <span[^>]*>differs)?', page)
        told = {label: bool(differs) for label, differs in rows}
        assert told["Status"]
        assert told["Title"]
        assert not told["From"]

    def test_keeping_ours_writes_it_over_what_was_shown(self, desk: Callable[..., Desk]) -> None:
        at = desk()

        async def go() -> str:
            await self.conflict(at)
            return await self.choose(at, "ours")

        assert "Saved in Sandbox EHR" in asyncio.run(go())
        (plan,) = at.plans
        assert plan["status"] == "active"
        assert plan["meta"]["versionId"] == "3"
        assert at.states == ["done", "done"]
        assert at.audited.count("conflict-kept-ours") == 1

    def test_a_line_of_theirs_is_kept_in_what_is_written(self, desk: Callable[..., Desk]) -> None:
        """Line by line: the title of the nurse, the status of the signer."""
        at = desk()

        async def go() -> tuple[str, str]:
            await self.conflict(at)
            page = (await at.browser.step("conflict")).text
            chosen = {"line.Title": "theirs", "line.Status": "ours", "line.Author": "theirs"}
            return page, await self.choose(at, "ours", **chosen)

        page, receipt = asyncio.run(go())
        assert re.findall(r'name="(line\.\w+)"[^>]+value="ours" checked', page)[:2] == [
            "line.Status",
            "line.Title",
        ]
        assert "line.From" not in page
        assert "Saved in Sandbox EHR" in receipt
        (plan,) = at.plans
        assert (plan["title"], plan["status"]) == ("Changed by a nurse", "active")
        assert plan["author"]["display"]
        assert plan["meta"]["versionId"] == "3"
        assert at.audited.count("conflict-kept-some") == 1

    def test_lines_that_make_no_valid_plan_are_refused_and_nothing_is_sent(
        self, desk: Callable[..., Desk]
    ) -> None:
        at = desk()

        async def go() -> str:
            await self.conflict(at, status="no such status")
            return await self.choose(at, "ours", **{"line.Status": "theirs"})

        assert "CMM-5001" in asyncio.run(go())
        assert at.states == ["done", "conflict"]

    def test_keeping_theirs_leaves_the_chart_as_it_is(self, desk: Callable[..., Desk]) -> None:
        at = desk()

        async def go() -> str:
            await self.conflict(at)
            return await self.choose(at, "theirs")

        receipt = asyncio.run(go())
        assert "Not written to Sandbox EHR" in receipt
        assert "was kept" in receipt
        assert at.plans[0]["title"] == "Changed by a nurse"
        assert at.states == ["done", "not_written"]
        assert at.audited.count("conflict-kept-theirs") == 1

    def test_only_the_signer_may_have_theirs_written_over(self, desk: Callable[..., Desk]) -> None:
        at = desk()

        async def go() -> tuple[str, str]:
            await self.conflict(at)
            at.somebody_else_signs_in()
            await at.browser.launch(ROSA)
            shown = (await at.browser.step("conflict")).text
            return shown, await self.choose(at, "ours")

        shown, refused = asyncio.run(go())
        assert "Keep yours" not in shown
        assert "as chosen" not in shown
        assert "can have this version written" in shown
        assert "CMM-4102" in refused
        assert at.states == ["done", "conflict"]
        assert "conflict-kept-ours" not in at.audited

    @pytest.mark.parametrize("keep", ["ours", "theirs"])
    def test_a_choice_between_other_things_than_those_shown_is_not_made(
        self, desk: Callable[..., Desk], keep: str
    ) -> None:
        at = desk()

        async def go() -> str:
            await self.conflict(at)
            await at.browser.step("conflict")
            seen = re.search(r'name="seen" value="([0-9a-f]+)"', at.browser.page.text)
            assert seen
            await at.change_there(title="Changed once more")
            return (await at.browser.post("conflict", keep=keep, seen=seen[1])).text

        page = asyncio.run(go())
        assert "changed in the EHR again" in page
        assert "Changed once more" in page
        assert at.states[-1] == "conflict"

    def test_a_settled_conflict_can_not_be_settled_again(self, desk: Callable[..., Desk]) -> None:
        at = desk()

        async def go() -> str:
            await self.conflict(at)
            await self.choose(at, "theirs")
            return (await at.browser.step("conflict")).text

        assert "<h1>Receipt</h1>" in asyncio.run(go())
        assert at.audited.count("conflict-kept-theirs") == 1

    def test_what_others_wrote_is_shown_as_text_only(self, desk: Callable[..., Desk]) -> None:
        at = desk()

        async def go() -> str:
            evil = '<div xmlns="http://www.w3.org/1999/xhtml"><p>Mine<script>x()</script><img src="x" onerror="y()"/></p></div>'
            await self.conflict(at, title="<b>bold</b>", text={"status": "generated", "div": evil})
            return (await at.browser.step("conflict")).text

        page = asyncio.run(go())
        assert "x()" not in page
        assert "onerror" not in page
        assert "&lt;b&gt;bold" in page
