"""The releases of the knowledge, as its own changelog tells them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

CHANGELOG = Path(__file__).parent / "CHANGELOG.md"
_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
_VERSION = re.compile(r"^Knowledge `([0-9a-f]{12})`\.", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Release:
    name: str
    text: str

    @property
    def version(self) -> str:
        """The version of the knowledge it tells of; empty where it names none."""
        found = _VERSION.search(self.text)
        return found[1] if found else ""

    def names(self, id_: str) -> bool:
        return re.search(rf"(?<![\w-]){re.escape(id_)}(?![\w-])", self.text) is not None


@cache
def releases() -> tuple[Release, ...]:
    """Newest first."""
    return read_releases(CHANGELOG.read_text("utf-8"))


def read_releases(text: str) -> tuple[Release, ...]:
    _, *cut = _HEADING.split(text)
    return tuple(
        Release(name.strip(), told) for name, told in zip(cut[::2], cut[1::2], strict=True)
    )


def released(rule: str, known: Iterable[Release]) -> tuple[str, str]:
    """
    The release a rule came with and the one that last revised it.

    A rule that no release names came with the first.
    """
    every = tuple(known)
    naming = [release.name for release in every if release.names(rule)] or [every[-1].name]
    return naming[-1], naming[0]
