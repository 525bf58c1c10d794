"""What every mapping reads first: JSON with exact decimals, words, dates, and the resource's own id."""

import json
import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import msgspec

from app.domain.codes import Source
from app.domain.dates import PartialDate
from app.domain.errors import Unmappable

Json = dict[str, Any]
Lookup = Callable[[str], Json | None]
"""Finds the resource a reference points to among those that were read; None when it is not there."""


def nowhere(_reference: str) -> Json | None:
    """The lookup of a resource read alone."""
    return None


def parse_json(raw: bytes | str) -> Json:
    """Reads one JSON object; decimals keep their digits (`1.10` stays `1.10`)."""
    try:
        value = _decoded(_in_utf8(raw.encode() if isinstance(raw, str) else raw))
    except (msgspec.DecodeError, UnicodeError, InvalidOperation, RecursionError) as error:
        raise Unmappable("not readable JSON") from error
    if not isinstance(value, dict):
        raise Unmappable("not a JSON object")
    return value


_JSON = msgspec.json.Decoder(float_hook=Decimal)


def _in_utf8(raw: bytes) -> bytes:
    """UTF-8 as FHIR wants it: Windows saves with a mark or as UTF-16."""
    encoding = json.detect_encoding(raw)
    return raw if encoding == "utf-8" else raw.decode(encoding).encode()


def _decoded(text: bytes) -> object:
    """Windows also cuts an emoji in two; halves are refused, so only what was refused is searched."""
    try:
        return _JSON.decode(text)
    except msgspec.DecodeError:
        return _JSON.decode(_ESCAPE.sub(_one_sign, text))


# Every escape in turn, so that an escaped backslash before a "u" begins none; halves stand alone.
_ESCAPE = re.compile(rb"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|(u[dD][89a-fA-F]..)|.)", re.DOTALL)


def _one_sign(escape: re.Match[bytes]) -> bytes:
    return rb"\ufffd" if escape[1] else escape[0]


def words(value: object) -> str:
    """A string without its outer spaces; anything else is no words."""
    return value.strip() if isinstance(value, str) else ""


def objects(value: object) -> Sequence[Json]:
    """The objects of a list. A lone object counts as a list of one: some servers forget the brackets."""
    if value is None:
        return ()
    if isinstance(value, list):
        if len(value) == 1 and isinstance(value[0], dict):
            return value  # most lists hold one
        return [v for v in value if isinstance(v, dict)]
    return (value,) if isinstance(value, dict) else ()


def member(value: object, key: str) -> object:
    return value.get(key) if isinstance(value, dict) else None


def number(value: object) -> Decimal | None:
    """
    A number of human size. A boolean is an int to Python and none to a clinician; `1E+999999999` is
    finite to Python and would stop the machine that converts it.
    """
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, Decimal):
        exact = value
    elif isinstance(value, int):
        exact = Decimal(value)
    elif isinstance(value, float):
        exact = Decimal(str(value))
    else:
        return None
    return exact if exact.is_finite() and abs(exact.adjusted()) <= _LARGEST_EXPONENT else None


_LARGEST_EXPONENT: Final = 30


def partial_date(value: object) -> PartialDate | None:
    if not isinstance(value, str):
        return None
    if len(value) >= _DAY and value[4] == value[7] == "-" and value[_DAY : _DAY + 1] in {"", "T"}:
        # What nearly every date of a chart is needs no more than Python's own reader.
        try:
            day = date.fromisoformat(value[:_DAY])
        except ValueError:
            return None
        return PartialDate(value, day, day)
    return PartialDate.parse(value)


_DAY: Final = len("2026-05-04")


def period(value: object) -> tuple[PartialDate | None, PartialDate | None]:
    if not isinstance(value, dict):
        return None, None
    return partial_date(value.get("start")), partial_date(value.get("end"))


def identified(resource: object, type_: str) -> tuple[Source, Json]:
    """The resource and its own address, or Unmappable when it is not such a resource or has no id."""
    if not isinstance(resource, dict) or resource.get("resourceType") != type_:
        raise Unmappable(f"not a {type_}")
    id_ = words(resource.get("id"))
    if not id_:
        raise Unmappable(f"a {type_} without an id")
    return Source(type_, id_), resource


def label(text: str, limit: int = 80) -> str:
    """Words short enough for a sentence."""
    return text if len(text) <= limit else text[: limit - 1] + "…"
