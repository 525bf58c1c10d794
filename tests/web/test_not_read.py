"""A chart that could not be read: said with its cause, once, and tried again by whoever asks again."""

import asyncio
import json
import re
import sqlite3
from collections.abc import MutableMapping
from contextlib import closing
from pathlib import Path
from typing import Any, NoReturn

import pytest
from structlog.testing import capture_logs

from app.assessment.loading import load_for_site
from app.ops.logs import configure
from app.store.database import Database
from app.terminology import load_vocabulary
from app.web.cases import Case, Cases, ReadChart
from tests.delivery.clinic import context
from tests.web.journey import TODAY, app_at, browser_at, sandbox

ROSA = "rosa-delgado"


def cases_reading(read: ReadChart) -> Cases:
    return Cases(read, load_for_site(None, TODAY), load_vocabulary(), lambda: TODAY)


async def never(*_: object) -> NoReturn:
    """A chart that is still being read."""
    await asyncio.Event().wait()
    raise AssertionError


def opened(read: ReadChart) -> tuple[Case, list[MutableMapping[str, Any]]]:
    """A case whose reading has ended, and what was logged of it."""
    configure("info")

    async def go() -> Case:
        cases = cases_reading(read)
        case = cases.open("a session", context())
        await cases.wait(case, 30)
        return case

    with capture_logs() as logs:
        return asyncio.run(go()), logs


def test_a_database_that_is_busy_is_no_fault_of_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The access to the EHR is kept there, so reading a chart needs it."""
    monkeypatch.setattr("app.store.database.BUSY_SECONDS", 0)
    file = tmp_path / "app.sqlite3"
    database = Database(f"sqlite:///{file}")

    async def read(*_: object) -> NoReturn:
        await database.run(lambda c: c.exec_driver_sql("select 1").scalar())
        raise AssertionError("it was not busy")

    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("begin immediate")
        case, logs = opened(read)
    database.close()
    assert case.failure
    assert case.failure.code == "CMM-6007"
    assert [entry["reason"] for entry in logs] == ["SQLITE_BUSY"]


def test_a_fault_nobody_foresaw_is_logged_by_its_place_without_its_words() -> None:
    async def read(*_: object) -> NoReturn:
        raise RuntimeError("Zzphi takes metformin")

    case, logs = opened(read)
    assert case.failure
    assert case.failure.code == "CMM-1500"
    (entry,) = logs
    assert entry["error"] == "RuntimeError"
    assert f"{Path(__file__).name}:" in entry["where"]
    assert "Zzphi" not in str(entry)


def test_a_fault_in_a_library_is_logged_by_the_line_of_ours_that_called_it() -> None:
    async def read(*_: object) -> NoReturn:
        json.loads("Zzphi takes metformin")
        raise AssertionError

    _, (entry,) = opened(read)
    assert entry["error"] == "JSONDecodeError"
    assert f"{Path(__file__).name}:" in entry["where"]


def test_a_chart_nobody_looks_at_any_more_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its session has been idle for too long, so nobody may see it."""
    monkeypatch.setattr("app.web.cases.UNUSED_SECONDS", 0)

    async def go() -> bool:
        cases = cases_reading(never)
        first = cases.open("a session", context())
        assert cases.open("a session", context()) is first
        assert first.task
        await asyncio.wait({first.task})
        return cases.open("a session", context()) is first

    assert not asyncio.run(go())


def test_the_chart_used_last_is_the_last_to_make_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.web.cases.MOST_OPEN", 2)

    async def go() -> bool:
        cases = cases_reading(never)
        used, _ = (cases.open(name, context()) for name in ("used", "left"))
        cases.open("used", context())
        cases.open("third", context())
        return cases.open("used", context()) is used

    assert asyncio.run(go())


def test_what_failed_once_is_read_again_by_whoever_tries_again(tmp_path: Path) -> None:
    """The frame of an EHR has no button to reload one page."""

    async def go() -> tuple[int, str, str]:
        ehr = sandbox(faults=("500:1@Patient",))
        browser = browser_at(app_at(tmp_path, ehr), ehr)
        failed = await browser.launch(ROSA)
        assert f'href="{browser.root.removeprefix(browser.app)}/opening">Try again' in failed.text
        await browser.open(f"{browser.root}/opening")
        return failed.status_code, failed.text, browser.address

    status, said, then = asyncio.run(go())
    assert status == 502
    assert "CMM-3006" in said
    assert then.endswith("/chart")


def test_where_access_has_ended_nobody_is_told_to_try_again(tmp_path: Path) -> None:
    async def go() -> str:
        ehr = sandbox(faults=("token-revoked:0",))
        browser = browser_at(app_at(tmp_path, ehr), ehr)
        return (await browser.launch(ROSA)).text

    page = asyncio.run(go())
    assert "CMM-1046" in page
    assert "Try again</a>" not in page


def test_what_has_not_answered_is_named_when_nobody_wants_to_wait(tmp_path: Path) -> None:
    """`Show what we have` on the progress page."""

    async def go() -> tuple[str, str]:
        ehr = sandbox(faults=("hang:60@Goal",))
        browser = browser_at(app_at(tmp_path, ehr), ehr)
        tab = await browser.get(f"{browser.ehr}/chart/{ROSA}/medication-management")
        frame = re.search(r'<iframe[^>]+src="([^"]+)"', tab.text)
        assert frame
        progress = await browser.get(frame[1].replace("&amp;", "&"))
        link = re.search(r'href="([^"]+)">Show what we have', progress.text)
        assert link, progress.text
        shown = await browser.get(f"{browser.app}{link[1]}")
        return browser.address, shown.text

    address, shown = asyncio.run(go())
    assert "/chart" in address
    assert "Goals were not read." in shown
