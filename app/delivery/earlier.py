"""Where the records of earlier versions are, and which of them go on with this one."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from app.delivery.bundles import kind_of, plan_entry, resolved
from app.delivery.failures import Stumble, Why
from app.delivery.line import Line
from app.delivery.looking import look_for_part
from app.delivery.one_by_one import Keep
from app.delivery.parcel import Earlier, Parcel
from app.delivery.progress import Part, Written
from fhir_mappings.reading import Json, member, objects, words
from fhir_mappings.write_closing import OVER
from fhir_mappings.write_endings import GOES_ON, goes_on

GONE = {404, 410}
_ENDED = {"closed", "over"}


@dataclass(frozen=True, slots=True)
class Old:
    """One record of an earlier version: `sent` as that wrote it, `problem` the one it is about."""

    part: Part
    version: int
    key: str
    problem: str
    sent: Json

    @property
    def name(self) -> tuple[str, str]:
        """By which it is the same part in each version."""
        return self.part.kind, self.key


def key_of(resource: Json) -> str:
    """Under which a part is written, in every version."""
    return str(resource["identifier"][0]["value"]).partition(".")[2]


def places_of(versions: Iterable[Written]) -> dict[str, Part]:
    """Where the parts are, by their addresses in the bundles: those differ for each version."""
    found: dict[str, Part] = {}
    for written in versions:
        found |= written.parts | (written.carried or {}) | written.located
    return {url: part for url, part in found.items() if part.id}


def old_parts(before: Iterable[Earlier], located: Mapping[str, Part]) -> list[Old]:
    """What earlier versions left in the EHR and none has closed, the newest version's first."""
    versions = tuple(before)
    places = {**places_of(v.written for v in versions), **located}
    done = {r for v in versions for r, e in v.written.ended.items() if e.how in _ENDED}
    once: dict[str, Old] = {}
    for version in versions:
        for old in _parts_of(version, places):
            if old.part.reference not in done:
                once.setdefault(old.part.reference, old)
    return list(once.values())


def _parts_of(version: Earlier, places: Mapping[str, Part]) -> Iterator[Old]:
    entries = version.bundle["entry"]
    names = {e["fullUrl"]: key_of(e["resource"]) for e in entries if kind_of(e) in OVER}
    addresses = {url: part.reference for url, part in places.items()}
    for entry in entries:
        part = places.get(entry["fullUrl"])
        if kind_of(entry) not in OVER or part is None:
            continue
        key, sent = names[entry["fullUrl"]], entry["resource"]
        reason = words(member(sent.get("reasonReference"), "reference"))
        problem = key if part.kind == "DetectedIssue" else names.get(reason, "")
        yield Old(part, version.version, key, problem, resolved(sent, addresses))


async def carry(line: Line, parcel: Parcel, written: Written, keep: Keep) -> Written:
    """Notes once, before anything is written, which parts are there from earlier versions and go on."""
    if written.carried is not None or parcel.plan is None or not parcel.before:
        return written
    located = await locate(line, parcel, written)
    olds = {old.name: old for old in reversed(old_parts(parcel.before, located))}
    wanted = {
        e["fullUrl"]: old
        for e in parcel.bundle["entry"]
        if kind_of(e) in GOES_ON
        and (old := olds.get((kind_of(e), key_of(e["resource"])))) is not None
        and goes_on(old.sent, parcel.plan)
    }
    asked = (_is_there(line, old.part) for old in wanted.values())
    answers = await asyncio.gather(*asked, return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
    there = zip(wanted.items(), answers, strict=True)
    carried = {url: old.part for (url, old), is_there in there if is_there}
    noted = replace(written, carried=carried, located=located)
    await keep(noted)
    return noted


async def _is_there(line: Line, part: Part) -> bool:
    """A plan that points at what was deleted would be refused. What can't be read was told to be there."""
    try:
        resource = await line.read(part.kind, part.id)
    except Stumble as failed:
        if failed.why is not Why.REFUSED:
            raise
        return failed.status not in GONE
    return resource.get("status") != "entered-in-error"


def carrying(bundle: Json, written: Written) -> Json:
    """The bundle without the parts that go on as they are there; what points at them points there."""
    carried = written.carried or {}
    places = {url: part.reference for url, part in carried.items()}
    kept = [e for e in bundle["entry"] if e["fullUrl"] not in carried]
    return {**bundle, "entry": [{**e, "resource": resolved(e["resource"], places)} for e in kept]}


async def locate(line: Line, parcel: Parcel, written: Written) -> dict[str, Part]:
    """Places of earlier parts that no answer had told: as the CarePlan points at them, or searched for."""
    found = dict(written.located)
    known = places_of((written, *(v.written for v in parcel.before)))
    for version in parcel.before:
        if parcel.found is not None and version.is_in(parcel.found):
            seen = pointed_at(version.bundle, parcel.found)
            found |= {url: part for url, part in seen.items() if url not in known}
        if version.doubtful and not version.written.has_plan:
            for entry in version.bundle["entry"]:
                if kind_of(entry) not in {"CarePlan", "Provenance"}:
                    found |= await _searched(line, entry, known | found)
    return found


def pointed_at(bundle: Json, there: Json) -> dict[str, Part]:
    """A CarePlan points at its parts in the order in which we wrote them; kinds not taken are left out."""
    kinds = {e["fullUrl"]: kind_of(e) for e in bundle["entry"]}
    sent, found = plan_entry(bundle)["resource"], dict[str, Part]()
    for element in ("supportingInfo", "goal", "activity"):
        theirs = [_part(reference) for reference in _references(there, element)]
        taken = {part.kind for part in theirs}
        ours = [url for url in _references(sent, element) if kinds.get(url) in taken]
        if len(ours) == len(theirs):
            found |= dict(zip(ours, theirs, strict=True))
    return {url: part for url, part in found.items() if part.kind in OVER and part.id}


def _references(plan: Json, element: str) -> list[str]:
    listed = objects(plan.get(element))
    holders = [member(one, "reference") for one in listed] if element == "activity" else listed
    return [words(member(holder, "reference")) for holder in holders]


def _part(reference: str) -> Part:
    kind, _, id_ = reference.rpartition("/")
    return Part(kind.rpartition("/")[2], id_)


async def _searched(line: Line, entry: Json, known: Mapping[str, Part]) -> dict[str, Part]:
    """Also medicines: where identifiers are dropped a part is known by what it points at."""
    if entry["fullUrl"] in known or "identifier" not in entry["resource"]:
        return {}
    places = {url: part.reference for url, part in known.items()}
    there = await look_for_part(
        line, resolved(entry["resource"], places), frozenset(places.values())
    )
    return {entry["fullUrl"]: there} if there else {}
