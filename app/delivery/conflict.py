"""A plan that was changed in the EHR: what it holds now beside ours, and the signer's choice."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from app.delivery.bundles import plan_entry
from app.delivery.progress import Part, Written, part_of
from app.delivery.signing import BUNDLE, SESSION, bundle_of, plan_of
from app.domain.people import Person
from app.store import outbox
from app.store.outbox import State
from fhir_mappings.reading import Json, member, objects, words
from fhir_mappings.write_text import as_lines
from launch.seal import TokenSeal

# Which elements a line of the comparison shows. The author is whoever signs: nobody chooses that.
_ELEMENTS: dict[str, tuple[str, ...]] = {
    "Status": ("status",),
    "Title": ("title",),
    "From": ("period", "start"),
    "To": ("period", "end"),
    "Findings": ("supportingInfo",),
    "Goals": ("goal",),
    "Activities": ("activity",),
    "Text": ("text",),
}


@dataclass(frozen=True, slots=True)
class Conflict:
    """Ours as it was signed, the version before it as it was written, and where theirs was seen."""

    row: outbox.Row
    ours: Json
    before: Json | None
    seen: Part | None
    signer: Person


@dataclass(frozen=True, slots=True)
class Compared:
    """One line of the comparison. `before` is empty where it is not known."""

    label: str
    before: str
    theirs: str
    ours: str

    @property
    def differs(self) -> bool:
        return self.theirs != self.ours

    @property
    def to_choose(self) -> bool:
        return self.differs and self.label in _ELEMENTS


def conflict_of(connection: Connection, seal: TokenSeal, chart: str) -> Conflict | None:
    """None when the plan signed last on this chart is in no conflict."""
    row = outbox.newest(connection, chart)
    if row is None or row["state"] != State.CONFLICT:
        return None
    versions = outbox.versions_of(connection, row["plan_id"])
    earlier = (v for v in versions if v["version"] < row["version"])
    written = (v for v in earlier if Written.from_json(v["written"]).has_plan)
    records = (_record(seal, v) for v in written)
    return Conflict(
        row=row,
        ours=_record(seal, row),
        before=next((r for r in records if r["resourceType"] == "CarePlan"), None),
        seen=Written.from_json(row["written"]).care_plan,
        signer=plan_of(seal, row).author,
    )


def _record(seal: TokenSeal, row: outbox.Row) -> Json:
    bundle = json.loads(seal.open(row["bundle"], row["version_id"], BUNDLE))
    resource: Json = plan_entry(bundle)["resource"]
    return resource


def print_of(theirs: Json | None) -> str:
    """What the signer saw: writing over it is allowed only while it is still that."""
    return hashlib.sha256(json.dumps(theirs, sort_keys=True, default=str).encode()).hexdigest()


def keep_ours(
    connection: Connection,
    seal: TokenSeal,
    conflict: Conflict,
    theirs: Json | None,
    session_id: str,
    now: datetime,
) -> bool:
    """Sends ours on top of theirs, while that is as it was seen. False when it is settled already."""
    row = conflict.row
    over = part_of(theirs) if theirs else Part("CarePlan")
    written = replace(Written.from_json(row["written"]), over=over, parts={}, care_plan=None)
    sealed = seal.close(session_id.encode(), row["version_id"], SESSION)
    return outbox.reopen(connection, row, sealed, written.to_json(), now)


def keep_some(
    connection: Connection,
    seal: TokenSeal,
    conflict: Conflict,
    theirs: Json,
    joined: Json,
    session_id: str,
    now: datetime,
) -> bool:
    """Sends `joined`, ours with lines of theirs, over what was seen. False when it is settled already."""
    row = conflict.row
    over = Written.from_json(row["written"])
    written = replace(over, over=part_of(theirs), parts={}, care_plan=None)
    return outbox.refile(
        connection,
        row,
        bundle=seal.close(json.dumps(joined, default=float).encode(), row["version_id"], BUNDLE),
        session=seal.close(session_id.encode(), row["version_id"], SESSION),
        written=written.to_json(),
        now=now,
    )


def joined(seal: TokenSeal, conflict: Conflict, theirs: Json, labels: Iterable[str]) -> Json:
    """The bundle of ours whose plan says in these lines what theirs says."""
    bundle = bundle_of(seal, conflict.row)
    plan = dict(plan_entry(bundle)["resource"])
    for label in labels:
        *outer, name = _ELEMENTS[label]
        for parent in outer:
            plan[parent] = dict(plan.get(parent) or {})
        there = member(theirs, outer[0]) if outer else theirs
        place = plan[outer[0]] if outer else plan
        value = member(there, name)
        if value is None:
            place.pop(name, None)
        else:
            place[name] = value
    plan_entry(bundle)["resource"] = plan
    return bundle


def keep_theirs(
    connection: Connection, conflict: Conflict, theirs: Json | None, now: datetime
) -> bool:
    """Ours stays here and is not written. False when it is settled already."""
    seen = part_of(theirs) if theirs else None
    written = replace(Written.from_json(conflict.row["written"]), care_plan=seen)
    return outbox.resettle(
        connection, conflict.row, State.NOT_WRITTEN, now, written=written.to_json()
    )


def compared(before: Json | None, theirs: Json | None, ours: Json) -> tuple[Compared, ...]:
    """The lines of a CarePlan that a clinician can judge. Markup of others is shown as text only."""
    columns = [dict(_lines(plan)) if plan else {} for plan in (before, theirs, ours)]
    return tuple(
        Compared(label, *(column.get(label, "") for column in columns)) for label in columns[2]
    )


def _lines(plan: Json) -> Iterable[tuple[str, str]]:
    period = plan.get("period")
    author = plan.get("author")
    yield "Status", words(plan.get("status"))
    yield "Title", words(plan.get("title"))
    yield "From", words(member(period, "start"))
    yield "To", words(member(period, "end"))
    yield "Author", words(member(author, "display")) or words(member(author, "reference"))
    yield "Findings", str(len(_list(plan.get("supportingInfo"))))
    yield "Goals", str(len(_list(plan.get("goal"))))
    yield "Activities", _activities(plan)
    yield "Text", as_lines(words(member(plan.get("text"), "div")))


def _activities(plan: Json) -> str:
    """Each in its own words where it has some; the count always."""
    listed = objects(plan.get("activity"))
    told = [t for t in map(_activity, listed) if t]
    return "\n".join([f"{len(_list(plan.get('activity')))}", *told])


def _activity(activity: Json) -> str:
    detail = activity.get("detail")
    spoken = words(member(detail, "description")) or words(member(member(detail, "code"), "text"))
    return spoken or words(member(activity.get("reference"), "display"))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
