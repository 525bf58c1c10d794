"""The signed plan as text: to copy into a note of the EHR, or to download."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from sqlalchemy import Connection

from app.audit.trail import AuditEvent, record
from app.delivery import InHand, in_hand, taken
from app.domain.errors import CmmError
from app.web.pages import page
from app.web.visit import CurrentOpenVisit, OpenVisit
from fhir_mappings.write_text import plan_text

router = APIRouter()
FILE_NAME = "medication-action-plan.txt"  # no name or number: it may lie in a shared folder


@router.get("/copy")
async def copy_page(visit: CurrentOpenVisit) -> Response:
    held = await visit.services.database.read(lambda c: _held(c, visit))
    tenant = visit.services.tenants.by_name(visit.context.tenant)
    return page(
        "copy.html",
        **visit.page_values("receipt"),
        text=plan_text(held.plan, visit.services.lists),
        ehr_name=tenant.name,
        plan=held.plan,
    )


@router.post("/copy")
async def take_copy(visit: CurrentOpenVisit, request: Request) -> Response:
    """As a file, or noted as copied; both leave an audit entry."""
    form = await request.form()
    how = "file" if form.get("how") == "file" else "copied"

    def work(connection: Connection) -> InHand:
        held, now = _held(connection, visit), visit.clock()
        taken(connection, held.row, now)
        detail: dict[str, str | int] = {
            "plan": held.plan.id,
            "version": held.plan.version,
            "how": how,
        }
        tenant, chart, user = visit.context.tenant, visit.chart_key, visit.user_key
        record(connection, AuditEvent("plan-downloaded", now, tenant, chart, user, detail))
        return held

    held = await visit.services.database.run(work)
    if how == "copied":
        return visit.goto("receipt")
    text = plan_text(held.plan, visit.services.lists)
    headers = {"Content-Disposition": f'attachment; filename="{FILE_NAME}"'}
    return PlainTextResponse(text, headers=headers)


def _held(connection: Connection, visit: OpenVisit) -> InHand:
    held = in_hand(connection, visit.services.seal, visit.chart_key)
    if held is None:
        raise CmmError(
            "CMM-5002", "Nothing has been signed on this chart, so there is nothing to copy.", 404
        )
    return held
