"""A browser's journey without a browser: the app and the sandbox EHR in one process, no sockets."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from app.main import create_app
from app.ops.settings import Settings
from app.sandbox.app import Records, SandboxSettings, create_sandbox
from app.sandbox.dialects import OPEN, load
from app.sandbox.fhir.table import KNOWN, SEARCHES
from app.sandbox.patients import demo_bundles, demo_patients, demo_staff
from app.sandbox.server import demo_scopes
from app.sandbox.smart import Client
from launch.keys import generate_keys, public_jwks
from launch.seal import TokenSeal
from tests.browsing import Browser

APP, EHR = "http://localhost:8000", "http://127.0.0.1:8445"
TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)
KEYS = generate_keys()


def scopes_for(dialect: str) -> tuple[str, ...]:
    """What the sandbox hospital has registered; its vendor grants of it what it has."""
    return demo_scopes(SEARCHES if dialect == OPEN else KNOWN)


def tenant_at(dialect: str) -> dict[str, object]:
    """What a tenant's table says of an EHR of this vendor, beside what every table says."""
    asked = [s for s in scopes_for(dialect) if s.startswith(("patient/", "user/", "profile"))]
    if dialect == OPEN:
        return {"scopes": asked}
    issuers = [f"{EHR}{path}" for path in load(dialect).smart.issuers]
    return {"scopes": asked, "issuers": issuers, "dialect": dialect}


def now() -> datetime:
    return NOW


def tenant_file(folder: Path, **changes: object) -> Path:
    """One tenant: the sandbox."""
    table: dict[str, object] = {
        "name": "Sandbox EHR",
        "iss": f"{EHR}/fhir",
        "issuers": [f"{EHR}/auth"],
        "client_id": "concordance",
        "auth": "private_key_jwt",
        "key_file": "keys.json",
        "access": "offline_access",
        "redirect_uri": f"{APP}/callback/sandbox",
        "frame_ancestors": [EHR],
        "allow_http_loopback": True,
        "requests_per_minute": 60_000,  # no test of a page waits for its turn at the EHR
        **tenant_at(OPEN),
        **changes,
    }
    lines = [f"{name} = {json.dumps(value)}" for name, value in table.items()]
    (folder / "keys.json").write_text(json.dumps(KEYS), "utf-8")
    path = folder / "tenants.toml"
    path.write_text("[sandbox]\n" + "\n".join(lines) + "\n", "utf-8")
    return path


def sandbox(
    charts: list[dict[str, Any]] | None = None,
    dialect: str = OPEN,
    faults: tuple[str, ...] = (),
    user: str = "pharm-lee",
) -> FastAPI:
    """The EHR with the demo patients, or with the charts given, at the tests' own time."""
    client = Client(
        client_id="concordance",
        name="Concordance",
        redirect_uris=(f"{APP}/callback/sandbox",),
        auth_method="private_key_jwt",
        jwks=public_jwks(KEYS),
        scopes=scopes_for(dialect),
    )
    stories = {patient.id: patient.story for patient in demo_patients()}
    settings = SandboxSettings(
        EHR, f"{APP}/launch", (client,), user, dialect=dialect, faults=faults
    )
    records = Records(charts or demo_bundles(TODAY), demo_staff(), stories)
    return create_sandbox(settings, records, clock=now)


def app_at(folder: Path, ehr: FastAPI, **changes: object) -> FastAPI:
    """The app, talking to that EHR and to nothing else."""
    return app_with(folder, ehr, tenant_file(folder, **changes))


def app_with(folder: Path, ehr: FastAPI, tenants: Path) -> FastAPI:
    settings = Settings(
        tenants=tenants,
        secret_keys=f"t:{TokenSeal.new_key()}",
        database_url=f"sqlite:///{folder}/app.sqlite3",
        public_url=APP,
        log_level="error",  # what nobody foresaw is named by its place where a test fails
    )
    http = httpx.AsyncClient(transport=httpx.ASGITransport(ehr))
    return create_app(settings, http=http, clock=now, today=lambda: TODAY)


def browser_at(app: FastAPI, ehr: FastAPI) -> Browser:
    """A browser in front of both, without sockets."""

    def reach(address: str, side: FastAPI) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.ASGITransport(side), base_url=address)

    return Browser(APP, EHR, {APP: reach(APP, app), EHR: reach(EHR, ehr)})
