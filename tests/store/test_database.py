"""The database: refused at start with one sentence where it can't be used; who reads blocks nobody."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from app.audit.trail import AuditEvent, record
from app.domain.errors import CmmError
from app.store.database import Database
from app.store.schema import AUDIT, METADATA


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database as this version makes it."""
    Database(f"sqlite:///{tmp_path}/t.sqlite3").close()
    return tmp_path / "t.sqlite3"


def change(file: Path, *statements: str) -> None:
    with closing(sqlite3.connect(file)) as rows:
        for statement in statements:
            rows.execute(statement)
        rows.commit()


def refused(url: str) -> CmmError:
    with pytest.raises(CmmError) as raised:
        Database(url)
    return raised.value


def columns(file: Path) -> set[str]:
    with closing(sqlite3.connect(file)) as rows:
        return {name for (name,) in rows.execute("SELECT name FROM pragma_table_info('plans')")}


def tables(file: Path) -> set[str]:
    with closing(sqlite3.connect(file)) as rows:
        return {name for (name,) in rows.execute("SELECT name FROM sqlite_master")}


def test_a_database_of_this_version_opens_again(file: Path) -> None:
    Database(f"sqlite:///{file}").close()
    assert METADATA.tables.keys() <= tables(file)


def test_a_table_that_is_missing_is_made(file: Path) -> None:
    change(file, "DROP TABLE visits")
    Database(f"sqlite:///{file}").close()
    assert "visits" in tables(file)


def test_a_column_that_is_missing_is_said_with_its_table_and_what_to_do(file: Path) -> None:
    change(file, "ALTER TABLE plans DROP COLUMN signer", "DROP TABLE visits")
    error = refused(f"sqlite:///{file}")
    assert error.code == "CMM-6009"
    assert "another version of Concordance (its table plans lacks signer)" in error.message
    assert "CONCORDANCE_DATABASE_URL" in error.message
    assert "visits" not in tables(file)  # nothing is made in a database that is refused


def test_a_column_that_only_another_version_fills_is_refused(file: Path) -> None:
    change(
        file,
        "DROP TABLE responses",
        "CREATE TABLE responses (number INTEGER PRIMARY KEY, key TEXT, chart TEXT, plan_id TEXT, "
        "body BLOB, at TEXT, sender TEXT NOT NULL)",
    )
    assert "its table responses demands sender" in refused(f"sqlite:///{file}").message


def test_a_column_that_nobody_has_to_fill_does_no_harm(file: Path) -> None:
    change(
        file,
        "ALTER TABLE plans ADD COLUMN note TEXT",
        "ALTER TABLE plans ADD COLUMN kind TEXT NOT NULL DEFAULT 'x'",
    )
    Database(f"sqlite:///{file}").close()
    assert {"note", "kind"} <= columns(file)


@pytest.mark.parametrize(
    "url", ["", "sqlite:///{folder}/none/t.sqlite3", "sqlite:///{folder}/text", "nonsense", "postgresql://h:port/d"]
)  # fmt: skip
def test_what_is_no_database_is_said_so(url: str, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no database, but long enough to be looked at. " * 30, "utf-8")
    assert refused(url.format(folder=tmp_path)).code == "CMM-6002"


@pytest.fixture
def busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """Somebody writes, and does not end."""
    monkeypatch.setattr("app.store.database.BUSY_SECONDS", 0)
    database = Database(f"sqlite:///{tmp_path}/t.sqlite3")
    with closing(sqlite3.connect(tmp_path / "t.sqlite3", isolation_level=None)) as writer:
        writer.execute("begin immediate")
        yield database
    database.close()


def audited(connection: Connection) -> int:
    return len(connection.execute(AUDIT.select()).all())


def test_who_reads_waits_for_nobody_who_writes(busy: Database) -> None:
    assert asyncio.run(busy.read(audited)) == 0
    with pytest.raises(OperationalError):
        asyncio.run(busy.run(audited))


def test_who_writes_waits_for_nobody_who_reads(file: Path) -> None:
    """A report over all plans takes a while."""
    database = Database(f"sqlite:///{file}")
    with database.reading() as report:
        before = audited(report)
        with database.begin() as other:
            record(other, AuditEvent("plan-signed", datetime(2026, 11, 21, tzinfo=UTC)))
        assert audited(report) == before  # and tells of one moment
    assert asyncio.run(database.read(audited)) == before + 1
    database.close()


def test_what_only_reads_can_not_write(file: Path) -> None:
    database = Database(f"sqlite:///{file}")
    event = AuditEvent("plan-signed", datetime(2026, 11, 21, tzinfo=UTC))
    with pytest.raises(OperationalError):
        asyncio.run(database.read(lambda c: record(c, event)))
    asyncio.run(database.run(lambda c: record(c, event)))
    database.close()
