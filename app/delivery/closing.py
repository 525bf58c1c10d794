"""After the plan is there: the records of earlier versions are closed or brought up to date, each once."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from app.delivery.bundles import resolved
from app.delivery.earlier import GONE, Old, locate, old_parts, places_of
from app.delivery.failures import Stumble, Why
from app.delivery.line import Line
from app.delivery.one_by_one import Keep
from app.delivery.parcel import Parcel
from app.delivery.progress import Ended, How, Part, Written, part_of
from app.domain.plan import ActionPlan
from fhir_mappings.reading import Json
from fhir_mappings.write_closing import REPLACED, closed
from fhir_mappings.write_endings import ending_of, goes_on, wanted
from fhir_mappings.write_merge import carried_on

READINGS = 3
"""When somebody changes a record just then it is read again, and what they wrote is kept."""
NOT_YET = "Concordance has not come to it yet."
UNGUARDED = "The EHR gives it no version number, so an answer given there could be written over."
NOT_TAKEN = "This EHR does not let apps change records of this kind."
NOT_GRANTED = "No permission to change records of this kind ({kind} update) was granted at launch."
NOT_READ = "It could not be read."
UNPROVED = "The EHR answered, but what it shows was not changed."
RESTLESS = "Somebody else was changing it each time."
MayNot = Callable[[str], str]
"""Why records of a kind can't be changed; empty where they can."""


@dataclass(frozen=True, slots=True)
class Step:
    """What is to happen to one record: `after` gives it as it is to be, or None where that is so."""

    old: Old
    code: str
    after: Callable[[Json], Json | None]

    def ended(self, how: How, part: Part | None = None, problem: str = "") -> Ended:
        there = replace(part or self.old.part, problem=problem)
        return Ended(there, self.old.version, how, self.code)

    def written(self, part: Part) -> Ended:
        return self.ended("closed" if self.code else "updated", part)

    @property
    def as_it_was(self) -> Ended:
        return self.ended("over" if self.code else "goes-on")

    def by_hand(self, problem: str) -> Ended:
        return self.ended("open" if self.code else "old-words", problem=problem)


async def close(
    line: Line, parcel: Parcel, written: Written, keep: Keep, may_not: MayNot
) -> Written:
    """Raises Stumble where it has to wait; what was done until then was given to `keep`."""
    if parcel.plan is None:
        return written
    if not written.ended:
        written = replace(written, located=await locate(line, parcel, written))
        written = _noted(parcel, parcel.plan, written)
        await keep(written)
    for step in _steps(parcel, parcel.plan, written):
        if written.ended[step.old.part.reference].how == "waiting":
            ended = await _taken(line, step, may_not)
            every = {**written.ended, step.old.part.reference: ended}
            written = replace(written, ended=every)
            await keep(written)
    return written


def _noted(parcel: Parcel, plan: ActionPlan, written: Written) -> Written:
    """All of them from the start: what is not reached is told as still open."""
    waiting = {
        step.old.part.reference: step.ended("waiting", problem=NOT_YET)
        for step in _steps(parcel, plan, written)
    }
    return replace(written, ended=waiting)


def _steps(parcel: Parcel, plan: ActionPlan, written: Written) -> list[Step]:
    olds = old_parts(parcel.before, written.located)
    return [step for old in olds if (step := _step(parcel, plan, written, old)) is not None]


def _step(parcel: Parcel, plan: ActionPlan, written: Written, old: Old) -> Step | None:
    carried = {p.reference: url for url, p in (written.carried or {}).items()}
    url = carried.get(old.part.reference)
    if url is not None:
        ours = _ours(parcel, written, url)
        return Step(old, "", lambda theirs: _changed(carried_on(old.sent, ours, theirs), theirs))
    if old.name in wanted(plan) and goes_on(old.sent, plan):
        if old.name not in _own(parcel, written):
            return None  # this version has no record of its own of it: the old one goes on
        return _ends(old, plan, REPLACED)
    if old.part.kind == "List" and old.name not in _own(parcel, written):
        return None
    return _ends(old, plan, "")


def _ends(old: Old, plan: ActionPlan, code: str) -> Step:
    ending = ending_of(old.part.kind, old.sent, old.problem, plan)
    ending = replace(ending, code=code, because="") if code else ending
    return Step(old, ending.code, lambda theirs: closed(theirs, ending))


def _own(parcel: Parcel, written: Written) -> set[tuple[str, str]]:
    """The parts that this version has as records, new or carried on."""
    places = places_of((written,))
    named = ((e["fullUrl"], e["resource"]) for e in parcel.bundle["entry"])
    return {(r["resourceType"], _key(r)) for url, r in named if url in places and "identifier" in r}


def _key(resource: Json) -> str:
    listed = resource["identifier"]
    first = listed[0] if isinstance(listed, list) else listed
    return str(first["value"]).partition(".")[2]


def _ours(parcel: Parcel, written: Written, url: str) -> Json:
    places = {u: part.reference for u, part in places_of((written,)).items()}
    entry = next(e for e in parcel.bundle["entry"] if e["fullUrl"] == url)
    ours: Json = resolved(entry["resource"], places)
    return ours


def _changed(after: Json, theirs: Json) -> Json | None:
    return after if after != theirs else None


async def _taken(line: Line, step: Step, may_not: MayNot) -> Ended:
    """What became of it; a call that may yet succeed raises Stumble."""
    try:
        return await _tried(line, step, may_not)
    except Stumble as failed:
        if failed.status in GONE:
            return step.as_it_was
        if failed.why is not Why.REFUSED:
            raise
        return step.by_hand(failed.words)


async def _tried(line: Line, step: Step, may_not: MayNot) -> Ended:
    sent = False
    for _ in range(READINGS):
        theirs = await line.read(step.old.part.kind, step.old.part.id)
        after, there = step.after(theirs), part_of(theirs)
        if after is None:
            return step.written(there) if sent else step.as_it_was
        problem = may_not(there.kind) or ("" if there.version else UNGUARDED)
        if problem:
            return step.by_hand(problem)
        try:
            part = await line.update(_without_stamp(after), there.version)
        except Stumble as failed:
            if failed.why is not Why.CLASH:
                raise
            continue
        sent = True
        if part.version not in {"", there.version}:
            return step.written(part)
    if sent:  # perhaps a sign-in page came in place of an answer: nothing proves that it was stored
        raise Stumble(Why.UNKNOWN, UNPROVED, status=200)
    return step.by_hand(RESTLESS)


def _without_stamp(resource: Json) -> Json:
    """The EHR's own stamps are not ours to send back."""
    meta = resource.get("meta")
    if not isinstance(meta, dict):
        return resource
    left = {k: v for k, v in meta.items() if k not in {"versionId", "lastUpdated"}}
    others = {k: v for k, v in resource.items() if k != "meta"}
    return {**others, "meta": left} if left else others
