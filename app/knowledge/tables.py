"""Reads the fact tables: strict CSV and YAML, one clear sentence when a line is wrong."""

import csv
import re
from io import StringIO
from pathlib import Path
from typing import TypeVar

import msgspec
import yaml

from app.domain.errors import CmmError
from app.knowledge.list_rows import SourceRow
from app.knowledge.reading import Unreadable, content_of, in_one_line
from app.knowledge.rows import Row
from app.knowledge.yaml_text import read_yaml

R = TypeVar("R", bound=Row)
_EMPTY = re.compile(r"missing required field `(\w+)`")
# Python's own words that are column names in the tables.
_RENAMED = {"class": "class_", "with": "with_", "list": "list_"}


def read_table(folder: Path, name: str, row: type[R]) -> tuple[R, ...]:
    """Every line of a table. A table that isn't there is a broken installation, not an empty table."""
    path = folder / f"{name}.csv"
    if not path.is_file():
        raise CmmError(
            "CMM-0301", f"The table {name}.csv is missing from the knowledge folder.", 500
        )
    try:
        header, *lines = _lines(content_of(path).decode("utf-8"))
    except (Unreadable, csv.Error) as wrong:
        raise CmmError("CMM-0302", f"{name}.csv {in_one_line(wrong)}.", 500) from None
    header = [_RENAMED.get(column, column) for column in header]
    rows = [_cells(name, number, header, line) for number, line in enumerate(lines, start=2)]
    try:
        return msgspec.convert(rows, tuple[row, ...], strict=False)  # type: ignore[valid-type]
    except msgspec.ValidationError:
        raise _first_wrong(name, rows, row) from None


def _lines(text: str) -> list[list[str]]:
    """The header, then every line that holds something."""
    # Not DictReader: with some eight thousand lines it is a tenth of the command's start-up.
    reader = csv.reader(StringIO(text, newline=""))
    return [next(reader, []), *(line for line in reader if line)]


def _cells(name: str, number: int, header: list[str], line: list[str]) -> dict[str, str]:
    if len(line) != len(header):
        raise CmmError("CMM-0302", f"{name}.csv line {number} has too many or too few cells.", 500)
    return {k: cell for k, raw in zip(header, line, strict=True) if (cell := raw.strip())}


def _first_wrong(name: str, rows: list[dict[str, str]], row: type[R]) -> CmmError:
    for number, cells in enumerate(rows, start=2):
        try:
            msgspec.convert(cells, row, strict=False)
        except msgspec.ValidationError as wrong:
            row_id = f" ({cells['id']})" if "id" in cells else ""
            said = f"{name}.csv line {number}{row_id}: {_plain(str(wrong))}"
            return CmmError("CMM-0302", said, 500)
    return CmmError("CMM-0302", f"{name}.csv can't be read.", 500)


def _plain(wrong: str) -> str:
    """What to do, where the library only says what is missing."""
    if found := _EMPTY.search(wrong):
        return f"the cell {found[1].rstrip('_')} is empty; fill it in"
    return f"{wrong}; correct that cell"


def read_sources(folder: Path) -> dict[str, SourceRow]:
    path = folder / "sources.yaml"
    if not path.is_file():
        raise CmmError("CMM-0301", "sources.yaml is missing from the knowledge folder.", 500)
    try:
        content = read_yaml(content_of(path))
        return msgspec.convert(content or {}, dict[str, SourceRow], strict=False)
    except Unreadable as wrong:
        raise CmmError("CMM-0302", f"sources.yaml {wrong}.", 500) from None
    except (yaml.YAMLError, msgspec.ValidationError) as wrong:
        raise CmmError("CMM-0302", f"sources.yaml: {in_one_line(wrong)}", 500) from None
