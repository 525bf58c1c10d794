"""A page of trouble leads back to where the mistake was made, and nowhere outside the session."""

import asyncio
import re
from pathlib import Path

import pytest
from fastapi import Request

from app.web.trouble import page_before
from tests.web.desk import ROSA, Desk
from tests.web.test_journey import problems


def asked(method: str, path: str) -> Request:
    scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": []}
    return Request({**scope, "server": ("app", 443), "scheme": "https"})


@pytest.mark.parametrize(
    ("method", "path", "back"),
    [
        ("POST", "/s/a1/review/mtp-7/change", "/s/a1/review?problem=mtp-7#detail"),
        ("POST", "/s/a1/review/own", "/s/a1/review"),
        ("POST", "/s/a1/plan", "/s/a1/plan"),
        ("POST", "/s/a1/plan/clash", "/s/a1/plan"),
        ("POST", "/s/a1/medicines/med-1/say", "/s/a1/medicines"),
        ("POST", "/s/a1/papers", "/s/a1/receipt"),
        ("POST", "/s/a1/reread", "/s/a1/chart"),
        ("GET", "/s/a1/about/S13a", "/s/a1/about"),
        ("GET", "/s/a1/about", ""),
        ("GET", "/s/a1/nowhere/else", ""),
        ("POST", "/s/a1/close", ""),
        ("POST", "/new-window", ""),
        ("POST", "//elsewhere.example/review", ""),
        ("POST", '/s/a"><b/sign', "/s/a%22%3E%3Cb/sign"),
        ("GET", "/", ""),
    ],
)
def test_the_way_back_is_made_of_the_address_alone(method: str, path: str, back: str) -> None:
    assert page_before(asked(method, path)) == back


def test_a_refused_form_leads_back_to_its_finding(tmp_path: Path) -> None:
    async def way() -> tuple[str, str, int, int]:
        desk = Desk(tmp_path)
        await desk.browser.launch(ROSA)
        first = problems((await desk.browser.step("review")).text)[0]
        refused = await desk.browser.post(f"review/{first}/change", action="no-such-action")
        link = re.search(r'<a class="button primary" href="/s/[^/]+/([^"#]+)#detail">Back</a>', refused.text)  # fmt: skip
        assert link, refused.text
        there = await desk.browser.step(link[1])
        return first, link[1], refused.status_code, there.status_code

    first, link, refused, there = asyncio.run(way())
    assert (link, refused, there) == (f"review?problem={first}", 422, 200)


def test_without_a_session_there_is_no_way_back(tmp_path: Path) -> None:
    async def way() -> str:
        desk = Desk(tmp_path)
        await desk.browser.launch(ROSA)
        closed = await desk.browser.post("close")
        return closed.text

    assert ">Back</a>" not in asyncio.run(way())
