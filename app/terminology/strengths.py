"""Gives each amount of a name to the ingredient it belongs to, or to none."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from app.domain.medicines import Ingredient, Strength
from app.terminology.amounts import Amount
from app.terminology.vocabulary import Vocabulary
from app.terminology.words import phrase

# Amounts written together, with the number of ingredients that were named before them.
Group = tuple[int, tuple[Amount, ...]]
SMALL = Decimal("0.1")  # mg; in 0.075 mg a zero is easily lost


def in_micrograms(strengths: Sequence[Strength]) -> bool:
    """Is the product said in micrograms? One that holds less than a tenth of a milligram is."""
    return any(s.unit == "mg" and s.value < SMALL for s in strengths)


def strengths_of(
    written: list[Group],
    named: list[Ingredient],
    ingredients: tuple[Ingredient, ...],
    brand: str,
    vocabulary: Vocabulary,
) -> tuple[Strength, ...]:
    """`named` are the ingredients in the order written, salts apart; `ingredients` what they come to."""
    groups = [
        group for group in written if group[0]
    ] or written  # "1 MG Dose ... semaglutide 1.34 MG/ML": the latter counts
    if not groups:
        return ()
    if named or len(ingredients) == 1:
        return _by_place(named, groups) or _in_order(groups, ingredients)
    if phrase(brand) == phrase(" ".join(i.name for i in ingredients)):
        return _in_order(groups, ingredients)
    return _as_sold(groups, brand, vocabulary)


def _by_place(named: list[Ingredient], groups: list[Group]) -> tuple[Strength, ...]:
    """`A 5 mg / B 10 mg`: each amount follows its own ingredient."""
    places = [place for place, _ in groups]
    if places != list(range(1, len(named) + 1)):
        return ()
    if any(len(amounts) != 1 for _, amounts in groups):
        return ()
    return _summed(
        (ingredient, amounts[0]) for ingredient, (_, amounts) in zip(named, groups, strict=True)
    )


def _in_order(groups: list[Group], ingredients: tuple[Ingredient, ...]) -> tuple[Strength, ...]:
    """`A-B 5-10 mg`: one group of as many amounts as there are ingredients."""
    if len(groups) != 1 or len(groups[0][1]) != len(ingredients):
        return ()
    return _summed(zip(ingredients, groups[0][1], strict=True))


def _as_sold(groups: list[Group], brand: str, vocabulary: Vocabulary) -> tuple[Strength, ...]:
    """`Percocet 5-325 mg`: which amount is whose is read from the coded products of the brand."""
    if len(groups) != 1:
        return ()
    written = sorted((a.value, a.unit) for a in groups[0][1])
    found = {
        p.strengths
        for p in vocabulary.products_of(brand)
        if sorted((s.value, s.unit) for s in p.strengths) == written
    }
    return found.pop() if len(found) == 1 else ()


def _summed(pairs: Iterable[tuple[Ingredient, Amount]]) -> tuple[Strength, ...]:
    """Two salts of one ingredient in one tablet count together."""
    totals: dict[tuple[str, str, str], Decimal] = {}
    for ingredient, amount in pairs:
        key = (ingredient.name, amount.unit, amount.per)
        totals[key] = totals.get(key, Decimal(0)) + amount.value
    if len({name for name, _, _ in totals}) != len(totals):
        return ()
    return tuple(Strength(name, value, unit, per) for (name, unit, per), value in totals.items())
