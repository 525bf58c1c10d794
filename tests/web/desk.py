"""Where a plan is signed: one app with its tenant's settings in front of one EHR of its own."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from sqlalchemy import select
from starlette.types import ASGIApp, Receive, Scope, Send

from app.sandbox.dialects import OPEN
from app.sandbox.fhir.store import Unit
from app.store.database import Database
from app.store.schema import AUDIT, OUTBOX
from fhir_mappings.write_names import Json
from tests.web.journey import app_at, browser_at, sandbox, tenant_at
from tests.web.test_journey import problems

ROSA = "rosa-delgado"


class Desk:
    """`vendor` is whose EHR it is; `somebody_else_signs_in` is for what only the signer may do."""

    def __init__(self, folder: Path, vendor: str = OPEN, **tenant: object) -> None:
        self.ehr = sandbox(dialect=vendor)
        self.ehr.add_middleware(_Seat, desk=self)
        self.elsewhere: FastAPI | None = None
        self.app: FastAPI = app_at(folder, self.ehr, **{**tenant_at(vendor), **tenant})
        self.browser = browser_at(self.app, self.ehr)
        self._database = f"sqlite:///{folder}/app.sqlite3"

    def somebody_else_signs_in(self) -> None:
        """At the same address; what was written before is not there."""
        self.elsewhere = sandbox(user="dr-okafor")

    async def accept(self, patient: str = ROSA) -> None:
        await self.browser.launch(patient)
        first = problems((await self.browser.step("review")).text)[0]
        await self.browser.step(f"review?problem={first}")
        await self.browser.post(f"review/{first}/accept")

    async def sign(self, **form: str) -> str:
        page = await self.browser.step("sign")
        seen = re.search(r'name="seen" value="([0-9a-f]+)"', page.text)
        assert seen, page.text
        _, _, contacts = page.text.partition('name="contact"')  # where every note needs one
        visits = re.findall(r'<option value="([^"]+)">', contacts.partition("</select>")[0])
        chosen = {"contact": visits[0]} if visits else {}
        await self.browser.post("sign", **{"knows": "yes", "seen": seen[1], **chosen, **form})
        return self.browser.page.text

    async def change_there(self, **changes: Any) -> None:
        """Somebody edits our CarePlan in the EHR."""
        unit = Unit(self.ehr.state.store)
        plan = self.plans[0]
        unit.write("CarePlan", plan["id"], {**plan, **changes})
        unit.commit()

    def of(self, kind: str) -> list[Json]:
        return [v.body for v in self.ehr.state.store.all_of(kind)]

    @property
    def plans(self) -> list[Json]:
        return [p for p in self.of("CarePlan") if "concordance" in str(p.get("identifier"))]

    def rows(self, table: Any) -> list[Any]:
        database = Database(self._database)
        with database.begin() as connection:
            found = list(connection.execute(select(table)).mappings())
        database.close()
        return found

    @property
    def audited(self) -> list[str]:
        return [row["kind"] for row in self.rows(AUDIT)]

    @property
    def states(self) -> list[str]:
        return [row["state"] for row in self.rows(OUTBOX)]


@dataclass
class _Seat:
    """Before the EHR: whoever is signed in there now."""

    app: ASGIApp
    desk: Desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (self.desk.elsewhere or self.app)(scope, receive, send)
