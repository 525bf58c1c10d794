"""The launch against the sandbox's own authorization server: two readings of one specification."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from fastapi import FastAPI, Request

from app.sandbox.smart import (
    Client,
    SmartConfig,
    SmartServer,
    User,
    grant_of,
    mount_smart,
    new_launch,
)
from launch.assembly import SmartClient, smart_client
from launch.client_auth import client_auths
from launch.keys import public_jwks
from launch.seal import TokenSeal
from launch.tenants import SUGGESTED_SCOPES, Tenants
from tests.launch.launch_support import ASYNC, BROWSER, Clock, client_keys, tenant
from tests.launch.memory import MemoryLaunchStates, MemorySessions

pytestmark = ASYNC

BASE = "http://127.0.0.1:8445"
REDIRECT = "http://localhost:8000/callback/sandbox"
SECRET = "p+ss: wörd/%"
WRITTEN = ("CarePlan", "Goal", "Task")
BY_SECRET: dict[str, Any] = {
    "auth": "client_secret_basic",
    "secret_env": "SECRET",
    "key_env": None,
    "client_id": "by secret",
}


class Sandbox:
    """Both sides in one process, each with its own view of the same clock."""

    def __init__(self, **changes: Any) -> None:
        self.clock = Clock()
        app = FastAPI()
        config = SmartConfig(
            BASE,
            clients=(
                registered(
                    "by key", auth_method="private_key_jwt", jwks=public_jwks(client_keys())
                ),
                registered("by secret", auth_method="client_secret_basic", secret=SECRET),
            ),
            users=(User("prac-1", "Paula Reyes, PharmD", "preyes"),),
            find_patients=lambda: [("pat-1", "Maria Alvarez")],
        )
        mount_smart(app, config, clock=self._seconds)
        app.get("/fhir/whoami")(whoami)
        self.server: SmartServer = app.state.smart
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app))
        self.tenant = sandbox_tenant(**changes)
        self.smart = self._client()

    def _seconds(self) -> float:
        return self.clock.now.timestamp()

    def _client(self) -> SmartClient:
        env = {"CLIENT_KEYS": json.dumps(client_keys()), "SECRET": SECRET}
        return smart_client(
            Tenants([self.tenant]),
            client_auths([self.tenant], env),
            self.http,
            launch_states=MemoryLaunchStates(),
            session_store=MemorySessions(),
            seal=TokenSeal({"k1": b"1" * 32}),
            clock=self.clock,
        )

    async def callback(self) -> dict[str, str]:
        launch = new_launch(self.server, "pat-1", "enc-1", "prac-1", need_patient_banner=False)
        url = await self.smart.launcher.begin(f"{BASE}/fhir", launch, BROWSER)
        answer = await self.http.get(url)
        assert answer.status_code == 302, answer.text
        location = answer.headers["location"]
        assert location.startswith(REDIRECT)
        return dict(parse_qsl(urlsplit(location).query))

    async def grant(self, access_token: str) -> Mapping[str, Any]:
        headers = {"Authorization": f"Bearer {access_token}"}
        answer = await self.http.get(f"{BASE}/fhir/whoami", headers=headers)
        assert answer.status_code == 200
        grant: Mapping[str, Any] = answer.json()
        return grant


def registered(client_id: str, **how: Any) -> Client:
    words = ("launch", "openid", "fhirUser", "profile", "offline_access")
    # v1 has no writing without deleting, so an app that speaks v1 must be registered for both.
    writes = tuple(f"patient/{resource}.write" for resource in WRITTEN)
    return Client(
        client_id, "Concordance", (REDIRECT,), scopes=(*words, *SUGGESTED_SCOPES, *writes), **how
    )


def sandbox_tenant(**changes: Any) -> Any:
    fields: dict[str, Any] = {
        "key": "sandbox",
        "iss": f"{BASE}/fhir",
        "issuers": (f"{BASE}/auth",),
        "hosts": (),
        "client_id": "by key",
        "redirect_uri": REDIRECT,
        "allow_http_loopback": True,
    }
    return tenant(**{**fields, **changes})


def whoami(request: Request) -> dict[str, Any]:
    return {"patient": grant_of(request).patient}


@pytest.mark.parametrize("changes", [{}, {"alg": "ES384"}, BY_SECRET, {"scope_style": "v1"}])
async def test_both_sides_agree_from_the_click_to_the_renewed_token(
    changes: dict[str, Any],
) -> None:
    sandbox = Sandbox(**changes)
    opened = await sandbox.smart.launcher.complete(await sandbox.callback(), BROWSER)
    context = opened.context
    assert (context.patient, context.encounter) == ("pat-1", "enc-1")
    assert context.user.fhir_user == "Practitioner/prac-1"
    assert context.need_patient_banner is False
    for resource in WRITTEN:
        assert context.capabilities.can(resource, "create")
    first = await sandbox.smart.tokens.access_token(opened.session_id)
    assert (await sandbox.grant(first))["patient"] == "pat-1"
    sandbox.clock.pass_(seconds=520)
    second = await sandbox.smart.tokens.access_token(opened.session_id)
    assert second != first
    assert (await sandbox.grant(second))["patient"] == "pat-1"


@pytest.mark.parametrize(
    ("scopes", "name"),
    [(("profile", *SUGGESTED_SCOPES), "Paula Reyes, PharmD"), (SUGGESTED_SCOPES, None)],
)
async def test_the_name_of_the_user_comes_with_the_profile_scope(
    scopes: tuple[str, ...], name: str | None
) -> None:
    sandbox = Sandbox(scopes=scopes)
    opened = await sandbox.smart.launcher.complete(await sandbox.callback(), BROWSER)
    assert opened.context.user.name == name
