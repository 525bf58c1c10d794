"""A plan that was changed in the EHR: both side by side, and the signer chooses."""

import asyncio
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection

from app.audit.trail import AuditEvent, record
from app.delivery import (
    Conflict,
    compared,
    conflict_of,
    is_signer,
    joined,
    keep_ours,
    keep_some,
    keep_theirs,
    print_of,
)
from app.domain.errors import CmmError
from app.web.pages import page
from app.web.visit import CurrentOpenVisit, OpenVisit
from fhir_mappings.strict import checked
from fhir_mappings.write_names import Json

router = APIRouter()
SEND_SECONDS = 8.0
CHANGED = "It was changed in the EHR again since this page was shown. Look at it once more."


@dataclass(frozen=True, slots=True)
class _Both:
    conflict: Conflict
    theirs: Json | None


@router.get("/conflict")
async def conflict_page(visit: CurrentOpenVisit) -> Response:
    both = await _both(visit)
    return visit.goto("receipt") if both is None else _page(visit, both, "")


async def _both(visit: OpenVisit) -> _Both | None:
    """None when there is nothing to settle any more. Theirs is read anew each time."""
    seal, chart = visit.services.seal, visit.chart_key
    conflict = await visit.services.database.read(lambda c: conflict_of(c, seal, chart))
    if conflict is None:
        return None
    if conflict.seen is None:
        return _Both(conflict, None)
    read = visit.services.courier.read_there
    theirs = await read(visit.context.tenant, visit.session_id, conflict.seen)
    return _Both(conflict, theirs)


def _page(visit: OpenVisit, both: _Both, error: str) -> Response:
    conflict = both.conflict
    tenant = visit.services.tenants.by_name(visit.context.tenant)
    return page(
        "conflict.html",
        status=409 if error else 200,
        **visit.page_values("receipt"),
        ehr_name=tenant.name,
        lines=compared(conflict.before, both.theirs, conflict.ours),
        gone=both.theirs is None,
        has_before=conflict.before is not None,
        signer=conflict.signer,
        may_write=is_signer(visit.context, conflict.row["signer"]),
        seen=print_of(both.theirs),
        error=error,
    )


@router.post("/conflict")
async def settle(visit: CurrentOpenVisit, request: Request) -> Response:
    """Keeps ours on top of exactly what was shown, in whole or but for some lines; or theirs."""
    form = await request.form()
    both = await _both(visit)
    if both is None:
        return visit.goto("receipt")
    if form.get("seen") != print_of(both.theirs):
        return _page(visit, both, CHANGED)
    if form.get("keep") == "theirs":
        return await _keep_theirs(visit, both)
    labels = _lines_of_theirs(both, {k for k, v in form.items() if v == "theirs"})
    if both.theirs is None or not labels:
        return await _keep_ours(visit, both)
    return await _keep_some(visit, both, both.theirs, labels)


def _lines_of_theirs(both: _Both, named: AbstractSet[str]) -> tuple[str, ...]:
    """The lines on which what the EHR holds is to stay."""
    lines = compared(both.conflict.before, both.theirs, both.conflict.ours)
    return tuple(x.label for x in lines if x.to_choose and f"line.{x.label}" in named)


async def _keep_some(
    visit: OpenVisit, both: _Both, theirs: Json, labels: tuple[str, ...]
) -> Response:
    """Ours is written with these lines as the EHR has them; what was signed stays here as it was signed."""
    conflict, seal, now = both.conflict, visit.services.seal, visit.clock()
    _require_signer(visit, conflict)
    bundle = joined(seal, conflict, theirs, labels)
    try:
        await asyncio.to_thread(checked, bundle)
    except CmmError as error:
        return _page(visit, both, f"{error.message} ({error.code})")

    def work(connection: Connection) -> None:
        if keep_some(connection, seal, conflict, theirs, bundle, visit.session_id, now):
            event = _event(visit, conflict, "conflict-kept-some")
            detail = {**(event.detail or {}), "lines of the EHR": ", ".join(labels)}
            record(connection, replace(event, detail=detail))

    await visit.services.database.run(work)
    await visit.services.courier.deliver_soon(conflict.row["version_id"], SEND_SECONDS)
    return visit.goto("receipt")


def _require_signer(visit: OpenVisit, conflict: Conflict) -> None:
    if not is_signer(visit.context, conflict.row["signer"]):
        raise CmmError(
            "CMM-4102",
            "Only the person who signed this plan can have it written over the EHR's. Sign a version of your own.",
            403,
        )


async def _keep_ours(visit: OpenVisit, both: _Both) -> RedirectResponse:
    conflict, seal, now = both.conflict, visit.services.seal, visit.clock()
    _require_signer(visit, conflict)

    def work(connection: Connection) -> None:
        if keep_ours(connection, seal, conflict, both.theirs, visit.session_id, now):
            record(connection, _event(visit, conflict, "conflict-kept-ours"))

    await visit.services.database.run(work)
    await visit.services.courier.deliver_soon(conflict.row["version_id"], SEND_SECONDS)
    return visit.goto("receipt")


async def _keep_theirs(visit: OpenVisit, both: _Both) -> RedirectResponse:
    conflict, now = both.conflict, visit.clock()

    def work(connection: Connection) -> None:
        if keep_theirs(connection, conflict, both.theirs, now):
            record(connection, _event(visit, conflict, "conflict-kept-theirs"))

    await visit.services.database.run(work)
    return visit.goto("receipt")


def _event(visit: OpenVisit, conflict: Conflict, kind: str) -> AuditEvent:
    detail: dict[str, str | int] = {
        "plan": conflict.row["plan_id"],
        "version": conflict.row["version"],
    }
    tenant, chart = visit.context.tenant, visit.chart_key
    return AuditEvent(kind, visit.clock(), tenant, chart, visit.user_key, detail)
