"""One attempt: look first, then write what is missing, and say what is now true."""

from dataclasses import dataclass, replace

from app.delivery.bundles import as_update, fitted, kind_of, without
from app.delivery.earlier import carry, carrying, pointed_at
from app.delivery.failures import AlreadyThere, Stumble, Why
from app.delivery.ladder import WHAT
from app.delivery.line import Line
from app.delivery.looking import look
from app.delivery.one_by_one import Keep, one_by_one
from app.delivery.parcel import Parcel
from app.delivery.progress import PLAN_KINDS, Part, Written, part_of
from app.delivery.transaction import at_once
from app.store.outbox import State
from fhir_mappings.capability_statement import ServerCapabilities
from fhir_mappings.reading import Json

NOT_TAKEN = (
    "The EHR says that it does not take {what}, so it is kept here only. Ask your integration team."
)
CHANGED = (
    "The plan changed in the EHR since it was last written from here. Nothing was written over: read "
    "the chart again, look at the plan there, and sign a new version."
)
UNGUARDED = "The EHR gives plans no version numbers, so a change made there in the meantime could not be seen."
NOT_YET = "The EHR answers that it does not have the plan yet."


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is true after an attempt. `missed`: the EHR answered that it does not have the plan."""

    state: State
    written: Written
    words: str = ""
    missed: bool = False


async def send(
    line: Line, parcel: Parcel, kinds: frozenset[str], written: Written, keep: Keep
) -> Outcome:
    """Raises Stumble when a call fails; what was written until then was given to `keep`."""
    there = await look(line, parcel)
    if len(there) > 1:
        seen = replace(written, care_plan=part_of(there[0]))
        return Outcome(State.REJECTED, seen, _several(len(there)))
    found = part_of(there[0]) if there else None
    parcel = replace(parcel, found=there[0] if there else None)
    if found and parcel.holds_this_version(there[0]):
        return await complete(line, parcel, kinds, replace(written, care_plan=found), keep)
    base = parcel.base or found
    if base:
        return await _update(line, parcel, kinds, written, keep, base, there)
    if parcel.doubtful and not parcel.missed:
        return Outcome(State.IN_DOUBT, written, NOT_YET, missed=True)
    return await write(line, parcel, kinds, written, keep)


async def complete(
    line: Line, parcel: Parcel, kinds: frozenset[str], written: Written, keep: Keep
) -> Outcome:
    """
    The plan is there. Where it went part by part, the record of who signed comes after it; where the
    answer was lost it is looked for, as a server may take a transaction for a batch.
    """
    seen = _located(parcel, written)
    if "Provenance" not in kinds or written.care_plan is None:
        return Outcome(State.DONE, seen)
    bundle = carrying(parcel.bundle, written)
    entries = fitted(bundle, _taken(await line.offer(), kinds))["entry"]
    there = {e["fullUrl"]: written.care_plan for e in entries if kind_of(e) in PLAN_KINDS}
    told = written.parts or {u: p for u, p in seen.located.items() if u in _urls(entries)}
    known = replace(seen, parts={**told, **there})
    signed = [e for e in entries if kind_of(e) == "Provenance"]
    lost = _urls(entries) - known.parts.keys() - _urls(signed)
    rest = [{**e, "resource": without(e["resource"], lost)} for e in signed]
    return Outcome(State.DONE, await one_by_one(line, rest, known, keep, again=True))


def _urls(entries: list[Json]) -> set[str]:
    return {entry["fullUrl"] for entry in entries}


def _located(parcel: Parcel, written: Written) -> Written:
    """The answer that would have told where its parts are was lost; the CarePlan points at them."""
    if parcel.found is None or parcel.kind != "CarePlan":
        return written
    seen = pointed_at(parcel.bundle, parcel.found)
    known = {**written.parts, **(written.carried or {})}
    new = {url: part for url, part in seen.items() if url not in known}
    return replace(written, located={**written.located, **new})


async def _update(
    line: Line,
    parcel: Parcel,
    kinds: frozenset[str],
    written: Written,
    keep: Keep,
    base: Part,
    there: list[Json],
) -> Outcome:
    """A further version replaces the one before it, unless somebody changed that in the EHR."""
    found = part_of(there[0]) if there else None
    if found and not _as_left(parcel, base, found, there[0]):
        return Outcome(State.CONFLICT, replace(written, care_plan=found), CHANGED)
    version = base.version or (found.version if found else "")
    changed = replace(parcel, bundle=as_update(parcel.bundle, base.id, version))
    noted = written if base.version else replace(written, notes=(UNGUARDED,))
    try:
        return await write(line, changed, kinds, noted, keep)
    except Stumble as failed:
        if failed.why is not Why.CLASH and failed.status not in {404, 410}:
            raise
        there = await look(line, parcel) or await _by_id(line, base)
        seen = part_of(there[0]) if there else None
        if seen and _as_left(parcel, base, seen, there[0]):
            raise  # it is as it was: the EHR minds something else
        return Outcome(State.CONFLICT, replace(written, care_plan=seen), CHANGED)


async def _by_id(line: Line, part: Part) -> list[Json]:
    """An EHR that drops our identifiers finds no plan by them, but it is there all the same."""
    try:
        return [await line.read(part.kind, part.id)]
    except Stumble as failed:
        if failed.status in {404, 410}:
            return []
        raise


def _as_left(parcel: Parcel, base: Part, found: Part, resource: Json) -> bool:
    """Is the CarePlan in the EHR the one the signer last knew?"""
    if parcel.base and base.version and found.version:
        return (base.id, base.version) == (found.id, found.version)
    if parcel.over:  # no versions: the signer saw it and chose
        return base.id == found.id
    return parcel.holds_earlier_version(resource)


async def write(
    line: Line, parcel: Parcel, kinds: frozenset[str], written: Written, keep: Keep
) -> Outcome:
    offer = await line.offer()
    taken = _taken(offer, kinds)
    if parcel.kind not in taken:
        words = NOT_TAKEN.format(what=WHAT[parcel.kind])
        return Outcome(State.REJECTED, written, words)
    written = await carry(line, parcel, written, keep)
    bundle = fitted(carrying(parcel.bundle, written), taken)
    # What was begun part by part is finished that way.
    whole = offer is not None and offer.transactions and not written.parts
    again = parcel.doubtful or bool(written.parts)
    try:
        done = await at_once(line, bundle, written, keep) if whole else None
        done = done or await one_by_one(line, bundle["entry"], written, keep, again=again)
    except AlreadyThere as there:
        return await _met(line, parcel, kinds, written, keep, there.id)
    return Outcome(State.DONE, done)


def _taken(offer: ServerCapabilities | None, kinds: frozenset[str]) -> frozenset[str]:
    """Where the EHR does not say what it takes, what was granted decides."""
    return frozenset(k for k in kinds if offer is None or offer.offers(k, "create"))


async def _met(
    line: Line, parcel: Parcel, kinds: frozenset[str], written: Written, keep: Keep, id_: str
) -> Outcome:
    """The create found a CarePlan that the search had not shown."""
    there = await line.read("CarePlan", id_)
    found = part_of(there)
    parcel = replace(parcel, found=there)
    if parcel.holds_this_version(there):
        return await complete(line, parcel, kinds, replace(written, care_plan=found), keep)
    return await _update(line, parcel, kinds, written, keep, found, [there])


def _several(count: int) -> str:
    return (
        f"The EHR has {count} copies of this plan, so nothing was changed. Mark all but one as entered "
        "in error there, then try again."
    )
