"""Check and sign: exactly what will be written and in which form, then on to the receipt."""

import asyncio
import hashlib
import json
import uuid
from dataclasses import dataclass, replace

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from markupsafe import Markup
from sqlalchemy import Connection

from app.audit.trail import AuditEvent, record
from app.delivery import (
    Signed,
    Signing,
    bundle_in_form,
    is_signer,
    latest_plan,
    latest_signing,
    queue,
    signer_key,
)
from app.domain.errors import CmmError
from app.domain.plan import ActionPlan
from app.outcomes.payers import payers
from app.planning.draft import Draft
from app.planning.fitting import misfits
from app.planning.sign import open_ends, sign
from app.planning.status import clinical_status
from app.store import drafts, outbox
from app.web.filing import Filing, filing_of
from app.web.pages import page
from app.web.paying import keep_payer
from app.web.routes import comparing, copying, papering, receiving
from app.web.visit import CurrentOpenVisit, OpenVisit
from fhir_mappings.strict import checked
from fhir_mappings.write_names import Json
from fhir_mappings.write_narrative import plan_narrative
from fhir_mappings.write_plan import plan_bundle

router = APIRouter(prefix="/s/{session_id}")
for _after in (receiving, copying, comparing, papering):
    router.include_router(_after.router)
SEND_SECONDS = 8.0
CHANGED = "The plan changed since this page was shown: read it again before you sign."
NO_CONTACT = "Choose the visit under which the note is filed."


@dataclass(frozen=True, slots=True)
class _Refusal:
    """Why the plan was not signed, and the field of the page where that can be mended."""

    words: str = ""
    field: str = "knows"


@router.get("/sign")
async def sign_page(visit: CurrentOpenVisit) -> Response:
    return await _sign_page(visit, _Refusal())


@dataclass(frozen=True, slots=True)
class _Desk:
    """The draft and what was signed before it, as they were at one moment."""

    draft: Draft
    seen: int
    before: Signed | None
    last: ActionPlan | None
    begun: bool  # somebody began a review since


async def _desk(visit: OpenVisit) -> _Desk:
    """Read together: between two readings another click on Sign could make one into the other."""
    seal, key = visit.services.seal, visit.chart_key
    return await visit.services.database.read(
        lambda c: _Desk(
            *visit.draft_in(c),
            latest_signing(c, seal, key),
            latest_plan(c, seal, key),
            drafts.is_begun(c, seal, visit.draft_key),
        )
    )


async def _sign_page(visit: OpenVisit, refusal: _Refusal) -> Response:
    desk = await _desk(visit)
    if not desk.begun:  # what is signed must be what was seen, so it is kept from here on
        await visit.save(desk.draft, desk.seen)
        desk = replace(desk, seen=desk.seen + 1)
    filing = await filing_of(visit)
    plan = _plan(visit, desk, knows=True, contact="")
    bundle = _bundle(visit, desk, plan, filing)
    refusal = refusal if refusal.words else await _unfit(bundle)
    tenant = visit.services.tenants.by_name(visit.context.tenant)
    return page(
        "sign.html",
        status=422 if refusal.words else 200,
        **visit.page_values("sign"),
        ehr_name=tenant.name,
        filing=filing,
        narrative=Markup(plan_narrative(plan, visit.services.lists)),  # noqa: S704 - escaped where it is made
        resource_count=len(bundle["entry"]),
        bundle_json=json.dumps(bundle, indent=1, default=str),
        ends=open_ends(desk.draft, visit.assessment),
        clashes=len(desk.draft.clashes),
        misfits=misfits(desk.draft, plan.actions),
        author=visit.author,
        seen=_seen(desk.seen, plan, filing),
        refusal=refusal,
        payers=payers(),
    )


def _plan(visit: OpenVisit, desk: _Desk, *, knows: bool, contact: str) -> ActionPlan:
    """The plan as it would be signed now; the version id is the same however often it is made."""
    draft, before = desk.draft, desk.before
    version = before.version + 1 if before else 1
    encounter = visit.context.encounter or contact
    return sign(
        draft,
        visit.chart,
        visit.assessment,
        author=visit.author,
        signed_at=visit.clock(),
        plan_id=before.plan_id if before else draft.plan_id,
        version_id=str(uuid.uuid5(uuid.UUID(draft.plan_id), f"version {version}")),
        version=version,
        knows_open_ends=knows,
        encounter=f"Encounter/{encounter}" if encounter else "",
        before=desk.last,
        responses=visit.responses,
        reopened=visit.reopened,
        reached=visit.reached,
        status=clinical_status(visit.chart, visit.assessment, visit.services.knowledge),
    )


def _bundle(visit: OpenVisit, desk: _Desk, plan: ActionPlan, filing: Filing) -> Json:
    """Exactly what is sent; where nothing is, the plan as it would be best written."""
    lists, rung = visit.services.lists, filing.chosen.rung
    if rung is None:
        return plan_bundle(plan, lists)
    before = desk.before.care_plan if desk.before else ""
    return bundle_in_form(rung, plan, lists, filing.paper(before))


async def _unfit(bundle: Json) -> _Refusal:
    """A plan that can't be written is refused before it is signed. On a thread: it takes a while."""
    try:
        await asyncio.to_thread(checked, bundle)
    except CmmError as error:
        return _Refusal(f"{error.message} ({error.code})", "plan")
    return _Refusal()


def _seen(draft_version: int, plan: ActionPlan, filing: Filing) -> str:
    """What the signer saw: the draft's version, the list, the findings made from it, and the form."""
    keys = sorted(a.key for a in plan.actions)
    lines = [(m.id, m.name, m.status.value, m.sig) for m in plan.medicines]
    content = f"{draft_version}\n{plan.version_id}\n{keys}\n{lines}\n{filing.chosen.said}"
    return hashlib.sha256(content.encode()).hexdigest()


@router.post("/sign")
async def sign_plan(visit: CurrentOpenVisit, request: Request) -> Response:
    """One transaction: plan signed, audit, outbox row, draft gone. Then delivery is tried at once."""
    form = await request.form()
    require_clinician(visit)
    desk = await _desk(visit)
    if not desk.begun and desk.before is not None:
        if not is_signer(visit.context, desk.before.signer):  # a colleague signed it meanwhile
            return await _sign_page(visit, _Refusal(CHANGED))
        # A second click on Sign: the first one made the plan, and both wait for it.
        return await _sent(visit, desk.before.version_id)
    filing = await filing_of(visit)
    contact = str(form.get("contact", ""))
    if filing.contacts and contact not in {e.source.id for e in filing.contacts}:
        return await _sign_page(visit, _Refusal(NO_CONTACT, "contact"))
    try:
        plan = _plan(
            visit,
            desk,
            knows=form.get("knows") == "yes",
            contact=contact if filing.contacts else "",
        )
    except CmmError as error:
        return await _sign_page(visit, _Refusal(error.message))
    if form.get("seen") != _seen(desk.seen, plan, filing):
        return await _sign_page(visit, _Refusal(CHANGED))
    await keep_payer(visit, str(form.get("payer", "")))
    return await _signed(visit, desk, plan, filing)


async def _signed(visit: OpenVisit, desk: _Desk, plan: ActionPlan, filing: Filing) -> Response:
    bundle = _bundle(visit, desk, plan, filing)
    refusal = await _unfit(bundle)
    if not refusal.words and not await _commit(
        visit, _signing(visit, plan, bundle, filing), desk.seen
    ):
        refusal = _Refusal(CHANGED)
    if refusal.words:
        return await _sign_page(visit, refusal)
    return await _sent(visit, plan.version_id)


async def _sent(visit: OpenVisit, version_id: str) -> RedirectResponse:
    await visit.services.courier.deliver_soon(version_id, SEND_SECONDS)
    return visit.goto("receipt")


def require_clinician(visit: OpenVisit) -> None:
    """A patient or relative may sign in to some EHRs too; a plan is signed by a practitioner."""
    kind = (visit.context.user.fhir_user or "").partition("/")[0]
    if kind not in {"", "Practitioner", "PractitionerRole"}:
        raise CmmError(
            "CMM-4008",
            "Only a practitioner can sign a medication action plan. Nothing was signed.",
            403,
        )


def _signing(visit: OpenVisit, plan: ActionPlan, bundle: Json, filing: Filing) -> Signing:
    return Signing(
        plan=plan,
        bundle=bundle,
        tenant=visit.context.tenant,
        chart=visit.chart_key,
        session_id=visit.session_id,
        signer=signer_key(visit.context),
        how=filing.chosen.said,
        by_hand=filing.by_hand,
    )


async def _commit(visit: OpenVisit, signing: Signing, seen: int) -> bool:
    """False when the draft was changed meanwhile: what is dropped must be what was signed."""
    services, plan = visit.services, signing.plan
    event = AuditEvent(
        kind="plan-signed",
        at=plan.signed_at,
        tenant=signing.tenant,
        chart=signing.chart,
        user=visit.user_key,
        detail={"plan": plan.id, "version": plan.version, "actions": len(plan.actions)},
    )

    def work(connection: Connection) -> bool:
        _, version = visit.draft_in(connection)
        if version != seen:  # perhaps another click signed it: one signature, one event
            return outbox.exists(connection, plan.version_id)
        if queue(connection, services.seal, signing):
            record(connection, event)
        drafts.sign(connection, services.seal, visit.draft_key, plan.version_id, at=plan.signed_at)
        return True

    return await services.database.run(work)
