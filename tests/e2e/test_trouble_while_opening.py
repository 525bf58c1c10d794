"""A chart that can't be read is said where its progress was shown, and can be tried again there."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Page, expect

from app.commands import demo as commands
from app.sandbox.server import build
from tests.e2e.conftest import free_port

pytestmark = pytest.mark.browser
# The first answer is so late that the progress page is there before it.
LATE_THEN_BROKEN = ("slow:2@Patient", "500:1@Patient")


@pytest.fixture
def ehr(tmp_path: Path) -> Iterator[str]:
    app_port, ehr_port = free_port(), free_port()
    commands.prepare(tmp_path, app_port, ehr_port)
    here, app = f"http://127.0.0.1:{ehr_port}", f"http://localhost:{app_port}"
    sandbox = build(base_url=here, app_url=app, faults=LATE_THEN_BROKEN)
    server = uvicorn.Server(uvicorn.Config(sandbox, port=ehr_port, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    process = commands._app(tmp_path, app_port)
    try:
        for port in (ehr_port, app_port):
            commands._wait_for(port, [process])
        yield here
    finally:
        process.terminate()
        process.wait(20)
        server.should_exit = True
        thread.join(20)


def test_it_takes_the_place_of_the_progress_and_is_tried_again(page: Page, ehr: str) -> None:
    page.goto(f"{ehr}/chart/rosa-delgado/launch")
    expect(page.get_by_role("heading", name="Opening the chart")).to_be_visible()
    expect(page.get_by_role("heading", name="The chart could not be opened")).to_be_visible()
    expect(page.get_by_text("CMM-3006")).to_be_visible()
    page.get_by_role("link", name="Try again").click()
    expect(page.get_by_role("heading", name="Opening the chart")).to_be_visible()
    expect(page.get_by_role("link", name="1 Chart")).to_be_visible()
