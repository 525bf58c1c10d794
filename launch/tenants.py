"""The tenant file: which EHRs may launch the app, and everything that is pinned for each.

One TOML table per tenant; the table's key names the tenant in URLs and records:

    [sandbox]
    name = "Sandbox EHR"
    iss = "http://127.0.0.1:8001/fhir"
    issuers = ["http://127.0.0.1:8001/auth"]
    hosts = []                      # the host of iss is always included
    client_id = "concordance"
    auth = "private_key_jwt"
    key_file = "keys.json"
    redirect_uri = "http://127.0.0.1:8000/callback/sandbox"
    frame_ancestors = ["http://127.0.0.1:8001"]
    allow_http_loopback = true
"""

import difflib
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from launch.addresses import is_loopback, normalise
from launch.backend import Backend
from launch.choices import SUGGESTED_SCOPES
from launch.errors import LaunchError, TenantFileError, Why
from launch.tenant import Tenant

__all__ = ["SUGGESTED_SCOPES", "Tenant", "Tenants", "load_tenants"]

_SIGN_IN = {
    "iss",
    "issuers",
    "hosts",
    "client_id",
    "auth",
    "alg",
    "key_file",
    "key_env",
    "secret_file",
    "secret_env",
    "redirect_uri",
    "scopes",
    "scope_style",
    "access",
}


class Tenants:
    """The registered EHRs; a lookup is by equality and never touches the network."""

    def __init__(self, tenants: Iterable[Tenant]) -> None:
        self._by_key: dict[str, Tenant] = {}
        self._by_iss: dict[str, dict[str | None, Tenant]] = {}
        for tenant in tenants:
            self._by_key[tenant.key] = tenant
            for base in dict.fromkeys((tenant.iss, *tenant.aliases)):
                self._register(base, tenant)

    def _register(self, base: str, tenant: Tenant) -> None:
        customers = self._by_iss.setdefault(base, {})
        other = next(iter(customers.values()), None)
        if other is not None and None in (tenant.customer, other.customer):
            # One launch must lead to one registration; which one would be a guess.
            words = "already registered by"
            line = f"[{tenant.key}] iss: {words} [{other.key}]; give each a customer of its own"
            raise TenantFileError((line,))
        if tenant.customer in customers:
            same = customers[tenant.customer]
            line = f"[{tenant.key}] customer: is also the customer of [{same.key}]"
            raise TenantFileError((line,))
        customers[tenant.customer] = tenant

    def __iter__(self) -> Iterator[Tenant]:
        return iter(self._by_key.values())

    def by_iss(self, iss: str, customer: str | None = None) -> Tenant:
        """The registration for a launch.

        Where several customers share the `iss`, `customer` is what the launch address says. Without
        it one of them starts the sign-in for all, if one sign-in fits them all: the token tells.
        """
        customers = self._by_iss.get(normalise(iss))
        if customers is None:
            raise LaunchError.of(Why.UNKNOWN_EHR)
        first, *others = customers.values()
        if not others and first.customer is None:
            return first
        if customer is not None:
            if customer not in customers:
                raise LaunchError.of(Why.UNKNOWN_CUSTOMER)
            return customers[customer]
        if any(_sign_in(other) != _sign_in(first) for other in others):
            raise LaunchError.of(Why.UNKNOWN_CUSTOMER)
        return first

    def told_by_token(self, tenant: Tenant, at_launch: str | None, by_token: str | None) -> Tenant:
        """The customer whose chart was opened; a token that names another than the launch stops."""
        if tenant.customer is None:
            return tenant
        found = self._by_iss[tenant.iss].get(by_token) if by_token is not None else None
        if at_launch is not None:
            fits = found in (None, tenant)
            found = tenant
        else:
            fits = found is not None and _sign_in(found) == _sign_in(tenant)
        if not fits or found is None:
            raise LaunchError.of(Why.UNKNOWN_CUSTOMER)
        return found

    def by_name(self, key: str) -> Tenant:
        tenant = self._by_key.get(key)
        if tenant is None:
            raise LaunchError.of(Why.UNKNOWN_EHR)
        return tenant

    @property
    def private_places(self) -> frozenset[str]:
        """The `host:port`s whose owner says that they stand in a private network."""
        return frozenset(
            place
            for tenant in self
            for place in tenant.places
            if tenant.private_network or (tenant.allow_http_loopback and _on_loopback(place))
        )


def load_tenants(path: Path) -> Tenants:
    """Reads the tenant file; every mistake in it becomes one line of a `TenantFileError`."""
    tables = _tables(path)
    tenants: list[Tenant] = []
    mistakes: list[str] = []
    for key, table in tables.items():
        try:
            tenants.append(_tenant(key, table, path.parent))
        except ValidationError as error:
            mistakes += (f"[{key}] {line}" for line in _lines(error))
    if not tables:
        mistakes.append("it holds no tenant")
    if mistakes:
        raise TenantFileError(tuple(mistakes), str(path))
    try:
        return Tenants(tenants)
    except TenantFileError as error:
        raise TenantFileError(error.mistakes, str(path)) from None


def _tables(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError:
        mistake = "it is not there, is a folder, or may not be read"
    except UnicodeDecodeError:
        mistake = "it is not text in UTF-8"
    except tomllib.TOMLDecodeError as error:
        mistake = f"it is not valid TOML ({error})"
    raise TenantFileError((mistake,), str(path))


def _sign_in(tenant: Tenant) -> dict[str, Any]:
    """Everything of a registration that is used before the token says whose chart it is."""
    return tenant.model_dump(include=_SIGN_IN)


def _tenant(key: str, table: Any, folder: Path) -> Tenant:
    fields = {"name": key, **table, "key": key} if isinstance(table, dict) else table
    return Tenant.model_validate(fields, context={"folder": folder})


_WORDS = {
    "missing": "is missing",
    "literal_error": "must be {expected}",
    "greater_than_equal": "must be {ge} or more",
    "less_than_equal": "must be {le} or less",
    "string_too_short": "must not be empty",
    "string_too_long": "must be at most {max_length} characters long",
    "too_short": "needs at least one entry",
    # Only the key has a pattern.
    "string_pattern_mismatch": "write the table's name in small letters, digits and hyphens",
    "string_type": "must be text in quotes",
    "path_type": "must be text in quotes",
    "tuple_type": "must be a list in [ ]",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "model_type": "must be a table of settings",
}


def _lines(error: ValidationError) -> Iterator[str]:
    for mistake in error.errors(include_input=False):
        where, kind = ".".join(str(part) for part in mistake["loc"]), mistake["type"]
        if kind == "extra_forbidden":
            what = _no_such(where)
        elif kind in _WORDS:
            what = _WORDS[kind].format_map(mistake.get("ctx", {}))
        else:
            what = mistake["msg"].removeprefix("Value error, ")
        for line in what.split("\n"):
            yield f"{where}: {line}" if where else line


def _no_such(where: str) -> str:
    table, _, setting = where.rpartition(".")
    known = Backend.model_fields if table == "backend" else Tenant.model_fields
    near = difflib.get_close_matches(setting, known, 1)
    return "there is no such setting" + (f"; do you mean {near[0]}?" if near else "")


def _on_loopback(place: str) -> bool:
    return is_loopback(place.rpartition(":")[0])
