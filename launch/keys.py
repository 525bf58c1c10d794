"""The app's own signing keys: made once, private on the server, public at the JWKS address."""

from collections.abc import Mapping
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

# An allow-list, so that a private member can never be published by a new key type.
_PUBLIC = ("kty", "kid", "use", "alg", "n", "e", "crv", "x", "y")
_KEY_TYPES: dict[str, tuple[str, str | None]] = {"RS384": ("RSA", None), "ES384": ("EC", "P-384")}

Jwks = dict[str, list[dict[str, Any]]]


def generate_keys() -> Jwks:
    """A private JWKS with one key for each algorithm that a SMART client shall support."""
    rsa = RSAKey.generate_key(3072, {"use": "sig", "alg": "RS384"}, auto_kid=True)
    ec = ECKey.generate_key("P-384", {"use": "sig", "alg": "ES384"}, auto_kid=True)
    return {"keys": [dict(key.as_dict(private=True)) for key in (rsa, ec)]}


def public_jwks(private: Mapping[str, Any]) -> Jwks:
    """What the JWKS address shows: every key of the set, also the one that is being retired."""
    return {"keys": [_public(key) for key in _listed(private)]}


def signing_key(private: Mapping[str, Any], alg: str) -> RSAKey | ECKey:
    """The first key that fits the algorithm; put a new key first to sign with it."""
    kty, crv = _KEY_TYPES[alg]
    for data in _listed(private):
        fits = data.get("kty") == kty and data.get("crv") == crv
        if not fits or data.get("alg", alg) != alg or "d" not in data:
            continue
        try:
            key = RSAKey.import_key(data) if kty == "RSA" else ECKey.import_key(data)
        except (JoseError, ValueError, TypeError):
            continue
        key.ensure_kid()
        return key
    raise ValueError(f"no private key for {alg}")


def _listed(private: Mapping[str, Any]) -> list[dict[str, Any]]:
    keys = private.get("keys", [private])
    return [key for key in keys if isinstance(key, dict)] if isinstance(keys, list) else []


def _public(data: dict[str, Any]) -> dict[str, Any]:
    shown = {name: data[name] for name in _PUBLIC if name in data}
    alg = data.get("alg") or ("RS384" if data.get("kty") == "RSA" else "ES384")
    kid = data.get("kid") or signing_key({"keys": [data]}, alg).kid
    return {**shown, "use": "sig", "alg": alg, "kid": kid}
