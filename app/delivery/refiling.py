"""A signed plan that the EHR refused as a CarePlan goes as a note: the same version, in another form."""

import json
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from app.delivery.bundles import kind_of, plan_entry
from app.delivery.failures import Why
from app.delivery.forms import Paper, bundle_in_form
from app.delivery.ladder import ENCOUNTER, FORMS, PRACTITIONER, Rung
from app.delivery.progress import Written
from app.delivery.signing import BUNDLE, SESSION, plan_of
from app.domain.plan import ActionPlan, CodedLists
from app.store import outbox
from app.store.outbox import State
from fhir_mappings.reading import Json
from launch.seal import TokenSeal

AS_NOTE = f"{FORMS['DocumentReference']}, because this EHR refused it as a CarePlan"
REFUSALS = {str(Why.REFUSED), str(State.REJECTED)}
"""Ends of an attempt that are the EHR's own no; when we gave up after an outage it never answered."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The plan signed last, which is not in the EHR. `before` is the note of the version before it."""

    row: outbox.Row
    plan: ActionPlan
    before: str = ""

    @property
    def at_hand(self) -> frozenset[str]:
        return at_hand(self.plan)

    def as_note(self, rung: Rung, lists: CodedLists, paper: Paper) -> Json:
        return bundle_in_form(rung, self.plan, lists, replace(paper, before=self.before))


def at_hand(plan: ActionPlan) -> frozenset[str]:
    """What a note may need and the plan has: it is signed, so nothing can be added."""
    found = {ENCOUNTER} if plan.encounter else set()
    if plan.author.reference.startswith("Practitioner/"):
        found.add(PRACTITIONER)
    return frozenset(found)


def refused(connection: Connection, seal: TokenSeal, chart: str) -> Refused | None:
    """None unless it is certain that a note would be the only copy of this plan in the chart."""
    row = outbox.newest(connection, chart)
    if row is None or row["state"] != State.REJECTED or row["doubtful"]:
        return None
    if Written.from_json(row["written"]).care_plan or not _is_care_plan(seal, row):
        return None
    if outbox.attempts_of(connection, row["version_id"])[-1]["outcome"] not in REFUSALS:
        return None
    earlier = [
        Written.from_json(v["written"]).care_plan
        for v in outbox.versions_of(connection, row["plan_id"])
        if v["version"] < row["version"]
    ]
    there = [part for part in earlier if part is not None]
    if any(part.kind == "CarePlan" for part in there):
        return None  # it would go on saying what the note has replaced
    return Refused(row, plan_of(seal, row), there[0].reference if there else "")


def _is_care_plan(seal: TokenSeal, row: outbox.Row) -> bool:
    bundle = json.loads(seal.open(row["bundle"], row["version_id"], BUNDLE))
    return kind_of(plan_entry(bundle)) == "CarePlan"


def refile(
    connection: Connection,
    seal: TokenSeal,
    chosen: Refused,
    note: Json,
    session_id: str,
    now: datetime,
) -> bool:
    """Puts the note on its way in place of the CarePlan. False when it is on its way already."""
    row = chosen.row
    before = Written.from_json(row["written"])
    left = {url: part for url, part in before.parts.items() if part.id}  # still in the chart
    return outbox.refile(
        connection,
        row,
        bundle=seal.close(json.dumps(note).encode(), row["version_id"], BUNDLE),
        session=seal.close(session_id.encode(), row["version_id"], SESSION),
        written=Written(parts=left, how=AS_NOTE).to_json(),
        now=now,
    )
