"""What was signed is kept here: its receipt is shown also while the EHR is away or our disk is full."""

import asyncio
from pathlib import Path

import httpx
from sqlalchemy import event
from sqlalchemy.engine import Engine

from app.main import create_app
from app.ops.settings import Settings
from app.store.schema import AUDIT, DRAFTS, OUTBOX, PLANS
from tests.web.desk import ROSA, Desk
from tests.web.journey import APP, NOW, TODAY
from tests.web.test_journey import problems


class Away(httpx.AsyncBaseTransport):
    """An EHR that can't be reached."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no route", request=request)


def restarted(folder: Path, desk: Desk) -> None:
    """A new process on the same database; meanwhile the EHR went down."""
    services = desk.app.state.services
    settings: Settings = services.settings
    http = httpx.AsyncClient(transport=Away())
    app = create_app(settings, http=http, clock=lambda: NOW, today=lambda: TODAY)
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=APP)
    desk.browser.clients[APP] = client


def test_after_a_restart_with_the_ehr_down_the_receipt_is_there(tmp_path: Path) -> None:
    async def way() -> None:
        desk = Desk(tmp_path)
        await desk.accept()
        await desk.sign()
        restarted(tmp_path, desk)
        page = await desk.browser.step("receipt")
        assert page.status_code == 200
        assert "Saved in Sandbox EHR" in page.text
        assert "Delgado" in page.text
        assert "This receipt does not need it" in page.text
        again = await desk.browser.post("receipt/send")
        assert (again.status_code, desk.browser.address.endswith("/receipt")) == (200, True)
        assert (await desk.browser.step("chart")).status_code == 502

    asyncio.run(way())


def test_while_the_chart_can_be_read_the_receipt_stands_in_its_frame(tmp_path: Path) -> None:
    async def way() -> str:
        desk = Desk(tmp_path)
        await desk.accept()
        return await desk.sign()

    page = asyncio.run(way())
    assert 'aria-label="Patient"' in page
    assert "does not need it" not in page


def test_nothing_is_signed_when_the_audit_trail_can_not_be_written(tmp_path: Path) -> None:
    """A full disk, as SQLite meets it: not one more page."""

    async def way() -> None:
        desk = Desk(tmp_path)
        await desk.accept()
        engine: Engine = desk.app.state.services.database.engine
        before = counted(engine)

        @event.listens_for(engine, "begin")
        def full(connection: object) -> None:
            used = connection.exec_driver_sql("pragma page_count").scalar()  # type: ignore[attr-defined]
            connection.exec_driver_sql(f"pragma max_page_count = {used}")  # type: ignore[attr-defined]

        page = await desk.sign()
        assert "CMM-6007" in page
        assert "Nothing was signed" in page
        assert counted(engine) == before
        assert desk.plans == []

    asyncio.run(way())


def test_no_decision_is_kept_without_its_event(tmp_path: Path) -> None:
    async def way() -> tuple[str, int]:
        desk = Desk(tmp_path)
        await desk.browser.launch(ROSA)
        first = problems((await desk.browser.step("review")).text)[0]
        await desk.browser.step(f"review?problem={first}")
        with desk.app.state.services.database.begin() as connection:
            refused = "select raise(abort, 'no space left')"
            connection.exec_driver_sql(
                f"create trigger full before insert on audit begin {refused}; end"
            )
        page = await desk.browser.post(f"review/{first}/accept")
        return page.text, len(desk.rows(DRAFTS))

    page, kept = asyncio.run(way())
    assert "CMM-6007" in page
    assert kept == 0


def counted(engine: Engine) -> list[int]:
    with engine.begin() as connection:
        tables = (AUDIT, PLANS, OUTBOX)
        return [len(connection.execute(table.select()).all()) for table in tables]
