"""What a medicine is for in everyday words: `high cholesterol`, not `Hyperlipidemia`."""

from collections.abc import Callable

from app.assessment.families import family_matcher
from app.domain.codes import Concept
from app.knowledge import Knowledge

Plainly = Callable[[Concept], tuple[str, ...]]  # several where several families hold it


def as_recorded(concept: Concept) -> tuple[str, ...]:
    return (concept.text,)


def plainly(knowledge: Knowledge) -> Plainly:
    """The plain words of the narrowest family that holds it; as recorded where none does."""
    matcher = family_matcher(knowledge)
    words = {row.family: row.plain for row in knowledge.tables.families}

    def said(concept: Concept) -> tuple[str, ...]:
        found = matcher.families_of(concept)
        wider = {above for family in found for above in matcher.above.get(family, ())} - {""}
        narrow = sorted(words.get(f, "") for f in found if f not in wider or f not in words)
        return tuple(dict.fromkeys(w for w in narrow if w)) or (concept.text,)

    return said
