"""Launch states and sessions on a real SQLite file."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.store.database import Database
from app.store.sessions import SqlLaunchStates, SqlSessions
from launch.stores import Missing, StoredSession

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(f"sqlite:///{tmp_path}/t.sqlite3")


def states(database: Database, now: datetime = NOW) -> SqlLaunchStates:
    return SqlLaunchStates(database, lambda: now)


async def put_and_take_at_once(store: SqlLaunchStates, takers: int) -> list[bytes | Missing]:
    await store.put("k", b"sealed", NOW + timedelta(minutes=10))
    return await asyncio.gather(*(store.take("k") for _ in range(takers)))


def test_a_sign_in_is_taken_once_even_by_two_requests_at_the_same_moment(
    database: Database,
) -> None:
    got = asyncio.run(put_and_take_at_once(states(database), takers=5))
    assert sorted(map(str, got)) == sorted(map(str, [b"sealed"] + [Missing.USED] * 4))


def test_a_state_nobody_stored_was_never_seen(database: Database) -> None:
    assert asyncio.run(states(database).take("other")) is Missing.NEVER_SEEN


def test_a_used_state_keeps_its_key_but_not_its_bytes(database: Database) -> None:
    asyncio.run(put_and_take_at_once(states(database), takers=1))
    with database.begin() as connection:
        rows = connection.exec_driver_sql("SELECT sealed FROM launch_states").all()
    assert rows == [(None,)]


def session(version: int = 0) -> StoredSession:
    return StoredSession("s", b"context", b"tokens", NOW, NOW, NOW + timedelta(hours=8), version)


def test_a_session_comes_back_as_it_went_in(database: Database) -> None:
    store = SqlSessions(database)
    asyncio.run(store.create(session()))
    assert asyncio.run(store.load("s")) == session()


def test_tokens_are_replaced_only_by_who_saw_the_newest(database: Database) -> None:
    store = SqlSessions(database)
    asyncio.run(store.create(session()))
    assert asyncio.run(store.replace_tokens("s", 0, b"new"))
    assert not asyncio.run(store.replace_tokens("s", 0, b"late"))
    loaded = asyncio.run(store.load("s"))
    assert loaded is not None
    assert (loaded.tokens, loaded.version) == (b"new", 1)


def test_an_ended_session_is_gone(database: Database) -> None:
    store = SqlSessions(database)
    asyncio.run(store.create(session()))
    asyncio.run(store.end("s"))
    assert asyncio.run(store.load("s")) is None


def test_sessions_past_their_longest_age_are_deleted_when_the_next_one_begins(
    database: Database,
) -> None:
    store, later = SqlSessions(database), NOW + timedelta(hours=8, seconds=1)
    asyncio.run(store.create(session()))
    fresh = replace(session(), key="f", created_at=later, expires_at=later + timedelta(hours=8))
    asyncio.run(store.create(fresh))
    assert asyncio.run(store.load("s")) is None
    assert asyncio.run(store.load("f")) == fresh


def test_an_open_session_stays_when_the_next_one_begins(database: Database) -> None:
    store, later = SqlSessions(database), NOW + timedelta(hours=8)
    asyncio.run(store.create(session()))
    asyncio.run(store.create(replace(session(), key="f", created_at=later)))
    assert asyncio.run(store.load("s")) == session()


def test_sign_ins_that_nobody_finished_are_deleted_when_the_next_one_begins(
    database: Database,
) -> None:
    asyncio.run(states(database).put("old", b"x", NOW + timedelta(seconds=30)))
    later = states(database, NOW + timedelta(minutes=1))
    asyncio.run(later.put("new", b"y", NOW + timedelta(minutes=10)))
    assert asyncio.run(later.take("old")) is Missing.NEVER_SEEN
    assert asyncio.run(later.take("new")) == b"y"


def test_a_session_that_can_not_be_kept_alive_is_still_the_session(database: Database) -> None:
    """On a full disk what can be read is shown; the session only ends sooner."""
    store = SqlSessions(database)
    asyncio.run(store.create(session()))
    with database.begin() as connection:
        refused = "select raise(abort, 'no space left')"
        connection.exec_driver_sql(
            f"create trigger full before update on sessions begin {refused}; end"
        )
    asyncio.run(store.touch("s", NOW + timedelta(minutes=1)))
    assert asyncio.run(store.load("s")) == session()
