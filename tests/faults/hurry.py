"""What makes a thousand runs on a thousand databases cheap, without changing what a run can show."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Dialect, create_engine, event

from app.store.database import Database

STATEMENTS: dict[Any, Any] = {}
"""Compiled once for all runs: each would otherwise spend half its time on it."""


@cache
def empty_database() -> bytes:
    """Its tables are made once, and each run begins with a copy of the file."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "empty.sqlite3"
        Database(f"sqlite:///{path}").close()
        return path.read_bytes()


def quick_database(path: Path) -> Database:
    """Opens this file, made where it is missing."""
    if not path.exists():
        path.write_bytes(empty_database())
    database = Database(f"sqlite:///{path}")
    quicken(database)
    return database


def quicken(database: Database) -> None:
    """No waiting for the disk: a worker dies in these runs, the machine's power does not fail."""
    event.listen(database.engine.pool, "connect", _do_not_wait)
    database.engine.dispose()  # the next connection is the first that does not wait
    # What was compiled is known by its dialect: with one of its own each run would compile all again.
    database.engine.dialect = _one_dialect()
    database.engine = database.engine.execution_options(compiled_cache=STATEMENTS)


@cache
def _one_dialect() -> Dialect:
    engine = create_engine("sqlite://")
    with engine.connect():  # it learns what this SQLite can
        return engine.dialect


def _do_not_wait(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")
