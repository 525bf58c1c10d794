"""Proves once a day that no event of the audit trail was changed, and says so when one was."""

import asyncio
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from app.audit.trail import Verified, follow, still_ends_in
from app.ops.clock import Clock
from app.ops.logs import log, place_of
from app.store.database import Database, why

EVERY = timedelta(days=1)
LOOK_SECONDS = 600.0
AT_A_TIME = 2000  # each portion is a transaction of its own, so that nobody waits long to write


async def verify(database: Database) -> Verified:
    """Follows the whole trail from its first event."""
    at = Verified()
    while True:
        start = at
        at = await database.read(lambda c: follow(c, start, AT_A_TIME))  # noqa: B023 - awaited here
        if at.broken or at.events - start.events < AT_A_TIME:
            return at


class AuditWatch:
    """`state` is one word or two for /health: what the last verification found."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._seen = Verified()
        self._next = clock()
        self.state = "not verified yet"

    async def run(self) -> None:
        """Until it is cancelled. A database that can't be read is tried again at the next look."""
        while True:
            try:
                await self.look()
            except SQLAlchemyError as error:
                log().error("audit.database", error=type(error).__name__, reason=why(error))
            except Exception as error:  # noqa: BLE001 - the last resort: nobody awaits this loop
                log().error("audit.failed", error=type(error).__name__, where=place_of(error))
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Verifies when a day has passed since the last time."""
        if self._clock() < self._next:
            return
        seen = self._seen
        kept = await self._database.read(lambda c: still_ends_in(c, seen))
        found = await verify(self._database)
        self._next = self._clock() + EVERY
        if found.broken or not kept:
            where = found.broken or seen.number
            self.state = f"broken at event {where}"
            log().error("audit.broken", count=where)
            return
        self._seen, self.state = found, "whole"
        log().info("audit.whole", count=found.events)
