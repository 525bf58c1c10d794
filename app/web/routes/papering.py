"""Papers of the signed plan: for the patient, for the record and for the prescriber."""

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from app.audit.trail import AuditEvent, record
from app.delivery import in_hand
from app.domain.errors import CmmError
from app.domain.plan import ActionPlan
from app.planning.papers import language_of
from app.web.handouts import handed_out, paper_of
from app.web.visit import CurrentVisit, Visit

router = APIRouter()
FORMS = ("pdf", "text", "page")


@router.post("/papers")
async def print_paper(visit: CurrentVisit, request: Request) -> Response:
    """What is handed out leaves an audit entry. The chart is not needed, so it works while the EHR is down."""
    form = await request.form()
    kind, _, wanted = str(form.get("paper", "")).partition("-")
    how = wanted if wanted in FORMS else "page"
    language = language_of(str(form.get("language", "")))
    plan = await visit.services.database.read(lambda c: _signed(c, visit))
    answer = await handed_out(kind, how, paper_of(kind, how, plan, visit.services, language))
    detail: dict[str, str | int] = {
        "plan": plan.id,
        "version": plan.version,
        "paper": kind,
        "how": how,
        "language": language.code,
    }
    event = AuditEvent(
        "paper-printed",
        visit.clock(),
        visit.context.tenant,
        visit.chart_key,
        visit.user_key,
        detail,
    )
    await visit.services.database.run(lambda c: record(c, event))
    return answer


def _signed(connection: Connection, visit: Visit) -> ActionPlan:
    held = in_hand(connection, visit.services.seal, visit.chart_key)
    if held is None:
        raise CmmError(
            "CMM-5303", "Nothing has been signed on this chart, so there is nothing to print.", 404
        )
    return held.plan
