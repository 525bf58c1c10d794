"""Ordered by its brand name, and nothing against a generic: what an order says in codes and words."""

import re
from collections.abc import Iterable

from app.assessment.chart_index import Line
from app.domain.codes import Concept
from app.domain.medicines import MedicationEntry

# RxNorm ends the name of a branded drug with its brand in square brackets.
_BRACKETED = re.compile(r"\[[^\[\]]+\]\s*$")
# In the order's own words; "brand medically necessary" is how 42 CFR 447.512(c) has it written.
# DAW 1 is "substitution not allowed by prescriber", DAW 0 "no product selection indicated" (HL7
# table 0167); the numbers above it are the pharmacy's.
_KEPT = re.compile(
    r"\bDAW[\s:=-]*1\b|(?:\bDAW\b|dispense as written)(?![\s:=-]*(?:\d|no?\b|false\b))"
    r"|brand (?:is )?(?:medically )?necessary|do not substitute|no substitution|brand only",
    re.IGNORECASE,
)


def brand_ordered(line: Line) -> str:
    """
    The brand name that the newest active order asks for; empty where it asks for none.

    `atorvastatin (LIPITOR)` names its ingredient: that is how many EHRs write the generic.
    """
    identity = line.medicine.identity
    order = _order(line) if identity and identity.brand else None
    if identity is None or order is None:
        return ""
    named = _names_brand(order.concept, identity.brand, identity.ingredient_names)
    return identity.brand if named else ""


def kept_as_brand(line: Line) -> str:
    """Why it stays the brand, in words; empty where nothing says so."""
    order = _order(line)
    if order is None:
        return ""
    said = (order.note, order.concept.text, *(d.text for d in order.dosages))
    if order.brand_only or any(_KEPT.search(text) for text in said):
        return "the order asks for the brand to be dispensed as written"
    return ""


def dispensed_as_generic(line: Line) -> str:
    """That the last fill was the generic, in words; empty where it was not, or is not known."""
    identity = line.medicine.identity
    if identity is None or not line.medicine.fills:
        return ""
    fill = line.medicine.fills[-1].concept
    if not any(name in _low(fill) for name in identity.ingredient_names):
        return ""
    named = _names_brand(fill, identity.brand, identity.ingredient_names)
    return "" if named else "the last fill was the generic"


def _order(line: Line) -> MedicationEntry | None:
    live = [e for e in line.medicine.entries if not e.reported and e.status == "active"]
    return live[-1] if live else None


def _names_brand(concept: Concept, brand: str, ingredients: Iterable[str]) -> bool:
    text = _low(concept)
    if not text:
        return True  # a bare code, which is where the brand was read
    if _BRACKETED.search(text):
        return brand.lower() in text
    return brand.lower() in text and not any(name in text for name in ingredients)


def _low(concept: Concept) -> str:
    return concept.text.lower()
