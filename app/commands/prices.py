"""`cmm prices`: a price list into the local database, and what that database says of a medicine."""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from app.commands.nadac import Week, newest_week
from app.commands.prices_database import write
from app.domain.codes import Concept
from app.domain.errors import CmmError
from app.domain.prices import GENERIC
from app.store.prices import ingredients_key, opened, unusable
from app.terminology import Vocabulary, identify
from app.terminology.ndc import eleven_digits

NADAC = "NADAC"
_LINES_SAID = 20
_FOUND = """
SELECT description, kind, per_unit, unit, max(effective), generic_per_unit, count(*), min(ndc)
FROM price LEFT JOIN product ON product.id = price.product
WHERE {} GROUP BY description, kind, per_unit, unit, generic_per_unit ORDER BY description, per_unit
"""


def load(file: Path, target: Path, vocabulary: Vocabulary) -> int:
    """The newest week of a NADAC file. Rows that can't be used are counted and said by line."""
    week = newest_week(file)
    counts = write(target, NADAC, week.as_of, week.rows.values(), vocabulary)
    held = ", ".join(f"{count:,} {what}" for what, count in counts.items())
    print(f"{target}: {NADAC} of {week.as_of.isoformat()}, {held}")
    for line in _left_out(week):
        print(line, file=sys.stderr)
    return 0


def _left_out(week: Week) -> Iterator[str]:
    if week.older:
        yield f"left out: {week.older:,} rows of earlier weeks"
    if not week.bad:
        return
    yield f"not used: {len(week.bad):,} rows"
    for line, why in list(week.bad.items())[:_LINES_SAID]:
        yield f"  line {line}: {why}"
    if len(week.bad) > _LINES_SAID:
        yield f"  and {len(week.bad) - _LINES_SAID:,} more"


def show(asked: str, file: Path, vocabulary: Vocabulary) -> int:
    """Every price of an NDC, or of the medicine a name stands for; raises CMM-6017 for none."""
    if not asked.strip():
        raise CmmError("CMM-6017", "Name a medicine or its NDC to see its prices.")
    try:
        with closing(opened(file)) as rows:
            about = dict(rows.execute("SELECT name, value FROM about"))
            found = _of_ndc(rows, asked) or _of_name(rows, asked, vocabulary)
    except sqlite3.Error:
        if not file.exists():
            raise CmmError(
                "CMM-6014", f"There is no price list at {file}: make one with `cmm prices load`."
            ) from None
        raise unusable(file) from None
    if not found:
        raise CmmError(
            "CMM-6017", f"The price list holds nothing for {asked!r}: try an NDC or another name."
        )
    print(
        f"{about['name']} of {about['as_of']}: what pharmacies pay, before rebates, in US dollars"
    )
    for row in found:
        print(_line(*row))
    return 0


Found = list[tuple[str, str, str, str, str, str | None, int, str]]


def _of_ndc(rows: sqlite3.Connection, asked: str) -> Found:
    codes = eleven_digits(asked)
    where = f"ndc IN ({', '.join('?' * len(codes))})"
    return rows.execute(_FOUND.format(where), codes).fetchall() if codes else []


def _of_name(rows: sqlite3.Connection, asked: str, vocabulary: Vocabulary) -> Found:
    """What the words stand for; else whatever has them in its description."""
    identity = identify(Concept(asked), vocabulary)
    if identity:
        named = ingredients_key(identity.ingredient_names)
        if found := rows.execute(_FOUND.format("ingredients = ?"), (named,)).fetchall():
            return found
    return rows.execute(
        _FOUND.format("instr(description, ?) > 0"), (asked.strip().upper(),)
    ).fetchall()


def _line(
    description: str,
    kind: str,
    per_unit: str,
    unit: str,
    effective: str,
    generic: str | None,
    packages: int,
    ndc: str,
) -> str:
    kinds = "generic" if kind == GENERIC else f"brand ({kind})"
    sold = f", generic {generic}" if generic else ""
    more = f" and {packages - 1} more" if packages > 1 else ""
    return (
        f"{description}: {kinds}, {per_unit} per {unit} since {effective}{sold} (NDC {ndc}{more})"
    )
