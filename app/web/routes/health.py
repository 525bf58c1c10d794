"""Is the process up, can it serve, and which version is it. An EHR that is down does not count here."""

from importlib.metadata import version

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.web.services import CurrentServices

router = APIRouter(prefix="/health")


@router.get("/live")
async def live() -> Response:
    return JSONResponse({"status": "live"})


@router.get("/ready")
async def ready(services: CurrentServices) -> Response:
    """Ready when the database answers and knowledge is loaded."""
    try:
        await services.database.read(lambda c: c.execute(text("SELECT 1")).scalar())
    except SQLAlchemyError:
        return JSONResponse({"status": "not ready", "reason": "database"}, status_code=503)
    return JSONResponse(
        {
            "status": "ready",
            "version": version("concordance-cmm"),
            "knowledge": services.knowledge.knowledge.version,
            "audit": services.audit.state,
        }
    )
