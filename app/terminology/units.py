"""Units as charts write them in one spelling, and exact conversion between those of one kind."""

import re
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import Final

# Spellings of UCUM, of e-prescribing and of hand-typed lists, all lower case.
_SPELLINGS: Final = {
    "mg": "mg milligram milligrams mgs",
    "mcg": "mcg ug µg μg microgram micrograms mcgs",
    "g": "g gm gms gram grams",
    "kg": "kg kilogram kilograms",
    "mL": "ml milliliter milliliters millilitre cc",
    "L": "l liter liters litre",
    "dL": "dl",
    "unit": "unit units unt iu [iu] intl_unit usp_unit usp'u [usp'u] int'l_units u",
    "meq": "meq",
    "mmol": "mmol",
    "%": "% percent",
    "h": "h hr hrs hour hours",
    "tablet": "tablet tablets tab tabs tbl caplet caplets",
    "capsule": "capsule capsules cap caps softgel softgels gelcap gelcaps",
    "puff": "puff puffs actuat actuation actuations inhalation inhalations inh",
    "spray": "spray sprays",
    "drop": "drop drops gtt gtts [drp] drp",
    "patch": "patch patches system",
    "suppository": "suppository suppositories",
    "application": "application applications",
    "lozenge": "lozenge lozenges troche",
    "gummy": "gummy gummies",
    "packet": "packet packets sachet sachets powder_packet",
    "film": "film films strip strips",
    "vial": "vial vials ampule ampules",
    "syringe": "syringe syringes pen pens",
    "injection": "injection injections",
    "piece": "piece pieces gum",
    "ring": "ring rings",
    "scoop": "scoop scoops",
    "each": "each dose doses pill pills",
    "tsp": "tsp teaspoon teaspoons teaspoonful teaspoonfuls",
    "tbsp": "tbsp tablespoon tablespoons tablespoonful tablespoonfuls",
}
_CANONICAL: Final = MappingProxyType(
    {word: unit for unit, words in _SPELLINGS.items() for word in words.split()}
)
# What each measures, and its SI prefix as a power of ten: 1 kg is 10 to the 3 g.
_MEASURES: Final = {
    "kg": ("mass", 3),
    "g": ("mass", 0),
    "mg": ("mass", -3),
    "mcg": ("mass", -6),
    "L": ("volume", 0),
    "dL": ("volume", -1),
    "mL": ("volume", -3),
    "mol": ("substance", 0),
    "mmol": ("substance", -3),
}

# One whole article of a medicine: what "take 1" counts. Amounts of these need a strength.
COUNTED: Final = frozenset(
    {
        *("tablet", "capsule", "suppository", "lozenge", "gummy", "packet", "film", "vial"),
        *("syringe", "injection", "piece", "ring", "each"),
    }
)
MASS_UNITS: Final = frozenset({"kg", "g", "mg", "mcg"})


@lru_cache(maxsize=1024)
def normal_unit(written: str) -> str:
    """The unit in one spelling: `ug`, `µg` and `MCG` are all `mcg`. Unknown units come back trimmed."""
    text = re.sub(r"\s+", "_", written.strip())
    bare = text.strip("{}").lower().removesuffix("(s)")
    if found := _CANONICAL.get(bare):
        return found
    if "/" in text:
        return "/".join(normal_unit(part) or part for part in text.split("/"))
    # `mL/min/{1.73_m2}`, `10*3/uL` and their hand-typed forms keep their characters, less decoration.
    return re.sub(r"[{}\[\]_]", "", text)


def same_unit(a: str, b: str) -> bool:
    """Are these two spellings of one unit? Milliequivalents are never millimoles here."""
    return _fold(a) == _fold(b)


def convert(
    value: Decimal, written: str, wanted: str, *, factor: Decimal | None = None
) -> Decimal | None:
    """
    The value in the wanted unit, exactly; None where the units do not measure the same thing.

    Conversions that depend on the substance (mg/dL to mmol/L, mEq to mmol) need the factor that a
    cited table gives for it: without one the answer is None, never a guess.
    """
    if same_unit(written, wanted):
        return value
    if factor is not None:
        return value * factor
    ratio = _ratio(normal_unit(written), normal_unit(wanted))
    return None if ratio is None else value * ratio


def plain(value: Decimal) -> str:
    """A number as a person writes it: no exponent, no trailing zeros."""
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text if text != "-0" else "0"


def number_words(value: Decimal) -> str:
    """With a comma from 1,000: a misread decimal point is a tenfold error (NHS CUI medicine line)."""
    return f"{Decimal(plain(value)):,f}"


def unit_written(unit: str) -> str:
    return "mEq" if unit == "meq" else unit


@lru_cache(maxsize=1024)
def _ratio(a: str, b: str) -> Decimal | None:
    """How many of `b` one `a` is. Parts that are no measure (a tablet, a spray) must be the same in both."""
    first, second = a.split("/"), b.split("/")
    if len(first) != len(second):
        return None
    ratio = Decimal(1)
    for place, (one, other) in enumerate(zip(first, second, strict=True)):
        step = _step(one, other)
        if step is None:
            return None
        ratio = ratio * step if place == 0 else ratio / step
    return ratio


def _step(a: str, b: str) -> Decimal | None:
    if a.lower() == b.lower():
        return Decimal(1)
    first, second = _MEASURES.get(a), _MEASURES.get(b)
    if first is None or second is None or first[0] != second[0]:
        return None
    return Decimal(1).scaleb(first[1] - second[1])


def _fold(unit: str) -> str:
    return normal_unit(unit).lower().replace(" ", "").replace("²", "2").replace("^", "")
