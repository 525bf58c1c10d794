"""The resources of a Bundle or of an EHR by the addresses that references give them."""

from collections.abc import Iterable

from fhir_mappings.bundle import Entry
from fhir_mappings.reading import Json, Lookup
from fhir_mappings.reference import short


def lookup_in(entries: Iterable[Entry], base: str = "") -> Lookup:
    """
    Finds a resource by fullUrl or by `Type/id`; by another absolute address only under `base`, the
    EHR's own, or beside a fullUrl of the bundle. Ids are unique per base address only: elsewhere the
    same id is another resource. A file without any address does not say where it came from: in it
    every address is taken for its own.
    """
    return _Addresses(tuple(entries), base).find


class _Addresses:
    """
    No list is made before something is looked for in it. A class and not functions in a function:
    those hold each other, and a whole chart with them, until garbage is looked for.
    """

    def __init__(self, entries: tuple[Entry, ...], base: str) -> None:
        self._entries = entries
        self._base = base
        self._by_url: dict[str, Entry] | None = None
        self._by_name: dict[str, Entry] | None = None
        self._bases: set[str] | None = None

    def find(self, reference: str) -> Json | None:
        versionless = reference.split("/_history/", 1)[0]
        if found := self._at(versionless):
            return found.resource
        tail = short(versionless)
        if self._bases is None:
            self._bases = _bases(self._entries, self._base)
        if self._bases and versionless.removesuffix(tail) not in self._bases:
            return None
        found = self._at(tail)
        return found.resource if found else None

    def _at(self, address: str) -> Entry | None:
        if self._by_url is None:
            self._by_url = {e.full_url: e for e in self._entries if e.full_url}
        if found := self._by_url.get(address):
            return found
        if self._by_name is None:
            self._by_name = _by_name(self._entries)
        return self._by_name.get(address)


def _by_name(entries: tuple[Entry, ...]) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for entry in entries:
        found.setdefault(f"{entry.kind}/{entry.id}", entry)
        found.setdefault(f"urn:uuid:{entry.id}", entry)
    return found


def _bases(entries: tuple[Entry, ...], base: str) -> set[str]:
    named = [(e.full_url, f"{e.kind}/{e.id}") for e in entries]
    bases = {url.removesuffix(name) for url, name in named if url.endswith(f"/{name}")}
    return bases | {f"{base.rstrip('/')}/"} if base else bases
