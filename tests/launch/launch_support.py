"""A registered EHR as the launch sees it over the wire, with a clock that only moves when told."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from launch.assembly import SmartClient, smart_client
from launch.client_auth import ClientAuth, client_auth
from launch.flow import LaunchedSession
from launch.keys import generate_keys
from launch.seal import TokenSeal
from launch.stores import SessionStore
from launch.tenants import Tenant, Tenants
from tests.launch.memory import MemoryLaunchStates, MemorySessions

ASYNC = [pytest.mark.anyio, pytest.mark.parametrize("anyio_backend", ["asyncio"])]

ISS = "https://ehr.example/fhir"
ISSUER = "https://login.ehr.example/auth"
AUTHORIZE = ISSUER + "/authorize"
TOKEN = ISSUER + "/token"
REVOKE = ISSUER + "/revoke"
JWKS = ISSUER + "/jwks"
CONFIGURATION = ISS + "/.well-known/smart-configuration"
METADATA = ISS + "/metadata"
OPENID = ISSUER + "/.well-known/openid-configuration"
BROWSER = "browser-key-of-the-pharmacist"
START = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)

Handler = Callable[[httpx.Request], httpx.Response]


@cache
def client_keys() -> dict[str, Any]:
    return dict(generate_keys())


@cache
def rsa_key(name: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig"})


@cache
def ec_key(name: str, curve: str = "P-256") -> ECKey:
    return ECKey.generate_key(curve, {"kid": name, "use": "sig"})


@cache
def auth_of(one: Tenant) -> ClientAuth:
    """Kept: reading a private key checks its numbers, which takes a tenth of a second."""
    return client_auth(one, {"CLIENT_KEYS": json.dumps(client_keys()), "SECRET": "s3cret:ü"})


def tenant(**changes: Any) -> Tenant:
    return Tenant.model_validate(
        {
            "key": "hospital",
            "name": "Hospital EHR",
            "iss": ISS,
            "issuers": (ISSUER,),
            "hosts": ("login.ehr.example",),
            "client_id": "concordance",
            "auth": "private_key_jwt",
            "key_env": "CLIENT_KEYS",
            "redirect_uri": "https://app.example/callback/hospital",
            "access": "offline_access",
            **changes,
        }
    )


def json_answer(body: Any, status: int = 200) -> Handler:
    return lambda _: httpx.Response(status, json=body)


@dataclass
class Clock:
    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **time: float) -> None:
        self.now += timedelta(**time)


@dataclass
class Ehr:
    """Answers by URL; every request is kept, and an address it does not know is a test failure."""

    clock: Clock
    calls: list[httpx.Request] = field(default_factory=list)
    answers: dict[str, Handler] = field(default_factory=dict)
    configuration: dict[str, Any] = field(
        default_factory=lambda: {
            "issuer": ISSUER,
            "authorization_endpoint": AUTHORIZE,
            "token_endpoint": TOKEN,
            "revocation_endpoint": REVOKE,
            "code_challenge_methods_supported": ["S256"],
            "capabilities": ["launch-ehr", "permission-v1", "permission-v2"],
        }
    )
    keys: list[RSAKey | ECKey] = field(default_factory=lambda: [rsa_key("first")])
    key: RSAKey | ECKey = field(default_factory=lambda: rsa_key("first"))
    header: dict[str, Any] = field(default_factory=lambda: {"alg": "RS256", "kid": "first"})
    claims: dict[str, Any] = field(default_factory=dict)
    token: dict[str, Any] = field(default_factory=dict)
    nonce: str = ""
    renewals: int = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.calls.append(request)
        url = str(request.url)
        known: dict[str, Handler] = {
            CONFIGURATION: lambda _: httpx.Response(200, json=self.configuration),
            OPENID: json_answer({"issuer": ISSUER, "jwks_uri": JWKS}),
            JWKS: lambda _: httpx.Response(
                200, json={"keys": [key.as_dict(private=False) for key in self.keys]}
            ),
            TOKEN: self._token,
            REVOKE: json_answer({}),
        }
        handler = self.answers.get(url) or known.get(url)
        assert handler is not None, f"unexpected call to {url}"
        return handler(request)

    def _token(self, request: httpx.Request) -> httpx.Response:
        if form(request)["grant_type"] == "refresh_token":
            self.renewals += 1
            return httpx.Response(200, json=self.renewed(self.renewals))
        return httpx.Response(200, json=self.granted())

    def renewed(self, number: int) -> dict[str, Any]:
        return {"access_token": f"access-{number}", "token_type": "Bearer", "expires_in": 570}

    def granted(self) -> dict[str, Any]:
        body = {
            "access_token": "access-0",
            "token_type": "bearer",
            "expires_in": 570,
            "refresh_token": "refresh-0",
            "scope": "launch openid fhirUser patient/Patient.r patient/MedicationRequest.rs",
            "patient": "p1",
            "encounter": "e1",
            "need_patient_banner": False,
            "id_token": self.id_token(),
            **self.token,
        }
        return {name: value for name, value in body.items() if value is not None}

    def id_token(self, **changes: Any) -> str:
        claims = {
            "iss": ISSUER,
            "aud": "concordance",
            "sub": "u1",
            "nonce": self.nonce,
            "exp": int(self.clock().timestamp()) + 300,
            "iat": int(self.clock().timestamp()),
            "fhirUser": f"{ISS}/Practitioner/ph1",
            "name": "Pat Pharmacist",
            **self.claims,
            **changes,
        }
        kept = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(self.header, kept, self.key, algorithms=[self.header["alg"]])

    def posts(self, grant: str) -> list[dict[str, str]]:
        forms = [form(call) for call in self.calls if str(call.url) == TOKEN]
        return [sent for sent in forms if sent["grant_type"] == grant]

    def called(self, url: str) -> int:
        return sum(1 for call in self.calls if str(call.url) == url)


def form(request: httpx.Request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(request.content.decode()).items()}


def query(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


@dataclass
class World:
    ehr: Ehr
    clock: Clock
    tenants: Tenants
    smart: SmartClient
    states: MemoryLaunchStates
    sessions: MemorySessions
    seal: TokenSeal
    http: httpx.AsyncClient
    auths: dict[str, ClientAuth]

    async def begin(
        self, launch: str | None = "launch-1", iss: str = ISS, **how: Any
    ) -> dict[str, str]:
        """The parameters that the EHR's authorize page received."""
        asked = await self.smart.launcher.ask(iss, launch, BROWSER, **how)
        sent = query(asked.url)
        self.ehr.nonce = sent["nonce"]
        return sent

    async def launch(self, **callback: str) -> LaunchedSession:
        sent = await self.begin()
        params = {"code": "code-1", "state": sent["state"], **callback}
        return await self.smart.launcher.complete(params, BROWSER)

    def another_worker(self) -> SmartClient:
        """A second process on the same database."""
        return _smart(self, self.sessions)


def world(
    handler: Handler | None = None, tenants: tuple[Tenant, ...] = (), **changes: Any
) -> World:
    clock = Clock()
    ehr = Ehr(clock)
    registered = Tenants(tenants or [tenant(**changes)])
    auths = {one.key: auth_of(one) for one in registered}
    made = World(
        ehr=ehr,
        clock=clock,
        tenants=registered,
        smart=None,  # type: ignore[arg-type]  # set in the next line
        states=MemoryLaunchStates(),
        sessions=MemorySessions(),
        seal=TokenSeal({"k1": b"1" * 32}),
        http=httpx.AsyncClient(transport=httpx.MockTransport(_as_on_a_network(handler or ehr))),
        auths=auths,
    )
    made.smart = _smart(made, made.sessions)
    return made


def _as_on_a_network(
    handler: Handler,
) -> Callable[[httpx.Request], Coroutine[None, None, httpx.Response]]:
    """Lets others run while an answer is on its way, so that races can happen."""

    async def answer(request: httpx.Request) -> httpx.Response:
        for _ in range(5):
            await asyncio.sleep(0)
        return handler(request)

    return answer


def _smart(made: World, sessions: SessionStore) -> SmartClient:
    return smart_client(
        made.tenants,
        made.auths,
        made.http,
        launch_states=made.states,
        session_store=sessions,
        seal=made.seal,
        clock=made.clock,
    )


def write(folder: Path, text: str) -> Path:
    path = folder / "tenants.toml"
    path.write_text(text, "utf-8")
    return path
