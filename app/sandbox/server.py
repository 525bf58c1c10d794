"""Starts the sandbox EHR with its demo patients: what `cmm sandbox` runs."""

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from fastapi import FastAPI

from app.sandbox.app import Records, SandboxSettings, create_sandbox, utc_now
from app.sandbox.dialects import OPEN
from app.sandbox.faults import plan_faults
from app.sandbox.fhir.table import KNOWN, READ_ONLY, SEARCHES
from app.sandbox.smart import Client, load_clients

PORT = 8445
DEMO_USER = "pharm-lee"
CLIENT_ID = "concordance"
# What the hospital lets the plug-in do in its own name: deliver a signed plan, and look for it. With
# all letters, because the older `.write` means all of them.
DELIVERED = (
    "CarePlan",
    "DetectedIssue",
    "Goal",
    "MedicationStatement",
    "Task",
    "ServiceRequest",
    "Provenance",
    "DocumentReference",
)
SYSTEM_SCOPES = tuple(f"system/{kind}.cruds" for kind in DELIVERED)


def run(
    host: str = "127.0.0.1",
    port: int = PORT,
    *,
    app_url: str = "http://localhost:8000",
    file: Path | None = None,
    registrations: Path | None = None,
    base_url: str | None = None,
    dialect: str = OPEN,
    faults: Sequence[str] = (),
) -> None:
    """Serves until stopped. Raises ValueError with one clear sentence if a setting cannot work."""
    import uvicorn

    app = build(
        base_url=base_url or f"http://{host}:{port}",
        app_url=app_url,
        file=file,
        registrations=registrations,
        dialect=dialect,
        faults=faults,
    )
    sys.stdout.write(f"Sandbox EHR: {base_url or f'http://{host}:{port}'}/\n")
    sys.stdout.flush()
    # No access log: launch codes are in the addresses.
    uvicorn.run(
        app,
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=2,
        timeout_keep_alive=60,  # longer than an app keeps its connections: one of the two must not cut a call
    )


def build(
    *,
    base_url: str = f"http://127.0.0.1:{PORT}",
    app_url: str = "http://localhost:8000",
    file: Path | None = None,
    registrations: Path | None = None,
    dialect: str = OPEN,
    faults: Sequence[str] = (),
    environment: Mapping[str, str] = os.environ,
) -> FastAPI:
    """The sandbox with its demo patients; SANDBOX_FAULT in the environment plans a fault, too."""
    settings = SandboxSettings(
        base_url=base_url,
        app_launch_url=f"{app_url}/launch",
        clients=load_clients(registrations) if registrations else (demo_client(app_url, dialect),),
        user_id=DEMO_USER,
        file=file,
        dialect=dialect,
        faults=(*faults, *_environment_fault(environment)),
    )
    return create_sandbox(settings, demo_records())


def _environment_fault(environment: Mapping[str, str]) -> tuple[str, ...]:
    setting = environment.get("SANDBOX_FAULT", "")
    try:
        plan_faults([setting])
    except ValueError as error:
        raise ValueError(f"SANDBOX_FAULT: {error}") from None
    return (setting,) if setting else ()


def demo_records() -> Records:
    from app.sandbox.patients import demo_bundles, demo_patients, demo_staff

    stories = {patient.id: patient.story for patient in demo_patients()}
    return Records(demo_bundles(utc_now().date()), demo_staff(), stories)


def demo_client(app_url: str, dialect: str = OPEN) -> Client:
    """The plug-in as the sandbox hospital has registered it."""
    parts = urlsplit(app_url)
    origin = f"{parts.scheme}://{parts.netloc}"
    return Client(
        client_id=CLIENT_ID,
        name="Concordance",
        redirect_uris=(f"{app_url}/callback/sandbox", f"{app_url}/callback"),
        auth_method="private_key_jwt",
        scopes=demo_scopes(SEARCHES if dialect == OPEN else KNOWN),
        jwks_uri=f"{origin}/.well-known/jwks.json",
        launch_url=f"{app_url}/launch",
    )


def demo_scopes(kinds: Iterable[str] = SEARCHES) -> tuple[str, ...]:
    """One scope for each type: the large EHRs do not support wildcards either."""
    context = ("launch", "launch/patient", "launch/encounter")
    session = ("openid", "fhirUser", "profile", "online_access", "offline_access")
    charts = tuple(f"patient/{k}.{'rs' if k in READ_ONLY else 'cruds'}" for k in kinds)
    staff = ("user/Practitioner.rs", "user/PractitionerRole.rs")
    return context + session + charts + staff + SYSTEM_SCOPES
