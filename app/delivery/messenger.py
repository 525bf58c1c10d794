"""Sends messages to prescribers: each as a plan that is written as a note, with a row of its own."""

import asyncio
import json

from sqlalchemy import Connection

from app.audit.trail import AuditEvent, record
from app.delivery.access import is_signer
from app.delivery.attempt import Attempt, Clients, LeaseLost
from app.delivery.judging import waited_long
from app.delivery.message import BODY, SENDER
from app.delivery.parcel import Parcel
from app.ops.clock import Clock
from app.ops.logs import log
from app.store import messages, outbox
from app.store.database import Database
from app.store.outbox import OPEN, Claim, Settlement, State
from app.store.schema import MESSAGES
from launch.context import LaunchContext
from launch.seal import TokenSeal

AUDITED = {State.DONE: "message-delivered", State.REJECTED: "message-rejected"}


class MessageAttempt(Attempt):
    """With the access of who pressed the button; no program sends a person's message in its own name."""

    table = MESSAGES
    session_column = SENDER

    async def _parcel(self) -> Parcel:
        claim = self._claim
        return Parcel(
            bundle=json.loads(self._open(claim.bundle, BODY)),
            version_id=claim.version_id,
            doubtful=claim.doubtful,
            missed=waited_long(claim, self._clock()),
        )


class Messenger:
    """One per courier, which says when."""

    def __init__(self, database: Database, seal: TokenSeal, clients: Clients, clock: Clock) -> None:
        self._database = database
        self._seal = seal
        self._clients = clients
        self._clock = clock

    async def send(self, version_id: str) -> None:
        """One attempt; the message's state is written whatever happens."""
        claim = await self._database.run(lambda c: messages.claim(c, version_id, self._clock()))
        if claim is None:
            return
        attempt = MessageAttempt(self._database, self._seal, self._clients, self._clock, claim)
        settlement: Settlement | None = None
        try:
            settlement = await attempt.settlement()
        except LeaseLost:
            log().warning("message.lease-lost", attempt=claim.attempt)
        finally:
            ended = settlement or attempt.judge.stopped(attempt.written)
            await asyncio.shield(self._settle(claim, ended))

    async def _settle(self, claim: Claim, ended: Settlement) -> None:
        now = self._clock()

        def work(connection: Connection) -> None:
            mine = outbox.settle(connection, claim, ended, now, MESSAGES)
            if mine and ended.state in AUDITED:
                detail: dict[str, str | int] = {"plan": claim.plan_id, "version": claim.version}
                kind = AUDITED[ended.state]
                record(connection, AuditEvent(kind, now, claim.tenant, claim.chart, "", detail))

        await self._database.run(work)
        log().info("message.attempt", state=str(ended.state), outcome=ended.outcome)

    async def take_up(self, chart: str, session_id: str, context: LaunchContext) -> str:
        """Gives the message that waits on this chart the access of this session, if it is its sender's."""

        def work(connection: Connection) -> str:
            row = outbox.newest(connection, chart)
            if row is None or not is_signer(context, row["signer"]):
                return ""
            waiting = messages.of_version(connection, row["version_id"])
            if waiting is None or waiting["state"] not in OPEN:
                return ""
            sealed = self._seal.close(session_id.encode(), row["version_id"], SENDER)
            outbox.rebind(connection, waiting, sealed, self._clock(), MESSAGES)
            return str(row["version_id"])

        return await self._database.run(work)
