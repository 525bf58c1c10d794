"""The medicine vocabulary: ingredients, brands and product codes, read from package data once."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple, Protocol

from app.domain.medicines import Ingredient, MedicineIdentity
from app.terminology.ndc import eleven_digits
from app.terminology.products import ProductTable, identity_of
from app.terminology.words import phrase

# Labeler and product, without the package: they settle substance, strength and form (21 CFR 207.33).
_PRODUCT_DIGITS = 9
_LONGEST_CODE = 8  # RXCUI is a varchar(8) in the scripts that come with a release


class Brand(NamedTuple):
    """A brand name and what is in it, in the order its label gives the strengths."""

    name: str
    ingredients: tuple[Ingredient, ...]


@dataclass(frozen=True, slots=True)
class FormWord:
    """What one word or phrase of a name says about form, route and release."""

    form: str
    route: str
    release: str
    rank: int


class Release(Protocol):
    """A whole RxNorm release that was loaded here; asked before the tables of the package."""

    def product(self, rxcui: str) -> MedicineIdentity | None: ...

    def package(self, ndc: str) -> MedicineIdentity | None:
        """By an NDC of eleven digits."""

    def substance(self, atc: str) -> MedicineIdentity | None: ...

    def names_of(self, ingredient: Ingredient, limit: int) -> tuple[str, ...]:
        """Names of its clinical and branded drugs."""


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """
    Everything that can be recognised. Phrases are lower case, without commas and hyphens.

    Two vocabularies are never compared, so that one can be the key of what is computed from it.
    """

    names: Mapping[str, Ingredient]
    codes: Mapping[str, Ingredient]
    brands: Mapping[str, Brand]
    forms: Mapping[str, FormWord]
    not_swallowed: frozenset[tuple[str, str]]
    products: ProductTable
    packages: ProductTable
    substances: Mapping[str, Ingredient]
    release: Release | None = None

    def ingredient(self, name: str) -> Ingredient | None:
        """An ingredient by any of its names: `cyanocobalamin` is `vitamin b12`."""
        return self.names.get(phrase(name))

    def product(self, rxcui: str) -> MedicineIdentity | None:
        """What an RxNorm code stands for; None where the code is not known."""
        if not rxcui.isascii() or not rxcui.isdigit() or len(rxcui) > _LONGEST_CODE:
            return None
        if self.release and (found := self.release.product(rxcui)):
            return found
        if known := self.codes.get(rxcui):
            return MedicineIdentity((known,))
        return _product(self, int(rxcui))

    def package(self, ndc: str) -> MedicineIdentity | None:
        """What an NDC stands for; None where it is not known or could be several medicines."""
        found = [identity for code in eleven_digits(ndc) if (identity := self._package(code))]
        return found[0] if len({i.ingredients for i in found}) == 1 else None

    def substance(self, atc: str) -> MedicineIdentity | None:
        """What an ATC code of the fifth level stands for; None for a group or an unknown code."""
        if self.release and (found := self.release.substance(atc)):
            return found
        known = self.substances.get(atc)
        return MedicineIdentity((known,)) if known else None

    def products_of(self, brand: str) -> Iterator[MedicineIdentity]:
        """Every coded product sold under a brand name."""
        return (identity_of(line, self.names) for line in self.products.of_brand(brand))

    def _package(self, ndc: str) -> MedicineIdentity | None:
        if self.release and (found := self.release.package(ndc)):
            return found
        line = self.packages.line(int(ndc[:_PRODUCT_DIGITS]))
        return identity_of(line, self.names) if line else None


@lru_cache(maxsize=4096)
def _product(vocabulary: Vocabulary, rxcui: int) -> MedicineIdentity | None:
    line = vocabulary.products.line(rxcui)
    return identity_of(line, vocabulary.names) if line else None


@cache
def load_vocabulary(rxnorm: Path | None = None) -> Vocabulary:
    """
    The vocabulary that ships with the package, and before it the RxNorm release in the database
    `rxnorm`, where there is one.
    """
    shipped = _shipped()
    if rxnorm is None or not rxnorm.exists():
        return shipped
    from app.terminology.rxnorm import with_release  # it reads names, and names need this module

    return with_release(shipped, rxnorm)


@cache
def _shipped() -> Vocabulary:
    ingredients = {row[0]: Ingredient(row[0], row[1]) for row in _rows("ingredients.tsv")}
    names = {phrase(name): found for name, found in ingredients.items()}
    names |= {row[0]: ingredients[row[1]] for row in _rows("synonyms.tsv")}
    return Vocabulary(
        names=MappingProxyType(names),
        codes=MappingProxyType({i.rxcui: i for i in ingredients.values() if i.rxcui}),
        brands=MappingProxyType(
            {
                row[0]: Brand(row[1], tuple([ingredients[n] for n in row[2].split("|")]))
                for row in _rows("brands.tsv")
            }
        ),
        forms=MappingProxyType(
            {row[0]: FormWord(row[1], row[2], row[3], int(row[4])) for row in _rows("forms.tsv")}
        ),
        not_swallowed=frozenset((row[0], row[1]) for row in _rows("not_swallowed.tsv")),
        products=ProductTable(_bytes("products.tsv")),
        packages=ProductTable(_bytes("packages.tsv")),
        substances=MappingProxyType({row[0]: ingredients[row[1]] for row in _rows("atc.tsv")}),
    )


def _bytes(name: str) -> bytes:
    return (files(__package__) / "data" / name).read_bytes()


def _rows(name: str) -> Iterator[list[str]]:
    reader = csv.reader(_bytes(name).decode().splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    next(reader)
    return reader
