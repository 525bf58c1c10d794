"""Answers that were given in the EHR come in when a page that shows answers opens."""

import asyncio
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection

from app.audit.trail import AuditEvent, record
from app.delivery.answers import asked_there, not_yet_known, read_answers
from app.domain.errors import CmmError
from app.domain.follow_up import PrescriberResponse
from app.domain.plan import ActionPlan
from app.store import responses
from app.web.visit import OpenVisit
from launch.errors import LaunchError

SECONDS = 3.0  # a page is not held up longer than this
NOT_READ = "Answers in the EHR could not be read. Answers given here are shown."


@dataclass(frozen=True, slots=True)
class CameIn:
    """How many are new, and what to say where they could not be read."""

    new: int = 0
    problem: str = ""


async def came_in(visit: OpenVisit) -> CameIn:
    """Keeps what is new, each once. Read once a launch; a failed reading is tried with the next page."""
    plan, services = visit.before, visit.services
    if plan is None or visit.case.answers_read:
        return CameIn()
    asked = await services.database.read(
        lambda c: asked_there(c, visit.chart_key, plan, services.lists)
    )
    try:
        async with asyncio.timeout(SECONDS):
            found = await read_answers(
                services.courier, visit.context.tenant, visit.session_id, asked, services.lists
            )
    except (CmmError, LaunchError, TimeoutError):
        return CameIn(problem=NOT_READ)
    visit.case.answers_read = True
    new = not_yet_known(found, (*plan.responses, *visit.responses))
    kept = await services.database.run(lambda c: [_keep(c, visit, plan, r) for r in new])
    return CameIn(sum(kept))


def _keep(
    connection: Connection, visit: OpenVisit, plan: ActionPlan, said: PrescriberResponse
) -> bool:
    """With its audit event; two pages that open at once keep it once."""
    name = f"{said.source}\n{said.response.value}\n{said.text}"
    body, seal, chart = msgspec.json.encode(said), visit.services.seal, visit.chart_key
    if not responses.add_once(connection, seal, chart, plan.id, body, visit.clock(), name=name):
        return False
    tenant, detail = visit.context.tenant, {"answer": said.response.value, "from": said.source}
    kind = "answer-read-in-ehr"
    record(connection, AuditEvent(kind, visit.clock(), tenant, chart, visit.user_key, detail))
    return True
