"""Delivery with the app's own access where the signer's has ended. It is never used to show a chart."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace

from app.delivery.attempt import Attempt
from app.delivery.bundles import kind_of
from app.delivery.failures import Stumble, Why
from app.delivery.ladder import Can
from app.delivery.parcel import Parcel
from app.delivery.progress import Written
from app.delivery.sending import Outcome
from app.ehr import EhrClient
from app.ops.clock import Clock
from app.store.database import Database
from app.store.outbox import Claim, Settlement, State
from fhir_mappings.reading import Json
from launch.errors import LaunchError
from launch.errors import Why as Launch
from launch.scopes import Interaction
from launch.seal import TokenSeal

# US Core 6.1: codes added to the FHIR ones for the agents of a Provenance.
TRANSMITTER = {
    "system": "http://hl7.org/fhir/us/core/CodeSystem/us-core-provenance-participant-type",
    "code": "transmitter",
}
OWN_NAME = "Concordance, with access of its own"
WITH_OWN = "With Concordance's own access:"
NOT_GIVEN = "None is given just now."
SILENT = "The EHR did not answer when asked for access."
# These pass; anything else the EHR says of our own registration is for people to put right.
PASSING = {Launch.DISCOVERY_FAILED.code, Launch.TOKEN_SILENT.code}


@dataclass(frozen=True, slots=True)
class SystemDoor:
    """The EHRs that know the app as a client of its own. `enter` raises LaunchError where it can't."""

    tenants: frozenset[str]
    enter: Callable[[str], Awaitable[tuple[Can, EhrClient]]]


async def _closed(_tenant: str) -> tuple[Can, EhrClient]:
    raise LaunchError.of(Launch.ACCESS_OVER)


NO_DOOR = SystemDoor(frozenset(), _closed)


def lacking(kinds: Iterable[str], can: Can, *, again: bool) -> tuple[str, ...]:
    """
    What is missing to deliver these kinds as the signer was told. Whatever is written must also be
    looked for, or it could be written twice; a version after the first changes the CarePlan.
    """
    each: tuple[Interaction, ...] = ("create", "search")
    wanted = [(kind, what) for kind in kinds for what in each]
    if again and "CarePlan" in kinds:
        wanted.append(("CarePlan", "update"))
    return tuple(f"{kind} {what}" for kind, what in sorted(wanted) if not can(kind, what))


def transmitted(bundle: Json) -> Json:
    """The same bundle; its Provenance says that a program brought it, beside the person who signed."""
    return {**bundle, "entry": [_transmitted(entry) for entry in bundle["entry"]]}


def _transmitted(entry: Json) -> Json:
    if kind_of(entry) != "Provenance":
        return entry
    agents = entry["resource"]["agent"]
    agent = {
        "type": {"coding": [TRANSMITTER]},
        "who": {"display": OWN_NAME},
        "onBehalfOf": agents[0]["who"],
    }
    return {**entry, "resource": {**entry["resource"], "agent": [*agents, agent]}}


class SystemAttempt(Attempt):
    """The same attempt, gone on with through the other door. The plan stays that of its signer."""

    by = "system"

    def __init__(
        self, database: Database, seal: TokenSeal, door: SystemDoor, clock: Clock, claim: Claim
    ) -> None:
        super().__init__(database, seal, _nobody, clock, claim)
        self._door = door

    async def _outcome(self) -> Outcome:
        try:
            return await super()._outcome()
        except Stumble as failed:
            if failed.status != 403:
                raise
            # Refused to a program: it may be allowed to the person.
            raise Stumble(Why.NO_ACCESS, failed.words, status=403) from None

    def _no_right(self, kind: str) -> str:
        """What a program may not change, the person may: it waits for them."""
        raise Stumble(Why.NO_ACCESS, f"It does not allow: {kind} update.")

    async def _parcel(self) -> Parcel:
        parcel = await super()._parcel()
        return replace(parcel, bundle=transmitted(parcel.bundle))

    async def _enter(self, parcel: Parcel) -> tuple[Can, EhrClient]:
        try:
            can, client = await self._door.enter(self._claim.tenant)
        except LaunchError as error:
            if error.code in PASSING:
                raise Stumble(Why.NOT_DONE, SILENT) from None
            raise Stumble(Why.NO_ACCESS, NOT_GIVEN) from None
        kinds = {kind_of(entry) for entry in parcel.bundle["entry"]}
        missing = lacking(kinds, can, again=bool(parcel.earlier))
        if missing:
            raise Stumble(Why.NO_ACCESS, f"It does not allow: {', '.join(missing)}.")
        return can, client


async def _nobody(_tenant: str, _session: str) -> EhrClient:
    raise LaunchError.of(Launch.ACCESS_OVER)


def told(settlement: Settlement) -> Settlement:
    """What came of it, with the word that no person's access was used."""
    words = f"{WITH_OWN} {settlement.detail or 'delivered.'}"
    if settlement.state is not State.DONE:
        return replace(settlement, detail=words)
    written = replace(Written.from_json(settlement.written), by_system=True)
    return replace(settlement, detail=words, written=written.to_json())
