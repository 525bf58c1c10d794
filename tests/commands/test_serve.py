"""How `cmm serve` runs the app."""

from pathlib import Path
from typing import Any

import pytest
import uvicorn

from app.commands.serve import serve
from launch.seal import TokenSeal
from tests.faults.processes import free_port
from tests.web.journey import tenant_file


def test_no_connection_ends_before_the_proxy_in_front_ends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a click now and then goes into a connection that is just being closed, and is lost."""
    monkeypatch.setenv("CONCORDANCE_TENANTS", str(tenant_file(tmp_path)))
    monkeypatch.setenv("CONCORDANCE_SECRET_KEYS", f"t:{TokenSeal.new_key()}")
    monkeypatch.setenv("CONCORDANCE_DATABASE_URL", f"sqlite:///{tmp_path}/app.sqlite3")
    monkeypatch.setenv("CONCORDANCE_PORT", str(free_port()))
    asked: dict[str, Any] = {}
    monkeypatch.setattr(uvicorn, "run", lambda _app, **how: asked.update(how))
    assert serve() == 0
    assert asked["timeout_keep_alive"] > 600  # the longest we read of: Google's load balancers
