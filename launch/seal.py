"""Secrets at rest: AES-256-GCM, bound to the row, the column and the key they were sealed with."""

import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from launch.errors import LaunchError, Why

_FORMAT = b"\x01"
_NONCE = 12  # bytes; SP 800-38D recommends 96 bits, random and never reused with a key
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")


def key_of(secret: str) -> str:
    """The name under which a state or a session id is stored."""
    return sha256(secret.encode()).hexdigest()


class TokenSeal:
    """Seals with the first key and opens with any, so that keys can be rotated one by one."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        if not keys:
            raise ValueError("at least one seal key is needed")
        for key_id, key in keys.items():
            if not _KEY_ID.fullmatch(key_id):
                raise ValueError("a seal key id is 1-32 letters, digits, - or _")
            if len(key) != 32:
                raise ValueError(f"seal key {key_id} must be 32 bytes")
        self._keys = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._current = next(iter(keys))

    @classmethod
    def from_text(cls, text: str) -> "TokenSeal":
        """Keys as `id:base64url,id:base64url`, the newest first."""
        keys: dict[str, bytes] = {}
        for part in text.split(","):
            key_id, colon, encoded = part.strip().partition(":")
            if not colon:
                raise ValueError("write seal keys as id:base64url, separated by commas")
            try:
                keys[key_id] = urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
            except ValueError:
                raise ValueError(f"seal key {key_id} is not base64url") from None
        return cls(keys)

    @staticmethod
    def new_key() -> str:
        """32 random bytes in the form that `from_text` reads after the colon."""
        return urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")

    def close(self, plain: bytes, row: str, column: str) -> bytes:
        nonce = secrets.token_bytes(_NONCE)
        key_id = self._current
        sealed = self._keys[key_id].encrypt(nonce, plain, _bound_to(row, column, key_id))
        name = key_id.encode()
        return _FORMAT + bytes([len(name)]) + name + nonce + sealed

    def open(self, sealed: bytes, row: str, column: str) -> bytes:
        key_id, nonce, body = _parts(sealed)
        key = self._keys.get(key_id)
        if key is None:
            raise LaunchError.of(Why.SEAL_BROKEN)
        try:
            return key.decrypt(nonce, body, _bound_to(row, column, key_id))
        except (InvalidTag, ValueError):
            raise LaunchError.of(Why.SEAL_BROKEN) from None


def _bound_to(row: str, column: str, key_id: str) -> bytes:
    return f"{row}|{column}|{key_id}".encode()


def _parts(sealed: bytes) -> tuple[str, bytes, bytes]:
    if sealed[:1] != _FORMAT or len(sealed) < 2:
        raise LaunchError.of(Why.SEAL_BROKEN)
    start = 2 + sealed[1]
    key_id = sealed[2:start].decode("ascii", "replace")
    return key_id, sealed[start : start + _NONCE], sealed[start + _NONCE :]
