"""The database: one engine, short transactions, run off the event loop."""

import asyncio
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from app.domain.errors import CmmError
from app.store.schema import METADATA

T = TypeVar("T")
BUSY_SECONDS = 10
_READS = "reads"


class Database:
    """Opens the database and makes the tables that are missing.

    Raises CMM-6002 when it can't be opened, CMM-6009 when another version of the product made it.
    """

    def __init__(self, url: str) -> None:
        try:
            self.engine = _engine(url)
            _must_fit(self.engine)
            METADATA.create_all(self.engine)
        except (SQLAlchemyError, ModuleNotFoundError, ValueError):
            raise CmmError(
                "CMM-6002",
                "The database can't be opened: check that CONCORDANCE_DATABASE_URL names a database and "
                "that its server or folder is there.",
                500,
            ) from None

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """One transaction: all of it or nothing."""
        with self.engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """What stands there at one moment: it waits for nobody who writes, and keeps nobody from it."""
        reader = self.engine.execution_options(**{_READS: True})
        with reader.begin() as connection:
            yield connection

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Runs `work` in one transaction on a worker thread."""

        def transaction() -> T:
            with self.begin() as connection:
                return work(connection)

        return await asyncio.to_thread(transaction)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """The same for work that changes nothing."""

        def transaction() -> T:
            with self.reading() as connection:
                return work(connection)

        return await asyncio.to_thread(transaction)

    def close(self) -> None:
        self.engine.dispose()


def cannot_keep() -> CmmError:
    """
    What a person is told when the database fails under them. Every act is one transaction with its
    audit event, so whatever was asked for did not happen.
    """
    return CmmError(
        "CMM-6007",
        "Concordance can't keep anything at the moment: its database is full or does not answer. Nothing "
        "was signed or changed just now; what was signed before is kept. Tell your integration team, then "
        "try again.",
        503,
    )


def why(error: SQLAlchemyError) -> str:
    """For the log: the database's own word for it, such as SQLITE_BUSY. Its sentences may quote a row."""
    cause = getattr(error, "orig", None)
    for name in ("sqlite_errorname", "sqlstate", "pgcode"):
        if word := getattr(cause, name, None):
            return str(word)
    return type(error).__name__


def _engine(url: str) -> Engine:
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def prepare(connection: object, _record: object) -> None:
        connection.isolation_level = None  # type: ignore[attr-defined]
        cursor = connection.cursor()  # type: ignore[attr-defined]
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")  # a signed plan survives a power cut
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        reads = connection.get_execution_options().get(_READS, False)
        connection.exec_driver_sql(f"PRAGMA query_only={int(reads)}")
        # Without IMMEDIATE two writers can both read first and one of them fails at commit.
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine


def _must_fit(engine: Engine) -> None:
    """Tables are made but never altered: of another version, a query would fail much later."""
    found = inspect(engine)
    for name in METADATA.tables.keys() & set(found.get_table_names()):
        here = found.get_columns(name)
        needed = {column.name for column in METADATA.tables[name].columns}
        lacking = needed - {column["name"] for column in here}
        # What we never fill in, but the table demands, refuses every row.
        demanded = {c["name"] for c in here if not c["nullable"] and c["default"] is None} - needed
        if lacking or demanded:
            wrong = f"lacks {min(lacking)}" if lacking else f"demands {min(demanded)}"
            raise CmmError(
                "CMM-6009",
                f"The database was made by another version of Concordance (its table {name} {wrong}): "
                "start that version, or keep this database and name an empty one in "
                "CONCORDANCE_DATABASE_URL.",
                500,
            )


def chart_key(tenant: str, patient: str) -> str:
    """The same chart always gets the same key, and the key does not show the patient's id."""
    return hashlib.sha256(f"{tenant}\n{patient}".encode()).hexdigest()


def person_key(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
