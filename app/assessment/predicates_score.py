"""Questions about scores that are worked out."""

from decimal import Decimal

from app.assessment.answers import Answer, CannotTell, Found, NotFound
from app.assessment.resolving import Bounds, Predicate, Resolver, Scope
from app.assessment.sentences import quantity
from app.assessment.worked_out import CALCULATIONS, Worked, work_out
from app.knowledge import vocabulary_person as v
from app.knowledge.durations import parse_duration


def score(args: v.Score, resolver: Resolver) -> Predicate:
    return _asked(args.name, args.within, resolver.bounds(args), resolver)


def stroke_score(args: v.Cha2ds2Vasc, resolver: Resolver) -> Predicate:
    # It rests on no result, so no result can be too old for it.
    return _asked("cha2ds2-vasc", "P1D", resolver.bounds(args), resolver)


def _asked(name: str, within: str, bounds: Bounds, resolver: Resolver) -> Predicate:
    if name not in CALCULATIONS:
        raise LookupError(f"no score {name!r}; there are {', '.join(CALCULATIONS)}")
    period = parse_duration(within)

    def ask(scope: Scope) -> Answer:
        found = work_out(name, scope.index, resolver.knowledge, period)
        return found if isinstance(found, CannotTell) else _judged(found, bounds)

    return ask


def _judged(found: Worked, bounds: Bounds) -> Answer:
    """A score that is only known within a range answers where the whole range does."""
    said = f"{found.title} {_said(found)}"
    holds = {bool(bounds.hold(Decimal(v))) for v in _range_of(found)}
    if holds == {True}:
        return Found(found.inputs, (("score", said),))
    return NotFound((said,)) if holds == {False} else CannotTell(found.missing)


def _range_of(found: Worked) -> tuple[Decimal, ...]:
    """Every value it can have: scores are whole points."""
    if found.value is not None:
        return (found.value,)
    return tuple(Decimal(n) for n in range(int(found.low), int(found.high) + 1))


def _said(found: Worked) -> str:
    if found.value is None:
        return f"{found.low} to {found.high}"
    return quantity(found.value, found.unit) if found.unit else f"{found.value}"
