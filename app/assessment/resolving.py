"""Names in rules turned into what they stand for, once; a name that leads nowhere refuses to load."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from operator import ge, gt, le, lt

from app.assessment.answers import Answer
from app.assessment.chart_index import ChartIndex, Line
from app.assessment.families import FamilyMatcher
from app.assessment.sentences import number, quantity
from app.knowledge import Knowledge
from app.knowledge.arguments import Args, Fact, Limits, Which
from app.knowledge.logic import Node
from app.knowledge.rows import ConstantRow
from app.knowledge.subjects import Subject, parse_subjects
from app.terminology.units import same_unit


class Unresolved(ValueError):
    """A name no table knows."""


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """What a predicate is asked about: a chart, and the medicine a rule per medicine is bound to."""

    index: ChartIndex
    line: Line | None = None

    @property
    def bound(self) -> Line:
        if self.line is None:
            raise LookupError("a predicate about the bound medicine needs a rule per medicine")
        return self.line


Predicate = Callable[[Scope], Answer]


@dataclass(frozen=True, slots=True)
class Bounds:
    """Limits with their numbers filled in."""

    limits: tuple[tuple[str, ConstantRow], ...]

    def hold(self, value: Decimal, comparator: str = "") -> bool | None:
        """Whether the value is inside every limit; None when `<` or `>` leaves it open."""
        certain = True
        for kind, fact in self.limits:
            answer = _holds(kind, fact.value, value, comparator)
            if answer is False:
                return False
            certain = certain and answer is True
        return True if certain else None

    @property
    def words(self) -> str:
        shown = {"below": "below", "at_most": "at most", "above": "above", "at_least": "at least"}
        return " and ".join(
            f"{shown[kind]} {quantity(fact.value, fact.unit)}" for kind, fact in self.limits
        )

    @property
    def limit(self) -> str:
        return " to ".join(number(fact.value) for _, fact in self.limits)

    @property
    def unreviewed(self) -> tuple[str, ...]:
        return tuple(fact.id for _, fact in self.limits if fact.status == "unreviewed")


_COMPARED: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "below": lt,
    "at_most": le,
    "above": gt,
    "at_least": ge,
}


def _holds(kind: str, limit: Decimal, value: Decimal, comparator: str) -> bool | None:
    exact = _COMPARED[kind](value, limit)
    if not comparator:
        return exact
    # ">90" says at least 90: a lower bound can prove "above" and refute "below", and nothing else.
    low = comparator in {">", ">="}
    upward = kind in {"above", "at_least"}
    if low == upward:
        return True if exact or (value == limit and comparator in {">", "<"}) else None
    return False if not exact else None


@dataclass(frozen=True)
class Resolver:
    """Looks names up in the knowledge."""

    knowledge: Knowledge
    matcher: FamilyMatcher
    numbers: dict[Node, int] = field(default_factory=dict)

    def number(self, asked: Node) -> int:
        """The same for the same question, whichever rule asks it."""
        return self.numbers.setdefault(asked, len(self.numbers))

    def fact(self, ref: Fact) -> ConstantRow:
        try:
            return self.knowledge.constants[ref.fact]
        except KeyError:
            raise Unresolved(f"no fact {ref.fact!r} in constants.csv") from None

    def bounds(self, limits: Limits, unit: str | None = None) -> Bounds:
        given = [
            (kind, self.fact(ref))
            for kind in ("below", "at_most", "above", "at_least")
            if (ref := getattr(limits, kind)) is not None
        ]
        for _, fact in given:
            if unit is not None and fact.unit and not same_unit(fact.unit, unit):
                raise Unresolved(f"the fact {fact.id!r} is in {fact.unit}, not in {unit}")
        return Bounds(tuple(given))

    def subjects(self, which: Which) -> tuple[Subject, ...]:
        found = [Subject("ingredient", which.ingredient)] if which.ingredient else []
        found += [Subject("class", which.class_)] if which.class_ else []
        for text in which.any_:
            found += self.parsed(text)
        for narrow in (which.without_class, which.without_ingredient):
            if narrow:
                self.known(
                    [Subject("class" if narrow == which.without_class else "ingredient", narrow)]
                )
        if not found:
            raise Unresolved("an ingredient, a class or any of several is needed")
        return self.known(found)

    def parsed(self, text: str) -> tuple[Subject, ...]:
        try:
            return self.known(parse_subjects(text))
        except ValueError as wrong:
            raise Unresolved(str(wrong)) from None

    def known(self, subjects: Iterable[Subject]) -> tuple[Subject, ...]:
        every = tuple(subjects)
        for subject in every:
            if subject.kind == "ingredient" and subject.name not in self.knowledge.ingredients:
                raise Unresolved(f"no fact table names the ingredient {subject.name!r}")
            if subject.kind == "class" and subject.name not in self.knowledge.membership.known:
                raise Unresolved(f"no class {subject.name!r} in classes.csv")
        return every

    def family(self, key: str) -> str:
        if key not in self.knowledge.families:
            raise Unresolved(f"no condition family {key!r} in families.csv")
        return key

    def lab(self, key: str) -> str:
        if key not in self.knowledge.lab_units and key != "crcl":
            raise Unresolved(f"no lab family {key!r} in lab_families.csv")
        return key


def facts_held(
    rows: Iterable[tuple[str, Iterable[Subject]]],
) -> Callable[[frozenset[Subject]], int]:
    """How many rows of a table speak of a medicine, whichever rule reports them."""
    about: dict[Subject, set[str]] = {}
    for id_, subjects in rows:
        for subject in subjects:
            about.setdefault(subject, set()).add(id_)

    @lru_cache(maxsize=4096)
    def held(keys: frozenset[Subject]) -> int:
        return len(set().union(*(about.get(key, ()) for key in keys)))

    return held


def names_any(which: Which) -> bool:
    return bool(which.ingredient or which.class_ or which.any_)


def narrows(which: Which) -> bool:
    """Whether it asks for more than an ingredient or a class."""
    told = which.route or which.form or which.release or which.scheduled
    return bool(told or which.without_class or which.without_ingredient)


def narrowed(which: Which, line: Line) -> bool:
    """The product narrowing of a subject: route, form, release, and what it must not be."""
    if which.route and line.route not in which.route:
        return False
    if which.form and line.form not in which.form:
        return False
    if which.release and line.release != which.release:
        return False
    if which.scheduled and line.medicine.as_needed:
        return False
    if which.without_ingredient and which.without_ingredient in line.ingredients:
        return False
    return not (which.without_class and Subject("class", which.without_class) in line.keys)


Builder = Callable[[Args, Resolver], Predicate]
Words = Callable[[Args], Iterable[str]]
