"""What `cmm demo` asks for: everything the sandbox's vendor grants, and nothing that it does not know."""

import tomllib
from pathlib import Path

import pytest

from app.commands.demo import MESSAGES, SCOPES, prepare, scopes_at
from app.sandbox.dialects import OPEN, load, names
from app.sandbox.dialects.scopes import registered
from app.sandbox.smart import Client
from tests.web.journey import scopes_for

TAKE_MESSAGES = {OPEN, "epic", "oracle", "meditech", "medplum"}


@pytest.mark.parametrize("dialect", [OPEN, *names()])
def test_messages_are_asked_for_exactly_where_they_can_be_created(dialect: str) -> None:
    asked = scopes_at(dialect)
    assert (MESSAGES in asked) == (dialect in TAKE_MESSAGES)
    assert asked[: len(SCOPES)] == SCOPES


@pytest.mark.parametrize("dialect", names())
def test_the_vendor_grants_creating_messages_exactly_there(dialect: str) -> None:
    back = "http://localhost/callback"
    client = Client("c", "c", (back,), "client_secret_basic", "s" * 32, scopes=scopes_for(dialect))
    granted = registered(load(dialect), client).get_allowed_scope(" ".join(scopes_at(dialect)))
    assert ("patient/Communication.c" in (granted or "")) == (dialect in TAKE_MESSAGES)


@pytest.mark.parametrize("dialect", [OPEN, "athena", "medplum"])
def test_the_tenant_file_holds_what_is_asked_for(tmp_path: Path, dialect: str) -> None:
    prepare(tmp_path, 9551, 9552, dialect)
    table = tomllib.loads((tmp_path / "tenants.toml").read_text("utf-8"))["sandbox"]
    assert tuple(table["scopes"]) == scopes_at(dialect)
