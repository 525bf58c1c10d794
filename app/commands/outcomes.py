"""`cmm outcomes`: what became of a programme's patients, from what is stored here."""

import json
from dataclasses import dataclass
from datetime import datetime

from app.audit.trail import AuditEvent
from app.commands.here import knowledge_here
from app.commands.tenant import tenant_named
from app.domain.errors import CmmError
from app.ops.settings import Settings
from app.outcomes.identified import IDENTIFIED_EXPORT, leaving
from app.outcomes.measure_report import measure_reports
from app.outcomes.naming import names_of
from app.outcomes.reading import stored
from app.outcomes.records import Asked
from app.outcomes.report import part, report
from app.outcomes.words import as_csv, as_table
from app.store.database import Database
from app.store.sealing import seal_of


@dataclass(frozen=True, slots=True)
class Identified:
    """An export with patients in it: which list, who takes it and what for."""

    which: str
    by: str
    reason: str


def run(asked: Asked, form: str, at: datetime, identified: Identified | None = None) -> int:
    """Prints the report. Raises CMM-7002 where an identified list lacks who takes it or what for."""
    settings = Settings.from_environment()
    database = Database(settings.database_url)
    try:
        print(_told(settings, database, asked, form, at, identified), end="")
    finally:
        database.close()
    return 0


def _told(
    settings: Settings,
    database: Database,
    asked: Asked,
    form: str,
    at: datetime,
    identified: Identified | None,
) -> str:
    if identified and not (identified.by.strip() and identified.reason.strip()):
        raise CmmError(
            "CMM-7002",
            "A list with patients in it needs --by (who takes it) and --reason (what for): "
            "both are kept in the audit trail.",
        )
    names = names_of(knowledge_here().knowledge)
    with database.reading() as connection:  # it takes a while, and nobody who signs may wait for it
        programme = stored(connection, seal_of(settings), asked.site)
    if asked.site and not (programme.plans or programme.visits):
        # A site that does not exist is no site without patients.
        tenant_named(asked.site, settings.tenants)
    if identified:
        chosen = part(programme, asked, names.classes_of)
        detail = {"by": identified.by, "reason": identified.reason}
        export = AuditEvent(IDENTIFIED_EXPORT, at, tenant=asked.site, detail=detail)
        with database.begin() as connection:
            return leaving(connection, chosen, identified.which, export)
    found = report(programme, asked, names, settings.smallest_cell)
    if form == "measure-report":
        return f"{json.dumps(measure_reports(found, at), indent=2, default=str)}\n"
    return as_csv(found) if form == "csv" else f"{as_table(found)}\n"
