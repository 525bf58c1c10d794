"""Signed plans on their way to the EHR: who may send which one now, and what came of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, bindparam, case, insert, select, update

from app.store.schema import ATTEMPTS, OUTBOX, PLANS

Row = RowMapping
LEASE = timedelta(seconds=30)


class State(StrEnum):
    """Where a signed plan is."""

    PENDING = "pending"
    SENDING = "sending"
    DONE = "done"
    IN_DOUBT = "in_doubt"
    CONFLICT = "conflict"
    REJECTED = "rejected"
    WAITING_FOR_USER = "waiting_for_user"
    SUPERSEDED = "superseded"
    BY_HAND = "by_hand"  # to be copied or downloaded by a person: never sent
    DOWNLOADED = "downloaded"
    NOT_WRITTEN = "not_written"  # after a conflict: the signer kept what the EHR holds


DUE = (State.PENDING, State.IN_DOUBT)
OPEN = (*DUE, State.WAITING_FOR_USER, State.REJECTED)
"""States from which a person may have the plan sent."""
UNSETTLED = (*OPEN, State.BY_HAND)
"""States that end when a newer version takes the place of this one."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One worker's right to send one plan, until the lease ends. `attempt` is its number."""

    version_id: str
    plan_id: str
    version: int
    tenant: str
    chart: str
    bundle: bytes
    session: bytes
    written: str
    attempt: int
    tries: int
    trying_since: datetime
    started_at: datetime
    doubtful: bool
    missed_since: datetime | None
    attempt_row: int = 0


@dataclass(frozen=True, slots=True)
class Settlement:
    """What came of one attempt, as it is stored."""

    state: State
    outcome: str
    detail: str
    written: str
    tries: int
    problem: str = ""
    next_try_at: datetime | None = None
    doubtful: bool = False
    missed_since: datetime | None = None


def add(connection: Connection, plan: Mapping[str, Any], outbox: Mapping[str, Any]) -> None:
    """A signed plan and its outbox row, both or neither."""
    connection.execute(insert(PLANS).values(**plan))
    at = plan["signed_at"]
    fixed = {"attempts": 0, "tries": 0, "doubtful": False, "problem": ""}
    times = {"trying_since": at, "next_try_at": at, "created_at": at, "updated_at": at}
    shared = {name: plan[name] for name in ("version_id", "tenant", "chart")}
    connection.execute(insert(OUTBOX).values(**shared, **outbox, **fixed, **times))
    if outbox["state"] == State.BY_HAND:  # it is never claimed, so it takes its place at once
        older = [v for v in versions_of(connection, plan["plan_id"]) if v["state"] in UNSETTLED]
        before = [v for v in older if v["version"] < plan["version"]]
        _supersede(connection, before, plan["version"], at)


def newest(connection: Connection, chart: str) -> RowMapping | None:
    """The plan signed last on a chart, with where it is."""
    return connection.execute(_NEWEST, {"of": chart}).mappings().first()


# Every page asks this several times: the statement is made once.
_NEWEST = (
    select(
        PLANS.c.plan_id, PLANS.c.version, PLANS.c.body, PLANS.c.signed_at, PLANS.c.signer, OUTBOX
    )
    .join(OUTBOX, OUTBOX.c.version_id == PLANS.c.version_id)
    .where(PLANS.c.chart == bindparam("of"))
    .order_by(PLANS.c.signed_at.desc(), PLANS.c.version.desc())
)


def exists(connection: Connection, version_id: str) -> bool:
    query = select(PLANS.c.version_id).where(PLANS.c.version_id == version_id)
    return connection.execute(query).first() is not None


def due(connection: Connection, now: datetime, table: Table = OUTBOX) -> list[str]:
    """What is to be sent now, the oldest first: plans, or what else is on its way as they are."""
    waiting = table.c.state.in_(DUE) & (table.c.next_try_at <= now)
    query = select(table.c.version_id).where(waiting).order_by(table.c.created_at)
    return list(connection.execute(query).scalars())


def end_leases(connection: Connection, now: datetime, table: Table = OUTBOX) -> int:
    """A worker that died may have written: its plan is in doubt, never simply pending."""
    dead = (table.c.state == State.SENDING) & (table.c.lease_until <= now)
    found = list(connection.execute(select(table.c.version_id).where(dead)).scalars())
    values: dict[str, Any] = {
        "state": State.IN_DOUBT,
        "doubtful": True,
        "missed_since": None,  # what it sent last may be found later than what was looked for before
        "next_try_at": now,
        "updated_at": now,
    }
    values["tries"] = table.c.tries + 1
    connection.execute(update(table).where(dead).values(**values, lease_until=None))
    if table is OUTBOX:
        _end_attempts(connection, found, now)
    return len(found)


def _end_attempts(connection: Connection, found: list[str], now: datetime) -> None:
    unended = ATTEMPTS.c.version_id.in_(found) & ATTEMPTS.c.ended_at.is_(None)
    words = "Stopped before an answer was read."
    connection.execute(
        update(ATTEMPTS).where(unended).values(ended_at=now, outcome="stopped", detail=words)
    )


def claim(connection: Connection, version_id: str, now: datetime) -> Claim | None:
    """Takes the lease when the plan is open and nobody else has it or an older version of it."""
    versions = _locked(connection, version_id)
    row = next((v for v in versions if v["version_id"] == version_id), None)
    if row is None or row["state"] not in DUE:
        return None
    if any(v["state"] == State.SENDING for v in versions):
        return None
    older = [v for v in versions if v["version"] < row["version"] and v["state"] in UNSETTLED]
    doubtful = bool(row["doubtful"]) or any(o["doubtful"] for o in older)
    claimed = leased(connection, row, now, OUTBOX, doubtful=doubtful)
    if claimed is None:
        return None
    _supersede(connection, older, row["version"], now)
    return _with_attempt(connection, claimed)


def leased(
    connection: Connection, row: Row, now: datetime, table: Table, *, doubtful: bool
) -> Claim | None:
    """The next attempt on what a row tells of; None when somebody else has changed it since it was read."""
    number = row["attempts"] + 1
    taken = {
        "state": State.SENDING,
        "attempts": number,
        "lease_until": now + LEASE,
        "doubtful": doubtful,
        "updated_at": now,
    }
    free = _unchanged(row, table) & (table.c.attempts == row["attempts"])
    if connection.execute(update(table).where(free).values(**taken)).rowcount != 1:
        return None
    copied = {name: row[name] for name in _COPIED}
    return Claim(**copied, attempt=number, started_at=now, doubtful=doubtful)


_COPIED = (
    "version_id",
    "plan_id",
    "version",
    "tenant",
    "chart",
    "bundle",
    "session",
    "written",
    "tries",
    "trying_since",
    "missed_since",
)


def _locked(connection: Connection, version_id: str) -> list[RowMapping]:
    """Every version of the plan, locked in one order so that two workers can't wait for each other."""
    plan_id = select(PLANS.c.plan_id).where(PLANS.c.version_id == version_id).scalar_subquery()
    query = (
        select(PLANS.c.plan_id, PLANS.c.version, OUTBOX)
        .join(OUTBOX, OUTBOX.c.version_id == PLANS.c.version_id)
        .where(PLANS.c.plan_id == plan_id)
        .order_by(PLANS.c.version)
        .with_for_update()
    )
    return list(connection.execute(query).mappings())


def _supersede(
    connection: Connection, older: list[RowMapping], version: int, now: datetime
) -> None:
    """Only the newest version is sent: an older one after it would undo what was signed last."""
    ids = [o["version_id"] for o in older]
    words = f"Version {version} was signed before this one was sent, and is sent instead."
    values = {"state": State.SUPERSEDED, "problem": words, "updated_at": now}
    connection.execute(update(OUTBOX).where(OUTBOX.c.version_id.in_(ids)).values(**values))


def _with_attempt(connection: Connection, claimed: Claim) -> Claim:
    """Written before the first byte leaves: also a killed worker leaves a trace."""
    row = {
        "version_id": claimed.version_id,
        "started_at": claimed.started_at,
        "outcome": "sending",
        "detail": "",
    }
    made = connection.execute(insert(ATTEMPTS).values(**row)).inserted_primary_key
    return replace(claimed, attempt_row=made[0] if made else 0)


def keep(
    connection: Connection, claimed: Claim, written: str, now: datetime, table: Table = OUTBOX
) -> bool:
    """Notes progress and prolongs the lease; False when the lease is no longer ours."""
    values = {"written": written, "lease_until": now + LEASE, "updated_at": now}
    mine = _ours(claimed, table)
    return connection.execute(update(table).where(mine).values(**values)).rowcount == 1


def settle(
    connection: Connection,
    claimed: Claim,
    settlement: Settlement,
    now: datetime,
    table: Table = OUTBOX,
) -> bool:
    """Ends an attempt. Its row is always written; the plan's only while the lease is ours."""
    if claimed.attempt_row:
        attempt = {"ended_at": now, "outcome": settlement.outcome, "detail": settlement.detail}
        mine = ATTEMPTS.c.id == claimed.attempt_row
        connection.execute(update(ATTEMPTS).where(mine).values(**attempt))
    values = {
        "state": settlement.state,
        "written": settlement.written,
        "tries": settlement.tries,
        "problem": settlement.problem,
        "next_try_at": settlement.next_try_at,
        "doubtful": settlement.doubtful,
        "missed_since": settlement.missed_since,
        "lease_until": None,
        "updated_at": now,
    }
    ours = _ours(claimed, table)
    return connection.execute(update(table).where(ours).values(**values)).rowcount == 1


def _ours(claimed: Claim, table: Table) -> Any:
    return (
        (table.c.version_id == claimed.version_id)
        & (table.c.attempts == claimed.attempt)
        & (table.c.state == State.SENDING)
    )


def attempts_of(connection: Connection, version_id: str) -> list[RowMapping]:
    query = select(ATTEMPTS).where(ATTEMPTS.c.version_id == version_id).order_by(ATTEMPTS.c.id)
    return list(connection.execute(query).mappings())


def versions_of(connection: Connection, plan_id: str) -> list[RowMapping]:
    """Every version of a plan with where it is, the newest first."""
    query = (
        select(PLANS.c.version, PLANS.c.body, OUTBOX)
        .join(OUTBOX, OUTBOX.c.version_id == PLANS.c.version_id)
        .where(PLANS.c.plan_id == plan_id)
        .order_by(PLANS.c.version.desc())
    )
    return list(connection.execute(query).mappings())


def rebind(
    connection: Connection, row: RowMapping, session: bytes, now: datetime, table: Table = OUTBOX
) -> None:
    """Gives what waits to another session; what is in doubt stays in doubt."""
    reopen(connection, row, session, row["written"], now, table)


def lend(connection: Connection, row: RowMapping, session: bytes, now: datetime) -> None:
    """Keeps another session for a plan that is being sent, for the attempt after this one."""
    values = {"session": session, "trying_since": now}
    connection.execute(update(OUTBOX).where(_unchanged(row)).values(**values))


def session_of(connection: Connection, version_id: str) -> bytes:
    query = select(OUTBOX.c.session).where(OUTBOX.c.version_id == version_id)
    return bytes(connection.execute(query).scalar_one())


def wake(connection: Connection, tenants: Collection[str], now: datetime) -> None:
    """Makes due what waits for its signer at these EHRs; what is in doubt stays in doubt."""
    waiting = (OUTBOX.c.state == State.WAITING_FOR_USER) & OUTBOX.c.tenant.in_(tenants)
    state = case((OUTBOX.c.doubtful, State.IN_DOUBT), else_=State.PENDING)
    values = {"state": state, "tries": 0, "trying_since": now, "next_try_at": now}
    connection.execute(update(OUTBOX).where(waiting).values(**values, updated_at=now))


def reopen(
    connection: Connection,
    row: RowMapping,
    session: bytes,
    written: str,
    now: datetime,
    table: Table = OUTBOX,
) -> bool:
    """Makes it due again at a person's wish; False when its state is no longer that of `row`."""
    values = {
        "state": State.IN_DOUBT if row["doubtful"] else State.PENDING,
        "session": session,
        "written": written,
        "tries": 0,
        "trying_since": now,
        "next_try_at": now,
        "updated_at": now,
    }
    same = _unchanged(row, table)
    return connection.execute(update(table).where(same).values(**values)).rowcount == 1


def refile(
    connection: Connection,
    row: RowMapping,
    *,
    bundle: bytes,
    session: bytes,
    written: str,
    now: datetime,
) -> bool:
    """Sends a refused plan in another form; False when it was tried or refiled since `row` was read."""
    same = _unchanged(row) & (OUTBOX.c.attempts == row["attempts"])
    values = {
        "state": State.PENDING,
        "bundle": bundle,
        "session": session,
        "written": written,
        "problem": "",
        "tries": 0,
        "trying_since": now,
        "next_try_at": now,
        "missed_since": None,
        "updated_at": now,
    }
    return connection.execute(update(OUTBOX).where(same).values(**values)).rowcount == 1


def resettle(
    connection: Connection, row: RowMapping, state: State, now: datetime, *, written: str = ""
) -> bool:
    """Ends a plan's way at a person's wish; False when its state is no longer that of `row`."""
    values = {"state": state, "written": written or row["written"], "updated_at": now}
    return connection.execute(update(OUTBOX).where(_unchanged(row)).values(**values)).rowcount == 1


def _unchanged(row: Row, table: Table = OUTBOX) -> Any:
    return (table.c.version_id == row["version_id"]) & (table.c.state == row["state"])
