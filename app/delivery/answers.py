"""What a prescriber answered in the EHR: the plan's Tasks, read from where they were written."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import replace

from sqlalchemy import Connection

from app.delivery.courier import Courier
from app.delivery.earlier import places_of
from app.delivery.progress import Part, Written
from app.domain.follow_up import PrescriberResponse
from app.domain.plan import ActionPlan, CodedLists
from app.store import outbox
from fhir_mappings.read_plan_parts import Parts, response_of
from fhir_mappings.reading import Json
from fhir_mappings.write_names import Writing

Asked = Mapping[str, tuple[Part, ...]]
"""The Tasks of each action, by the action's key."""


def asked_there(connection: Connection, chart: str, plan: ActionPlan, lists: CodedLists) -> Asked:
    """Those of every version of the plan: a prescriber may have answered the Task of an earlier one."""
    row = outbox.newest(connection, chart)
    if row is None or row["version_id"] != plan.version_id:
        return {}
    versions = outbox.versions_of(connection, plan.id)
    places = places_of(Written.from_json(v["written"]) for v in versions)
    found: dict[str, dict[str, Part]] = {a.key: {} for a in plan.actions}
    for version in versions:
        writing = Writing(replace(plan, version_id=version["version_id"]), lists)
        for key, tasks in found.items():
            if (part := places.get(writing.url("Task", key))) is not None:
                tasks[part.reference] = part
    return {key: tuple(tasks.values()) for key, tasks in found.items() if tasks}


async def read_answers(
    courier: Courier,
    tenant: str,
    session_id: str,
    asked: Asked,
    lists: CodedLists,
) -> tuple[PrescriberResponse, ...]:
    """
    The newest answer to each action. Raises what `Courier.read_there` raises; a Task that has gone
    says nothing.
    """

    async def one(key: str, part: Part) -> PrescriberResponse | None:
        task = await courier.read_there(tenant, session_id, part)
        return _answer(key, part, task, lists) if task is not None else None

    tasks = [(key, part) for key, parts in asked.items() for part in parts]
    found = await asyncio.gather(*(one(key, part) for key, part in tasks))
    given = sorted((answer for answer in found if answer is not None), key=lambda a: a.at)
    return tuple({answer.action: answer for answer in given}.values())


def _answer(key: str, part: Part, task: Json, lists: CodedLists) -> PrescriberResponse | None:
    """Known by where it is: an EHR may have dropped the identifier that names the action."""
    answer = response_of(Parts({}, lists), task)
    return replace(answer, action=key, source=part.reference) if answer is not None else None


def not_yet_known(
    found: Iterable[PrescriberResponse], known: Iterable[PrescriberResponse]
) -> tuple[PrescriberResponse, ...]:
    """An answer that was read before is not new, and one that a later answer replaced says nothing."""
    every = tuple(known)
    seen = {(r.action, r.source, r.response, r.text) for r in every}
    return tuple(
        r
        for r in found
        if (r.action, r.source, r.response, r.text) not in seen
        and not any(k.action == r.action and k.at > r.at for k in every)
    )
