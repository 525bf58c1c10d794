"""`cmm demo`: the sandbox EHR and the app on this machine, with keys and registrations made on the way."""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from base64 import urlsafe_b64encode
from pathlib import Path

from app.commands.listening import must_be_free
from app.domain.errors import CmmError
from app.sandbox.dialects import OPEN, load
from launch.keys import generate_keys

READY_SECONDS = 30
CLIENT_ID = "concordance"  # as the sandbox has registered it
SCOPES = (
    "patient/Patient.r", "patient/MedicationRequest.crus", "patient/MedicationStatement.crus",
    "patient/Medication.r", "patient/MedicationDispense.rs", "patient/Condition.rs",
    "patient/Observation.rs", "patient/AllergyIntolerance.rs", "patient/Immunization.rs",
    "patient/Encounter.rs", "patient/Procedure.rs", "patient/CareTeam.rs", "patient/Goal.crus",
    "patient/CarePlan.crus", "patient/DetectedIssue.crus", "patient/Task.crus",
    "patient/ServiceRequest.crus", "patient/Provenance.crs", "patient/DocumentReference.crs",
    "user/Practitioner.r", "profile",
)  # fmt: skip
# Not among what every EHR is asked for: some refuse a scope of a kind that they do not have.
MESSAGES = "patient/Communication.crs"


def run(folder: Path, app_port: int, ehr_port: int, dialect: str = OPEN) -> int:
    """Starts both and waits until one of them ends or the user stops it."""
    for port, name in ((app_port, "--app-port"), (ehr_port, "--ehr-port")):
        must_be_free("127.0.0.1", port, name)
    if app_port == ehr_port:
        raise CmmError("CMM-6004", f"Port {app_port} can't serve both: give --app-port and --ehr-port two.")  # fmt: skip
    try:
        folder.mkdir(parents=True, exist_ok=True)
        prepare(folder, app_port, ehr_port, dialect)
    except OSError:
        raise CmmError("CMM-6005", f"The demo can't keep its files in {folder}: name a folder that can be written with --folder.") from None  # fmt: skip
    processes = [_sandbox(app_port, ehr_port, dialect), _app(folder, app_port)]
    try:
        for port in (ehr_port, app_port):
            _wait_for(port, processes)
        print(f"\n  Sandbox EHR with invented patients:  http://127.0.0.1:{ehr_port}/")
        print(
            "  Choose a patient, then the tab “Medication management”. Ctrl-C stops both.\n",
            flush=True,
        )
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        while all(p.poll() is None for p in processes):
            time.sleep(0.3)
    except (KeyboardInterrupt, SystemExit):
        return 0
    else:
        return 1
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(10)


def prepare(folder: Path, app_port: int, ehr_port: int, dialect: str = OPEN) -> None:
    """Writes keys, the tenant file and the client registration; existing keys are kept."""
    keys = folder / "keys.json"
    if not keys.exists():
        keys.touch(mode=0o600)
        keys.write_text(json.dumps(generate_keys()), "utf-8")
    seal = folder / "seal.key"
    if not seal.exists():
        seal.touch(mode=0o600)
        key = urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")
        seal.write_text(f"demo:{key}", "utf-8")
    ehr, app = f"http://127.0.0.1:{ehr_port}", f"http://localhost:{app_port}"
    (folder / "tenants.toml").write_text(_tenant(ehr, app, dialect), "utf-8")


def _tenant(ehr: str, app: str, dialect: str) -> str:
    """What an integrator would write for an EHR of this vendor: its issuers, and how it is asked."""
    scopes = ", ".join(f'"{scope}"' for scope in scopes_at(dialect))
    paths = ["/auth"] if dialect == OPEN else load(dialect).smart.issuers
    issuers = ", ".join(f'"{ehr}{path}"' for path in paths)
    spoken = "auto" if dialect == OPEN else dialect
    return f"""[sandbox]
name = "Sandbox EHR"
iss = "{ehr}/fhir"
issuers = [{issuers}]
dialect = "{spoken}"
client_id = "{CLIENT_ID}"
auth = "private_key_jwt"
key_file = "keys.json"
access = "offline_access"
redirect_uri = "{app}/callback/sandbox"
frame_ancestors = ["{ehr}"]
allow_http_loopback = true
scopes = [{scopes}]
"""


def scopes_at(dialect: str) -> tuple[str, ...]:
    """Where messages can be created one goes to the prescriber as what it is, else as a note."""
    rules = None if dialect == OPEN else load(dialect).types.get("Communication")
    takes = dialect == OPEN or (rules is not None and "create" in rules.can)
    return (*SCOPES, MESSAGES) if takes else SCOPES


def _sandbox(app_port: int, ehr_port: int, dialect: str = OPEN) -> subprocess.Popen[bytes]:
    arguments = ["sandbox", "--port", str(ehr_port), "--app-url", f"http://localhost:{app_port}"]
    arguments += ["--dialect", dialect]
    return subprocess.Popen([sys.executable, "-m", "app.cli", *arguments])  # noqa: S603 - our own module


def _app(folder: Path, app_port: int) -> subprocess.Popen[bytes]:
    settings = {
        "CONCORDANCE_TENANTS": str(folder / "tenants.toml"),
        "CONCORDANCE_SECRET_KEYS": (folder / "seal.key").read_text("utf-8"),
        "CONCORDANCE_DATABASE_URL": f"sqlite:///{folder / 'concordance.sqlite3'}",
        "CONCORDANCE_PUBLIC_URL": f"http://localhost:{app_port}",
        "CONCORDANCE_PORT": str(app_port),
        "CONCORDANCE_LOG_LEVEL": "warning",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "app.cli", "serve"], env={**os.environ, **settings}
    )


def _wait_for(port: int, processes: list[subprocess.Popen[bytes]]) -> None:
    for _ in range(READY_SECONDS * 10):
        if any(p.poll() is not None for p in processes):
            raise CmmError("CMM-6005", "The demo stopped while starting: read the line above.")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise CmmError("CMM-6005", f"Nothing answers on port {port} after {READY_SECONDS} seconds.")
