"""How the app proves to a token endpoint that it is the registered client."""

import json
import os
import secrets
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote_plus

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from launch.backend import Backend
from launch.errors import LaunchError, Why
from launch.keys import Jwks, public_jwks, signing_key
from launch.tenants import Tenant

_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
# SMART App Launch 2.2, asymmetric authentication: no more than five minutes in the future.
_ASSERTION_LIFE = timedelta(minutes=4)


@dataclass(frozen=True)
class Proof:
    """What is added to a token request."""

    form: Mapping[str, str]
    headers: Mapping[str, str]


class ClientAuth(Protocol):
    @property
    def client_id(self) -> str: ...

    def proof(self, token_endpoint: str, now: datetime) -> Proof: ...


@dataclass(frozen=True, repr=False)
class SharedSecret:
    """HTTP Basic; id and secret are form-urlencoded first (RFC 6749 section 2.3.1)."""

    client_id: str
    secret: str

    def proof(self, token_endpoint: str, now: datetime) -> Proof:  # noqa: ARG002 - the protocol
        pair = f"{quote_plus(self.client_id)}:{quote_plus(self.secret)}"
        return Proof({}, {"Authorization": "Basic " + b64encode(pair.encode()).decode()})


@dataclass(frozen=True, repr=False)
class PrivateKeyJwt:
    """A signed assertion: even a hostile token endpoint learns nothing that it could reuse."""

    client_id: str
    key: RSAKey | ECKey
    alg: str

    def proof(self, token_endpoint: str, now: datetime) -> Proof:
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": token_endpoint,
            "jti": secrets.token_urlsafe(24),
            "iat": int(now.timestamp()),
            "exp": int((now + _ASSERTION_LIFE).timestamp()),
        }
        header = {"alg": self.alg, "kid": self.key.kid, "typ": "JWT"}
        assertion = jwt.encode(header, claims, self.key, algorithms=[self.alg])
        return Proof({"client_assertion_type": _ASSERTION_TYPE, "client_assertion": assertion}, {})


def client_auth(tenant: Tenant, env: Mapping[str, str]) -> ClientAuth:
    """Reads the tenant's key or secret once, at start, and fails there if it is unusable."""
    if tenant.auth == "client_secret_basic":
        source = _Source(tenant.key, tenant.secret_file, tenant.secret_env)
        return SharedSecret(tenant.client_id, source.text(env))
    return _signer(_keys_of(tenant), env, tenant.client_id, tenant.alg)


def system_auth(tenant: Tenant, backend: Backend, env: Mapping[str, str]) -> ClientAuth:
    """The app's own registration, with its own key or the tenant's."""
    return _signer(_keys_of_backend(tenant, backend), env, backend.client_id, backend.alg)


def client_auths(
    tenants: Iterable[Tenant], env: Mapping[str, str] = os.environ
) -> dict[str, ClientAuth]:
    """All of them, or one sentence for each that cannot be used."""
    return _each({tenant.key: partial(client_auth, tenant, env) for tenant in tenants})


def system_auths(
    tenants: Iterable[Tenant], env: Mapping[str, str] = os.environ
) -> dict[str, ClientAuth]:
    """Those of the tenants with a backend table, or one sentence for each that cannot be used."""
    tables = ((tenant, tenant.backend) for tenant in tenants)
    return _each({t.key: partial(system_auth, t, b, env) for t, b in tables if b})


def _each(made: Mapping[str, Callable[[], ClientAuth]]) -> dict[str, ClientAuth]:
    found: dict[str, ClientAuth] = {}
    mistakes: list[str] = []
    for tenant, make in made.items():
        try:
            found[tenant] = make()
        except LaunchError as error:
            mistakes.append(error.message)
    if mistakes:
        why = Why.CREDENTIAL_MISSING
        raise LaunchError(why.code, " ".join(mistakes), why.status)
    return found


def published_keys(tenants: Iterable[Tenant], env: Mapping[str, str] = os.environ) -> Jwks:
    """The public half of every key of these tenants, once each: new ones and those being retired."""
    found: dict[str, dict[str, Any]] = {}
    for source in dict.fromkeys(s for tenant in tenants for s in _key_sources(tenant)):
        for key in public_jwks(json.loads(source.text(env)))["keys"]:
            found.setdefault(key["kid"], key)
    return {"keys": list(found.values())}


@dataclass(frozen=True)
class _Source:
    """Where the tenant file says that a key or secret is; `table` is where it says so."""

    table: str
    file: Path | None
    name: str | None

    def text(self, env: Mapping[str, str]) -> str:
        try:
            text = self.file.read_text("utf-8") if self.file else env.get(self.name or "", "")
        except (OSError, UnicodeDecodeError):
            raise self.missing("cannot be read") from None
        if not text.strip():
            raise self.missing("is not set")
        return text.strip()

    def missing(self, what: str) -> LaunchError:
        why = Why.CREDENTIAL_MISSING
        named, mend = (
            (self.file, "mend the file") if self.file else (self.name, "set it in the environment")
        )
        message = f"[{self.table}] {named} {what}: {mend}, or name another in the tenant file."
        return LaunchError(why.code, message, why.status)


def _keys_of(tenant: Tenant) -> _Source:
    return _Source(tenant.key, tenant.key_file, tenant.key_env)


def _keys_of_backend(tenant: Tenant, backend: Backend) -> _Source:
    own = _Source(f"{tenant.key}.backend", backend.key_file, backend.key_env)
    return own if backend.has_key else _keys_of(tenant)


def _key_sources(tenant: Tenant) -> Iterator[_Source]:
    if tenant.auth == "private_key_jwt":
        yield _keys_of(tenant)
    if tenant.backend:
        yield _keys_of_backend(tenant, tenant.backend)


def _signer(source: _Source, env: Mapping[str, str], client_id: str, alg: str) -> PrivateKeyJwt:
    try:
        key = signing_key(json.loads(source.text(env)), alg)
    except (ValueError, AttributeError):
        raise source.missing(f"holds no private {alg} key as JWK or JWKS") from None
    return PrivateKeyJwt(client_id, key, alg)
