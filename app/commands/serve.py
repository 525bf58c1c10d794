"""`cmm serve` and `cmm sandbox`: the app and the EHR in a box."""

from collections.abc import Sequence
from pathlib import Path

import uvicorn

from app.commands.files import must_be_tenants, must_be_text
from app.commands.listening import must_be_free
from app.domain.errors import CmmError
from app.ops.settings import Settings

# A proxy that sends a request into a connection we are just closing answers 502, and a signature is not
# sent again. So its end comes first: an AWS load balancer closes after 60 s, Google's after 600.
KEEP_ALIVE_SECONDS = 620


def serve() -> int:
    """Runs the app with the settings of the environment."""
    from app.main import create_app

    settings = Settings.from_environment()
    must_be_tenants(settings.tenants)
    app = create_app(settings)
    must_be_free(settings.host, settings.port, "CONCORDANCE_PORT")
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        log_level=settings.log_level,
        access_log=False,
        timeout_graceful_shutdown=30,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
    )
    return 0


def sandbox(
    host: str,
    port: int,
    *,
    app_url: str,
    clients: Path | None,
    file: Path | None,
    dialect: str,
    faults: Sequence[str],
) -> int:
    """Runs the sandbox EHR."""
    from app.sandbox.server import run

    must_be_free(host, port, "--port")
    if clients:
        must_be_text(clients, "write it in TOML or JSON")
    try:
        run(
            host,
            port,
            app_url=app_url,
            registrations=clients,
            file=file,
            dialect=dialect,
            faults=faults,
        )
    except ValueError as error:
        raise CmmError("CMM-6006", f"The sandbox can't start: {error}") from None
    return 0
