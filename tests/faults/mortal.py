"""A worker that may be killed at any place: before or after each commit, before or after each call."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import httpx
from sqlalchemy import Connection, Engine

from app.store.database import Database

T = TypeVar("T")
Dies = Callable[[str], bool]


class Killed(Exception):
    """The worker is dead: nothing of it reaches the database or the EHR any more."""


def drop_dead() -> None:
    raise Killed


def never(_place: str) -> bool:
    return False


@dataclass
class Life:
    """The places a worker passes. `end` ends it: by an exception, or the whole process for real."""

    dies: Dies = never
    end: Callable[[], None] = drop_dead
    last: str = ""
    over: bool = False

    def passes(self, place: str) -> None:
        if self.over:
            raise Killed
        self.last = place
        if self.dies(place):
            self.over = True
            self.end()


class MortalDatabase(Database):
    """
    A transaction is named by what it does to the plan's row: `pending -> sending`, `sending kept`, ...
    It runs on the event loop: without a thread for each, a thousand runs take a third of the time.
    """

    def __init__(self, engine: Engine, life: Life) -> None:
        self.engine = engine
        self._life = life

    async def run(self, work: Callable[[Connection], T]) -> T:
        named = ""

        def watched(connection: Connection) -> T:
            nonlocal named
            before = _now(connection)
            answer = work(connection)
            named = _named(before, _now(connection))
            self._life.passes(f"before commit of {named}")
            return answer

        if self._life.over:
            raise Killed
        with self.begin() as connection:
            answer = watched(connection)
        self._life.passes(f"after commit of {named}")
        return answer

    async def read(self, work: Callable[[Connection], T]) -> T:
        return await self.run(work)


def _now(connection: Connection) -> tuple[str, int]:
    """The newest plan's state, and how often this connection has changed anything."""
    query = "select total_changes(), (select state from outbox order by created_at desc limit 1)"
    (changes, state) = connection.exec_driver_sql(query).one()
    return state or "nothing", changes


def _named(before: tuple[str, int], after: tuple[str, int]) -> str:
    if before[0] != after[0]:
        return f"{before[0]} -> {after[0]}"
    return f"{before[0]} read" if before == after else f"{before[0]} kept"


class MortalLine(httpx.AsyncBaseTransport):
    """Between worker and EHR."""

    def __init__(
        self, answer: Callable[[httpx.Request], Awaitable[httpx.Response]], life: Life
    ) -> None:
        self._answer = answer
        self._life = life

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        kind = request.url.path.removeprefix("/fhir").strip("/").partition("/")[0]
        place = f"{request.method} {kind or 'transaction'}"
        self._life.passes(f"before {place}")
        answer = await self._answer(request)
        self._life.passes(f"after {place}")
        return answer
