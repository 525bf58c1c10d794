"""Reads a medicine's name word by word: every word must be understood, or the name is not."""

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final

from app.domain.medicines import Ingredient, MedicineIdentity
from app.terminology.amounts import read_amounts
from app.terminology.salts import NOT_SALTED, SALTS
from app.terminology.strengths import Group, strengths_of
from app.terminology.vocabulary import Brand, FormWord, Vocabulary
from app.terminology.words import SILENT, phrase, words_of

_JOINTS: Final = frozenset({"/", "-", ",", "and", "&", "+", "with", "w"})
_BRACKETS: Final = frozenset("()[]{}")
_APPLICATION: Final = re.compile(r"\bnda\d+\b")
_BRACKETED: Final = re.compile(r"\[([^\[\]]+)\]\s*$")
# "(3 mL)", "(65 mg iron)", "(25 mcg)": says the strength again in other words, after it was given.
_ASIDE: Final = re.compile(
    r"\(\s*(?:=|as|total)?\s*[\d.,]+\s*(?:mg|mcg|ug|g|ml|unit|units|iu|meq)\b"
    r"(?:\s*/\s*[\d.]*\s*(?:ml|g|gram|dose|actuation))?"
    r"(?:\s*(?:of|elemental|iron|calcium|magnesium|zinc|potassium|base|fe|total|elem|folic acid|dfe)\b)*\s*\)"
)
_STRENGTH: Final = re.compile(r"\d\s*(?:mg|mcg|ug|g|ml|unit|units|iu|meq|unt)\b")
# "108 (90 base) mcg" counts the base, "325 (65 Fe) mg" the salt: as RxNorm does.
_BASE: Final = re.compile(r"[\d.]+ ?\(([\d.]+) base\)")
_IRON: Final = re.compile(r"([\d.]+) ?\([\d.]+ fe\)")
_BIOLOGIC: Final = ("mab", "cept", "stim", "ase", "alfa", "glargine", "aspart", "lispro")
_LONGEST: Final = 12
# Made only as an extended release tablet or capsule (every product in RxNorm); names often leave it out.
_EXTENDED: Final = frozenset({"metoprolol succinate"})


@dataclass(slots=True)
class _Reading:
    """What has been understood so far."""

    ingredients: list[Ingredient] = field(default_factory=list)
    brands: list[Brand] = field(default_factory=list)
    amounts: list[Group] = field(default_factory=list)
    forms: list[FormWord] = field(default_factory=list)
    joined: bool = True


@lru_cache(maxsize=4096)
def read_name(text: str, vocabulary: Vocabulary) -> MedicineIdentity | None:
    """The medicine a name says, or None when any word of it is not understood."""
    name, bracketed = _split(text)
    reading = _read(name, vocabulary)
    if reading is None:
        return None
    if bracketed and (known := vocabulary.brands.get(phrase(bracketed))):
        reading.brands.append(known)
    elif bracketed and not reading.ingredients:
        return None
    identity = _identity(reading, vocabulary)
    return replace(identity, brand=bracketed) if identity and bracketed else identity


def names_ingredients(text: str, vocabulary: Vocabulary) -> bool:
    """Does the name say its ingredients outright, rather than through a brand?"""
    reading = _read(_split(text)[0], vocabulary)
    return bool(reading and reading.ingredients)


def _split(text: str) -> tuple[str, str]:
    """RxNorm writes the brand last, in square brackets: whatever stands there is a brand."""
    found = _BRACKETED.search(text)
    return (text[: found.start()], found[1].strip()) if found else (text, "")


def _read(name: str, vocabulary: Vocabulary) -> _Reading | None:
    tokens = words_of(_without_aside(_APPLICATION.sub(" ", name.lower())))
    reading = _Reading()
    at = 0
    while at < len(tokens):
        step = _step(tokens, at, reading, vocabulary)
        if step == 0:
            return None
        at += step
    return reading


def _without_aside(low: str) -> str:
    low = _IRON.sub(r"\1", _BASE.sub(r"\1", low))
    aside = _ASIDE.search(low)
    if not aside:
        return low
    rest = low[: aside.start()]
    return f"{rest} {low[aside.end() :]}" if _STRENGTH.search(rest) else low


def _step(tokens: list[str], at: int, reading: _Reading, vocabulary: Vocabulary) -> int:
    """How many tokens were understood here; 0 when none."""
    if taken := _named(tokens, at, reading, vocabulary):
        return taken
    token = tokens[at]
    if token in _JOINTS or token in _BRACKETS:
        reading.joined = True
        return 1
    if token[0].isdigit() or token[0] == ".":
        amounts, taken = read_amounts(tokens, at)
        if amounts:
            reading.amounts.append((len(reading.ingredients), amounts))
        return taken
    if _is_biosimilar_suffix(tokens, at, reading):
        return 1
    if reading.ingredients and token in SALTS:
        return int(reading.ingredients[-1].name not in NOT_SALTED)
    return 0


def _is_biosimilar_suffix(tokens: list[str], at: int, reading: _Reading) -> bool:
    """FDA adds four meaningless letters to biologics: `adalimumab-adaz`, `insulin glargine-yfgn`."""
    if not reading.ingredients or tokens[at - 1] != "-" or not tokens[at].isalpha():
        return False
    return len(tokens[at]) == 4 and reading.ingredients[-1].name.endswith(_BIOLOGIC)


def _named(tokens: list[str], at: int, reading: _Reading, vocabulary: Vocabulary) -> int:
    """The longest brand, ingredient or form that starts here."""
    for size in range(min(_LONGEST, len(tokens) - at), 0, -1):
        if tokens[at] in SILENT or tokens[at + size - 1] in SILENT:
            continue
        words = " ".join(t for t in tokens[at : at + size] if t not in SILENT)
        if brand := vocabulary.brands.get(words):
            reading.brands.append(brand)
            return size
        if ingredient := vocabulary.names.get(words):
            if not reading.joined:
                return 0
            reading.ingredients.append(ingredient)
            reading.joined = False
            if words in _EXTENDED:
                reading.forms.append(FormWord("", "", "extended", 0))
            return size
        if form := vocabulary.forms.get(words):
            reading.forms.append(form)
            return size
    return 0


def _identity(reading: _Reading, vocabulary: Vocabulary) -> MedicineIdentity | None:
    said = tuple(dict.fromkeys(reading.ingredients))
    contents = {frozenset(b.ingredients) for b in reading.brands}
    if len(contents) > 1 or (said and contents and contents != {frozenset(said)}):
        return None
    ingredients = said or next((b.ingredients for b in reading.brands), ())
    if not ingredients:
        return None
    brand = max((b.name for b in reading.brands), key=len, default="")
    form, route, release = _form(reading.forms)
    return MedicineIdentity(
        ingredients=ingredients,
        strengths=strengths_of(
            reading.amounts, reading.ingredients, ingredients, brand, vocabulary
        ),
        form=form,
        route=route or _usual_route(form, ingredients, vocabulary),
        release=release,
        brand=brand,
    )


def _form(words: list[FormWord]) -> tuple[str, str, str]:
    """The most telling form word wins; two different ones of equal weight say nothing."""
    top = max((w.rank for w in words if w.form), default=0)
    forms = {w.form for w in words if w.form and w.rank == top}
    only = [w.route for w in words if w.route and not w.form]
    with_form = [w.route for w in sorted(words, key=lambda w: -w.rank) if w.route and w.form]
    releases = {w.release for w in words if w.release}
    return (
        forms.pop() if len(forms) == 1 else "",
        (only or with_form or [""])[0],
        releases.pop() if len(releases) == 1 else "",
    )


def _usual_route(form: str, ingredients: tuple[Ingredient, ...], vocabulary: Vocabulary) -> str:
    """A tablet or capsule is swallowed unless the coded products of this medicine say otherwise."""
    if form not in {"tablet", "capsule", "gummy"}:
        return ""
    special = any((i.name, form) in vocabulary.not_swallowed for i in ingredients)
    return "" if special else "oral"
