"""Launch states and sessions for the SMART client, kept as sealed bytes under hashed keys."""

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from app.ops.clock import Clock
from app.ops.logs import log
from app.store.database import Database, why
from app.store.schema import LAUNCH_STATES, SESSIONS
from launch.stores import Missing, StoredSession


class SqlLaunchStates:
    """Each sign-in is put once and taken once, also when two requests come at the same moment."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def put(self, key: str, sealed: bytes, expires_at: datetime) -> None:
        def work(connection: Connection) -> None:
            old = delete(LAUNCH_STATES).where(LAUNCH_STATES.c.expires_at < self._clock())
            connection.execute(old)
            row = {"key": key, "sealed": sealed, "expires_at": expires_at}
            connection.execute(insert(LAUNCH_STATES).values(row))

        await self._database.run(work)

    async def take(self, key: str) -> bytes | Missing:
        def work(connection: Connection) -> bytes | Missing:
            table = LAUNCH_STATES
            found = connection.execute(select(table.c.sealed).where(table.c.key == key)).first()
            if found is None:
                return Missing.NEVER_SEEN
            unused = (table.c.key == key) & table.c.used_at.is_(None)
            spent = update(table).where(unused).values(used_at=self._clock(), sealed=None)
            if connection.execute(spent).rowcount != 1 or found.sealed is None:
                return Missing.USED
            return bytes(found.sealed)

        return await self._database.run(work)


class SqlSessions:
    """Open sessions; `version` makes replacing tokens a compare-and-set."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, session: StoredSession) -> None:
        row = {name: getattr(session, name) for name in SESSIONS.c.keys()}  # noqa: SIM118

        def work(connection: Connection) -> None:
            # Past its longest age no session can be opened, so its tokens need not lie here.
            old = delete(SESSIONS).where(SESSIONS.c.expires_at < session.created_at)
            connection.execute(old)
            connection.execute(insert(SESSIONS).values(row))

        await self._database.run(work)

    async def load(self, key: str) -> StoredSession | None:
        query = select(SESSIONS).where(SESSIONS.c.key == key)
        row = await self._database.read(lambda c: c.execute(query).mappings().first())
        return StoredSession(**row) if row else None

    async def replace_tokens(self, key: str, seen_version: int, tokens: bytes) -> bool:
        same = (SESSIONS.c.key == key) & (SESSIONS.c.version == seen_version)
        change = update(SESSIONS).where(same).values(tokens=tokens, version=seen_version + 1)
        return await self._database.run(lambda c: c.execute(change).rowcount == 1)

    async def touch(self, key: str, at: datetime) -> None:
        """Where it can't be written the session only ends sooner: what can be read is still shown."""
        change = update(SESSIONS).where(SESSIONS.c.key == key).values(last_seen_at=at)
        try:
            await self._database.run(lambda c: c.execute(change) and None)
        except SQLAlchemyError as error:
            log().error("database", error=type(error).__name__, reason=why(error))

    async def end(self, key: str) -> None:
        gone = delete(SESSIONS).where(SESSIONS.c.key == key)
        await self._database.run(lambda c: c.execute(gone) and None)
