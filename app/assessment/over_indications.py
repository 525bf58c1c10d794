"""What each medicine is for: the reason on the order, or a condition on the list it is used for."""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from app.assessment.answers import Found
from app.assessment.chart_index import ChartIndex, Line
from app.assessment.families import FamilyMatcher
from app.assessment.outcomes import Check, CompiledRule, Hit, Looked, Open, Outcome, RowFacts
from app.assessment.resolving import Resolver
from app.assessment.sentences import counted, inside, listed
from app.domain.assessment import Severity
from app.knowledge import Knowledge
from app.knowledge.rows import IndicationRow


def indications(rule: CompiledRule, _rows: Sequence[IndicationRow], resolver: Resolver) -> Check:
    uses = _uses_of(resolver.knowledge)

    def check(index: ChartIndex) -> Iterable[Outcome]:
        for line in index.lines:
            if line.recognised:
                yield _one(rule, index, line, uses, resolver.knowledge)

    return check


def _one(
    rule: CompiledRule,
    index: ChartIndex,
    line: Line,
    uses: Callable[[frozenset[str]], Sequence[str]],
    knowledge: Knowledge,
) -> Outcome:
    reasons = [_text(r.text, [c.display for c in r.codings]) for r in line.medicine.reasons]
    if any(reasons):
        return Looked(rule, line, f"reason on the order: {listed(r for r in reasons if r)}")
    families = uses(line.ingredients)
    if not families:
        return Open(rule, line, (f"no use of {line.name} is held: ask what it is for",))
    active = [f for f in families if f in index.active]
    if active:
        recorded = index.active[active[0]][0].concept
        shown = recorded.text or knowledge.family_title(active[0])
        return Looked(rule, line, f"{shown} on the problem list")
    if index.unread("Condition"):
        return Open(rule, line, (index.unread_words("Condition"),), unread=True)
    titles = listed([inside(knowledge.family_title(f)) for f in families[:4]], "or")
    caveat: tuple[str, ...] = ()
    if index.unmatched:
        count = counted(len(index.unmatched), "problem")
        caveat = (f"{count} on the list could not be matched to a use of it.",)
    facts = RowFacts("", Severity(rule.rule.severity), words={"uses": titles})
    return Hit(rule, (line,), Found((line.input,), caveats=caveat), facts)


def _text(text: str, displays: Sequence[str]) -> str:
    return text or next((d for d in displays if d), "")


def _uses_of(knowledge: Knowledge) -> Callable[[frozenset[str]], Sequence[str]]:
    """The condition families that a product with these ingredients is used for."""
    uses = knowledge.indicated

    @lru_cache(maxsize=4096)
    def of(ingredients: frozenset[str]) -> Sequence[str]:
        return sorted(set().union(*(uses.get(name, frozenset()) for name in ingredients)))

    return of


class Grouping:
    """The condition each medicine is shown under: its reason, else the nearest active use."""

    def __init__(self, knowledge: Knowledge, matcher: FamilyMatcher) -> None:
        self._uses = _uses_of(knowledge)
        self._knowledge = knowledge
        self._matcher = matcher
        self._order = {family: at for at, family in enumerate(knowledge.families)}

    def treats(self, index: ChartIndex, line: Line) -> str:
        uses = self._uses(line.ingredients)
        reasons = [f for r in line.medicine.reasons for f in self._matcher.families_of(r)]
        named = [f for f in uses if f in reasons] or reasons
        active = [f for f in uses if f in index.active]
        chosen = sorted(named or active, key=self._rank)
        if not chosen:
            return ""
        return self._knowledge.family_title(self._top(chosen[0], index))

    def _rank(self, family: str) -> int:
        return self._order.get(family, len(self._order))

    def _top(self, family: str, index: ChartIndex) -> str:
        """Type 2 diabetes and diabetes are one group: the broadest family that is active."""
        above = self._matcher.above.get(family, frozenset())
        active = sorted((f for f in above if f in index.active), key=self._rank)
        return active[0] if active else family
