"""Questions about the rest of the medicine list: other medicines, counts and totals."""

from collections.abc import Sequence

from app.assessment.answers import Answer, CannotTell, Found, NotFound
from app.assessment.chart_index import ChartIndex, Line
from app.assessment.doses import Amount, mme_factors, opioids_together, parts_words, total_of
from app.assessment.resolving import Bounds, Predicate, Resolver, Scope, narrowed
from app.assessment.sentences import day, inside, listed, quantity
from app.knowledge import vocabulary as v
from app.knowledge.arguments import Which
from app.knowledge.subjects import Subject

_NAMED = 3  # more of them would be no sentence


def others(which: Which, subjects: tuple[Subject, ...], scope: Scope) -> list[Line]:
    bound = scope.line.id if scope.line else ""
    return [x for x in scope.index.of(subjects) if x.id != bound and narrowed(which, x)]


def _untaken(lines: Sequence[Line]) -> str:
    return "; ".join(f"{x.name} is {x.untaken}" for x in lines)


def list_unread(index: ChartIndex) -> CannotTell | None:
    """Absence can be concluded only from a list that was read."""
    if index.unread("MedicationRequest"):
        return CannotTell((index.unread_words("MedicationRequest"),), unread=True)
    return None


def taking(args: v.Taking, resolver: Resolver) -> Predicate:
    subjects = resolver.subjects(args)
    titles = (inside(resolver.knowledge.subject_title(s)) for s in subjects[:_NAMED])
    none = f"no {listed(titles, 'or')} on the list" if len(subjects) <= _NAMED else "none taken"

    def ask(scope: Scope) -> Answer:
        every = others(args, subjects, scope)
        if found := [line for line in every if line.taken]:
            words = tuple(("other", line.name) for line in found)
            return Found(tuple(line.input for line in found), words)
        return list_unread(scope.index) or NotFound((_untaken(every) if every else none,))

    return ask


def not_taking(args: v.NotTaking, resolver: Resolver) -> Predicate:
    """
    Nothing of the kind on the list. A line nobody could recognise does not hide the need: it is
    named beside the finding instead, since one unreadable vitamin would silence every such rule.
    What is on the list and not taken is no need for another order: the adherence rules ask why.
    """
    subjects = resolver.subjects(args)

    def ask(scope: Scope) -> Answer:
        if found := others(args, subjects, scope):
            taken = [line.name for line in found if line.taken]
            return NotFound((f"takes {listed(taken)}" if taken else _untaken(found),))
        if unread := list_unread(scope.index):
            return unread
        strange = scope.index.unrecognised
        caveat = f"Not recognised on the list: {listed(x.name for x in strange)}."
        return Found(caveats=(caveat,) if strange else ())

    return ask


def count(args: v.TakingCount, resolver: Resolver) -> Predicate:
    subjects = resolver.subjects(args)

    def ask(scope: Scope) -> Answer:
        found = [x for x in scope.index.taken(subjects) if narrowed(args, x)]
        different = {x.ingredients for x in found} if args.different_ingredients else found
        if len(different) >= args.at_least:
            words = (*(("all", x.name) for x in found), ("count", str(len(different))))
            return Found(tuple(x.input for x in found), words)
        return list_unread(scope.index) or NotFound((f"{len(different) or 'none'} on the list",))

    return ask


def _judged(amount: Amount, bounds: Bounds, said: str) -> Answer:
    if not amount.parts and not amount.unknown:
        return NotFound(("none on the list",))
    shown = quantity(amount.total, amount.unit)
    inputs = tuple(line.input for line, _ in amount.parts)
    words = (("total", shown), ("parts", parts_words(amount)))
    if bounds.hold(amount.total):
        return Found(inputs, words) if not amount.unknown else _open(amount, bounds, words)
    if amount.unknown:
        return CannotTell(amount.unknown)
    return NotFound((f"{said} {shown} a day",))


def _open(amount: Amount, bounds: Bounds, words: tuple[tuple[str, str], ...]) -> Answer:
    """A part that can't be added changes nothing when the rest is already above a floor."""
    upper = any(kind in {"below", "at_most"} for kind, _ in bounds.limits)
    if upper:
        return CannotTell(amount.unknown)
    caveat = f"Not counted: {listed(amount.unknown)}."
    return Found(tuple(line.input for line, _ in amount.parts), words, caveats=(caveat,))


def started_after(args: v.MedicineStartedAfter, resolver: Resolver) -> Predicate:
    """By the recorded days; a start that is not known leaves the order of the two open."""
    subjects = resolver.subjects(args)

    def ask(scope: Scope) -> Answer:
        line = scope.bound
        earlier = [x for x in others(args, subjects, scope) if x.taken]
        if not earlier:
            return list_unread(scope.index) or NotFound(("none taken",))
        order = [(x, _later(line, x)) for x in earlier]
        began = line.medicine.started
        if began is not None and (before := [x for x, later in order if later]):
            words = (
                ("since", day(began.latest)),
                *(("other", x.name) for x in before),
                *(("earlier", _with_start(x)) for x in before),
            )
            return Found(tuple(x.input for x in before), words)
        if unknown := [x.name for x, later in order if later is None]:
            return CannotTell((f"which was started first, {line.name} or {listed(unknown, 'or')}",))
        return NotFound((f"{line.name} was not started after {listed(x.name for x in earlier)}",))

    return ask


def _with_start(line: Line) -> str:
    started = line.medicine.started
    return f"{line.name} (since {started.said})" if started else line.name


def _later(line: Line, other: Line) -> bool | None:
    one, two = line.medicine.started, other.medicine.started
    if one is None or two is None:
        return None
    if one.earliest > two.latest:
        return True
    return False if one.latest <= two.earliest else None


def ingredient_total(args: v.IngredientTotal, resolver: Resolver) -> Predicate:
    (subject,) = resolver.known([Subject("ingredient", args.ingredient)])
    bounds = resolver.bounds(args)
    unit = bounds.limits[0][1].unit.removesuffix("/d")

    def ask(scope: Scope) -> Answer:
        lines = scope.index.taken([subject])
        return _judged(total_of(lines, args.ingredient, unit), bounds, args.ingredient)

    return ask


def mme_total(args: v.MmeTotal, resolver: Resolver) -> Predicate:
    bounds = resolver.bounds(args)
    rows = resolver.knowledge.tables.mme_factors
    factors = mme_factors(rows)
    subjects = [Subject("ingredient", row.ingredient) for row in rows]

    def ask(scope: Scope) -> Answer:
        lines = scope.index.taken(subjects)
        return _judged(opioids_together(lines, factors), bounds, "opioids")

    return ask
