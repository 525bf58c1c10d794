"""The demo as a user starts it, and a real Chromium in front of it."""

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from app.commands import demo as commands

CHROMIUM = os.environ.get("CONCORDANCE_CHROMIUM") or shutil.which("chromium") or ""
PATIENCE_MS = 20_000  # a busy machine is no failure
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync")  # fmt: skip


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`cmm demo` on free ports; gives the address of the sandbox EHR."""
    folder = tmp_path_factory.mktemp("demo")
    app, ehr = free_port(), free_port()
    command = [sys.executable, "-m", "app.cli", "demo", "--folder", str(folder)]
    ports = ["--app-port", str(app), "--ehr-port", str(ehr)]
    process = subprocess.Popen([*command, *ports], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        for line in process.stdout:
            if "Ctrl-C" in line:
                break
        yield f"http://127.0.0.1:{ehr}"
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def running(folder: Path, *, dialect: str = "open", extra: str = "") -> Iterator[str]:
    """Sandbox and app on free ports, `extra` at the end of the tenant's table; gives the EHR's address."""
    app_port, ehr_port = free_port(), free_port()
    commands.prepare(folder, app_port, ehr_port, dialect)
    with (folder / "tenants.toml").open("a", encoding="utf-8") as file:
        file.write(extra + "\n")
    processes = [commands._sandbox(app_port, ehr_port, dialect), commands._app(folder, app_port)]
    try:
        for port in (ehr_port, app_port):
            commands._wait_for(port, processes)
        yield f"http://127.0.0.1:{ehr_port}"
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(20)


# Per module: while Playwright is open its loop runs, and tests with a loop of their own would fail.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if not CHROMIUM:
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium)")
    # Third-party cookies are blocked as in an incognito window: only partitioned ones come back.
    options = (*QUIET, "--test-third-party-cookie-phaseout")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(options))
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    opened = chromium.new_context(viewport={"width": 1000, "height": 700})
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    opened = context.new_page()
    opened.set_default_timeout(PATIENCE_MS)
    return opened


@pytest.fixture
def plain(chromium: Browser, demo: str) -> Iterator[Page]:
    """A page without JavaScript, on a chart that has been read."""
    opened = chromium.new_context(
        java_script_enabled=False, viewport={"width": 1000, "height": 700}
    )
    page = opened.new_page()
    page.goto(f"{demo}/chart/sarah-lindqvist/launch")
    for _ in range(20):
        if page.get_by_role("heading", name=re.compile("What we read")).is_visible():
            break
        page.get_by_role("link", name="Look again").click()
    yield page
    opened.close()


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Screenshots go here, or where CONCORDANCE_PICTURES says."""
    wanted = os.environ.get("CONCORDANCE_PICTURES")
    folder = Path(wanted) if wanted else tmp_path_factory.mktemp("pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
