"""One registered EHR customer and everything that is pinned for it."""

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from launch.addresses import normalise, read_address, read_place
from launch.backend import Backend
from launch.beside import FileBeside
from launch.choices import SUGGESTED_SCOPES, CookieMode, Dialect, NoteBody, WriteMode
from launch.errors import LaunchError
from launch.scopes import Access, ScopeStyle, read_grant


class Tenant(BaseModel):
    """One EHR customer. Nothing here is ever learned from the wire."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    key: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")
    name: str = Field(min_length=1, max_length=80)
    iss: str
    aliases: tuple[str, ...] = ()
    issuers: tuple[str, ...] = Field(min_length=1)
    hosts: tuple[str, ...] = ()
    client_id: str = Field(min_length=1)
    auth: Literal["private_key_jwt", "client_secret_basic"]
    key_file: FileBeside | None = None
    key_env: str | None = None
    alg: Literal["RS384", "ES384"] = "RS384"
    secret_file: FileBeside | None = None
    secret_env: str | None = None
    scopes: tuple[str, ...] = SUGGESTED_SCOPES
    scope_style: ScopeStyle = "v2"
    access: Access = "none"
    # Access of the app's own, for delivery when the signer's has ended; nothing where it has none.
    backend: Backend | None = None
    redirect_uri: str
    authorize: Literal["auto", "get", "post"] = "auto"
    # Told apart by this where several customers share one `iss` (athenahealth's practices do).
    customer: str | None = Field(default=None, min_length=1, max_length=200)
    frame_ancestors: tuple[str, ...] = ()
    cookie: CookieMode = "partitioned"
    # The script that Oracle's MPages need. It guards the frame itself and forbids frame-ancestors.
    embed_library: FileBeside | None = None
    dialect: Dialect = "auto"
    # A questionnaire or a message is another record than a note: only where the site asks for it.
    write_modes: tuple[WriteMode, ...] = ("care-plan-bundle", "care-plan", "document", "download")
    # `system|code`; nothing means the product's own choice.
    write_medication_list: bool = False
    note_type: str | None = None
    note_body: NoteBody = "text"
    requests_per_minute: int | None = Field(default=None, ge=10, le=60_000)
    parallel_requests: int = Field(default=5, ge=1, le=5)
    send_client_id: bool = False
    allow_http_loopback: bool = False
    private_network: bool = False

    @field_validator("iss")
    @classmethod
    def _one_spelling(cls, iss: str) -> str:
        return _normalised(iss)

    @field_validator("aliases")
    @classmethod
    def _one_spelling_each(cls, aliases: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_normalised(alias) for alias in aliases)

    @field_validator("hosts")
    @classmethod
    def _places(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        places = [(host, read_place(host)) for host in hosts]
        bad = [host for host, place in places if place is None]
        if bad:
            raise ValueError(f"write host or host:port without scheme or path, not {bad[0]!r}")
        return tuple(place for _, place in places if place)

    @field_validator("scopes")
    @classmethod
    def _resource_scopes(cls, scopes: tuple[str, ...]) -> tuple[str, ...]:
        for scope in scopes:
            grant = read_grant(scope)
            # `profile` puts the user's name into the id_token where fhirUser alone does not.
            if scope != "profile" and (grant is None or grant.level == "system"):
                raise ValueError(f"{scope!r} is not a patient/ or user/ scope")
        return scopes

    @field_validator("frame_ancestors")
    @classmethod
    def _origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for origin in origins:
            address = read_address(origin)
            if address is None or address.origin != origin:
                raise ValueError(f"{origin!r} is not an origin such as https://ehr.example")
        return origins

    @field_validator("write_modes")
    @classmethod
    def _each_once(cls, modes: tuple[WriteMode, ...]) -> tuple[WriteMode, ...]:
        if not modes:
            raise ValueError("name at least one; 'download' never writes to the EHR")
        twice = next((mode for mode in modes if modes.count(mode) > 1), None)
        if twice:
            raise ValueError(f"{twice!r} is listed twice")
        return modes

    @field_validator("note_type")
    @classmethod
    def _coded(cls, code: str | None) -> str | None:
        if code is not None and not _CODED.fullmatch(code):
            raise ValueError("write it as system|code, such as http://loinc.org|CODE")
        return code

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        mistakes = [*self._wrong_schemes(), *self._wrong_credentials(), *self._wrong_frame()]
        if mistakes:
            raise ValueError("\n".join(mistakes))
        return self

    def _wrong_credentials(self) -> Iterator[str]:
        sources = {
            "private_key_jwt": (self.key_file, self.key_env, "key_file or key_env"),
            "client_secret_basic": (self.secret_file, self.secret_env, "secret_file or secret_env"),
        }
        first, second, words = sources[self.auth]
        if (first is None) == (second is None):
            yield f"auth = {self.auth!r} needs exactly one of {words}"
        if self.backend and not self.backend.has_key and self.auth != "private_key_jwt":
            yield "backend: needs private_key_jwt, so give it key_file or key_env"

    def _wrong_frame(self) -> Iterator[str]:
        if self.embed_library is None:
            return
        if self.frame_ancestors:
            yield "frame_ancestors: leave it out with embed_library, which forbids it"
        if not self.embed_library.is_file():
            yield f"embed_library: there is no file {self.embed_library.name}"

    def _addresses(self) -> Iterator[tuple[str, str]]:
        yield "iss", self.iss
        yield "redirect_uri", self.redirect_uri
        yield from (("aliases", alias) for alias in self.aliases)
        yield from (("issuers", issuer) for issuer in self.issuers)
        yield from (("frame_ancestors", origin) for origin in self.frame_ancestors)

    def _wrong_schemes(self) -> Iterator[str]:
        for label, url in self._addresses():
            address = read_address(url)
            if address is None:
                yield f"{label}: not an absolute https address without a fragment"
            elif address.scheme == "http" and not (
                self.allow_http_loopback and address.is_loopback
            ):
                yield (
                    f"{label}: needs https (http is only for a sandbox on loopback, "
                    "with allow_http_loopback = true)"
                )

    @cached_property
    def places(self) -> frozenset[str]:
        """Every `host:port` that may be called for this tenant."""
        bases = (read_address(base) for base in (self.iss, *self.aliases))
        return frozenset(self.hosts) | {base.place for base in bases if base}

    @cached_property
    def origins(self) -> frozenset[str]:
        """The pinned places as a browser's policy writes them."""
        registered = (self.iss, *self.aliases, *self.issuers)
        known = {address.origin for address in map(read_address, registered) if address}
        hosts = (read_address(f"https://{place}") for place in self.hosts)
        return frozenset(known | {address.origin for address in hosts if address})

    def pins(self, url: str) -> bool:
        """Whether an address that came over the wire may be called at all."""
        address = read_address(url)
        if address is None or address.place not in self.places:
            return False
        return address.scheme == "https" or (self.allow_http_loopback and address.is_loopback)


_CODED = re.compile(r"(?:https?://|urn:)[^\s|]+\|[^\s|]+")


def _normalised(iss: str) -> str:
    try:
        return normalise(iss)
    except LaunchError:
        raise ValueError("not an absolute https address without query or fragment") from None
