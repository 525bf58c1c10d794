"""The plan page: saved as it is edited, and shared by everyone who works on the chart."""

import asyncio
import re
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from app.sandbox.patients import demo_staff
from tests.browsing import Browser
from tests.web import journey
from tests.web.journey import app_at, browser_at, sandbox

LEE, OTHER = "pharm-lee", "dr-okafor"
PATIENT = "tanya-brooks"


@dataclass
class Hospital:
    """One EHR at which now one person is signed in, now another."""

    sides: dict[str, FastAPI]
    user: str = LEE

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.sides[self.user](scope, receive, send)


@pytest.fixture(scope="module")
def sides() -> dict[str, FastAPI]:
    return {user: sandbox(user=user) for user in (LEE, OTHER)}


@pytest.fixture
def hospital(sides: dict[str, FastAPI]) -> Hospital:
    return Hospital(sides)


@pytest.fixture
def two(tmp_path: Path, hospital: Hospital) -> tuple[Browser, Browser]:
    app = app_at(tmp_path, hospital)  # type: ignore[arg-type]
    return browser_at(app, hospital), browser_at(app, hospital)  # type: ignore[arg-type]


def fields(page: str) -> dict[str, str]:
    """Everything a plain browser would send of the plan form."""
    found = re.findall(
        r'<input type="[a-z]+"[^>]* name="((?:now|was)\.[^"]+)" value="([^"]*)"', page
    )
    areas = re.findall(r'<textarea[^>]* name="(now\.[^"]+)"[^>]*>([^<]*)</textarea>', page)
    return {name: unescape(value) for name, value in (*found, *areas)}


async def opened(hospital: Hospital, two: tuple[Browser, Browser]) -> str:
    """One problem is in the plan, and both have the plan page before them; its key is returned."""
    first, second = two
    hospital.user = LEE
    await first.launch(PATIENT)
    review = await first.step("review")
    found = re.search(r"problem=([a-z0-9-]+)", review.text)
    assert found
    await first.post(f"review/{found[1]}/accept")
    hospital.user = OTHER
    await second.launch(PATIENT)
    await first.step("plan")
    await second.step("plan")
    return f"action-{found[1]}"


async def both_write(hospital: Hospital, two: tuple[Browser, Browser]) -> str:
    """Two owners for one recommendation; the page that the second of them then has."""
    key = await opened(hospital, two)
    first, second = two
    one = fields(first.page.text) | {
        f"now.{key}.owner": "Dr Roe",
        f"now.{key}.monitoring": "Ring in May",
    }
    other = fields(second.page.text) | {
        f"now.{key}.owner": "Dr Kim",
        f"now.{key}.due": "2026-12-24",
    }
    await first.post("plan", **one)
    return (await second.post("plan", **other)).text


def test_two_people_find_each_others_edits_and_choose_where_both_wrote(
    hospital: Hospital, two: tuple[Browser, Browser]
) -> None:
    async def go() -> tuple[str, str, str]:
        met = await both_write(hospital, two)
        clash = re.search(r'name="clash" value="([^"]*)"', met)
        assert clash
        chosen = await two[1].post("plan/clash", clash=unescape(clash[1]), keep="other")
        return met, chosen.text, (await two[0].step("plan")).text

    met, chosen, seen = asyncio.run(go())
    assert "“Dr Roe” is in the plan" in met
    assert "wrote “Dr Kim” at the same time" in met
    assert 'value="Ring in May"' in met
    assert 'value="2026-12-24"' in met
    assert 'class="notice warn"' not in chosen
    assert 'value="Dr Kim"' in seen
    assert "“Dr Roe” became “Dr Kim”" in unescape(seen)


def test_two_people_of_one_name_are_two_people(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What tells them apart is who signed in, not what they are called."""
    staff = {one["id"]: one for one in demo_staff()}
    staff[OTHER]["name"] = staff[LEE]["name"]
    monkeypatch.setattr(journey, "demo_staff", lambda: list(staff.values()))
    hospital = Hospital({user: sandbox(user=user) for user in (LEE, OTHER)})
    app = app_at(tmp_path, hospital)  # type: ignore[arg-type]
    two = (browser_at(app, hospital), browser_at(app, hospital))  # type: ignore[arg-type]
    met = unescape(asyncio.run(both_write(hospital, two)))
    assert "“Dr Roe” is in the plan" in met
    assert re.search(r"(\w+, PharmD) \(2\) \(you\) wrote “Dr Kim” at the same time", met), met


def test_a_page_that_saves_itself_does_not_write_over_what_it_does_not_show(
    hospital: Hospital, two: tuple[Browser, Browser]
) -> None:
    async def go() -> tuple[str, str]:
        key = await opened(hospital, two)
        first, second = two
        root = second.root
        stale = fields(second.page.text)
        token = re.search(r'name="token" value="([0-9a-f]+)"', second.page.text)
        assert token
        await first.post("plan", **fields(first.page.text) | {f"now.{key}.owner": "Dr Roe"})
        typed = stale | {f"now.{key}.monitoring": "Ring in May"}
        headers = {"HX-Request": "true", "cookie": second.cookie, "sec-fetch-site": "same-origin"}
        client = second.clients[second.app]
        path = root.removeprefix(second.app)
        said = await client.post(f"{path}/plan", data={"token": token[1], **typed}, headers=headers)
        now = {k: v for k, v in typed.items() if k.startswith("now.")}
        again = {**now, **{k: v for k, v in fields(said.text).items() if k.startswith("was.")}}
        await second.post("plan", **again)
        return said.text, (await second.step("plan")).text

    said, page = asyncio.run(go())
    assert "Somebody else changed this page too" in said
    assert 'value="Dr Roe"' in page
    assert 'value="Ring in May"' in page
    assert 'class="notice warn"' not in page


def test_what_was_written_is_there_at_the_next_launch(
    hospital: Hospital, two: tuple[Browser, Browser]
) -> None:
    async def go() -> str:
        key = await opened(hospital, two)
        first, _ = two
        new = next(
            k for k in fields(first.page.text) if re.match(r"now\.goal-[0-9a-f]{8}\.text", k)
        )
        edits = {new: "Dance at the wedding", f"now.{key}.text": "Halve the dose first"}
        await first.post("plan", **fields(first.page.text) | edits)
        hospital.user = OTHER
        later = first.another_tab(cookie="")
        await later.launch(PATIENT)
        return (await later.step("plan")).text

    page = asyncio.run(go())
    assert 'value="Dance at the wedding"' in page
    assert "Halve the dose first</textarea>" in page


def test_the_person_what_helps_and_who_gets_the_plan_reach_the_signed_words(
    hospital: Hospital, two: tuple[Browser, Browser]
) -> None:
    async def go() -> tuple[str, str, str]:
        await opened(hospital, two)
        first, _ = two
        page = first.page.text
        kept = fields(page)
        row = {kind: _new_row(page, kind) for kind in ("self-", "access-")}
        edits = {
            "now.context-home.text": "Lives with her sister",
            f"now.{row['self-']}.barrier": "cost",
            f"now.{row['self-']}.technique": "cheaper",
            f"now.{row['access-']}.name": "Ana Brooks",
            "now.plan.duration_weeks": "12",
        }
        bad = await first.post("plan", **kept | {"now.plan.duration_weeks": "ever"})
        await first.step("plan")
        await first.post("plan", **kept | edits)
        return page, bad.text, (await first.step("sign")).text

    page, bad, signing = asyncio.run(go())
    assert "Financial insecurity" in page
    assert "write a whole number of weeks" in bad
    for said in ("Lives with her sister", "The medicine costs too much: A cheaper medicine", "Ana Brooks", "12 weeks", "Financial insecurity"):  # fmt: skip
        assert said in signing


def _new_row(page: str, kind: str) -> str:
    found = re.search(rf'name="now\.({kind}[0-9a-f]{{8}})\.', page)
    assert found
    return found[1]
