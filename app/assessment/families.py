"""Which condition families a recorded condition or procedure belongs to: by code, else by its exact words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from app.domain.codes import ICD10CM, SNOMED, Concept
from app.knowledge import Knowledge


@dataclass(frozen=True, slots=True)
class FamilyMatcher:
    """Lookups made once from the family tables."""

    of_code: Callable[[str, str], frozenset[str]]
    words: dict[str, frozenset[str]]
    above: dict[str, frozenset[str]]

    def families_of(self, concept: Concept) -> frozenset[str]:
        """
        Codes decide; words count only where no code is known, and only when the whole text is equal.

        "History of" and "family history of" would slip through anything looser.
        """
        found = self._by_code(concept) or self._by_words(concept)
        return found.union(*(self.above.get(family, frozenset()) for family in found))

    def strands(self, found: frozenset[str]) -> int:
        """How many things a condition of these families says that do not follow from one another."""
        implied = frozenset().union(*(self.above.get(family, frozenset()) for family in found))
        return len(found - implied)

    def _by_code(self, concept: Concept) -> frozenset[str]:
        return frozenset().union(*(self.of_code(c.system, c.code) for c in concept.codings))

    def _by_words(self, concept: Concept) -> frozenset[str]:
        texts = [concept.text, *(c.display for c in concept.codings)]
        found: set[str] = set()
        for text in texts:
            found |= self.words.get(_plain(text), frozenset())
        return frozenset(found)


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
    return FamilyMatcher(
        _code_lookup(exact, prefixes),
        {key: frozenset(found) for key, found in words.items()},
        {child: _ancestors(child, parents) for child in parents},
    )


def _code_lookup(
    exact: Mapping[tuple[str, str], set[str]], prefixes: Mapping[str, set[str]]
) -> Callable[[str, str], frozenset[str]]:
    """An ICD-10-CM row without `exact` stands for every longer code that begins with it."""

    @lru_cache(maxsize=8192)  # the same few hundred codes come in every chart
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
