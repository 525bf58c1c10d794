"""The database of a price list while it is being made: whole in its place, or not there at all."""

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import date
from importlib.resources import files
from pathlib import Path

from app.commands.nadac import Row, spelled_out
from app.commands.target import made_at
from app.domain.codes import NDC, Coding, Concept
from app.domain.medicines import MedicineIdentity
from app.store.prices import FORMAT, ingredients_key
from app.terminology import Vocabulary, identify

Written = tuple[str, str, str, str, str, str]
_SCHEMA = "prices_schema.sql"
_PRODUCT_DIGITS = 9  # 21 CFR 207.33, in the eleven-digit form


def write(
    target: Path, name: str, as_of: date, rows: Iterable[Row], vocabulary: Vocabulary
) -> dict[str, int]:
    """Killed at any moment it leaves the old list in use; gives what the new one holds."""
    unfinished = target.with_name(f"{target.name}.loading")
    with made_at(target, "CMM-6016", "The price list"):
        unfinished.unlink(missing_ok=True)
        with closing(sqlite3.connect(unfinished)) as made:
            made.executescript((files(__package__) / _SCHEMA).read_text("utf-8"))
            about = {"format": str(FORMAT), "name": name, "as_of": as_of.isoformat()}
            with made:
                made.executemany("INSERT INTO about VALUES (?, ?)", about.items())
                counts = _fill(made, rows, vocabulary)
        os.replace(unfinished, target)  # noqa: PTH105 - the one call that replaces at once
    return counts


def _fill(made: sqlite3.Connection, rows: Iterable[Row], vocabulary: Vocabulary) -> dict[str, int]:
    products: dict[Written, int] = {}
    packages = strange = 0
    for row, product in _recognised(rows, vocabulary):
        number = None if product is None else products.setdefault(product, len(products) + 1)
        packages += 1
        strange += product is None
        made.execute("INSERT INTO price VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*_values(row), number))
    made.executemany(
        "INSERT INTO product VALUES (?, ?, ?, ?, ?, ?, ?)",
        ((number, *product) for product, number in products.items()),
    )
    return {"NDCs": packages, "products": len(products), "NDCs not recognised": strange}


def _values(row: Row) -> tuple[str | None, ...]:
    generic = None if row.generic_per_unit is None else str(row.generic_per_unit)
    effective = row.effective.isoformat()
    return (row.ndc, row.description, row.kind, str(row.per_unit), row.unit, effective, generic)


def _recognised(
    rows: Iterable[Row], vocabulary: Vocabulary
) -> Iterator[tuple[Row, Written | None]]:
    """
    By NDC and description as any entry of a chart; where the two differ, nothing is chosen.
    Packages of one product are recognised once: labeler and product code are its first digits.
    """
    known: dict[tuple[str, str], Written | None] = {}
    for row in rows:
        key = row.description, row.ndc[:_PRODUCT_DIGITS]
        if key not in known:
            said = Concept(spelled_out(row.description), (Coding(NDC, row.ndc),))
            found = identify(said, vocabulary)
            known[key] = _written(found) if found else None
        yield row, known[key]


def _written(identity: MedicineIdentity) -> Written:
    strengths = (f"{s.ingredient}={s.value}={s.unit}={s.per}" for s in identity.strengths)
    return (
        ingredients_key(identity.ingredient_names),
        "|".join(strengths),
        identity.form,
        identity.route,
        identity.release,
        identity.brand,
    )
