"""Keeping a signed plan: sealed, with its outbox row, in the transaction of the signature."""

import json
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection

from app.delivery.parcel import Earlier
from app.delivery.progress import Part, Written
from app.domain.errors import CmmError
from app.domain.plan import ActionPlan
from app.store import outbox
from app.store.outbox import State
from fhir_mappings.reading import Json
from launch.seal import TokenSeal

BODY, BUNDLE, SESSION = "body", "bundle", "session"


@dataclass(frozen=True, slots=True)
class Signing:
    """
    A plan just signed: the plan, what will be written, whose chart, with whose access. `signer` is the
    key of who signed; `how` is what they were told of its form; one that goes `by_hand` is never sent.
    """

    plan: ActionPlan
    bundle: Json
    tenant: str
    chart: str
    session_id: str
    signer: str
    how: str = ""
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class Signed:
    """The version of a chart's plan that was signed last. `care_plan` is empty until it is in the EHR."""

    plan_id: str
    version: int
    version_id: str
    state: State
    signer: str
    care_plan: str = ""
    etag: str = ""


def queue(connection: Connection, seal: TokenSeal, signing: Signing) -> bool:
    """
    Keeps the plan and puts it on its way. False when this version is kept already: a second click.

    Raises CMM-4101 when another version was signed since this one was begun.
    """
    plan = signing.plan
    if outbox.exists(connection, plan.version_id):
        return False
    _refuse_late(connection, signing)
    row = plan.version_id
    kept = {
        "version_id": row,
        "plan_id": plan.id,
        "version": plan.version,
        "tenant": signing.tenant,
        "chart": signing.chart,
        "signer": signing.signer,
        "body": seal.close(msgspec.json.encode(plan), row, BODY),
        "signed_at": plan.signed_at,
    }
    leaving = {
        "bundle": seal.close(json.dumps(signing.bundle).encode(), row, BUNDLE),
        "session": seal.close(signing.session_id.encode(), row, SESSION),
        "written": Written(how=signing.how).to_json(),
        "state": State.BY_HAND if signing.by_hand else State.PENDING,
    }
    outbox.add(connection, kept, leaving)
    return True


def _refuse_late(connection: Connection, signing: Signing) -> None:
    """One plan per chart, one version after the other: two people may sign at the same moment."""
    last = outbox.newest(connection, signing.chart)
    follows = signing.plan.version == 1 if last is None else _follows(last, signing.plan)
    if not follows:
        raise CmmError(
            "CMM-4101",
            "Another version of this plan was signed since you began: reload the page to see it, then sign yours.",
            409,
        )


def _follows(last: outbox.Row, plan: ActionPlan) -> bool:
    return bool(last["plan_id"] == plan.id and last["version"] + 1 == plan.version)


def latest_signing(connection: Connection, seal: TokenSeal, chart: str) -> Signed | None:  # noqa: ARG001
    """The version signed last on a chart, and where it is in the EHR when it is there."""
    row = outbox.newest(connection, chart)
    if row is None:
        return None
    written = Written.from_json(row["written"])
    there = written.care_plan or Part("CarePlan")
    done = row["state"] == State.DONE or written.has_plan
    return Signed(
        plan_id=row["plan_id"],
        version=row["version"],
        version_id=row["version_id"],
        state=State(row["state"]),
        signer=row["signer"],
        care_plan=there.reference if done else "",
        etag=f'W/"{there.version}"' if done and there.version else "",
    )


def latest_plan(connection: Connection, seal: TokenSeal, chart: str) -> ActionPlan | None:
    """The plan signed last on a chart, as it was kept."""
    row = outbox.newest(connection, chart)
    return plan_of(seal, row) if row else None


def plan_of(seal: TokenSeal, row: outbox.Row) -> ActionPlan:
    """The signed plan as it was kept."""
    body = seal.open(row["body"], row["version_id"], BODY)
    return msgspec.json.decode(body, type=ActionPlan)


def bundle_of(seal: TokenSeal, row: outbox.Row) -> Json:
    """What was or is to be sent for a version."""
    found: Json = json.loads(seal.open(row["bundle"], row["version_id"], BUNDLE))
    return found


def earlier_of(seal: TokenSeal, row: outbox.Row) -> Earlier:
    """A version of the plan as those after it see it."""
    return Earlier(
        version=row["version"],
        version_id=row["version_id"],
        bundle=bundle_of(seal, row),
        written=Written.from_json(row["written"]),
        doubtful=row["doubtful"],
    )
