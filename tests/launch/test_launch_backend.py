"""Access of the app's own: how it is registered, asked for and kept."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from launch.assembly import smart_client
from launch.backend import Backend
from launch.client_auth import published_keys, system_auth, system_auths
from launch.errors import LaunchError, TenantFileError
from launch.keys import generate_keys, public_jwks
from launch.system_tokens import SystemTokens
from launch.tenants import Tenant, load_tenants
from tests.launch.launch_support import (
    ASYNC,
    TOKEN,
    World,
    client_keys,
    tenant,
    world,
    write,
)
from tests.launch.test_launch_tenants import GOOD

ENV = {"CLIENT_KEYS": json.dumps(client_keys()), "SECRET": "s"}
ASKED = "system/CarePlan.crus system/Provenance.crs"
OWN = {"client_id": "concordance-backend", "scopes": ASKED.split()}


class Own:
    """A registered EHR that gives the app tokens of its own; `answer` changes what it says."""

    def __init__(self, **answer: Any) -> None:
        self.answer = answer
        self.given = 0
        self.here: World = world(tenants=(tenant(backend=OWN),))
        self.here.ehr.answers[TOKEN] = self._give
        auths = system_auths(self.here.tenants, ENV)
        self.tokens: SystemTokens = replace_auths(self.here, auths)

    def _give(self, _: httpx.Request) -> httpx.Response:
        self.given += 1
        body = {
            "access_token": f"own-{self.given}",
            "token_type": "bearer",
            "expires_in": 300,
            "scope": ASKED,
            **self.answer,
        }
        return httpx.Response(200, json={k: v for k, v in body.items() if v is not None})

    async def access(self) -> str:
        return (await self.tokens.token("hospital")).access


def replace_auths(here: World, auths: Any) -> SystemTokens:
    made = smart_client(
        here.tenants,
        here.auths,
        here.http,
        launch_states=here.states,
        session_store=here.sessions,
        seal=here.seal,
        clock=here.clock,
        system_auths=auths,
    )
    return made.system


class TestTheRequest:
    pytestmark = ASYNC

    async def test_is_signed_names_the_grant_and_asks_for_system_scopes(self) -> None:
        own = Own()
        await own.access()
        (sent,) = own.here.ehr.posts("client_credentials")
        assert set(sent) == {"grant_type", "scope", "client_assertion_type", "client_assertion"}
        assert sent["scope"] == ASKED
        keys = KeySet.import_key_set(public_jwks(client_keys()))  # type: ignore[arg-type]
        token = jwt.decode(sent["client_assertion"], keys, algorithms=["RS384"])
        assert token.claims["iss"] == token.claims["sub"] == "concordance-backend"
        assert token.claims["aud"] == TOKEN
        assert 0 < token.claims["exp"] - token.claims["iat"] <= 300

    async def test_is_in_the_older_syntax_where_the_ehr_knows_no_other(self) -> None:
        own = Own()
        own.here.ehr.configuration["capabilities"] = ["permission-v1"]
        await own.access()
        (sent,) = own.here.ehr.posts("client_credentials")
        assert sent["scope"].split()[:2] == ["system/CarePlan.read", "system/CarePlan.write"]

    async def test_no_assertion_is_sent_twice(self) -> None:
        own = Own(expires_in=1)
        for _ in range(3):
            await own.access()
            own.here.clock.pass_(seconds=1)
        sent = [post["client_assertion"] for post in own.here.ehr.posts("client_credentials")]
        assert len(set(sent)) == 3


class TestTheToken:
    pytestmark = ASYNC

    async def test_is_kept_until_shortly_before_it_ends(self) -> None:
        own = Own()
        assert await own.access() == "own-1"
        own.here.clock.pass_(seconds=269)
        assert await own.access() == "own-1"
        own.here.clock.pass_(seconds=1)
        assert await own.access() == "own-2"

    async def test_that_names_no_end_is_good_until_it_is_refused(self) -> None:
        own = Own(expires_in=None)
        await own.access()
        own.here.clock.pass_(days=1)
        assert await own.access() == "own-1"
        assert (await own.tokens.renew("hospital", "own-1")).access == "own-2"
        assert (await own.tokens.renew("hospital", "own-1")).access == "own-2", "newer already"

    async def test_many_who_want_it_at_once_ask_once(self) -> None:
        own = Own()
        got = await asyncio.gather(*(own.access() for _ in range(20)))
        assert (set(got), own.given) == ({"own-1"}, 1)

    async def test_a_refresh_token_is_never_used(self) -> None:
        own = Own(refresh_token="refresh", expires_in=60)
        await own.access()
        own.here.clock.pass_(seconds=61)
        await own.access()
        assert own.given == 2
        assert own.here.ehr.posts("refresh_token") == []

    async def test_is_not_shown_by_accident(self) -> None:
        assert "own-1" not in repr(await Own().tokens.token("hospital"))

    @pytest.mark.parametrize(
        ("scope", "may"),
        [
            (ASKED, True),
            (None, True),
            ("system/CarePlan.read system/CarePlan.write", True),
            ("system/*.*", True),
            ("system/CarePlan.rs", False),
            ("patient/CarePlan.crus user/CarePlan.crus", False),
            ("", False),
        ],
    )
    async def test_what_was_granted_counts(self, scope: str | None, may: bool) -> None:
        granted = (await Own(scope=scope).tokens.token("hospital")).capabilities
        assert granted.can("CarePlan", "create") is may


class TestWhatGoesWrong:
    pytestmark = ASYNC

    @pytest.mark.parametrize(
        ("answer", "code"),
        [
            (httpx.Response(400, json={"error": "invalid_client"}), "CMM-1020"),
            (httpx.Response(503), "CMM-1022"),
            (httpx.Response(200, text="<html>"), "CMM-1021"),
            (httpx.Response(200, json={"token_type": "bearer"}), "CMM-1023"),
            (httpx.Response(200, json={"access_token": "x", "token_type": "mac"}), "CMM-1024"),
        ],
    )
    async def test_is_said_by_its_number_and_asked_again(
        self, answer: httpx.Response, code: str
    ) -> None:
        own = Own()
        give = own.here.ehr.answers[TOKEN]
        own.here.ehr.answers[TOKEN] = lambda _: answer
        with pytest.raises(LaunchError) as caught:
            await own.access()
        assert caught.value.code == code
        own.here.ehr.answers[TOKEN] = give
        assert await own.access() == "own-1"

    async def test_an_ehr_that_does_not_know_the_app_is_not_asked(self) -> None:
        here = world()
        tokens = replace_auths(here, {})
        assert tokens.registered == frozenset()
        with pytest.raises(LaunchError) as caught:
            await tokens.token("hospital")
        assert caught.value.code == "CMM-1043"
        assert here.ehr.calls == []


TABLE = '\n[sandbox.backend]\nclient_id = "own"\n'


@pytest.mark.parametrize(
    ("table", "line"),
    [
        ("\n[sandbox.backend]\n", "[sandbox] backend.client_id: is missing"),
        (TABLE + 'scope = ["x"]', "[sandbox] backend.scope: there is no such setting; do you mean scopes?"),
        (TABLE + 'alg = "RS256"', "[sandbox] backend.alg: must be 'RS384' or 'ES384'"),
        (TABLE + "scopes = []", "[sandbox] backend.scopes: name at least one, or leave it out for those of the product"),
        (TABLE + 'scopes = ["patient/CarePlan.c"]', "[sandbox] backend.scopes: 'patient/CarePlan.c' is not a system/ scope"),
        (TABLE + 'scopes = ["offline_access"]', "[sandbox] backend.scopes: 'offline_access' is not a system/ scope"),
        (TABLE + 'key_file = "a"\nkey_env = "B"', "[sandbox] backend: give it key_file or key_env, not both"),
    ],
)  # fmt: skip
def test_each_mistake_is_one_clear_line(tmp_path: Path, table: str, line: str) -> None:
    with pytest.raises(TenantFileError) as caught:
        load_tenants(write(tmp_path, GOOD + table))
    assert caught.value.mistakes == (line,)


def by_secret(**backend: Any) -> Tenant:
    how: dict[str, Any] = {"auth": "client_secret_basic", "key_env": None, "secret_env": "SECRET"}
    return tenant(**how, backend={**OWN, **backend})


def test_where_users_come_with_a_secret_it_needs_a_key_of_its_own() -> None:
    with pytest.raises(ValueError, match="needs private_key_jwt, so give it key_file or key_env"):
        by_secret()
    assert system_auths([by_secret(key_env="CLIENT_KEYS")], ENV).keys() == {"hospital"}


def test_its_key_file_stands_beside_the_tenant_file(tmp_path: Path) -> None:
    one, _ = load_tenants(write(tmp_path, GOOD + TABLE + 'key_file = "own.json"'))
    assert one.backend
    assert one.backend.key_file == tmp_path / "own.json"


def test_a_key_that_is_not_there_is_one_line_at_start() -> None:
    broken = tenant(backend={**OWN, "key_env": "NOWHERE"})
    with pytest.raises(LaunchError, match=r"\[hospital\.backend\] NOWHERE is not set"):
        system_auths([tenant(key="south"), broken], ENV)


def test_its_own_key_is_published_beside_the_other() -> None:
    env = {**ENV, "OWN_KEYS": json.dumps(generate_keys())}
    both = tenant(backend={**OWN, "key_env": "OWN_KEYS"})
    assert len(published_keys([both], env)["keys"]) == 4
    assert len(published_keys([tenant(backend=OWN)], env)["keys"]) == 2
    assert len(published_keys([by_secret(key_env="OWN_KEYS")], env)["keys"]) == 2


@pytest.mark.parametrize("alg", ["RS384", "ES384"])
def test_signs_with_the_algorithm_of_its_table(alg: str) -> None:
    one = tenant(backend={**OWN, "alg": alg})
    backend = one.backend
    assert isinstance(backend, Backend)
    sent = system_auth(one, backend, ENV).proof(TOKEN, world().clock()).form["client_assertion"]
    keys = KeySet.import_key_set(public_jwks(client_keys()))  # type: ignore[arg-type]
    assert jwt.decode(sent, keys, algorithms=[alg]).header["alg"] == alg
