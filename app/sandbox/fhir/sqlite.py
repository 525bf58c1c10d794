"""Keeps versions in one SQLite table, so that a restart of the sandbox forgets nothing."""

import sqlite3
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from app.sandbox.fhir.store import Version
from app.sandbox.fhir.wire import decode, encode

_TABLE = """
create table if not exists version (
    kind text not null, id text not null, number integer not null,
    updated text not null, body blob not null,
    primary key (kind, id, number)
)
"""


_NOTES = "create table if not exists note (name text primary key, value text not null)"


class SqliteArchive:
    def __init__(self, path: Path) -> None:
        try:
            self._connection = sqlite3.connect(path, check_same_thread=False)
            self._connection.execute(_TABLE)
            self._connection.execute(_NOTES)
            self._connection.commit()
        except sqlite3.Error:
            raise ValueError(
                f"{path} can't be used as its database: name a file of its own in a folder that is there."
            ) from None

    def load(self) -> Iterable[Version]:
        rows = self._connection.execute(
            "select kind, id, number, updated, body from version order by rowid"
        )
        for kind, id_, number, updated, body in rows:
            yield Version(kind, id_, number, datetime.fromisoformat(updated), decode(body))

    def save(self, versions: Iterable[Version]) -> None:
        rows = [(v.kind, v.id, v.number, v.updated.isoformat(), encode(v.body)) for v in versions]
        with self._connection:
            self._connection.executemany("insert into version values (?, ?, ?, ?, ?)", rows)

    def remembered(self, name: str, make: Callable[[], str]) -> str:
        """What was made the first time this file was opened, and kept since."""
        found = self._connection.execute("select value from note where name = ?", (name,))
        row: tuple[str] | None = found.fetchone()
        if row is not None:
            return row[0]
        value = make()
        with self._connection:
            self._connection.execute("insert into note values (?, ?)", (name, value))
        return value

    def close(self) -> None:
        self._connection.close()
