"""`cmm rxnorm load`: an RxNorm release in RRF into the local database that is asked first."""

import sys
from collections.abc import Iterator
from pathlib import Path

from app.commands.files import empty
from app.commands.rxnorm_database import Staging
from app.commands.rxnorm_files import Fields, Row, RrfFile, found_in, lines_of
from app.commands.target import made_at
from app.domain.errors import CmmError

_TOLD_EVERY = 250_000


def load(folder: Path, target: Path, sources: frozenset[str]) -> int:
    """
    Stages file after file beside `target` and puts the finished database in its place at once.

    Killed at any moment it leaves the old database in use; the next run goes on after the last file
    that was staged whole. `sources` are the vocabularies besides RXNORM the user has a licence for.
    """
    files = found_in(folder)
    signature = [_signature(path) for path in files.values()]
    staging = Staging(target.with_name(f"{target.name}.loading"), sorted(sources))
    with made_at(target, "CMM-6013", "The RxNorm database"):
        done = staging.open(signature)
        for (file, path), written in zip(files.items(), signature, strict=True):
            if written in done:
                _say(f"{file.name}: staged by an earlier run")
                continue
            staging.stage(written, _kept(file, path, sources))
        _say("finding the ingredients of every code")
        counts = staging.finish(target)
    _say(f"{target}: {', '.join(f'{count:,} {what}' for what, count in counts.items())}")
    return 0


def _signature(path: Path) -> str:
    """A file that is another one the next time is staged again."""
    about = path.stat()
    return f"{path.name} {about.st_size} {about.st_mtime_ns}"


def _kept(file: RrfFile, path: Path, sources: frozenset[str]) -> Iterator[tuple[str, Row]]:
    read = 0
    for fields in lines_of(file, path):
        read += 1
        if read % _TOLD_EVERY == 0:
            _say(f"{file.name}: {read:,} lines")
        yield from _kept_of(file, fields, read, sources)
    if not read and file.required:
        raise empty(path)
    _say(f"{file.name}: {read:,} lines, done")


def _kept_of(
    file: RrfFile, fields: Fields, number: int, sources: frozenset[str]
) -> Iterator[tuple[str, Row]]:
    try:
        for table, row in file.keep(fields):
            if table != "atc" or "ATC" in sources:
                yield table, row
    except ValueError:
        raise CmmError(
            "CMM-6012",
            f"{file.name} line {number} has a code that is no number: download the release again.",
        ) from None


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
