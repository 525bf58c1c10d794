"""Every error becomes one page: what happened, the next step, and a number for support."""

import uuid
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from app.domain.errors import CmmError
from app.ops.logs import log, place_of
from app.store.database import cannot_keep, why
from app.web.pages import page
from app.web.visit import ChartNotReadyError, CookieBlockedError, NotReadError
from launch.errors import LaunchError

_PAGES = frozenset(
    {
        "about", "answer", "chart", "conflict", "copy", "medicines", "plan", "programme", "receipt", "review",
        "sign", "since",
    }
)  # fmt: skip
_FORMS_ON = {
    "papers": "receipt",
    "reread": "chart",
}  # an address of its own, a form on another page


def trouble(
    heading: str,
    code: str,
    message: str,
    status: int,
    *,
    said: str = "",
    link: str = "",
    new_window: str = "",
    back: str = "",
    again: str = "",
) -> Response:
    """The page, and one log line with the same request number."""
    number = uuid.uuid4().hex[:12]
    log().warning("trouble", code=code, status=status, request=number)
    return page(
        "trouble.html",
        status=status,
        heading=heading,
        message=message,
        code=code,
        request_id=number,
        said=said,
        link=link,
        new_window=new_window,
        back=back,
        again=again,
    )


def page_before(request: Request) -> str:
    """
    The page whose form or link led here, from the address alone: our pages send no referrer.

    Only inside the session, and with nothing of the patient but the id of a finding. Empty where
    the page itself is what failed.
    """
    _, s, session, *rest = [*request.url.path.split("/"), "", "", ""]
    step = _FORMS_ON.get(rest[0], rest[0])
    deeper = bool(rest[1:] and rest[1])
    if s != "s" or step not in _PAGES or (request.method == "GET" and not deeper):
        return ""
    found = rest[1] if step == "review" and deeper else ""
    query = f"?problem={quote(found)}#detail" if found and found != "own" else ""
    return f"/s/{quote(session)}/{step}{query}"


def handle_errors(app: FastAPI) -> None:
    """Registers one handler for each kind of error; nothing else reaches the browser."""

    @app.exception_handler(CmmError)
    async def _known(request: Request, error: CmmError) -> Response:
        heading = "Not found" if error.status == 404 else "This could not be done"
        again = error.launch_again if isinstance(error, CookieBlockedError) else ""
        back = "" if isinstance(error, CookieBlockedError) else page_before(request)
        return trouble(
            heading, error.code, error.message, error.status, new_window=again, back=back
        )

    @app.exception_handler(NotReadError)
    async def _not_read(_request: Request, error: NotReadError) -> Response:
        heading = "The chart could not be opened"
        return trouble(heading, error.code, error.message, error.status, again=error.again)

    @app.exception_handler(LaunchError)
    async def _launch(_request: Request, error: LaunchError) -> Response:
        heading = "The chart could not be opened"
        said, link = error.said or "", error.link or ""
        return trouble(heading, error.code, error.message, error.status, said=said, link=link)

    @app.exception_handler(ChartNotReadyError)
    async def _reading(_request: Request, error: ChartNotReadyError) -> Response:
        return RedirectResponse(f"{error.root}/opening", 303)

    @app.exception_handler(RequestValidationError)
    async def _bad_form(request: Request, _error: RequestValidationError) -> Response:
        message = "A field of the form is too long or has the wrong kind of content. Go back and correct it."
        back = page_before(request)
        return trouble("This could not be done", "CMM-1304", message, 422, back=back)

    @app.exception_handler(HTTPException)
    async def _http(_request: Request, error: HTTPException) -> Response:
        message = "There is no such page. Open Concordance from the patient's chart."
        return trouble("Not found", "CMM-1404", message, error.status_code)

    @app.exception_handler(SQLAlchemyError)
    async def _no_database(_request: Request, error: SQLAlchemyError) -> Response:
        log().error("database", error=type(error).__name__, reason=why(error))
        told = cannot_keep()
        return trouble("This could not be done", told.code, told.message, told.status)

    @app.exception_handler(Exception)
    async def _unforeseen(_request: Request, error: Exception) -> Response:
        log().error("unforeseen", error=type(error).__name__, where=place_of(error))
        message = "Something went wrong on our side. Nothing you signed is lost. Try again, then report the number below."
        return trouble("This could not be done", "CMM-1500", message, 500)
