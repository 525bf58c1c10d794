"""What one site changed in the knowledge: read from its folder, each with who, when and why."""

import hashlib
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import msgspec
import yaml
from msgspec import Meta, Struct

from app.domain.errors import CmmError
from app.knowledge.reading import Unreadable, content_of, in_one_line
from app.knowledge.rows import SeverityWord
from app.knowledge.yaml_text import read_yaml

Said = Annotated[str, Meta(pattern=r"\S")]


class _Change(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="change"):
    """`of` is a rule's id, or a row as `table:id`."""

    of: Said
    by: Said
    day: date
    why: Said
    place: str = ""  # the file and entry, put in by the reader


class Disable(_Change, frozen=True, kw_only=True, tag="disable"):
    """The rule or row is not used here."""


class Rank(_Change, frozen=True, kw_only=True, tag="severity"):
    severity: SeverityWord


class SetValue(_Change, frozen=True, kw_only=True, tag="value"):
    """Another number for a goal or a constant; `high` is the upper end of a goal that is a range."""

    value: Decimal | None = None
    high: Decimal | None = None


class Review(_Change, frozen=True, kw_only=True, tag="reviewed"):
    """Who is named read the source and stands for the rule or row as it is here."""


Change = Disable | Rank | SetValue | Review


def read_changes(folder: Path) -> tuple[Change, ...]:
    """Every entry of the folder's .yaml files, by file name; raises CMM-0311, one line a mistake."""
    paths = sorted(folder.glob("*.yaml")) if folder.is_dir() else []
    if not paths:
        raise refusal([f"{folder} is no folder with .yaml files: name the folder of the changes"])
    read = [_entry(place, raw) for path in paths for place, raw in _entries(path)]
    mistakes = [one for one in read if isinstance(one, str)]
    if mistakes:
        raise refusal(mistakes)
    return tuple(one for one in read if not isinstance(one, str))


def refusal(mistakes: list[str]) -> CmmError:
    """What the app or a command says instead of starting with changes it did not understand."""
    lines = "\n".join(f"  {mistake}." for mistake in mistakes)
    return CmmError("CMM-0311", f"The site's changes can't be used.\n{lines}", 500)


def changes_hash(changes: tuple[Change, ...]) -> str:
    """The same for the same changes, however the files are laid out."""
    told = [msgspec.structs.replace(change, place="") for change in changes]
    return hashlib.sha256(msgspec.json.encode(told)).hexdigest()[:8]


def change_words(change: Change) -> str:
    """What was changed, without who and why."""
    match change:
        case Disable():
            return "not used here"
        case Rank():
            return f"severity {change.severity}"
        case SetValue():
            given = {"value": change.value, "upper end": change.high}
            return ", ".join(
                f"{name} {number}" for name, number in given.items() if number is not None
            )
        case _:
            return "reviewed"


def _entries(path: Path) -> list[tuple[str, object]]:
    try:
        content = read_yaml(content_of(path))
    except Unreadable as wrong:
        return [(path.name, str(wrong))]
    except yaml.YAMLError as wrong:
        return [(path.name, f"is no YAML: {in_one_line(wrong)}")]
    if not isinstance(content, list):
        return [(path.name, "holds no list of changes")]
    return [(f"{path.name}, entry {at}", raw) for at, raw in enumerate(content, start=1)]


def _entry(place: str, raw: object) -> Change | str:
    """The change, or what is wrong with it."""
    if isinstance(raw, str):
        return f"{place}: {raw}"
    if not isinstance(raw, dict):
        return f"{place}: is no change: write its fields, such as `of: S13a`"
    if unknown := sorted(str(name) for name in raw if name not in _FIELDS):
        return f"{place}: there is no field `{unknown[0]}`; leave it out"
    try:
        change: Change = msgspec.convert(raw, Change)
    except msgspec.ValidationError as wrong:
        return f"{place}: {_in_words(str(wrong), raw)}"
    return msgspec.structs.replace(change, place=place)


_FIELDS = {
    "change": "disable, severity, value or reviewed",
    "of": "a rule's id, or a row as table:id",
    "by": "the name of who changed it",
    "day": "a day such as 2026-11-21",
    "why": "the reason in words",
    "severity": "high, moderate or low",
    "value": "a number",
    "high": "a number",
}
_AT = re.compile(r"at `\$\.(\w+)`")
_NAMED = re.compile(r"(missing required|unknown) field `(\w+)`")


def _in_words(wrong: str, raw: dict[str, object]) -> str:
    """What the library says of an entry, with what to write instead."""
    if at := _AT.search(wrong):
        return f"`{at[1]}` is {raw[at[1]]!r} and must be {_FIELDS[at[1]]}"
    if named := _NAMED.search(wrong):
        if named[1] == "unknown":
            return f"`{named[2]}` is no field of `change: {raw['change']}`; leave it out"
        return f"`{named[2]}` is missing: {_FIELDS[named[2]]}"
    return wrong
