"""Every predicate of the vocabulary with what answers it and the words it gives to a sentence."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from app.assessment import predicates_cost as cost
from app.assessment import predicates_course as course
from app.assessment import predicates_lab as lab
from app.assessment import predicates_list as rest
from app.assessment import predicates_medicine as medicine
from app.assessment import predicates_patient as patient
from app.assessment import predicates_score as scores
from app.assessment import predicates_supply as supply
from app.assessment.answers import Answer, NotFound, all_of, any_of, at_least, none_of
from app.assessment.resolving import Predicate, Resolver, Scope
from app.knowledge.logic import Call, Node, calls

_BUILDERS: dict[str, Callable[[Any, Resolver], Predicate]] = {
    "medicine.taking": medicine.taking,
    "medicine.daily_dose": medicine.daily_dose,
    "medicine.duration": medicine.duration,
    "medicine.started": medicine.started_within,
    "medicine.started_after": rest.started_after,
    "medicine.as_needed": medicine.only_as_needed,
    "medicine.regular": medicine.regular,
    "medicine.doses_per_day": medicine.doses_per_day,
    "medicine.for": medicine.for_family,
    "medicine.covered": medicine.covered,
    "medicine.never_filled": supply.never_filled,
    "medicine.overdue": supply.overdue,
    "medicine.possession": supply.possession,
    "medicine.first_of": supply.first_of,
    "medicine.not_taken": medicine.not_taken,
    "medicine.disagrees": medicine.disagrees,
    "medicine.statin_intensity": medicine.statin_below,
    "medicine.below_target": medicine.below_target,
    "medicine.below_usual": medicine.below_usual,
    "medicine.share_of_max": medicine.share_of_max,
    "medicine.unchecked": course.unchecked,
    "medicine.fills": course.fills,
    "medicine.generic_sold": cost.generic_sold,
    "medicine.dearer": cost.dearer,
    "taking": rest.taking,
    "not_taking": rest.not_taking,
    "taking.count": rest.count,
    "courses": course.courses,
    "class.not_kept_up": supply.kept_up,
    "doses.per_day": supply.doses_together,
    "anticholinergic.total": supply.anticholinergic,
    "ingredient.total": rest.ingredient_total,
    "mme.total": rest.mme_total,
    "lab.latest": lab.latest,
    "lab.mean": lab.mean,
    "lab.run": lab.run,
    "lab.ever": lab.ever,
    "lab.missing": lab.missing,
    "lab.fall": lab.fall,
    "condition.present": patient.present,
    "condition.absent": patient.absent,
    "condition.history": patient.history,
    "condition.recent": patient.recent,
    "condition.count": patient.count,
    "procedure.done": patient.procedure,
    "allergy.to": patient.allergy,
    "age": patient.age,
    "sex": patient.sex,
    "finding": patient.finding,
    "score.cha2ds2vasc": scores.stroke_score,
    "score": scores.score,
}

# Questions about other medicines leave out the one they are asked for.
_OF_LINE = frozenset({"taking", "not_taking", "taking.count"})

# The slots of a sentence each predicate can fill. Lab predicates fill slots named by their family.
_WORDS: dict[str, tuple[str, ...]] = {
    "medicine.daily_dose": ("daily",),
    "medicine.duration": ("since",),
    "medicine.started": ("since",),
    "medicine.started_after": ("since", "other", "earlier"),
    "medicine.doses_per_day": ("times",),
    "medicine.for": ("reason",),
    "medicine.covered": ("covered", "observed"),
    "medicine.never_filled": ("ordered",),
    "medicine.overdue": ("last_fill", "supply"),
    "medicine.possession": ("possession", "observed"),
    "medicine.not_taken": ("why", "on"),
    "medicine.disagrees": ("disagreement",),
    "medicine.statin_intensity": ("intensity",),
    "medicine.below_target": ("daily", "target"),
    "medicine.below_usual": ("daily", "target"),
    "medicine.share_of_max": ("daily", "target"),
    "medicine.unchecked": ("begun", "missing"),
    "medicine.fills": ("fills",),
    "medicine.generic_sold": ("brand", "cost", "list"),
    "medicine.dearer": ("cost", "other", "less", "list"),
    "courses": ("courses",),
    "taking": ("other",),
    "taking.count": ("all", "count"),
    "class.not_kept_up": ("covered",),
    "doses.per_day": ("times",),
    "anticholinergic.total": ("total", "parts"),
    "ingredient.total": ("total", "parts"),
    "mme.total": ("total", "parts"),
    "lab.missing": ("missing",),
    "condition.present": ("condition",),
    "condition.history": ("condition",),
    "condition.recent": ("condition",),
    "condition.count": ("condition", "times"),
    "procedure.done": ("procedure",),
    "allergy.to": ("allergy",),
    "finding": ("finding",),
    "score.cha2ds2vasc": ("score",),
    "score": ("score",),
}
_LAB_WORDS = {
    "lab.latest": ("", ".value", ".date"),
    "lab.ever": ("", ".value", ".date"),
    "lab.mean": (".mean",),
    "lab.run": (".run",),
    "lab.fall": (".change",),
}


def build(node: Node, resolver: Resolver) -> Predicate:
    """The closure that answers a rule's logic, its parts asked in order and no further than needed."""
    predicate = _predicate(node, resolver)
    return predicate if _asks_the_line(node) else _once(predicate, resolver.number(node))


def _predicate(node: Node, resolver: Resolver) -> Predicate:
    if isinstance(node, Call):
        return _BUILDERS[node.name](node.args, resolver)
    parts = [build(part, resolver) for part in node.parts]
    match node.kind:
        case "all":
            return _every(parts)
        case "any":
            return _either(parts)
        case "none":
            return _neither(parts)
    return lambda scope: at_least(node.count, [part(scope) for part in parts])


def _every(parts: Sequence[Predicate]) -> Predicate:
    """One no decides: what comes after it isn't asked."""
    if len(parts) == 1:
        return parts[0]

    def ask(scope: Scope) -> Answer:
        answers = []
        for part in parts:
            answer = part(scope)
            if isinstance(answer, NotFound):
                return answer
            answers.append(answer)
        return all_of(answers)

    return ask


def _either(parts: Sequence[Predicate]) -> Predicate:
    return parts[0] if len(parts) == 1 else lambda scope: any_of([part(scope) for part in parts])


def _neither(parts: Sequence[Predicate]) -> Predicate:
    one = _either(parts)
    return lambda scope: none_of(one(scope))


def _asks_the_line(node: Node) -> bool:
    return any(c.name in _OF_LINE or c.name.startswith("medicine.") for c in calls(node))


def _once(predicate: Predicate, number: int) -> Predicate:
    """Answers a question about the chart as a whole once, however many rules and medicines ask it."""

    def ask(scope: Scope) -> Answer:
        answered = scope.index.answered
        known = answered.get(number)
        if known is None:
            known = answered[number] = predicate(scope)
        return known

    return ask


def words_given(node: Node) -> Iterable[str]:
    if _has_none(node):
        yield "checked"
    for call in calls(node):
        yield from _WORDS.get(call.name, ())
        family = getattr(call.args, "family", "")
        yield from (f"{family}{ending}" for ending in _LAB_WORDS.get(call.name, ()))


def _has_none(node: Node) -> bool:
    if isinstance(node, Call):
        return False
    return node.kind == "none" or any(_has_none(part) for part in node.parts)
