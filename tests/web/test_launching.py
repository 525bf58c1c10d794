"""How a launch gets through the browser: long requests, blocked cookies, frames, and the EHR's look."""

import asyncio
import html
import re
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from fastapi import FastAPI

from tests.browsing import Browser
from tests.web.journey import APP, EHR, app_at, app_with, browser_at

ROSA = "rosa-delgado"
FRAMED = {"sec-fetch-dest": "iframe"}


def reach(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=APP)


async def launch_address(ehr: FastAPI) -> str:
    """What the EHR puts into its frame for Rosa's chart."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(ehr), base_url=EHR) as client:
        tab = await client.get(f"/chart/{ROSA}/medication-management")
    found = re.search(r'<iframe[^>]+src="([^"]+)"', tab.text)
    assert found
    return html.unescape(found[1]).removeprefix(APP)


async def signed_in(ehr: FastAPI, authorize: str) -> str:
    """The callback to which the EHR sends the browser."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(ehr), base_url=EHR) as client:
        answer = await client.get(authorize)
    assert answer.status_code == 302, answer.text
    return answer.headers["location"].removeprefix(APP)


async def framed_callback(app: httpx.AsyncClient, ehr: FastAPI) -> httpx.Response:
    """From the chart to the callback in a frame that keeps no cookie."""
    sent = await app.get(await launch_address(ehr), headers=FRAMED)
    assert sent.status_code == 302, sent.text
    app.cookies.clear()
    return await app.get(await signed_in(ehr, sent.headers["location"]), headers=FRAMED)


def token_in(page: httpx.Response) -> str:
    found = re.search(r'name="hand_over" value="([\w-]+)"', page.text)
    assert found, page.text
    return found[1]


def policy(answer: httpx.Response) -> dict[str, str]:
    parts = (
        part.strip().partition(" ") for part in answer.headers["content-security-policy"].split(";")
    )
    return {name: value for name, _, value in parts}


class TestABlockedCookie:
    def test_goes_on_in_a_window_of_its_own(self, tmp_path: Path, ehr: FastAPI) -> None:
        async def go() -> tuple[httpx.Response, httpx.Response, httpx.Response, httpx.Response]:
            app = reach(app_at(tmp_path, ehr))
            blocked = await framed_callback(app, ehr)
            form = {"hand_over": token_in(blocked)}
            same = {"sec-fetch-site": "same-origin"}
            opened = await app.post("/new-window", data=form, headers=same)
            cookie = {"cookie": opened.headers["set-cookie"].split(";")[0]}
            chart = await app.get(opened.headers["location"], headers=cookie)
            again = await app.post("/new-window", data=form, headers=same)
            return blocked, opened, chart, again

        blocked, opened, chart, again = asyncio.run(go())
        assert "Open in a new window" in blocked.text
        assert 'target="_blank"' in blocked.text
        assert policy(blocked)["frame-ancestors"] == EHR
        assert opened.status_code == 303
        assert chart.status_code in {200, 303}
        assert again.status_code == 400
        assert "CMM-1009" in again.text

    def test_shows_the_patient_there(self, tmp_path: Path, ehr: FastAPI) -> None:
        async def go() -> str:
            made = app_at(tmp_path, ehr)
            app = reach(made)
            form = {"hand_over": token_in(await framed_callback(app, ehr))}
            same = {"sec-fetch-site": "same-origin"}
            opened = await app.post("/new-window", data=form, headers=same)
            browser = browser_at(made, ehr)
            browser.cookie = opened.headers["set-cookie"].split(";")[0]
            return (await browser.open(f"{APP}{opened.headers['location']}")).text

        page = asyncio.run(go())
        assert "Rosa Delgado" in page
        assert 'class="banner"' in page

    def test_is_not_handed_over_to_another_sites_form(self, tmp_path: Path, ehr: FastAPI) -> None:
        async def go() -> httpx.Response:
            app = reach(app_at(tmp_path, ehr))
            form = {"hand_over": token_in(await framed_callback(app, ehr))}
            cross = {"sec-fetch-site": "cross-site", "origin": "https://evil.example"}
            return await app.post("/new-window", data=form, headers=cross)

        answer = asyncio.run(go())
        assert answer.status_code == 403
        assert "CMM-1302" in answer.text
        assert "set-cookie" not in answer.headers

    @pytest.mark.parametrize("headers", [{}, {"sec-fetch-dest": "document"}])
    def test_outside_a_frame_is_a_stranger_and_gets_no_session(
        self, tmp_path: Path, ehr: FastAPI, headers: dict[str, str]
    ) -> None:
        async def go() -> httpx.Response:
            app = reach(app_at(tmp_path, ehr))
            sent = await app.get(await launch_address(ehr), headers=FRAMED)
            app.cookies.clear()
            return await app.get(await signed_in(ehr, sent.headers["location"]), headers=headers)

        answer = asyncio.run(go())
        assert answer.status_code == 403
        assert "CMM-1301" in answer.text
        assert 'href="/launch/sandbox"' in answer.text
        assert "hand_over" not in answer.text

    def test_a_launch_that_began_in_a_window_is_not_finished_in_a_frame(
        self, tmp_path: Path, ehr: FastAPI
    ) -> None:
        async def go() -> httpx.Response:
            app = reach(app_at(tmp_path, ehr))
            sent = await app.get(await launch_address(ehr))
            app.cookies.clear()
            return await app.get(await signed_in(ehr, sent.headers["location"]), headers=FRAMED)

        assert "CMM-1012" in asyncio.run(go()).text


class TestALongRequest:
    def test_goes_by_post_with_a_button_for_browsers_without_javascript(
        self, tmp_path: Path, ehr: FastAPI
    ) -> None:
        async def go() -> httpx.Response:
            app = reach(app_at(tmp_path, ehr, authorize="post"))
            return await app.get(await launch_address(ehr))

        page = asyncio.run(go())
        assert page.status_code == 200
        assert f'action="{EHR}/auth/authorize"' in page.text
        assert "<button" in page.text
        sent = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text))
        wanted = {"response_type", "client_id", "redirect_uri", "scope", "state", "aud", "launch"}
        assert wanted | {"code_challenge", "code_challenge_method", "nonce"} == sent.keys()
        assert policy(page)["form-action"] == f"'self' {EHR}"
        assert "unsafe" not in page.headers["content-security-policy"]
        assert "set-cookie" in page.headers

    def test_the_ehr_understands_it(self, tmp_path: Path, ehr: FastAPI) -> None:
        async def go() -> httpx.Response:
            app = reach(app_at(tmp_path, ehr, authorize="post"))
            page = await app.get(await launch_address(ehr))
            sent = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text)
            form = {name: html.unescape(value) for name, value in sent}
            cookie = {"cookie": page.headers["set-cookie"].split(";")[0]}
            side = httpx.AsyncClient(transport=httpx.ASGITransport(ehr), base_url=EHR)
            back = await side.post("/auth/authorize", data=form)
            return await app.get(back.headers["location"].removeprefix(APP), headers=cookie)

        assert asyncio.run(go()).status_code == 303

    def test_a_short_one_goes_by_address(self, tmp_path: Path, ehr: FastAPI) -> None:
        async def go() -> tuple[int, str]:
            app = reach(app_at(tmp_path, ehr, scopes=["patient/Patient.r"]))
            answer = await app.get(await launch_address(ehr))
            return answer.status_code, answer.headers["location"]

        status, location = asyncio.run(go())
        assert status == 302
        assert dict(parse_qsl(urlsplit(location).query))["response_type"] == "code"


class TestTheFrame:
    @pytest.mark.parametrize(
        ("mode", "attributes"),
        [
            ("partitioned", "SameSite=None; Partitioned"),
            ("unpartitioned", "SameSite=None"),
            ("own-window", "SameSite=Lax"),
        ],
    )
    def test_the_cookie_is_of_the_kind_that_the_site_asked_for(
        self, tmp_path: Path, ehr: FastAPI, mode: str, attributes: str
    ) -> None:
        async def go() -> str:
            app = reach(app_at(tmp_path, ehr, cookie=mode))
            return (await app.get(await launch_address(ehr))).headers["set-cookie"]

        cookie = asyncio.run(go())
        assert cookie.endswith(f"; Path=/; Secure; HttpOnly; {attributes}")

    def test_a_library_that_guards_the_frame_replaces_frame_ancestors(
        self, tmp_path: Path, ehr: FastAPI
    ) -> None:
        (tmp_path / "xfc.js").write_text("// the site's copy", "utf-8")

        async def go() -> tuple[httpx.Response, httpx.Response, httpx.Response]:
            made = app_at(tmp_path, ehr, embed_library="xfc.js", frame_ancestors=[])
            browser = browser_at(made, ehr)
            page = await browser.launch(ROSA)
            script = await browser.get(f"{APP}/embed/sandbox.js")
            return page, script, await browser.get(f"{APP}/about")

        page, script, elsewhere = asyncio.run(go())
        assert "frame-ancestors" not in policy(page)
        assert "x-frame-options" not in page.headers
        assert '<html lang="en" hidden>' in page.text
        assert '<script src="/embed/sandbox.js">' in page.text
        assert script.text == "// the site's copy"
        assert policy(elsewhere)["frame-ancestors"] == "'none'"
        assert "hidden>" not in elsewhere.text.partition("<head>")[0]

    def test_without_a_library_there_is_none_to_fetch(self, browser: Browser) -> None:
        assert asyncio.run(browser.get(f"{APP}/embed/sandbox.js")).status_code == 404


class TestSeveralCustomers:
    def two(self, folder: Path, ehr: FastAPI) -> FastAPI:
        made = app_at(folder, ehr, customer="a-1")
        file = folder / "tenants.toml"
        table = file.read_text("utf-8").replace("[sandbox]", "[south]").replace("a-1", "a-2")
        other = table.replace("/callback/sandbox", "/callback/south")
        file.write_text(file.read_text("utf-8") + other, "utf-8")
        made.state.services.database.close()
        return app_with(folder, ehr, file)

    def test_each_has_a_launch_address_of_its_own(self, tmp_path: Path, ehr: FastAPI) -> None:
        async def go() -> list[tuple[int, str]]:
            app = reach(self.two(tmp_path, ehr))
            query = (await launch_address(ehr)).removeprefix("/launch")
            paths = (f"/launch/south{query}", f"/launch{query}&tenant=a-1", f"/launch{query}")
            answers = [await app.get(path) for path in paths]
            return [(a.status_code, a.headers.get("location", a.text)) for a in answers]

        south, north, neither = asyncio.run(go())
        assert "callback%2Fsouth" in south[1]
        assert "callback%2Fsandbox" in north[1]
        assert neither[0] == 403
        assert "CMM-1008" in neither[1]

    def test_an_address_of_its_own_does_not_open_another_ehr(
        self, tmp_path: Path, ehr: FastAPI
    ) -> None:
        async def go() -> httpx.Response:
            app = reach(app_at(tmp_path, ehr))
            return await app.get("/launch/sandbox?iss=https://evil.example/fhir&launch=x")

        assert "CMM-1001" in asyncio.run(go()).text

    def test_its_address_alone_starts_a_launch_without_a_chart(self, browser: Browser) -> None:
        async def go() -> str:
            await browser.get(f"{APP}/launch/sandbox")
            return next(sent for sent in browser.sent if "/auth/authorize" in sent)

        sent = dict(parse_qsl(asyncio.run(go()).partition("?")[2]))
        assert "launch" not in sent
        assert sent["scope"].startswith("launch/patient ")


def test_the_ehrs_colours_reach_the_pages_once_they_are_here(browser: Browser) -> None:
    async def go() -> tuple[str, httpx.Response]:
        await browser.launch(ROSA)
        page = await browser.step("review")
        found = re.search(r'href="(/style/[0-9a-f]{32}\.css)"', page.text)
        assert found, page.text[:600]
        return found[1], await browser.get(f"{APP}{found[1]}")

    _, sheet = asyncio.run(go())
    assert sheet.headers["content-type"].startswith("text/css")
    assert sheet.text.startswith(":root { --")


def test_a_style_that_is_not_here_is_not_found(browser: Browser) -> None:
    assert asyncio.run(browser.get(f"{APP}/style/{'0' * 32}.css")).status_code == 404
