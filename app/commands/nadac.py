"""The file of the National Average Drug Acquisition Cost (NADAC), read row by row."""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from io import TextIOWrapper
from pathlib import Path

from app.commands.files import no_text, opened
from app.domain.errors import CmmError

# Columns and values are those of the NADAC data dictionary (CMS, data.medicaid.gov). Files before
# 2024 write the headings with underscores.
DESCRIPTION, NDC, PER_UNIT = "ndc description", "ndc", "nadac per unit"
EFFECTIVE, UNIT, AS_OF = "effective date", "pricing unit", "as of date"
KIND = "classification for rate setting"
GENERIC_PER_UNIT = "corresponding generic drug nadac per unit"
NEEDED = (DESCRIPTION, NDC, PER_UNIT, EFFECTIVE, UNIT, KIND, GENERIC_PER_UNIT, AS_OF)
UNITS = frozenset({"EA", "ML", "GM"})
KINDS = frozenset({"B", "B-ANDA", "B-BIO", "G"})
_NDC_DIGITS = 11
# Each file has rows of reserved codes with a made-up price, described so.
_PLACEHOLDER = "TBD DO NOT DELETE"
# Where the list shortens a word as charts don't: MONTELUKAST SOD 10 MG TABLET.
_SHORT = re.compile(r"\bSOD\b")
# A row that is too short has None where the heading promised a value.
Values = Mapping[str, str | None]
_AGAIN = "download the NADAC file from data.medicaid.gov again, as CSV"
_DAYS = ("%m/%d/%Y", "%Y-%m-%d")  # as downloaded, and as the interface of the site answers


@dataclass(frozen=True, slots=True)
class Row:
    """One product of one week."""

    ndc: str
    description: str
    kind: str
    per_unit: Decimal
    unit: str
    effective: date
    generic_per_unit: Decimal | None


@dataclass(slots=True)
class Week:
    """The newest week of a file, with what could not be used of the whole file."""

    as_of: date = date.min
    rows: dict[str, Row] = field(default_factory=dict)
    older: int = 0  # rows of earlier weeks: the file of a year holds them all
    bad: dict[int, str] = field(default_factory=dict)  # by line number

    def take(self, as_of: date, row: Row) -> None:
        if as_of > self.as_of:
            self.older += len(self.rows)
            self.as_of, self.rows = as_of, {}
        if as_of < self.as_of:
            self.older += 1
            return
        known = self.rows.get(row.ndc)
        if known is not None and known.effective == row.effective and known != row:
            raise ValueError("the NDC is there twice with different content")
        if known is None or row.effective > known.effective:
            self.rows[row.ndc] = row


def newest_week(file: Path) -> Week:
    """Raises CMM-6015 for a text that is no such list, or has no row that can be used."""
    week = Week()
    try:
        with opened(file) as raw, TextIOWrapper(raw, "utf-8-sig", newline="") as text:
            reader = csv.DictReader(text)
            reader.fieldnames = _headings(file, reader.fieldnames)
            for values in reader:
                try:
                    week.take(_day(values, AS_OF), _row(values))
                except ValueError as wrong:
                    week.bad[reader.line_num] = str(wrong)
    except UnicodeDecodeError:
        raise no_text(file, _AGAIN) from None
    except csv.Error:
        raise _unusable(file, "can't be read as comma-separated text") from None
    if not week.rows:
        raise _unusable(file, "has no row that can be used")
    return week


def _headings(file: Path, sent: Sequence[str] | None) -> list[str]:
    names = [name.strip().lower().replace("_", " ") for name in sent or ()]
    if missing := [name for name in NEEDED if name not in names]:
        raise _unusable(file, f"has no column {missing[0]!r}")
    return names


def spelled_out(description: str) -> str:
    return _SHORT.sub("SODIUM", description.upper())


def _row(values: Values) -> Row:
    description = _text(values, DESCRIPTION)
    if description.startswith(_PLACEHOLDER):
        raise ValueError("a placeholder of the list, no product")
    generic = (values[GENERIC_PER_UNIT] or "").strip()
    return Row(
        ndc=_ndc(_text(values, NDC)),
        description=description,
        kind=_one_of(KINDS, values, KIND),
        per_unit=_price(_text(values, PER_UNIT)),
        unit=_one_of(UNITS, values, UNIT),
        effective=_day(values, EFFECTIVE),
        generic_per_unit=_price(generic) if generic else None,
    )


def _text(values: Values, name: str) -> str:
    if text := (values[name] or "").strip():
        return text
    raise ValueError(f"no {name}")


def _ndc(text: str) -> str:
    """Zeros lost in a spreadsheet are not put back: nothing says where they stood."""
    if len(text) == _NDC_DIGITS and text.isascii() and text.isdigit():
        return text
    raise ValueError("the NDC does not have eleven digits")


def _one_of(known: frozenset[str], values: Values, name: str) -> str:
    text = _text(values, name).upper()
    if text not in known:
        raise ValueError(f"the {name} is none of {', '.join(sorted(known))}")
    return text


def _price(text: str) -> Decimal:
    try:
        price = Decimal(text)
    except InvalidOperation:
        raise ValueError("a price is no number") from None
    if not price.is_finite() or price <= 0:
        raise ValueError("a price is not above zero")
    return price


def _day(values: Values, name: str) -> date:
    if day := _read_day(_text(values, name)):
        return day
    raise ValueError(f"the {name} is no day")


@lru_cache(maxsize=1024)
def _read_day(text: str) -> date | None:
    for form in _DAYS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None


def _unusable(file: Path, why: str) -> CmmError:
    return CmmError("CMM-6015", f"{file} {why}: {_AGAIN}.")
