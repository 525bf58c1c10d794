"""Files and folders named on the command line: opened, or said in one sentence why they can't be."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import Any

from app.domain.errors import CmmError, Unmappable
from fhir_mappings.reading import parse_json

BIGGEST = 64 * 1024 * 1024
TENANTS = "write it in TOML, as docs/integration.md says"
CHART = "export the patient's chart as a FHIR R4 Bundle in JSON"


def read_json(path: Path, wanted: str = CHART) -> Any:
    """The JSON object in a file, decimals exact. `wanted` says what to give instead of another file."""
    with opened(path) as file:
        content = file.read(BIGGEST + 1)
    if len(content) > BIGGEST:
        raise CmmError("CMM-2001", f"{path} is larger than 64 MB: split it, one patient a file.")
    try:
        return parse_json(content)
    except Unmappable as problem:
        if not _is_text(content, json.detect_encoding(content)):
            raise no_text(path, wanted) from None
        raise CmmError("CMM-2001", f"{path} is {problem}: {wanted}.") from None


@contextmanager
def opened(path: Path) -> Iterator[BufferedReader]:
    """
    The file, to read. Raises CMM-2007 to CMM-2010 where there is nothing to read; it is opened only
    once, so that it may be a pipe.
    """
    try:
        with path.open("rb") as file:
            if not file.peek(1):
                raise empty(path)
            yield file
    except OSError as problem:
        raise unreadable(path, problem) from None


def must_be_text(path: Path, wanted: str) -> None:
    """For a file that another room reads by its path."""
    with opened(path) as file:
        if not _is_text(file.read(), "utf-8"):
            raise no_text(path, wanted)


def must_be_tenants(path: Path) -> None:
    """For the tenant file of the environment: nobody typed its name, so the setting is said too."""
    try:
        must_be_text(path, TENANTS)
    except CmmError as problem:
        said = f"The tenant file (CONCORDANCE_TENANTS) can't be used: {problem.message}"
        raise CmmError(problem.code, said) from None


def must_list(folder: Path) -> None:
    """For a folder that is read file by file."""
    try:
        next(folder.iterdir(), None)
    except NotADirectoryError as problem:
        if not folder.exists():
            raise unreadable(folder, problem) from None
        raise CmmError("CMM-2008", f"{folder} is a file: name the folder it is in.") from None
    except OSError as problem:
        raise unreadable(folder, problem) from None


def unreadable(path: Path, problem: OSError) -> CmmError:
    match problem:
        case FileNotFoundError() | NotADirectoryError():
            return CmmError("CMM-2007", f"{path} is not there: check the name and the folder.")
        case IsADirectoryError():
            return CmmError("CMM-2008", f"{path} is a folder: name one file in it.")
        case PermissionError():
            return CmmError(
                "CMM-2009",
                f"{path} may not be read by you: ask whoever owns it for the right to read it.",
            )
        case _:
            return CmmError("CMM-2001", f"{path} can't be read ({problem.strerror}): try a copy.")


def _is_text(content: bytes, encoding: str) -> bool:
    try:
        return "\0" not in content.decode(encoding)
    except UnicodeDecodeError:
        return False


def empty(path: Path) -> CmmError:
    return CmmError("CMM-2010", f"{path} is empty: make or download it again.")


def no_text(path: Path, wanted: str) -> CmmError:
    return CmmError(
        "CMM-2011",
        f"{path} is no text: it may be packed (zip), a spreadsheet or damaged; {wanted}.",
    )
