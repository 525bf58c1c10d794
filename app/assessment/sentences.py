"""How values, dates and lists are written for the clinician, and how a rule's sentence is filled."""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from itertools import pairwise

from app.domain.dates import clinical_date

_SLOT = re.compile(r"\{([a-z0-9_.-]+)\}")
_LONG = re.compile(r"(?<![\d.,-])\d{4,}(?= ?(?:mg|mcg|g|mL|meq|mEq|units?)\b)")
_MEQ = re.compile(r"\bmeq\b")
_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")
_ENDS = (". ", "? ", "! ")
_SAINT = re.compile(r"\bSt\Z")
_PROPER = frozenset(
    {"Addison", "Cushing", "Graves", "Hodgkin", "Marfan", "Meniere", "Paget", "Wilson"}
    | {"Alzheimer", "Barrett", "Clostridioides", "Crohn", "Hashimoto", "Helicobacter", "Huntington"}
    | {"Lewy", "Parkinson", "QT", "Raynaud", "Sjogren", "Wolff-Parkinson-White"}
)
_UNITS = {
    "mL/min/{1.73_m2}": "mL/min/1.73 m2",
    "mm[Hg]": "mm Hg",
    "/min": "beats/min",
    "10*3/uL": "x10^3/uL",
    "m[IU]/L": "mIU/L",
    "u[IU]/mL": "mIU/L",
    "meq/L": "mEq/L",
    "[lb_av]": "lb",
    "1": "",
    "a": "years",
    "mg/d": "mg a day",
    "ug/d": "mcg a day",
    "mg/wk": "mg a week",
    "{MME}/d": "MME a day",
    "{Tscore}": "",
    "{score}": "",
    "{INR}": "",
    "{ratio}": "",
    "[degF]": "F",
    "Cel": "C",
}


@lru_cache(maxsize=4096)
def day(value: date) -> str:
    return clinical_date(value)


@lru_cache(maxsize=4096)
def number(value: Decimal) -> str:
    """No trailing zero, a comma from 1,000 (a misread decimal point is a tenfold error)."""
    text = f"{value:,.3f}" if value != value.to_integral_value() else f"{int(value):,}"
    return text.rstrip("0").rstrip(".") if "." in text else text


_SLOT_AT_END = re.compile(r"[:,]? \{\w+\}")


@lru_cache(maxsize=4096)  # the same medicines come in every chart
def written(name: str) -> str:
    """A medicine's name and dose as people write them: 1,000 mg, 20 mEq, St. John's wort."""
    grouped = _LONG.sub(lambda found: f"{int(found[0]):,}", name)
    units = _MEQ.sub("mEq", grouped) if "meq" in grouped else grouped
    return units.replace("st. john's", "St. John's")


def unit_words(unit: str) -> str:
    return _UNITS.get(unit, unit)


def quantity(value: Decimal, unit: str) -> str:
    if unit == "10*3/uL" and 0 < value < 1:
        # Eosinophils and low counts are spoken of in single cells.
        return f"{number(value * 1000)} per uL"
    words = unit_words(unit)
    return f"{number(value)} {words}" if words else number(value)


def listed(items: Iterable[str], last: str = "and") -> str:
    """a, b and c"""
    names = list(dict.fromkeys(items))
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {last} {names[-1]}"


def counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def slots(template: str) -> frozenset[str]:
    return frozenset(_SLOT.findall(template))


def fill(template: str, words: dict[str, str]) -> str:
    """
    Fills the slots of a rule's sentence. A part in [brackets] is left out when one of its slots
    has no words; a slot outside brackets says that nothing is recorded.
    """
    said = [
        text if slot is None else words.get(slot, "not recorded")
        for needed, pieces in _parts(template)
        if not needed or needed <= words.keys()
        for text, slot in pieces
    ]
    return " ".join("".join(said).split())


def told(template: str, words: dict[str, str]) -> str:
    """A filled template as a sentence. One without slots reads the same for everybody."""
    return _fixed(template) if "{" not in template else sentence(fill(template, words))


@cache
def _fixed(template: str) -> str:
    return sentence(fill(template, {}))


@cache
def _parts(template: str) -> tuple[tuple[frozenset[str], tuple[tuple[str, str | None], ...]], ...]:
    """The template cut up once: what each part needs to be said at all, and its words and slots."""
    cut = _OPTIONAL.split(template)
    return tuple(
        (slots(part) if at % 2 else frozenset[str](), _pieces(part)) for at, part in enumerate(cut)
    )


def _pieces(part: str) -> tuple[tuple[str, str | None], ...]:
    cut = _SLOT.split(part)
    return tuple((text, text if at % 2 else None) for at, text in enumerate(cut))


@cache
def unfilled(title: str) -> str:
    """The title of a rule where nothing was found that could fill its slots."""
    return _SLOT_AT_END.sub("", title)


def sentence(text: str) -> str:
    """Every sentence of it starts with a capital, and the last ends with a full stop."""
    text = text.strip()
    if not text:
        return text
    begun = capital(text)
    for end in _ENDS:
        if end in begun:
            begun = _continued(begun, end)
    return begun if begun[-1] in ".!?" else f"{begun}."


def _continued(text: str, end: str) -> str:
    """A capital after each end of a sentence; the one of St. John's wort is none."""
    parts = text.split(end)
    begun = [part if _SAINT.search(before) else capital(part) for before, part in pairwise(parts)]
    return end.join((parts[0], *begun))


def capital(text: str) -> str:
    """eGFR, uACR and their like begin small wherever they stand."""
    first = text.split(" ", 1)[0]
    return text if first[1:] != first[1:].lower() else text[:1].upper() + text[1:]


def inside(title: str) -> str:
    """A title inside a sentence: heart failure, but COPD and Alzheimer's disease."""
    first = title.split(" ", 1)[0]
    proper = first.rstrip("'").removesuffix("'s") in _PROPER or first[1:] != first[1:].lower()
    return title if proper else title[:1].lower() + title[1:]
