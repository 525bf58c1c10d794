"""A database that a command makes: why it can't be put where it was asked for, in our own words."""

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.domain.errors import CmmError

_FULL = "the disk is full; make room on it, or name another"
_DENIED = "you may not write there; name another place"
_BUSY = "another load is under way; let it end first"
_FOLDER = "a folder has that name; name a file"
_OTHER = "the disk did not take it; try another place"
_REFUSALS = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EACCES: _DENIED,
    errno.EPERM: _DENIED,
    errno.EROFS: _DENIED,
    errno.EISDIR: _FOLDER,
}
_REFUSALS_OF_SQLITE = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_PERM: _DENIED,
    sqlite3.SQLITE_READONLY: _DENIED,
    sqlite3.SQLITE_CANTOPEN: _DENIED,
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
}
_KIND = 0xFF  # an extended result code of SQLite has its kind in the lowest byte


@contextmanager
def made_at(target: Path, code: str, what: str) -> Iterator[None]:
    """What is plain before the work is said before it: a load takes minutes."""
    if why := _in_the_way(target):
        raise _unwritten(target, code, what, why)
    try:
        yield
    except OSError as problem:
        why = _REFUSALS.get(problem.errno or 0, _OTHER)
    except sqlite3.Error as problem:
        why = _REFUSALS_OF_SQLITE.get(getattr(problem, "sqlite_errorcode", 0) & _KIND, _OTHER)
    else:
        return
    raise _unwritten(target, code, what, why)


def _in_the_way(target: Path) -> str:
    folder = target.absolute().parent
    if target.is_dir():
        return _FOLDER
    if not folder.exists():
        return f"there is no folder {folder}; make it or name another"
    if not folder.is_dir():
        return f"{folder} is a file and not a folder; name another place"
    return "" if os.access(folder, os.W_OK | os.X_OK) else _DENIED


def _unwritten(target: Path, code: str, what: str, why: str) -> CmmError:
    return CmmError(code, f"{what} can't be written to {target}: {why}.")
