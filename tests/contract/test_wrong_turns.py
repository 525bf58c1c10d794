"""What the public client suite leaves out: another EHR's words in our launch, and words as code.

Replays, foreign browsers, token answers and id_tokens that must fail are tables in tests/launch.
"""

import asyncio
import ssl
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.sandbox.smart import new_launch
from launch.errors import LaunchError
from launch.network import ehr_client
from launch.tenants import Tenants
from tests.browsing import Browser
from tests.contract.clients import BY_KEY, app_of, ehr_of
from tests.contract.marked_chart import PATIENT
from tests.contract.recording import CALLBACK, FHIR, Recording, browser_of
from tests.launch.launch_support import BROWSER, ISS, TOKEN, World, tenant, world
from tests.web.journey import APP

OTHER_ISSUER = "https://login.other.example/auth"


def two_hospitals() -> World:
    other = tenant(
        key="other",
        name="Other EHR",
        iss="https://ehr.other.example/fhir",
        issuers=(OTHER_ISSUER,),
        hosts=("login.other.example",),
        redirect_uri="https://app.example/callback/other",
    )
    return world(tenants=(tenant(), other))


async def _refused(here: World, **callback: str) -> str:
    with pytest.raises(LaunchError) as caught:
        await here.launch(**callback)
    assert not here.sessions.rows
    assert all(call.url.host.endswith("ehr.example") for call in here.ehr.calls)
    return caught.value.code


def test_a_code_goes_only_to_the_ehr_that_was_asked_and_with_its_own_verifier() -> None:
    """A code that was stolen from another EHR's launch and put into this one."""
    here = two_hospitals()
    asyncio.run(here.launch(code="code-of-the-other"))
    (posted,) = here.ehr.posts("authorization_code")
    assert posted["code"] == "code-of-the-other"
    assert posted["redirect_uri"] == "https://app.example/callback/hospital"
    with_code = [call for call in here.ehr.calls if b"code-of-the-other" in call.content]
    assert [str(call.url) for call in with_code] == [TOKEN]


def test_the_issuer_of_another_registered_ehr_is_another_issuer_on_the_callback() -> None:
    here = two_hospitals()
    assert asyncio.run(_refused(here, iss=OTHER_ISSUER)) == "CMM-1016"
    assert not here.ehr.called(TOKEN)


def test_an_id_token_of_another_registered_ehr_signs_nobody_in_here() -> None:
    here = two_hospitals()
    here.ehr.claims["iss"] = OTHER_ISSUER
    assert asyncio.run(_refused(here)) == "CMM-1033"


def test_a_state_of_one_ehr_is_no_good_at_the_callback_of_another() -> None:
    here = two_hospitals()

    async def go() -> str:
        params = {"code": "c", "state": (await here.begin())["state"]}
        with pytest.raises(LaunchError) as caught:
            await here.smart.launcher.complete(params, BROWSER, tenant_key="other")
        return caught.value.code

    assert asyncio.run(go()) == "CMM-1016"
    assert not here.ehr.called(TOKEN)


@pytest.mark.parametrize(
    ("access", "asked"),
    [
        ("online_access", {"online_access"}),
        ("offline_access", {"offline_access"}),
        ("none", set()),
    ],
)
def test_asks_to_renew_access_in_the_way_that_was_registered(access: str, asked: set[str]) -> None:
    sent = asyncio.run(world(access=access).begin())
    assert set(sent["scope"].split()) & {"online_access", "offline_access"} == asked


def test_connections_are_encrypted_and_the_host_is_checked() -> None:
    client: Any = ehr_client(Tenants([tenant()]))
    context = client._transport._pool._ssl_context
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2


class TestTheBrowsersSide:
    @pytest.fixture
    def recording(self) -> Recording:
        return Recording(client_id=BY_KEY.client_id)

    @pytest.fixture
    def browser(self, recording: Recording, tmp_path: Path) -> Browser:
        ehr = ehr_of(recording, BY_KEY)
        self.server = ehr.state.smart
        return browser_of(recording, app_of(recording, tmp_path, ehr), ehr)

    def test_what_the_callback_says_is_shown_as_text(
        self, browser: Browser, recording: Recording
    ) -> None:
        async def go() -> httpx.Response:
            reach = browser.clients[APP]
            begun = await reach.get(f"/launch?iss={FHIR}")
            state = httpx.URL(begun.headers["location"]).params["state"]
            said = {"error": "<script>alert(1)</script>", "error_description": "{{7*7}}"}
            key = begun.headers["set-cookie"].split(";")[0]
            return await reach.get(
                CALLBACK, params={**said, "state": state}, headers={"cookie": key}
            )

        page = asyncio.run(go())
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
        assert "<script>alert" not in page.text
        assert "{{7*7}}" in page.text
        assert "unsafe" not in page.headers["content-security-policy"]

    @pytest.mark.parametrize("name", ["next", "redirect", "redirect_uri", "url", "return_to"])
    def test_nothing_in_the_callback_chooses_where_the_browser_goes(
        self, browser: Browser, recording: Recording, name: str
    ) -> None:
        async def go() -> None:
            launch = new_launch(self.server, PATIENT, None, "pharm-lee")
            reach, evil = browser.clients[APP], {name: "https://evil.example/"}
            begun = await reach.get("/launch", params={"iss": FHIR, "launch": launch, **evil})
            back = await browser.clients[browser.ehr].get(begun.headers["location"])
            key = begun.headers["set-cookie"].split(";")[0]
            params = {**httpx.URL(back.headers["location"]).params, **evil}
            await reach.get(CALLBACK, params=params, headers={"cookie": key})

        asyncio.run(go())
        (callback,) = recording.callbacks
        assert callback.response.headers["location"].startswith("/s/")
        assert "evil" not in str(callback.response.headers)
        assert "evil" not in recording.authorizations[0].url

    @pytest.mark.parametrize("intent", [None, "zz-unheard-of"])
    def test_an_unknown_intent_opens_the_usual_page(
        self, browser: Browser, intent: str | None
    ) -> None:
        launch = new_launch(self.server, PATIENT, None, "pharm-lee", intent=intent)
        asyncio.run(browser.open(f"{APP}/launch?iss={FHIR}&launch={launch}"))
        assert browser.address.endswith("/chart")

    def test_reconcile_medications_opens_the_medicine_list(self, browser: Browser) -> None:
        launch = new_launch(self.server, PATIENT, None, "pharm-lee", intent="reconcile-medications")
        page = asyncio.run(browser.open(f"{APP}/launch?iss={FHIR}&launch={launch}"))
        assert browser.address.endswith("/medicines")
        assert page.status_code == 200


def test_aud_is_the_registered_base_when_nobody_sent_one() -> None:
    assert asyncio.run(world().begin(launch=None, iss=ISS + "/"))["aud"] == ISS
