"""The receipt: where the signed plan is now, in words that are true at this moment."""

import asyncio
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection

from app.audit.trail import AuditEvent, record
from app.delivery import InHand, Receipt, in_hand, receipt_of, refile
from app.delivery.message import Asking, queue_message
from app.planning.papers import plainly
from app.web.filing import NoteInstead, note_instead
from app.web.handouts import choices
from app.web.messaging import offered, told
from app.web.pages import page
from app.web.protection import form_token
from app.web.version_history import Line, history_in
from app.web.visit import BRIEFLY, CurrentVisit, OpenVisit, Visit
from fhir_mappings.strict import checked

router = APIRouter()
SEND_SECONDS = 8.0
STILL_READING = "The chart is still being read."


@router.get("/receipt")
async def receipt_page(visit: CurrentVisit) -> Response:
    """Also while the EHR is down: what was signed is kept here, so the chart is not needed for it."""
    services = visit.services
    tenant = services.tenants.by_name(visit.context.tenant)
    receipt = await services.database.read(
        lambda c: receipt_of(c, services.seal, visit.chart_key, tenant.name)
    )
    held, history = await services.database.read(lambda c: _held(c, visit))
    return page(
        "receipt.html",
        **await _frame(visit, receipt),
        receipt=receipt,
        may_refile=await note_instead(visit) is not None,
        message=await offered(visit),
        messages=await told(visit, tenant.name),
        history=history,
        choices=choices(held.plan, plainly(services.knowledge.knowledge)) if held else (),
    )


def _held(connection: Connection, visit: Visit) -> tuple[InHand | None, tuple[Line, ...]]:
    services = visit.services
    held = in_hand(connection, services.seal, visit.chart_key)
    if held is None:
        return None, ()
    return held, history_in(connection, services.seal, held, services.lists, visit.editor)


async def _frame(visit: Visit, receipt: Receipt | None) -> dict[str, Any]:
    case = visit.case
    await visit.services.cases.wait(case, BRIEFLY)
    if case.chart and case.assessment:
        before, _ = await visit.services.database.read(visit.signed_before)
        opened = OpenVisit(
            **vars(visit), chart=case.chart, assessment=case.assessment, before=before
        )
        return opened.page_values("receipt") | {"no_chart": ""}
    return {
        "root": visit.root,
        "patient": receipt.patient if receipt else None,
        "as_of": case.as_of,
        "form_token": form_token(visit.browser, visit.session_id),
        "no_chart": case.failure.message if case.failure else STILL_READING,
    }


@router.post("/receipt/send")
async def send_again(visit: CurrentVisit) -> RedirectResponse:
    """Tries the delivery again with this session's access."""
    await visit.services.courier.take_up(visit.chart_key, visit.session_id, SEND_SECONDS)
    return visit.goto("receipt")


@router.post("/receipt/note")
async def send_as_note(visit: CurrentVisit) -> RedirectResponse:
    """The version that was refused as a CarePlan, as a note. A second click finds it on its way."""
    note = await note_instead(visit)
    if note is not None:
        await asyncio.to_thread(checked, note.bundle)
        await visit.services.database.run(lambda c: _refiled(c, visit, note))
        version_id = note.refused.row["version_id"]
        await visit.services.courier.deliver_soon(version_id, SEND_SECONDS)
    return visit.goto("receipt")


def _refiled(connection: Connection, visit: Visit, note: NoteInstead) -> None:
    now, chosen = visit.clock(), note.refused
    if refile(connection, visit.services.seal, chosen, note.bundle, visit.session_id, now):
        detail: dict[str, str | int] = {"plan": chosen.plan.id, "version": chosen.plan.version}
        tenant, chart, user = visit.context.tenant, visit.chart_key, visit.user_key
        record(connection, AuditEvent("refiled", now, tenant, chart, user, detail))


@router.post("/receipt/message")
async def send_message(visit: CurrentVisit) -> RedirectResponse:
    """To the prescriber, once for each version: a second click finds it on its way."""
    asking = (await offered(visit)).asking
    if asking is not None:
        await asyncio.to_thread(checked, asking.bundle)
        await visit.services.database.run(lambda c: _queued(c, visit, asking))
        version_id = asking.message.plan.version_id
        await visit.services.courier.message_soon(version_id, SEND_SECONDS)
    return visit.goto("receipt")


def _queued(connection: Connection, visit: Visit, asking: Asking) -> None:
    if queue_message(connection, visit.services.seal, asking):
        plan = asking.message.plan
        detail: dict[str, str | int] = {"plan": plan.id, "version": plan.version, "how": asking.how}
        tenant, chart, user = visit.context.tenant, visit.chart_key, visit.user_key
        record(connection, AuditEvent("message-asked", visit.clock(), tenant, chart, user, detail))
