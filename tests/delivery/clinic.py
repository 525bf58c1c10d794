"""A clinic with one pharmacist, one signed plan, one database and a clock that is moved by hand."""

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import httpx
from sqlalchemy import Connection, select

from app.delivery import (
    Courier,
    Receipt,
    Signed,
    Signing,
    latest_signing,
    queue,
    receipt_of,
    signer_key,
)
from app.domain.plan import ActionPlan
from app.ehr import EhrClient, Limits, OneEhr
from app.ehr.budget import Budget
from app.store.database import chart_key
from app.store.schema import ATTEMPTS, AUDIT, OUTBOX
from app.store.sessions import SqlSessions
from fhir_mappings.write_plan import plan_bundle
from launch.context import LaunchContext, User
from launch.errors import LaunchError, Why
from launch.seal import TokenSeal
from launch.sessions import Sessions
from launch.tokens import Tokens
from tests.delivery.fake_ehr import BASE, KINDS
from tests.faults.hurry import quick_database
from tests.plans import LISTS, signed_plan

START = datetime(2026, 11, 21, 15, 4, 5, tzinfo=UTC)
SEAL = TokenSeal({"k1": b"x" * 32})
SCOPES = "patient/CarePlan.cus " + " ".join(f"patient/{k}.cs" for k in KINDS if k != "CarePlan")
CHART = chart_key("sandbox", "p1")
EHR = "Sandbox Hospital"


def context(
    scopes: str = SCOPES, fhir_user: str = "Practitioner/pharm-lee", subject: str = "lee"
) -> LaunchContext:
    return LaunchContext(
        tenant="sandbox",
        fhir_base=BASE,
        patient="p1",
        encounter=None,
        user=User("https://ehr.example", subject, fhir_user, "Dana Lee, PharmD"),
        scopes=scopes,
        need_patient_banner=False,
        intent=None,
        fhir_context=(),
        smart_style_url=None,
        launched_at=START,
    )


def unmetered() -> OneEhr:
    """No test of delivery waits for its turn: how calls are metered is tested with the client."""
    return OneEhr(budget=Budget(per_minute=10**9))


@dataclass
class Clinic:
    """`send` answers the courier's requests; the clock only moves when it is told to."""

    folder: Path
    send: Callable[[httpx.Request], Any]
    now: datetime = START
    ended: set[str] = field(default_factory=set)
    form: Callable[[ActionPlan], dict[str, Any]] = lambda plan: plan_bundle(plan, LISTS)
    how: str = ""
    by_hand: bool = False

    def __post_init__(self) -> None:
        self.database = quick_database(self.folder / "clinic.sqlite3")
        self.transport: httpx.AsyncBaseTransport = httpx.MockTransport(self.send)
        self.courier = self.another_courier()

    def clock(self) -> datetime:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def another_courier(self) -> Courier:
        """As after a restart, or in another process: only the database is shared."""
        return Courier(self.database, SEAL, self._client, self.clock)

    async def _client(self, tenant: str, session_id: str) -> EhrClient:
        async def token() -> str:
            if session_id in self.ended:
                raise LaunchError.of(Why.ACCESS_OVER)
            return "token"

        http = httpx.AsyncClient(transport=self.transport)
        limits, shared = Limits(attempts=1), unmetered()
        return EhrClient(
            BASE, token=token, http=http, limits=limits, shared=shared, clock=self.clock
        )

    def launch(self, launched: LaunchContext | None = None) -> str:
        return asyncio.run(self.launched(launched))

    async def launched(self, launched: LaunchContext | None = None) -> str:
        """Opens a session the way a launch does."""
        store = SqlSessions(self.database)
        sessions = Sessions(cast("Any", None), cast("Any", None), store, SEAL, self.clock)
        opened = launched or context()
        tokens = Tokens("sandbox", "p1", "token", None, None, opened.scopes, self.now)
        return await sessions.start(opened, tokens, "browser")

    def sign(self, session_id: str, plan: ActionPlan | None = None) -> ActionPlan:
        signed = plan or signed_plan()
        where = ("sandbox", CHART, session_id, signer_key(context()))
        signing = Signing(signed, self.form(signed), *where, how=self.how, by_hand=self.by_hand)
        with self.database.begin() as connection:
            queue(connection, SEAL, signing)
        return signed

    def sign_next(self, session_id: str, words: str = "Now version 2") -> ActionPlan:
        """A further version of the plan that was signed last."""
        last = self.latest
        plan = replace(
            signed_plan(),
            version=last.version + 1,
            version_id=str(uuid.uuid5(uuid.UUID(last.plan_id), f"version {last.version + 1}")),
            signed_at=self.now,
            patient_words=words,
        )
        return self.sign(session_id, plan)

    def deliver(self, plan: ActionPlan, courier: Courier | None = None) -> None:
        asyncio.run((courier or self.courier).deliver_soon(plan.version_id, 30))

    def take_up(self, session_id: str) -> None:
        asyncio.run(self.courier.take_up(CHART, session_id, 30))

    def due(self, courier: Courier | None = None) -> None:
        """One round of the background loop, to its end."""

        async def once() -> None:
            one = courier or self.courier
            await one.recover()
            await one._send_due()
            await asyncio.gather(*one._under_way.values(), return_exceptions=True)

        asyncio.run(once())

    def rounds(self, count: int, seconds: float = 61) -> None:
        for _ in range(count):
            self.wait(seconds)
            self.due()

    def read(self, work: Callable[[Connection], Any]) -> Any:
        with self.database.begin() as connection:
            return work(connection)

    @property
    def receipt(self) -> Receipt:
        found = self.read(lambda c: receipt_of(c, SEAL, CHART, EHR))
        assert isinstance(found, Receipt)
        return found

    @property
    def latest(self) -> Signed:
        found = self.read(lambda c: latest_signing(c, SEAL, CHART))
        assert isinstance(found, Signed)
        return found

    def signed_before(self) -> Signed | None:
        """What was signed last, when something was."""
        found = self.read(lambda c: latest_signing(c, SEAL, CHART))
        return found if isinstance(found, Signed) else None

    @property
    def state(self) -> str:
        return str(self.latest.state)

    def rows(self, table: Any) -> list[Any]:
        return list(self.read(lambda c: c.execute(select(table)).mappings().all()))

    @property
    def attempts(self) -> list[str]:
        return [row["outcome"] for row in self.rows(ATTEMPTS)]

    @property
    def audited(self) -> list[str]:
        return [row["kind"] for row in self.rows(AUDIT)]

    @property
    def outbox(self) -> list[Any]:
        return self.rows(OUTBOX)
