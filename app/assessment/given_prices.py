"""The price list that a rule's own test describes."""

from datetime import date
from decimal import Decimal

from app.domain.codes import Concept
from app.domain.prices import Price, PriceList, price_list
from app.knowledge.durations import parse_duration
from app.knowledge.rule import Given, GivenPrice
from app.terminology import Vocabulary, identify


def prices_of(given: Given, vocabulary: Vocabulary, as_of: date) -> PriceList | None:
    """None where the test gives no price: no list is loaded. What isn't recognised is no price."""
    if not given.prices:
        return None
    listed = parse_duration(given.listed).before(as_of)
    found = (_price(p, listed, vocabulary) for p in given.prices)
    return price_list("NADAC", listed, (p for p in found if p))


def _price(given: GivenPrice, listed: date, vocabulary: Vocabulary) -> Price | None:
    identity = identify(Concept(given.product), vocabulary)
    if identity is None:
        return None
    cost = Decimal(str(given.costs))
    generic = None if given.generic is None else Decimal(str(given.generic))
    return Price(given.product, identity, given.kind, cost, given.unit, listed, generic)
