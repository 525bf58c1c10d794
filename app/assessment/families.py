"""Which condition families a recorded condition or procedure belongs to: by code, else by its exact words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from app.domain.codes import ICD10CM, SNOMED, Concept
from app.knowledge import Knowledge


@dataclass(frozen=True, slots=True)
class FamilyMatcher:
    """Lookups made once from the family tables."""

    families_of: Callable[[Concept], frozenset[str]]
    above: dict[str, frozenset[str]]

    def strands(self, found: frozenset[str]) -> int:
        """How many things a condition of these families says that do not follow from one another."""
        implied = frozenset().union(*(self.above.get(family, frozenset()) for family in found))
        return len(found - implied)


def family_matcher(knowledge: Knowledge) -> FamilyMatcher:
    exact: dict[tuple[str, str], set[str]] = {}
    prefixes: dict[str, set[str]] = {}
    words: dict[str, set[str]] = {}
    for row in knowledge.tables.condition_families:
        if row.system == "snomed":
            exact.setdefault((SNOMED, row.code), set()).add(row.family)
        elif row.match == "exact":
            exact.setdefault((ICD10CM, _dotless(row.code)), set()).add(row.family)
        else:
            prefixes.setdefault(_dotless(row.code), set()).add(row.family)
    for phrase in knowledge.tables.condition_words:
        words.setdefault(_plain(phrase.phrase), set()).add(phrase.family)
    parents = {
        row.family: tuple(row.parent.split("|")) for row in knowledge.tables.families if row.parent
    }
    above = {child: _ancestors(child, parents) for child in parents}
    known = {key: frozenset(found) for key, found in words.items()}
    return FamilyMatcher(_concept_lookup(_code_lookup(exact, prefixes), known, above), above)


def _concept_lookup(
    of_code: Callable[[str, str], frozenset[str]],
    words: Mapping[str, frozenset[str]],
    above: Mapping[str, frozenset[str]],
) -> Callable[[Concept], frozenset[str]]:
    """
    Codes decide; words count only where no code is known, and only when the whole text is equal.

    "History of" and "family history of" would slip through anything looser.
    """
    nothing: frozenset[str] = frozenset()

    @lru_cache(maxsize=8192)  # the same few hundred conditions and procedures come in every chart
    def families_of(concept: Concept) -> frozenset[str]:
        found = nothing.union(*[of_code(c.system, c.code) for c in concept.codings])
        if not found:
            texts = [concept.text, *[c.display for c in concept.codings]]
            found = nothing.union(*[words.get(_plain(text), nothing) for text in texts])
        return found.union(*[above.get(family, nothing) for family in found])

    return families_of


def _code_lookup(
    exact: Mapping[tuple[str, str], set[str]], prefixes: Mapping[str, set[str]]
) -> Callable[[str, str], frozenset[str]]:
    """An ICD-10-CM row without `exact` stands for every longer code that begins with it."""

    def of_code(system: str, sent: str) -> frozenset[str]:
        if system == SNOMED:
            return frozenset(exact.get((SNOMED, sent), ()))
        if system != ICD10CM:
            return frozenset()
        code = _dotless(sent)
        longer = (prefixes.get(code[:length], ()) for length in range(3, len(code) + 1))
        return frozenset(exact.get((ICD10CM, code), ())).union(*longer)

    return of_code


def _ancestors(child: str, parents: dict[str, tuple[str, ...]]) -> frozenset[str]:
    found: set[str] = set()
    waiting = list(parents.get(child, ()))
    while waiting:
        family = waiting.pop()
        if family not in found:
            found.add(family)
            waiting.extend(parents.get(family, ()))
    return frozenset(found)


def _dotless(code: str) -> str:
    return code.replace(".", "").upper()


def _plain(text: str) -> str:
    return " ".join(text.lower().replace("(disorder)", "").replace("(finding)", "").split())
