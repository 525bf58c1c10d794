"""Bundle -> its resources by reference, what the server warned of, and what could not be read."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from app.domain.errors import Unmappable
from fhir_mappings.operation_outcome import Issue, operation_outcome
from fhir_mappings.reading import Json, member, objects, words


class Entry:
    """One resource with its type, its id, and the address the bundle gives it."""

    __slots__ = ("full_url", "id", "kind", "resource")

    def __init__(self, resource: Json, full_url: str = "") -> None:
        self.resource: Final = resource
        self.full_url: Final = full_url
        self.kind: Final = words(resource.get("resourceType"))
        self.id: Final = words(resource.get("id"))


@dataclass(frozen=True, slots=True)
class Contents:
    """What a bundle holds. `unreadable` counts entries that are no resource at all."""

    entries: tuple[Entry, ...]
    issues: tuple[Issue, ...] = ()
    next_link: str = ""
    unreadable: int = 0


def bundle(value: object) -> Contents:
    """Opens a Bundle of any type; a search outcome is a warning, never a resource."""
    if member(value, "resourceType") != "Bundle":
        raise Unmappable("not a Bundle")
    entries: list[Entry] = []
    issues: list[Issue] = []
    unreadable = 0
    listed = member(value, "entry")
    for position, entry in enumerate(listed if isinstance(listed, list) else [], start=1):
        resource = member(entry, "resource")
        type_ = member(resource, "resourceType")
        if type_ == "OperationOutcome":
            issues += operation_outcome(resource)
        elif isinstance(type_, str) and isinstance(resource, dict):
            entries.append(_entry(resource, words(entry.get("fullUrl")), position))
        elif any(isinstance(member(entry, key), dict) for key in ("request", "response")):
            issues += _refusal(entry)
        else:
            unreadable += 1
    return Contents(tuple(entries), tuple(issues), _next(value), unreadable)


def _entry(resource: Json, full_url: str, position: int) -> Entry:
    """
    A transaction may leave the id to the server: then the fullUrl, else the place in the file, tells
    the resource apart, so that it is listed rather than lost.
    """
    sent = Entry(resource, full_url)
    if sent.id:
        return sent
    tail = full_url.removeprefix("urn:uuid:").rsplit("/", 1)[-1]
    return Entry({**resource, "id": tail or f"entry-{position}"}, full_url)


def _refusal(entry: Json) -> tuple[Issue, ...]:
    """The outcome of one batch entry that has no resource."""
    response = entry.get("response")
    outcome = member(response, "outcome")
    if member(outcome, "resourceType") == "OperationOutcome":
        return operation_outcome(outcome)
    status = words(member(response, "status"))[:3]
    return (Issue("error", "processing", f"status {status}"),) if status > "299" else ()


def _next(value: object) -> str:
    links = (li for li in objects(member(value, "link")) if words(li.get("relation")) == "next")
    return next((words(li.get("url")) for li in links), "")


def newest(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """
    One entry per type and id, the latest version: servers repeat a resource over two pages, and a
    medicine shown twice is a safety issue.
    """
    best: dict[tuple[str, str], Entry] = {}
    for entry in entries:
        key = (entry.kind, entry.id)
        held = best.setdefault(key, entry)
        if held is not entry and _age(entry.resource) > _age(held.resource):
            best[key] = entry
    return tuple(best.values())


def _age(resource: Json) -> tuple[str, int]:
    version = words(member(resource.get("meta"), "versionId"))
    return words(member(resource.get("meta"), "lastUpdated")), (
        int(version) if version.isascii() and version.isdigit() and len(version) < 19 else -1
    )
