"""The programme page: outcomes of one site for those its operator named, with plots and exports."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Response

from app.audit.trail import AuditEvent
from app.domain.errors import CmmError
from app.outcomes.identified import IDENTIFIED_EXPORT, LISTS, leaving
from app.outcomes.measure_report import measure_reports
from app.outcomes.naming import names_of
from app.outcomes.payers import NOT_RECORDED, payers
from app.outcomes.reading import stored
from app.outcomes.records import Asked, Programme
from app.outcomes.report import Report, part, report
from app.outcomes.words import (
    as_csv,
    count_words,
    hidden_words,
    period_words,
    rate_words,
    time_words,
)
from app.web.bars import drawing
from app.web.pages import page
from app.web.protection import form_token
from app.web.services import Services
from app.web.visit import CurrentVisit, Visit

router = APIRouter(prefix="/s/{session_id}/programme")
Text = Annotated[str, Query(max_length=200)]
Sent = Annotated[str, Form(max_length=500)]
DRAWN = (
    ("problems", ("found", "agreed", "resolved")),
    ("outcomes", ("agreed",)),
    ("clinical", ("patients", "start_met", "now_met")),
)


def may_read(visit: Visit) -> bool:
    """Named in the settings, as this EHR signed them in."""
    named = visit.services.settings.programme_readers.split(",")
    me = f"{visit.context.tenant}:{visit.context.user.fhir_user or ''}"
    return bool(visit.context.user.fhir_user) and me in {name.strip() for name in named}


def _require_reader(visit: Visit) -> None:
    if not may_read(visit):
        raise CmmError(
            "CMM-7001",
            "The programme page is open only to those whom the operator named. Ask to be named, or "
            "go back to the chart.",
            403,
        )


def _asked(
    visit: CurrentVisit, since: Text = "", until: Text = "", pharmacist: Text = "", payer: Text = ""
) -> Asked:
    """Never another site than the one the reader signed in at."""
    _require_reader(visit)
    asked = Asked(visit.services.today(), site=visit.context.tenant, pharmacist=pharmacist.strip())
    return replace(asked, since=_day(since), until=_day(until) or asked.until, payer=payer)


Chosen = Annotated[Asked, Depends(_asked)]


@router.get("")
async def programme_page(visit: CurrentVisit, asked: Chosen) -> Response:
    found = await _report(visit, asked)
    return page(
        "programme.html",
        root=visit.root,
        form_token=form_token(visit.browser, visit.session_id),
        site=visit.services.tenants.by_name(visit.context.tenant).name,
        report=found,
        period=period_words(found),
        hidden=hidden_words(found),
        time=time_words(found),
        rates=[(rate, rate_words(rate)) for rate in found.rates],
        drawings={key: drawing(found.table(key), columns) for key, columns in DRAWN},
        words=count_words,
        lists=tuple(LISTS),
        payers={**payers(), NOT_RECORDED: "Not recorded"},
    )


FORMS: dict[str, tuple[str, Callable[[Report, Visit], str]]] = {
    "csv": ("text/csv", lambda found, _: as_csv(found)),
    "json": (
        "application/fhir+json",
        lambda found, visit: json.dumps(measure_reports(found, visit.clock()), default=str),
    ),
}


@router.get("/export.{form}")
async def export(visit: CurrentVisit, form: str, asked: Chosen) -> Response:
    """The same counts as the page shows, as CSV or MeasureReports."""
    found = await _report(visit, asked)
    if form not in FORMS:
        raise CmmError("CMM-1404", "There is no such file.", 404)
    media, made = FORMS[form]
    return _file(await asyncio.to_thread(made, found, visit), media, f"outcomes.{form}")


@router.post("/identified")
async def identified(
    visit: CurrentVisit,
    which: Sent = "",
    agreed: Sent = "",
    reason: Sent = "",
    since: Sent = "",
    until: Sent = "",
    pharmacist: Sent = "",
    payer: Sent = "",
) -> Response:
    """A list with patients in it: a tick, a reason and an audit event first."""
    _require_reader(visit)
    if agreed != "yes" or not reason.strip() or which not in LISTS:
        raise CmmError(
            "CMM-7003",
            "A list with patients in it needs the tick and what it is for: go back and give both. "
            "Nothing was exported.",
            422,
        )
    asked = _asked(visit, since, until, pharmacist, payer)
    names = names_of(visit.services.knowledge.knowledge)
    export = AuditEvent(
        IDENTIFIED_EXPORT,
        visit.clock(),
        asked.site,
        user=visit.user_key,
        detail={"reason": reason.strip()},
    )

    chosen = part(await _kept(visit.services, asked), asked, names.classes_of)
    content = await visit.services.database.run(lambda c: leaving(c, chosen, which, export))
    return _file(content, "text/csv", f"{which}.csv")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise CmmError("CMM-1304", "A day is written as 2026-11-21: correct the period.") from None


async def _report(visit: Visit, asked: Asked) -> Report:
    services = visit.services
    names = names_of(services.knowledge.knowledge)
    kept = await _kept(services, asked)
    return await asyncio.to_thread(report, kept, asked, names, services.settings.smallest_cell)


async def _kept(services: Services, asked: Asked) -> Programme:
    """Everything that was ever signed: it takes a while, and nobody who signs may wait for it."""
    return await services.database.read(lambda c: stored(c, services.seal, asked.site))


def _file(content: str, media: str, name: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media, headers=headers)
