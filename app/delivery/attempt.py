"""One claimed attempt from the outbox row to its settlement."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import replace

from app.delivery.access import context_of
from app.delivery.bundles import plan_entry
from app.delivery.closing import NOT_GRANTED, NOT_TAKEN, close
from app.delivery.failures import Stumble, Why
from app.delivery.judging import Judge, waited_long
from app.delivery.ladder import COMPANIONS, LISTING, SIGNATURE, WHAT, Can
from app.delivery.line import Line
from app.delivery.notes import send_note
from app.delivery.parcel import Parcel
from app.delivery.progress import Part, Written
from app.delivery.sending import Outcome, send
from app.delivery.signing import BUNDLE, SESSION, bundle_of, earlier_of, plan_of
from app.domain.errors import CmmError
from app.ehr import EhrClient
from app.ops.clock import Clock
from app.store import outbox
from app.store.database import Database
from app.store.outbox import Claim, Settlement, State
from app.store.schema import OUTBOX
from fhir_mappings.reading import Json
from fhir_mappings.strict import checked
from launch.errors import LaunchError
from launch.seal import TokenSeal

Clients = Callable[[str, str], Awaitable[EhrClient]]
SESSION_OVER = "The session in which the plan was signed has ended."


class LeaseLost(Exception):
    """Another worker has this plan now: nothing more may be written."""


class Attempt:
    """`written` grows as the EHR answers, so that a later attempt goes on from there."""

    by = "signer"  # whose access it has, for the audit trail
    table = OUTBOX
    session_column = SESSION

    def __init__(
        self, database: Database, seal: TokenSeal, clients: Clients, clock: Clock, claim: Claim
    ) -> None:
        self._database = database
        self._seal = seal
        self._clients = clients
        self._clock = clock
        self._claim = claim
        self.written = Written.from_json(claim.written)

    @property
    def judge(self) -> Judge:
        return Judge(self._claim, self._clock())

    async def settlement(self) -> Settlement:
        """Every way an attempt can end, but for our own faults."""
        if worn_out := self.judge.worn_out(self.written):
            return worn_out
        try:
            return self.judge.outcome(await self._outcome())
        except Stumble as failed:
            return self.judge.stumble(failed, self.written)
        except LaunchError as error:
            why = Why.NO_ACCESS if error.status == 401 else Why.NOT_DONE
            return self.judge.stumble(Stumble(why, error.message), self.written)
        except CmmError as error:
            return self.judge.stumble(Stumble(Why.REFUSED, error.message), self.written)

    async def _outcome(self) -> Outcome:
        parcel = await self._parcel()
        can, client = await self._enter(parcel)
        line = Line(client, self._clock, self._prove_lease)
        if not self.written.filed:
            outcome = await self._filed(line, parcel, can)
            if outcome.state is not State.DONE or not parcel.before:
                return outcome
            await self._keep(replace(outcome.written, filed=True))
        return Outcome(State.DONE, await self._closed(line, parcel, can))

    async def _filed(self, line: Line, parcel: Parcel, can: Can) -> Outcome:
        """The plan itself, with its parts and signature."""
        kinds = _granted(can, parcel.kind)
        if parcel.kind not in kinds:
            return Outcome(State.REJECTED, self.written, _not_granted(parcel.kind))
        await asyncio.to_thread(checked, parcel.bundle)
        deliver = send if parcel.kind == "CarePlan" else send_note
        return await deliver(line, parcel, kinds, self.written, self._keep)

    async def _closed(self, line: Line, parcel: Parcel, can: Can) -> Written:
        """What earlier versions left in the EHR: only now is it known that this one is there."""
        offer = await line.offer()

        def may_not(kind: str) -> str:
            if offer is not None and not offer.offers(kind, "update"):
                return NOT_TAKEN
            return "" if can(kind, "update") else self._no_right(kind)

        return await close(line, parcel, self.written, self._keep, may_not)

    def _no_right(self, kind: str) -> str:
        """Why a record of that kind is left to a person."""
        return NOT_GRANTED.format(kind=kind)

    async def _enter(self, parcel: Parcel) -> tuple[Can, EhrClient]:  # noqa: ARG002
        """With the access of the person who signed."""
        session_id = self._open(self._claim.session, self.session_column).decode()
        context = await context_of(self._database, self._seal, session_id)
        if context is None:
            raise Stumble(Why.NO_ACCESS, SESSION_OVER)
        return context.capabilities.can, await self._clients(self._claim.tenant, session_id)

    async def _parcel(self) -> Parcel:
        claim = self._claim
        versions = await self._database.run(lambda c: outbox.versions_of(c, claim.plan_id))
        earlier = [v for v in versions if v["version"] < claim.version]
        mine = next(v for v in versions if v["version_id"] == claim.version_id)
        return Parcel(
            bundle=json.loads(self._open(claim.bundle, BUNDLE)),
            version_id=claim.version_id,
            base=self._base(earlier),
            earlier=frozenset(v["version_id"] for v in earlier),
            replaced=tuple(self._care_plans(v for v in earlier if v["doubtful"])),
            doubtful=claim.doubtful,
            missed=waited_long(claim, self._clock()),
            over=self.written.over is not None,
            plan=plan_of(self._seal, mine),
            before=tuple(earlier_of(self._seal, v) for v in earlier),
        )

    def _base(self, earlier: list[outbox.Row]) -> Part | None:
        over = self.written.over
        if over is not None:
            return over if over.id else None
        return _last_known(earlier)

    def _care_plans(self, versions: Iterable[outbox.Row]) -> Iterator[Json]:
        for version in versions:
            plan: Json = plan_entry(bundle_of(self._seal, version))["resource"]
            if plan["resourceType"] == "CarePlan":
                yield plan

    def _open(self, sealed: bytes, column: str) -> bytes:
        return self._seal.open(sealed, self._claim.version_id, column)

    async def _keep(self, written: Written) -> None:
        self.written = written
        await self._prove_lease()

    async def _prove_lease(self) -> None:
        claim, text = self._claim, self.written.to_json()
        now, table = self._clock(), self.table
        if not await self._database.run(lambda c: outbox.keep(c, claim, text, now, table)):
            raise LeaseLost


def _last_known(earlier: list[outbox.Row]) -> Part | None:
    """The CarePlan as the signer last knew it: as written, or as seen when it had been changed."""
    for version in earlier:
        written = Written.from_json(version["written"])
        there = written.care_plan
        if there is not None and there.kind != "CarePlan":
            continue  # a note: it is not written over
        if written.has_plan or version["state"] in _SEEN:
            return there
    return None


_SEEN = {State.DONE, State.CONFLICT, State.NOT_WRITTEN}


def _granted(can: Can, plan: str) -> frozenset[str]:
    kinds = {*COMPANIONS, *LISTING, *SIGNATURE, plan}
    return frozenset(k for k in kinds if can(k, "create"))


def _not_granted(kind: str) -> str:
    return (
        f"This EHR gave no permission to create {WHAT[kind]} ({kind} create), so what was signed is kept "
        "in Concordance and is not in the chart. Ask your integration team to grant it."
    )
