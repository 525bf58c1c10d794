"""Brings signed plans to the EHR: at once where it can, later where it must, never twice."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from app.audit.trail import AuditEvent, record
from app.delivery.access import context_of, is_signer
from app.delivery.as_system import NO_DOOR, SystemAttempt, SystemDoor, told
from app.delivery.attempt import Attempt, Clients, LeaseLost
from app.delivery.failures import Stumble
from app.delivery.line import Line
from app.delivery.messenger import Messenger
from app.delivery.offers import Offers
from app.delivery.progress import Part, Written
from app.delivery.signing import SESSION
from app.domain.errors import CmmError
from app.ops.clock import Clock
from app.ops.logs import log, place_of
from app.store import outbox
from app.store.database import Database, why
from app.store.outbox import Claim, Settlement, State
from app.store.schema import MESSAGES, OUTBOX
from fhir_mappings.reading import Json
from launch.seal import TokenSeal

Sends = Callable[[str], Coroutine[None, None, None]]
NOT_COMPARED = "The plan in the EHR could not be read, so the two can't be compared. Try again."
POLL_SECONDS = 1.0
STOP_SECONDS = 20.0
AT_ONCE = 4  # plans under way in one process
AUDITED = {
    State.DONE: "delivered",
    State.REJECTED: "delivery-rejected",
    State.CONFLICT: "delivery-conflict",
}


async def _no_write() -> None:
    """Reading needs no lease."""


class Courier:
    """One per process. Each plan is claimed in the database first, so several processes may run."""

    def __init__(
        self,
        database: Database,
        seal: TokenSeal,
        clients: Clients,
        clock: Clock,
        *,
        door: SystemDoor = NO_DOOR,
    ) -> None:
        self._door = door
        self._database = database
        self._seal = seal
        self._clients = clients
        self._clock = clock
        self._messenger = Messenger(database, seal, clients, clock)
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._stopping = asyncio.Event()
        self.offers = Offers(clients)

    async def read_there(self, tenant: str, session_id: str, part: Part) -> Json | None:
        """What the EHR holds now; None when it has gone. Raises CMM-5003 when it can't be read."""
        try:
            client = await self._clients(tenant, session_id)
            return await Line(client, self._clock, _no_write).read(part.kind, part.id)
        except Stumble as failed:
            if failed.status in {404, 410}:
                return None
            raise CmmError("CMM-5003", f"{NOT_COMPARED} {failed.words}", 503) from None

    async def deliver_soon(self, version_id: str, seconds: float) -> None:
        """Tries now and waits that long for it; the try itself goes on in the background."""
        task = self._start(version_id, self._deliver)
        if task is not None and seconds > 0:
            await asyncio.wait({task}, timeout=seconds)

    async def message_soon(self, version_id: str, seconds: float) -> None:
        """As `deliver_soon`, for the message about that version."""
        task = self._start(f"message {version_id}", self._messenger.send)
        if task is not None and seconds > 0:
            await asyncio.wait({task}, timeout=seconds)

    async def take_up(self, chart: str, session_id: str, seconds: float) -> None:
        """Sends the plan that waits on this chart with the access of this session, if it is its signer's."""
        context = await context_of(self._database, self._seal, session_id)
        if context is None:
            return

        def rebound(connection: Connection) -> str:
            row = outbox.newest(connection, chart)
            if row is None or row["state"] not in (*outbox.OPEN, State.SENDING):
                return ""
            if not is_signer(context, row["signer"]):
                return ""
            sealed = self._seal.close(session_id.encode(), row["version_id"], SESSION)
            if row["state"] == State.SENDING:
                # The attempt under way goes on with what it has; the next one has this session.
                outbox.lend(connection, row, sealed, self._clock())
            else:
                outbox.rebind(connection, row, sealed, self._clock())
            return str(row["version_id"])

        version_id = await self._database.run(rebound)
        if version_id:
            await self.deliver_soon(version_id, seconds)
        waiting = await self._messenger.take_up(chart, session_id, context)
        if waiting:
            await self.message_soon(waiting, seconds)

    async def recover(self) -> None:
        """At start: what a worker that died was sending is in doubt; what waits may have a new way."""

        def work(connection: Connection) -> None:
            outbox.end_leases(connection, self._clock())
            outbox.end_leases(connection, self._clock(), MESSAGES)
            outbox.wake(connection, self._door.tenants, self._clock())

        await self._database.run(work)

    async def run(self) -> None:
        """Sends what is due until stopped. Nothing else ends it: signed plans would wait unseen."""
        while not self._stopping.is_set():
            try:
                await self._send_due()
            except SQLAlchemyError as error:
                log().error("delivery.database", error=type(error).__name__, reason=why(error))
            except Exception as error:  # noqa: BLE001 - the last resort: nobody awaits this loop
                log().error("delivery.failed", error=type(error).__name__, where=place_of(error))
            try:
                await asyncio.wait_for(self._stopping.wait(), POLL_SECONDS)
            except TimeoutError:
                continue

    async def stop(self) -> None:
        """Takes no more plans and lets those under way finish; what can't in time is in doubt."""
        self._stopping.set()
        tasks = set(self._under_way.values())
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=STOP_SECONDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _send_due(self) -> None:
        def work(connection: Connection) -> tuple[list[str], list[str]]:
            now = self._clock()
            for table in (OUTBOX, MESSAGES):
                outbox.end_leases(connection, now, table)
            return outbox.due(connection, now), outbox.due(connection, now, MESSAGES)

        plans, letters = await self._database.run(work)
        every = [(p, self._deliver) for p in plans]
        every += [(f"message {m}", self._messenger.send) for m in letters]
        for name, send in every:
            if len(self._under_way) < AT_ONCE:
                self._start(name, send)

    def _start(self, name: str, send: Sends) -> asyncio.Task[None] | None:
        """`name` ends with the id of the version."""
        if self._stopping.is_set():
            return None
        task = self._under_way.get(name)
        if task is None:
            task = asyncio.create_task(send(name.rpartition(" ")[2]))
            self._under_way[name] = task
            task.add_done_callback(self._landed(name))
        return task

    def _landed(self, name: str) -> Callable[[asyncio.Task[None]], None]:
        def landed(task: asyncio.Task[None]) -> None:
            self._under_way.pop(name, None)
            error = None if task.cancelled() else task.exception()
            if error is not None:
                log().error("delivery.failed", error=type(error).__name__, where=place_of(error))

        return landed

    async def _deliver(self, version_id: str) -> None:
        """One attempt. Its row and the plan's state are written whatever happens."""
        claim = await self._database.run(lambda c: outbox.claim(c, version_id, self._clock()))
        if claim is None:
            return
        attempt = Attempt(self._database, self._seal, self._clients, self._clock, claim)
        settlement: Settlement | None = None
        try:
            settlement = await attempt.settlement()
            waits = settlement.state is State.WAITING_FOR_USER
            if waits and claim.tenant in self._door.tenants:
                attempt = self._with_own_access(claim, settlement)
                settlement = None
                settlement = told(await attempt.settlement())
        except LeaseLost:
            log().warning("delivery.lease-lost", attempt=claim.attempt)
        finally:
            ended = settlement or attempt.judge.stopped(attempt.written)
            await asyncio.shield(self._settle(claim, ended, attempt.by))

    def _with_own_access(self, claim: Claim, so_far: Settlement) -> Attempt:
        """Goes on from where the signer's access ended, in the same lease."""
        known = replace(claim, written=so_far.written, doubtful=so_far.doubtful)
        return SystemAttempt(self._database, self._seal, self._door, self._clock, known)

    async def _settle(self, claim: Claim, ended: Settlement, by: str) -> None:
        now = self._clock()

        def work(connection: Connection) -> State:
            settlement = self._with_new_session(connection, claim, ended)
            if outbox.settle(connection, claim, settlement, now) and settlement.state in AUDITED:
                detail: dict[str, str | int] = {
                    "plan": claim.plan_id,
                    "version": claim.version,
                    "attempt": claim.attempt,
                    "by": by,
                }
                detail |= _ended(settlement)
                kind = AUDITED[settlement.state]
                record(connection, AuditEvent(kind, now, claim.tenant, claim.chart, "", detail))
            return settlement.state

        state = await self._database.run(work)
        log().info("delivery.attempt", state=str(state), outcome=ended.outcome)

    def _with_new_session(
        self, connection: Connection, claim: Claim, ended: Settlement
    ) -> Settlement:
        """The signer came back while the last of the old access was tried: no need to wait."""
        if ended.state is not State.WAITING_FOR_USER:
            return ended
        lent = outbox.session_of(connection, claim.version_id)
        if self._opened(claim, lent) == self._opened(claim, claim.session):
            return ended
        state = State.IN_DOUBT if ended.doubtful else State.PENDING
        return replace(ended, state=state, tries=0, next_try_at=self._clock())

    def _opened(self, claim: Claim, session: bytes) -> bytes:
        return self._seal.open(session, claim.version_id, SESSION)


def _ended(settlement: Settlement) -> dict[str, int]:
    """How many records of earlier versions were closed, and how many are left to a person."""
    written = Written.from_json(settlement.written)
    if not written.ended:
        return {}
    closed = sum(ended.how == "closed" for ended in written.ended.values())
    return {"closed": closed, "by-hand": len(written.to_close_by_hand)}
