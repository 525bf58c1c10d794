"""From the EHR's click to an open chart: launch, callback, progress, close."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from sqlalchemy import Connection

from app.audit.trail import AuditEvent, record
from app.delivery import is_signer, latest_plan, latest_signing
from app.domain.errors import CmmError
from app.store import visits
from app.store.database import chart_key, person_key
from app.web.cookies import browser_key, new_browser_key, set_browser_key
from app.web.pages import page
from app.web.protection import allow_form_to, allow_frame, require_same_origin
from app.web.services import CurrentServices, Services
from app.web.visit import CookieBlockedError, CurrentVisit, Visit, must_not_have_failed
from launch.addresses import read_address
from launch.authorize import AuthorizeRequest
from launch.errors import LaunchError, Why
from launch.flow import LaunchedSession, Window

router = APIRouter()
# What an EHR's button may ask for (SMART launch context `intent`) -> the page that opens.
INTENTS = {"reconcile-medications": "medicines"}


@router.get("/launch")
@router.get("/launch/{tenant_key}")
async def launch(
    request: Request,
    services: CurrentServices,
    tenant_key: str = "",
    iss: Annotated[str, Query(max_length=2048)] = "",
    launch: Annotated[str | None, Query(max_length=4096)] = None,
    tenant: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """Looks the EHR up (never fetches what the address says) and sends the browser to sign in there.

    The address of a tenant's own (`/launch/{tenant}`) says which of several customers launches, and
    without `iss` starts a launch without a chart.
    """
    named = services.tenants.by_name(tenant_key) if tenant_key else None
    customer = named.customer if named else tenant
    iss = iss or (named.iss if named else "")
    ehr = services.tenants.by_iss(iss, customer)
    if named is not None and ehr is not named:
        raise LaunchError.of(Why.UNKNOWN_EHR)
    allow_frame(request, ehr)
    key = browser_key(request) or new_browser_key()
    window: Window = "frame" if _in_frame(request) else "own"
    asked = await services.smart.launcher.ask(iss, launch, key, customer=customer, window=window)
    answer = _by_form(request, asked) if asked.by_post else RedirectResponse(asked.url, 302)
    set_browser_key(answer, key, ehr.cookie)
    return answer


def _in_frame(request: Request) -> bool:
    """Only a browser that says so: an old one is not handed over to a new window."""
    return request.headers.get("sec-fetch-dest") in {"iframe", "frame"}


def _by_form(request: Request, asked: AuthorizeRequest) -> Response:
    """Browsers apply form-action to redirects too, so the EHR's other pinned hosts are listed."""
    allow_form_to(request, sorted(asked.tenant.origins | {_origin(asked.address)}))
    return page("authorize.html", ehr=asked.tenant.name, address=asked.address, fields=asked.fields)


def _origin(url: str) -> str:
    address = read_address(url)
    return address.origin if address else ""


@router.get("/callback/{tenant_key}")
async def callback(request: Request, tenant_key: str, services: CurrentServices) -> Response:
    """Turns the EHR's answer into a session and opens the chart."""
    tenant = services.tenants.by_name(tenant_key)
    allow_frame(request, tenant)
    key = browser_key(request)
    launcher, params = services.smart.launcher, dict(request.query_params)
    if key is not None:
        return await _opened(services, await launcher.complete(params, key, tenant_key=tenant_key))
    if not _in_frame(request):
        raise CookieBlockedError(f"/launch/{tenant.key}")
    token = await launcher.complete_for_new_window(params, tenant_key=tenant_key)
    return page("new_window.html", token=token)


@router.post("/new-window")
async def new_window(
    request: Request,
    services: CurrentServices,
    hand_over: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Carries a sign-in that was finished in a frame without cookies into this window."""
    require_same_origin(request, services.settings.public_url)
    key = browser_key(request) or new_browser_key()
    launched = await services.smart.launcher.take_over(hand_over, key)
    answer = await _opened(services, launched)
    set_browser_key(answer, key, services.tenants.by_name(launched.context.tenant).cookie)
    return answer


async def _opened(services: Services, launched: LaunchedSession) -> Response:
    context = launched.context
    await _note(services, launched)
    services.cases.open(launched.session_id, context)
    services.styles.path_of(services.tenants.by_name(context.tenant), context.smart_style_url)
    # A plan that waits for its signer goes on with the access of this launch.
    chart = chart_key(context.tenant, context.patient)
    await services.courier.take_up(chart, launched.session_id, 0)
    return RedirectResponse(f"/s/{launched.session_id}/opening", 303)


async def _note(services: Services, launched: LaunchedSession) -> None:
    context, at = launched.context, services.clock()
    chart = chart_key(context.tenant, context.patient)
    user = person_key(context.user.issuer, context.user.subject)
    event = AuditEvent(kind="launched", at=at, tenant=context.tenant, chart=chart, user=user)
    opened = visits.Moment(person_key(launched.session_id), context.tenant, chart, at)

    def work(connection: Connection) -> None:
        record(connection, event)
        visits.opened(connection, opened)

    await services.database.run(work)


@router.get("/s/{session_id}/opening")
async def opening(visit: CurrentVisit, request: Request) -> Response:
    """One line for each part of the chart as it answers; then the chart."""
    case = visit.case
    await visit.services.cases.wait(case, 0.4)
    must_not_have_failed(visit)
    if not case.reading:
        return _onward(request, f"{visit.root}/{await _first_page(visit)}")
    lines = sorted(case.progress.items())
    done = sum(state != "reading" for _, state in lines)
    values: dict[str, Any] = {"lines": lines, "done": done, "total": len(lines)}
    return page("opening.html", root=visit.root, **values)


async def _first_page(visit: Visit) -> str:
    """
    What the EHR's button asked for. Else, where a plan is open, what became of it for its signer and
    what is asked for everybody else. An intent we don't know opens the usual page.
    """
    asked = INTENTS.get(visit.context.intent or "")
    if asked:
        return asked
    services, chart = visit.services, visit.chart_key
    plan, signed = await services.database.read(
        lambda c: (latest_plan(c, services.seal, chart), latest_signing(c, services.seal, chart))
    )
    if plan is None or signed is None or not plan.actions:
        return "chart"
    return "since" if is_signer(visit.context, signed.signer) else "answer"


def _onward(request: Request, address: str) -> Response:
    """A redirect that also moves the page when htmx asked."""
    if request.headers.get("hx-request"):
        return HTMLResponse("", headers={"hx-redirect": address})
    return RedirectResponse(address, 303)


@router.get("/s/{session_id}")
async def session_root(visit: CurrentVisit) -> RedirectResponse:
    return visit.goto("opening")


@router.post("/s/{session_id}/reread")
async def reread(visit: CurrentVisit) -> RedirectResponse:
    """Reads the chart again from the EHR."""
    visit.services.cases.reopen(visit.session_id, visit.context)
    return visit.goto("opening")


@router.post("/s/{session_id}/close")
async def close(visit: CurrentVisit) -> HTMLResponse:
    """Ends the session here and gives the EHR's tokens back."""
    visit.services.cases.close(visit.session_id)
    key = person_key(visit.session_id)
    moment = visits.Moment(key, visit.context.tenant, visit.chart_key, visit.clock())
    await visit.services.database.run(lambda c: visits.closed(c, moment))
    await visit.services.smart.sessions.end(visit.session_id)
    answer = page(
        "trouble.html",
        heading="Session closed",
        message="Nothing of this chart is kept in your browser. Open Concordance again from the chart.",
        code="",
        request_id="",
        said="",
        link="",
        new_window="",
        back="",
        again="",
    )
    answer.headers["clear-site-data"] = '"cache", "storage"'
    return answer


@router.get("/.well-known/jwks.json")
async def jwks(services: CurrentServices) -> JSONResponse:
    """The public keys with which EHRs check our signed assertions."""
    return JSONResponse(services.jwks, headers={"cache-control": "max-age=300"})


@router.get("/embed/{tenant_key}.js")
async def embed_library(tenant_key: str, services: CurrentServices) -> Response:
    """The embedding script that an EHR prescribes, as its site supplied it."""
    file = services.tenants.by_name(tenant_key).embed_library
    if file is None:
        raise CmmError("CMM-1404", "There is no such file.", 404)
    return Response(file.read_bytes(), media_type="text/javascript")
