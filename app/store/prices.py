"""A price list, read from the database that `cmm prices load` made of it."""

import sqlite3
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from app.domain.errors import CmmError
from app.domain.medicines import Ingredient, MedicineIdentity, Strength
from app.domain.prices import Price, PriceList

# Grows when the tables, or how a product is written into them, change: the list is loaded again.
FORMAT = 1
# Packages of one product at one price are one price.
_PRICES = """
SELECT description, kind, per_unit, unit, max(effective), generic_per_unit,
       ingredients, strengths, form, route, release, brand
FROM product JOIN price ON price.product = product.id WHERE ingredients = ?
GROUP BY product.id, kind, per_unit, unit, generic_per_unit ORDER BY product.id, per_unit
"""
_REMEMBERED = 2_000  # sets of ingredients: more than a day of charts asks for


def read_prices(file: Path) -> PriceList | None:
    """
    None where no list was loaded; raises CMM-6014 for a file that is none.

    The file is opened once and asked as charts need it; a newer one put in its place is seen by the
    next start.
    """
    if not file.exists():
        return None
    try:
        rows = opened(file)
        about = dict(rows.execute("SELECT name, value FROM about"))
        as_of = date.fromisoformat(about["as_of"])
    except (sqlite3.Error, KeyError, ValueError):
        raise unusable(file) from None

    @lru_cache(maxsize=_REMEMBERED)
    def of(ingredients: frozenset[str]) -> tuple[Price, ...]:
        found = rows.execute(_PRICES, (ingredients_key(ingredients),))
        return tuple(_price(*row) for row in found)

    return PriceList(about["name"], as_of, of)


def ingredients_key(names: Iterable[str]) -> str:
    """How a product is found by what is in it."""
    return "|".join(sorted(names))


def opened(file: Path) -> sqlite3.Connection:
    """
    Read-only, from any thread: SQLite serialises what shares a connection. Raises
    sqlite3.DatabaseError for a database of another format.
    """
    rows = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, check_same_thread=False)
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


def _price(
    description: str,
    kind: str,
    per_unit: str,
    unit: str,
    effective: str,
    generic: str | None,
    *product: str,
) -> Price:
    return Price(
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
