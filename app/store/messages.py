"""Messages to prescribers on their way to the EHR: one for each version of a plan."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from app.store import outbox
from app.store.outbox import DUE, Claim, Row, State
from app.store.schema import MESSAGES, PLANS

REPLACED = (
    "Version {version} of the plan was signed before it was sent, so it was not sent any more."
)


def add(connection: Connection, row: Mapping[str, Any], at: datetime) -> bool:
    """
    Puts a message on its way: the first of its version, or in place of one that was refused. False
    where one is there or on its way: a second click.
    """
    before = of_version(connection, row["version_id"])
    fresh = {
        "state": State.PENDING,
        "tries": 0,
        "doubtful": False,
        "problem": "",
        "missed_since": None,
    }
    times = {"trying_since": at, "next_try_at": at, "updated_at": at}
    if before is None:
        made = {**row, **fresh, **times, "attempts": 0, "created_at": at}
        connection.execute(insert(MESSAGES).values(**made))
        return True
    if not is_refused(before):
        return False
    mine = MESSAGES.c.version_id == row["version_id"]
    connection.execute(update(MESSAGES).where(mine).values(**row, **fresh, **times))
    return True


def is_refused(row: Row) -> bool:
    """It is certain that the EHR has none: another may be sent."""
    return bool(row["state"] == State.REJECTED and not row["doubtful"])


def of_version(connection: Connection, version_id: str) -> Row | None:
    query = select(MESSAGES).where(MESSAGES.c.version_id == version_id)
    return connection.execute(query).mappings().first()


def of_chart(connection: Connection, chart: str) -> list[Row]:
    """Every message about a plan of this chart with the number of its version, the newest first."""
    query = (
        select(PLANS.c.version, PLANS.c.body, MESSAGES)
        .join(MESSAGES, MESSAGES.c.version_id == PLANS.c.version_id)
        .where(PLANS.c.chart == chart)
        .order_by(PLANS.c.version.desc())
    )
    return list(connection.execute(query).mappings())


def claim(connection: Connection, version_id: str, now: datetime) -> Claim | None:
    """Takes the lease when it is due and about the newest version; one about an older is let be."""
    query = (
        select(PLANS.c.plan_id, PLANS.c.version, MESSAGES)
        .join(MESSAGES, MESSAGES.c.version_id == PLANS.c.version_id)
        .where(MESSAGES.c.version_id == version_id)
        .with_for_update()
    )
    row = connection.execute(query).mappings().first()
    if row is None or row["state"] not in DUE:
        return None
    newest = outbox.newest(connection, row["chart"])
    if newest is not None and newest["version_id"] != version_id:
        _let_be(connection, version_id, newest["version"], now)
        return None
    return outbox.leased(connection, row, now, MESSAGES, doubtful=bool(row["doubtful"]))


def _let_be(connection: Connection, version_id: str, newer: int, now: datetime) -> None:
    mine = MESSAGES.c.version_id == version_id
    words = REPLACED.format(version=newer)
    values = {"state": State.SUPERSEDED, "problem": words, "updated_at": now}
    connection.execute(update(MESSAGES).where(mine).values(**values))
