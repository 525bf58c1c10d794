"""The page about this tool: its rules, what each rests on, and what this site changed."""

import asyncio
import json
from datetime import date
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from app.store.database import Database
from app.store.schema import AUDIT
from tests.browsing import Browser
from tests.web.journey import app_at, browser_at

CHANGE = """\
- change: disable
  of: U09
  by: R. Ortiz PharmD
  day: 2026-11-02
  why: the lung clinic decides
"""


@pytest.fixture
def changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "site.yaml").write_text(CHANGE, "utf-8")
    monkeypatch.setenv("CONCORDANCE_SITE_CHANGES", str(folder))
    return folder


async def about(browser: Browser, step: str = "about") -> str:
    await browser.launch("linda-park")
    return (await browser.step(step)).text


@pytest.mark.usefixtures("changes")
def test_what_the_site_changed_is_told_with_who_when_and_why(tmp_path: Path, ehr: FastAPI) -> None:
    page = asyncio.run(about(browser_at(app_at(tmp_path, ehr), ehr)))
    told = page.partition("Changed by this site")[2].partition("</table>")[0]
    for word in (
        "U09",
        "not used here",
        "R. Ortiz PharmD",
        "02-Nov-2026",
        "the lung clinic decides",
    ):
        assert word in told
    assert "+site." in page
    assert "/about/U09" not in page


def test_a_site_that_changed_nothing_says_so(browser: Browser) -> None:
    page = asyncio.run(about(browser))
    assert "This site changed nothing" in page
    assert "/about/U09" in page


def test_a_source_whose_new_edition_is_due_is_named_and_everything_goes_on(
    tmp_path: Path, ehr: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.web.journey.TODAY", date(2027, 1, 1))
    overdue = browser_at(app_at(tmp_path, ehr), ehr)

    async def go() -> tuple[str, str]:
        return await about(overdue), (await overdue.step("review")).text

    page, review = asyncio.run(go())
    told = page.partition("A new edition of these sources was due")[2].partition("</div>")[0]
    assert told.count("due by 31-Dec-2026") == 4
    assert "Standards of Care" in told
    assert "Every medicine, four needs" in review


def test_no_source_is_named_before_its_day(browser: Browser) -> None:
    assert "A new edition" not in asyncio.run(about(browser))


def test_a_rule_has_a_page_with_its_source_attributes(browser: Browser) -> None:
    page = asyncio.run(about(browser, "about/S13a"))
    assert "Source attributes (13)" in page
    assert "kidney function is worked out with the age where no eGFR is reported" in page
    assert "Metformin with eGFR below 30" in page


def test_a_rule_that_is_not_there_is_said_to_be_missing(browser: Browser) -> None:
    page = asyncio.run(about(browser, "about/X99"))
    assert "CMM-0310" in page


def started(folder: Path, ehr: FastAPI) -> None:
    """The app as a server runs it: up, and down again."""

    async def go() -> None:
        app = app_at(folder, ehr)
        async with app.router.lifespan_context(app):
            pass

    asyncio.run(go())


def loads(folder: Path) -> list[tuple[str, dict[str, object]]]:
    database = Database(f"sqlite:///{folder}/app.sqlite3")
    try:
        rows = asyncio.run(database.run(lambda c: list(c.execute(select(AUDIT)).mappings())))
    finally:
        database.close()
    return [(r["kind"], json.loads(r["detail"])) for r in rows if "knowledge" in r["kind"]]


def test_each_start_and_each_change_of_the_knowledge_is_in_the_trail(
    tmp_path: Path, ehr: FastAPI, changes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CONCORDANCE_SITE_CHANGES")
    started(tmp_path, ehr)
    started(tmp_path, ehr)
    monkeypatch.setenv("CONCORDANCE_SITE_CHANGES", str(changes))
    started(tmp_path, ehr)
    first, again, changed = loads(tmp_path)
    assert (first[0], again[0]) == ("knowledge-loaded", "knowledge-loaded")
    kind, detail = changed
    assert (kind, detail["before"]) == ("knowledge-changed", first[1]["version"])
    told = "U09: not used here; R. Ortiz PharmD, 2026-11-02: the lung clinic decides"
    assert detail["change 1"] == told
