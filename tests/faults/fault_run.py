"""One signed plan on its way through everything that can go wrong, drawn from one number."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import httpx
from sqlalchemy import Connection

from app.audit.trail import AuditEvent, record
from app.delivery import (
    Courier,
    Signing,
    conflict_of,
    keep_ours,
    keep_theirs,
    queue,
    signer_key,
)
from app.domain.plan import ActionPlan
from app.ehr import EhrClient, Limits
from launch.errors import LaunchError
from launch.errors import Why as Ended
from tests.delivery.clinic import CHART, SEAL, Clinic, context, unmetered
from tests.delivery.fake_ehr import BASE, Json
from tests.faults.moody_ehr import MoodyEhr, drawn
from tests.faults.mortal import Dies, Killed, Life, MortalDatabase, MortalLine, never
from tests.plans import signed_plan

PAUSES = (1, 3, 8, 20, 31, 61)
FIRST_PLACES = (12, 30, 60)  # a short way and a long one are met equally often
MOST_KILLS = 3
ROUNDS_TO_SETTLE = 60


@dataclass
class Worker:
    """One process: all it knows is what the database says."""

    life: Life
    database: MortalDatabase
    courier: Courier


@dataclass
class FaultRun:
    """`told` is what happened, for whoever has to read a failure."""

    seed: int
    folder: Path
    told: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = Random(self.seed)  # noqa: S311 - no secret hangs on it
        self.ehr: MoodyEhr = drawn(self.chance, lambda: self.clinic.now)
        self.clinic = Clinic(self.folder, self.ehr)
        self.kills: list[str] = []
        self.mortal = True
        self.worker = self._start()
        self.session = ""

    def _start(self) -> Worker:
        """As after a restart: a new process on the same file."""
        mortal = self.mortal and len(self.kills) < MOST_KILLS
        life = Life(self._dies() if mortal else never)
        database = MortalDatabase(self.clinic.database.engine, life)

        async def answer(request: httpx.Request) -> httpx.Response:
            return self.ehr(request)

        http = httpx.AsyncClient(transport=MortalLine(answer, life))

        async def client(_tenant: str, session_id: str) -> EhrClient:
            async def token() -> str:
                if session_id in self.clinic.ended:
                    raise LaunchError.of(Ended.ACCESS_OVER)
                return "token"

            limits, shared, clock = Limits(attempts=1), unmetered(), self.clinic.clock
            return EhrClient(
                BASE, token=token, http=http, limits=limits, shared=shared, clock=clock
            )

        courier = Courier(database, SEAL, client, self.clinic.clock)
        return Worker(life, database, courier)

    def _dies(self) -> Dies:
        """Mostly where something changes: a commit or a call, not one more reading of our own rows."""
        left = self.chance.randrange(1, self.chance.choice(FIRST_PLACES))
        reads_too = self.chance.random() < 0.2

        def dies(place: str) -> bool:
            nonlocal left
            left -= reads_too or not place.endswith(" read")
            return left == 0

        return dies

    async def to_the_end(self) -> None:
        """A time of trouble, with a second version now and then; then all is well, and it is settled."""
        await self._alive(self._launch)
        await self._sign(signed_plan())
        await self._trouble(self.chance.randint(1, 7))
        if self.chance.random() < 0.4:
            if self.chance.random() < 0.5:
                self._somebody_edits()
            await self._sign_next()
            await self._trouble(self.chance.randint(1, 6))
        self.ehr.well, self.mortal = True, False
        await self._bury()
        self.worker = self._start()
        await self._settled()

    def close(self) -> None:
        self.clinic.database.close()

    async def _trouble(self, turns: int) -> None:
        for _ in range(turns):
            jump = 7200 if self.chance.random() < 0.05 else 0
            self.clinic.wait(self.chance.choice(PAUSES) - jump)  # a clock may be set back
            await self._alive(self._round)
            if self.chance.random() < 0.4:
                await self._alive(self._person)
            self.clinic.wait(jump)

    async def _alive(self, act: Callable[[], Awaitable[Any]]) -> None:
        """Does it with a worker that lives; when that dies meanwhile, so be it."""
        with suppress(Killed):
            if self.worker.life.over:
                await self._bury()
                self.worker = self._start()
                await self.worker.courier.recover()
            await act()

    @property
    def state(self) -> str:
        query = "select state from outbox order by created_at desc limit 1"
        return str(self.clinic.read(lambda c: c.exec_driver_sql(query).scalar()))

    async def _bury(self) -> None:
        life = self.worker.life
        if life.over:
            self.kills.append(life.last)
            self.told.append(f"killed {life.last}")
        tasks = self.worker.courier._under_way.values()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _round(self) -> None:
        """What the background loop does once, to its end."""
        courier = self.worker.courier
        await courier._send_due()
        await asyncio.gather(*courier._under_way.values(), return_exceptions=True)
        self.told.append(f"{self.clinic.now:%H:%M:%S} {self.state}")

    async def _person(self) -> None:
        """The signer comes back, presses a button, or presses it twice."""
        act = self.chance.choice(("launch", "again", "access ends", "twice"))
        self.told.append(f"the signer: {act}")
        if act == "launch":
            await self._launch()
        elif act == "again":
            await self.worker.courier.take_up(CHART, self.session, 30)
        elif act == "access ends":
            self.clinic.ended.add(self.session)
        else:
            version = self.clinic.latest.version_id
            deliver = self.worker.courier.deliver_soon
            await asyncio.gather(deliver(version, 30), deliver(version, 30))

    async def _launch(self) -> None:
        self.ehr.access_ends = False
        self.session = await self.clinic.launched()
        await self.worker.courier.take_up(CHART, self.session, 30)

    async def _sign(self, plan: ActionPlan) -> None:
        """Until it is kept: a signer whose page breaks presses Sign again."""
        event = AuditEvent("plan-signed", plan.signed_at, "sandbox", CHART)
        signer = signer_key(context())
        signing = Signing(plan, self.clinic.form(plan), "sandbox", CHART, self.session, signer)

        def work(connection: Connection) -> None:
            if queue(connection, SEAL, signing):
                record(connection, event)

        kept: list[bool] = []

        async def press() -> None:
            await self.worker.database.run(work)
            kept.append(True)
            await self.worker.courier.deliver_soon(plan.version_id, 30)

        while not kept:
            await self._alive(press)
        self.told.append(f"signed version {plan.version}: {self.state}")

    async def _sign_next(self) -> None:
        last = self.clinic.latest
        number = last.version + 1
        await self._sign(
            replace(
                signed_plan(),
                version=number,
                version_id=str(uuid.uuid5(uuid.UUID(last.plan_id), f"version {number}")),
                signed_at=max(self.clinic.now, signed_plan().signed_at + timedelta(seconds=1)),
                patient_words="Now version 2",
            )
        )

    def _somebody_edits(self) -> None:
        """In the EHR, where it has the plan already."""
        for plan in self.ehr.of("CarePlan"):
            version = int(plan["meta"].get("versionId", 0)) + 1
            edited: Json = {**plan, "note": [{"text": "Changed in the EHR."}]}
            self.ehr._put("CarePlan", plan["id"], edited, version)
            self.told.append("somebody edits it in the EHR")

    async def _settled(self) -> None:
        """The EHR is well; the signer does what the receipt asks for."""
        for _ in range(ROUNDS_TO_SETTLE):
            self.clinic.wait(31)
            self.ehr.catch_up()
            await self._round()
            match self.state:
                case "done" | "not_written":
                    return
                case "waiting_for_user" | "rejected":
                    await self._launch()
                case "conflict":
                    await self._choose()

    async def _choose(self) -> None:
        """The two are shown side by side, and the signer keeps one."""
        await self._launch()
        conflict = self.clinic.read(lambda c: conflict_of(c, SEAL, CHART))
        seen = conflict.seen
        theirs = (
            await self.worker.courier.read_there("sandbox", self.session, seen) if seen else None
        )
        ours, now = self.chance.random() < 0.6, self.clinic.now
        self.told.append("the signer keeps ours" if ours else "the signer keeps theirs")
        if ours:
            self.clinic.read(lambda c: keep_ours(c, SEAL, conflict, theirs, self.session, now))
        else:
            self.clinic.read(lambda c: keep_theirs(c, conflict, theirs, now))
