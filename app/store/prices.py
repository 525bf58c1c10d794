"""A price list, read from the database that `cmm prices load` made of it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path

from app.domain.errors import CmmError
from app.domain.medicines import Ingredient, MedicineIdentity, Strength
from app.domain.prices import Price, PriceList, price_list

# Grows when the tables, or how a product is written into them, change: the list is loaded again.
FORMAT = 1
# Packages of one product at one price are one price.
_PRICES = """
SELECT description, kind, per_unit, unit, max(effective), generic_per_unit,
       ingredients, strengths, form, route, release, brand
FROM price JOIN product ON product.id = price.product
GROUP BY product.id, kind, per_unit, unit, generic_per_unit ORDER BY product.id, per_unit
"""


def read_prices(file: Path) -> PriceList | None:
    """None where no list was loaded; raises CMM-6014 for a file that is none."""
    if not file.exists():
        return None
    try:
        with closing(opened(file)) as rows:
            about = dict(rows.execute("SELECT name, value FROM about"))
            as_of = date.fromisoformat(about["as_of"])
            return price_list(about["name"], as_of, _prices(rows))
    except (sqlite3.Error, KeyError, ValueError, ArithmeticError):
        raise unusable(file) from None


def opened(file: Path) -> sqlite3.Connection:
    """Read-only; raises sqlite3.DatabaseError for a database of another format."""
    rows = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)
    written = rows.execute("SELECT value FROM about WHERE name = 'format'").fetchone()
    if written != (str(FORMAT),):
        rows.close()
        raise sqlite3.DatabaseError(str(written))
    return rows


def unusable(file: Path) -> CmmError:
    return CmmError(
        "CMM-6014",
        f"The price list {file.name} can't be used: make it again with `cmm prices load`, or remove "
        "it to work without prices.",
        500,
    )


def _prices(rows: sqlite3.Connection) -> Iterator[Price]:
    for description, kind, per_unit, unit, effective, generic, *product in rows.execute(_PRICES):
        yield Price(
            description,
            _identity(*product),
            kind,
            Decimal(per_unit),
            unit,
            date.fromisoformat(effective),
            Decimal(generic) if generic else None,
        )


def _identity(
    ingredients: str, strengths: str, form: str, route: str, release: str, brand: str
) -> MedicineIdentity:
    return MedicineIdentity(
        ingredients=tuple(Ingredient(name) for name in ingredients.split("|")),
        strengths=tuple(_strength(text) for text in strengths.split("|") if text),
        form=form,
        route=route,
        release=release,
        brand=brand,
    )


def _strength(text: str) -> Strength:
    ingredient, value, unit, per = text.split("=")
    return Strength(ingredient, Decimal(value), unit, per)
