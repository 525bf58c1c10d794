"""`--to` a place that takes no database: said in words a person uses, before the work where it can be."""

import errno
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from app.cli import main
from app.commands.target import made_at
from app.domain.errors import CmmError
from tests.commands import rrf
from tests.commands.test_prices import GENERIC, listed

PLACES = {
    "fold": "a folder has that name; name a file",
    "none/x.sqlite3": "there is no folder {here}/none; make it or name another",
    "file/x.sqlite3": "{here}/file is a file and not a folder; name another place",
    "shut/x.sqlite3": "you may not write there; name another place",
}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """`shut` may not be written in (not by its mode: tests may run as who may write everywhere)."""
    (tmp_path / "fold").mkdir()
    (tmp_path / "shut").mkdir()
    (tmp_path / "file").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "access", lambda folder, _mode: folder != tmp_path / "shut")
    return tmp_path


@pytest.mark.parametrize("place", PLACES)
def test_a_place_that_takes_no_database_is_said(
    place: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    why = PLACES[place].format(here=here)
    release = rrf.write(here / "release")
    assert main(["rxnorm", "load", str(release), "--to", place]) == 1
    said = capsys.readouterr().err
    assert said == f"cmm: CMM-6013 The RxNorm database can't be written to {place}: {why}.\n"
    assert main(["prices", "load", str(listed(here, GENERIC)), "--to", place]) == 1
    said = capsys.readouterr().err
    assert said == f"cmm: CMM-6016 The price list can't be written to {place}: {why}.\n"


def _too_large(file: Path) -> None:
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA max_page_count = 2")
        database.execute("CREATE TABLE a (b)")
        database.execute("INSERT INTO a VALUES (zeroblob(100000))")


def _read_only(file: Path) -> None:
    file.touch()
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as database:
        database.execute("CREATE TABLE a (b)")


def _refused(number: int) -> Callable[[Path], None]:
    def work(file: Path) -> None:
        raise OSError(number, os.strerror(number), str(file))

    return work


@pytest.mark.parametrize(
    ("work", "why"),
    [
        (_too_large, "the disk is full; make room on it"),
        (_read_only, "you may not write there"),
        (_refused(errno.ENOSPC), "the disk is full; make room on it"),
        (_refused(errno.EROFS), "you may not write there"),
        (_refused(errno.EIO), "the disk did not take it; try another place"),
    ],
)
def test_what_goes_wrong_on_the_way_is_said_without_the_words_of_the_system(
    work: Callable[[Path], None], why: str, tmp_path: Path
) -> None:
    with (
        pytest.raises(CmmError, match=f"The list can't be written to .*x.db: {why}") as refused,
        made_at(tmp_path / "x.db", "CMM-6016", "The list"),
    ):
        work(tmp_path / "x.db.loading")
    assert "Errno" not in refused.value.message
    assert refused.value.code == "CMM-6016"
