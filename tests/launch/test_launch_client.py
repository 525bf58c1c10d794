"""The app proves who it is, and shows only public keys."""

import json
from base64 import b64decode, urlsafe_b64decode
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from launch.client_auth import SharedSecret, client_auth, client_auths, published_keys
from launch.errors import LaunchError
from launch.keys import generate_keys, public_jwks, signing_key
from tests.launch.launch_support import START, TOKEN, client_keys, tenant, world

ENV = {"CLIENT_KEYS": json.dumps(client_keys()), "SECRET": "s3:cret ü"}
SECRET: dict[str, Any] = {"auth": "client_secret_basic", "key_env": None, "secret_env": "SECRET"}


@pytest.mark.parametrize("alg", ["RS384", "ES384"])
def test_the_assertion_is_what_smart_asks_for(alg: str) -> None:
    auth = client_auth(tenant(alg=alg), ENV)
    proof = auth.proof(TOKEN, START)
    assert proof.headers == {}
    assert proof.form["client_assertion_type"] == (
        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    )
    public = KeySet.import_key_set(public_jwks(client_keys()))  # type: ignore[arg-type]
    token = jwt.decode(proof.form["client_assertion"], public, algorithms=[alg])
    assert token.header["alg"] == alg
    assert token.header["typ"] == "JWT"
    assert token.header["kid"] in {key.kid for key in public}
    assert token.claims["iss"] == token.claims["sub"] == "concordance"
    assert token.claims["aud"] == TOKEN
    assert 0 < token.claims["exp"] - START.timestamp() <= 300


def test_no_assertion_is_ever_repeated() -> None:
    auth = client_auth(tenant(), ENV)
    ids = {
        json.loads(padded(auth.proof(TOKEN, START).form["client_assertion"].split(".")[1]))["jti"]
        for _ in range(5)
    }
    assert len(ids) == 5


def padded(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


def test_basic_encodes_the_secret_as_a_form_first() -> None:
    proof = client_auth(tenant(**SECRET), ENV).proof(TOKEN, START)
    assert proof.form == {}
    scheme, encoded = proof.headers["Authorization"].split()
    assert scheme == "Basic"
    assert b64decode(encoded) == b"concordance:s3%3Acret+%C3%BC"


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_basic_is_sent_to_the_token_endpoint_and_nowhere_else() -> None:
    here = world(**SECRET)
    await here.launch()
    with_secret = {str(call.url) for call in here.ehr.calls if "authorization" in call.headers}
    assert with_secret == {TOKEN}
    assert "client_assertion" not in here.ehr.posts("authorization_code")[0]


def test_nothing_secret_shows_in_a_description() -> None:
    for auth in (client_auth(tenant(), ENV), client_auth(tenant(**SECRET), ENV)):
        assert "s3" not in repr(auth)
        assert client_keys()["keys"][0]["d"] not in repr(auth)
    assert isinstance(client_auth(tenant(**SECRET), ENV), SharedSecret)


def test_reads_a_key_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_text(json.dumps(client_keys()))
    assert client_auth(tenant(key_env=None, key_file=path), {}).proof(TOKEN, START).form


def test_reads_a_secret_from_a_file_without_its_line_end(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("word\n")
    one = tenant(**{**SECRET, "secret_env": None, "secret_file": path})
    assert client_auth(one, {}) == SharedSecret("concordance", "word")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is not set"),
        ("{", "holds no private RS384 key"),
        ("[]", "holds no private RS384 key"),
        ('{"keys": 7}', "holds no private RS384 key"),
        ('{"kty": "RSA", "n": "AQAB", "e": "AQAB", "d": "!"}', "holds no private RS384 key"),
        (json.dumps(public_jwks(client_keys())), "holds no private RS384 key"),
        (json.dumps(client_keys()["keys"][1]), "holds no private RS384 key"),
    ],
)
def test_an_unusable_key_stops_the_start_with_one_line(text: str, says: str) -> None:
    with pytest.raises(LaunchError) as caught:
        client_auths([tenant()], {"CLIENT_KEYS": text})
    assert caught.value.code == "CMM-1051"
    assert caught.value.message.startswith("[hospital] CLIENT_KEYS ")
    assert says in caught.value.message


def test_each_unusable_key_is_said_with_what_to_do(tmp_path: Path) -> None:
    two = [tenant(key="a"), tenant(key="b", key_env=None, key_file=tmp_path / "keys.json")]
    with pytest.raises(LaunchError) as caught:
        client_auths(two, {})
    assert caught.value.message == (
        "[a] CLIENT_KEYS is not set: set it in the environment, or name another in the tenant file. "
        f"[b] {tmp_path / 'keys.json'} cannot be read: mend the file, or name another in the tenant "
        "file."
    )


def test_a_key_file_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(LaunchError, match=r"keys\.json cannot be read"):
        client_auth(tenant(key_env=None, key_file=tmp_path / "keys.json"), {})


class TestThePublicKeys:
    def test_show_both_algorithms_and_nothing_private(self) -> None:
        keys = public_jwks(client_keys())["keys"]
        assert [key["alg"] for key in keys] == ["RS384", "ES384"]
        for key in keys:
            assert key["use"] == "sig"
            assert key["kid"]
            assert not {"d", "p", "q", "dp", "dq", "qi", "k", "oth"} & set(key)

    def test_get_an_id_and_an_algorithm_when_the_file_has_none(self) -> None:
        bare = {name: client_keys()["keys"][1][name] for name in ("kty", "crv", "x", "y", "d")}
        (shown,) = public_jwks(bare)["keys"]
        assert shown["alg"] == "ES384"
        assert shown["kid"] == signing_key(bare, "ES384").kid

    def test_keep_showing_a_key_that_is_being_retired(self) -> None:
        old, new = client_keys()["keys"], generate_keys()["keys"]
        both = {"keys": [*new, *old]}
        assert len(public_jwks(both)["keys"]) == 4
        assert signing_key(both, "RS384").kid == new[0]["kid"]

    def test_are_of_a_good_size(self) -> None:
        rsa, ec = (signing_key(client_keys(), alg) for alg in ("RS384", "ES384"))
        assert isinstance(rsa, RSAKey)
        assert rsa.public_key.key_size >= 3072
        assert isinstance(ec, ECKey)
        assert ec.curve_name == "P-384"

    def test_while_rotating_the_new_key_signs_and_both_can_be_checked(self) -> None:
        old, new = client_keys()["keys"], generate_keys()["keys"]
        here = tenant()
        shown = {}
        for step, keys in {"before": old, "during": [*new, *old], "after": new}.items():
            env = {"CLIENT_KEYS": json.dumps({"keys": keys})}
            assertion = client_auth(here, env).proof(TOKEN, START).form["client_assertion"]
            kid = json.loads(padded(assertion.split(".")[0]))["kid"]
            published = KeySet.import_key_set(published_keys([here], env))  # type: ignore[arg-type]
            jwt.decode(assertion, published, algorithms=["RS384"])
            shown[step] = (kid, {key.kid for key in published})
        assert shown["before"][0] == old[0]["kid"]
        assert shown["during"][0] == shown["after"][0] == new[0]["kid"]
        assert shown["before"][1] < shown["during"][1] > shown["after"][1]

    def test_come_from_every_tenants_file_and_variable_once_each(self, tmp_path: Path) -> None:
        file = tmp_path / "keys.json"
        file.write_text(json.dumps(generate_keys()))
        tenants = [
            tenant(key="a"),
            tenant(key="b"),
            tenant(key="c", key_env=None, key_file=file),
            tenant(key="d", **SECRET),
        ]
        assert len(published_keys(tenants, ENV)["keys"]) == 4
