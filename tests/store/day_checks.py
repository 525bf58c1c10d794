"""What must hold at the end of every day: no edit lost, no problem twice, who and when of everything."""

from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path as File

import msgspec
from sqlalchemy import Connection, event

from app.assessment.loading import load_compiled
from app.audit.trail import first_broken
from app.delivery.signing import plan_of
from app.domain.follow_up import PrescriberResponse
from app.domain.plan import ActionPlan
from app.planning.draft import Change, Draft
from app.planning.merging import SECOND, words
from app.store import drafts, outbox, responses
from app.store.database import Database, chart_key
from launch.seal import TokenSeal
from tests.store.clinic_day import Day, Given, OneThread, lived

SEAL = TokenSeal({"k1": b"x" * 32})
STEPS = 13


def opened(folder: File) -> Database:
    """A file of its own. That a plan survives a power cut is not what these days are about."""
    database = OneThread(f"sqlite:///{folder}/days.sqlite3")
    event.listen(database.engine, "connect", _without_sync)
    database.engine.dispose()
    return database


def _without_sync(connection: object, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")  # type: ignore[attr-defined]


async def days(database: Database, seeds: range) -> list[str]:
    """What went wrong, with the seed that shows it again; and the whole audit trail holds."""
    wrong = []
    for seed in seeds:
        day = await lived(Day(database, SEAL, knowledge(), seed), STEPS)
        with database.begin() as connection:
            wrong += [f"seed {seed}: {said}" for said in _wrong(connection, day)]
    with database.begin() as connection:
        if first_broken(connection) is not None:
            wrong.append("the audit trail is broken")
    return wrong


@cache
def knowledge() -> object:
    return load_compiled()


def _wrong(connection: Connection, day: Day) -> Iterator[str]:
    chart = chart_key("clinic", f"p{day.seed}")
    newest = outbox.newest(connection, chart)
    rows = outbox.versions_of(connection, newest["plan_id"]) if newest else []
    plans = [plan_of(SEAL, row) for row in reversed(rows)]
    kept = [drafts.signed(connection, SEAL, p.version_id) for p in plans]
    stored = drafts.load(connection, SEAL, chart)
    bodies = [body for body in (*kept, stored.body if stored else b"") if body]
    every = [msgspec.json.decode(body, type=Draft) for body in bodies]
    yield from _not_told(day, every)
    yield from (f"lost: {g}" for g in day.given if not _held(g, every) and not _replaced(g, every))
    yield from _versions(plans)
    said = [
        msgspec.json.decode(b, type=PrescriberResponse)
        for b in (responses.of_plan(connection, SEAL, chart, plans[0].id) if plans else ())
    ]
    yield from (f"answer {a.text} is kept {said.count(a)} times" for a in day.answers if said.count(a) != 1)  # fmt: skip


def _not_told(day: Day, every: list[Draft]) -> Iterator[str]:
    """Each edit stands in a history with who and when."""
    told = {
        (c.who, c.item, c.name.removesuffix(SECOND), c.now, c.at) for d in every for c in d.history
    }
    for one in day.given:
        if (one.who, *one.path, one.value, one.at) not in told:
            yield f"not in the history: {one}"


def _held(one: Given, every: list[Draft]) -> bool:
    item, name = one.path
    for draft in every:
        if any((c.item, c.name, c.other) == (item, name, one.value) for c in draft.clashes):
            return True
        now: dict[str, list[object]] = {
            "decisions": [d for d in (*draft.decisions, *draft.ended) if d.problem_id == item],
            "outcomes": [o for o in draft.outcomes if o.problem == item],
        }
        if one.value in {draft.value(item, name), *map(words, now.get(name, []))}:
            return True
    return False


def _replaced(one: Given, every: list[Draft]) -> bool:
    """Somebody who had it before them gave something else: the history says from what to what."""
    return any(_replaces(c, one) for d in every for c in d.history)


def _replaces(change: Change, one: Given) -> bool:
    path = (change.item, change.name.removesuffix(SECOND))
    return path == one.path and change.before == one.value and change.now != one.value


def _versions(plans: list[ActionPlan]) -> Iterator[str]:
    if [p.version for p in plans] != list(range(1, len(plans) + 1)):
        yield f"versions {[p.version for p in plans]}"
    for plan in plans:
        problems = [a.problem.id for a in plan.actions] + [d.problem.id for d in plan.dismissed]
        if len(problems) != len(set(problems)):
            yield f"a problem is twice in version {plan.version}"
    for before, after in pairwise(plans):
        if after.outcomes[: len(before.outcomes)] != before.outcomes:
            yield f"version {after.version} lost an outcome"
        if after.responses[: len(before.responses)] != before.responses:
            yield f"version {after.version} lost an answer"
