"""The patient's to-do list: each agreed action in plain words, with who helps."""

import re
from collections.abc import Collection

from app.domain.assessment import Need
from app.domain.plan import ActionPlan, PlannedAction
from app.planning.defaults import UNNAMED_PRESCRIBER
from app.planning.papers.languages import ENGLISH, Language
from app.planning.papers.paper import Foreign, Part, Table, Wording, Words, plain
from app.planning.papers.standing import standing
from app.planning.papers.steps import names_a_step, step

_FEW = 3  # names that can be taken in at a glance
_STRENGTH = re.compile(r" \d\S* .*")  # with its unit: a number that ends a name is a code


def to_do(plan: ActionPlan, language: Language) -> tuple[Part, ...]:
    say, actions = language.say, standing(plan)
    if not actions:
        return (Words(say("There is nothing new to do. Go on as you do now.")),)
    rows = tuple(
        (f"{number}. {_topic(plan, a, language)}", _task(a, language), *_help(a, language))
        for number, a in enumerate(actions, start=1)
    )
    head = (
        say("What we talked about"),
        say("What I should do"),
        say("Who helps me"),
        say("By when"),
    )
    return (
        Words(say("The most important comes first.")),
        Table(say("My to-do list"), head, rows),
    )


def marks(plan: ActionPlan) -> dict[str, str]:
    """Medicine id -> the numbers of the to-do list that are about it."""
    found: dict[str, list[str]] = {}
    for number, action in enumerate(standing(plan), start=1):
        for medicine in action.problem.act_on or action.problem.medicines:
            found.setdefault(medicine, []).append(str(number))
    return {medicine: ", ".join(numbers) for medicine, numbers in found.items()}


def _topic(plan: ActionPlan, action: PlannedAction, language: Language) -> str:
    say, concerned = language.say, action.problem.act_on or action.problem.medicines
    if names := _listed(_names(plan, concerned)):
        beside = _names(plan, [m for m in action.problem.medicines if m not in concerned])
        return _beside(names, beside, language)
    match action.problem.need:
        case Need.INDICATION:
            return say("A medicine you may need")
        case Need.EFFECTIVENESS:
            return say("How well your medicines work")
        case Need.SAFETY:
            return say("Safe use of medicines")
        case Need.ADHERENCE:
            return say("Taking your medicines")


def _beside(names: str, beside: tuple[str, ...], language: Language) -> str:
    """A sentence about two makes no sense where one is named; a long list makes no more."""
    if not beside:
        return names
    if len(beside) > _FEW:
        return language.say("{medicine} together with other medicines you take", medicine=names)
    others = ", ".join(dict.fromkeys(map(without_strength, beside)))
    return language.say("{medicine} together with {others}", medicine=names, others=others)


def _names(plan: ActionPlan, ids: Collection[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(m.name for m in plan.medicines if m.id in ids))


def _listed(names: tuple[str, ...]) -> str:
    """One or two as they are on the list; of more the strength would hide the names."""
    short = names if len(names) < _FEW else tuple(dict.fromkeys(map(without_strength, names)))
    return ", ".join(short)


def without_strength(name: str) -> str:
    """Where a medicine is only spoken of, and its own line has the rest."""
    return _STRENGTH.sub("", name)


def _task(action: PlannedAction, language: Language) -> Wording:
    if not action.plain:
        return language.say("We will talk with you about this.")
    if action.plain == step(action, ENGLISH):  # its words are the step itself
        return step(action, language)
    said = language.sentence(action.plain)
    if names_a_step(action.plain):
        return said
    whole = f"{plain(said)} {step(action, language)}"
    return whole if isinstance(said, str) else Foreign(whole, said.language)


def _help(action: PlannedAction, language: Language) -> tuple[str, str]:
    unnamed = action.owner.name == UNNAMED_PRESCRIBER
    who = language.say("Your doctor or nurse") if unnamed else action.owner.name
    return who, language.day(action.due)
