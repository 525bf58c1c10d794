"""
The chart's allergies as the papers say them: none recorded is not none, and not read is neither.

The patient's list has a line for allergies and one for side effects, as the medication list of the
Medicare Part D MTM standardized format has (CMS-10396).
"""

import re

from app.domain.chart import Allergy
from app.domain.plan import ActionPlan, AllergyList
from app.planning.papers.languages import Language
from app.planning.papers.paper import Part, Points, Wording, Words

_LINE = "_" * 24
# Charts record "no known allergies" as an entry of the list; nobody is allergic to that.
_NONE_KNOWN = re.compile(r"nkd?a\b|no (known|current)\b|no\b.*\ballerg", re.IGNORECASE)


def my_allergies(plan: ActionPlan, language: Language) -> tuple[Part, ...]:
    """With a line to write on, as only the patient knows what is missing."""
    say, held = language.say, plan.allergies
    if held is None:
        return (Words(say("My allergies and side effects: {line}", line=_LINE)),)
    return (
        *_points(say("I am allergic to:"), _named(_allergic(held)), language),
        *_points(say("These gave me side effects:"), _named(_intolerant(held)), language),
        *_points(say("My records also say:"), _named(_denied(held)), language),
        *_doubt(held, language),
        Words(say("Other allergies or side effects: {line}", line=_LINE)),
    )


def noted_allergies(plan: ActionPlan) -> tuple[str, ...]:
    """For who prescribes next."""
    held = plan.allergies
    if held is None:
        return ("Not kept with this version of the plan.",)
    said = [*_named(_allergic(held)), *(f"{i}: intolerance" for i in _named(_intolerant(held)))]
    denied = _named(_denied(held))
    if not held.complete:
        lost = "The list could not be read in full." if said or denied else _UNREAD
        return (*said, *denied, lost)
    return (*said, *denied) or ("None recorded.",)


_UNREAD = "Cannot tell: the allergy list could not be read."


def _doubt(held: AllergyList, language: Language) -> tuple[Part, ...]:
    say = language.say
    if not held.complete and held.items:
        return (Words(say("We could not read the whole list. Tell us what is missing.")),)
    if not held.complete:
        return (Words(say("We could not read your list of allergies. Tell us about yours.")),)
    if not held.items:
        return (Words(say("Your records name no allergy. If you have one, tell us.")),)
    return ()


def _points(label: str, items: tuple[str, ...], language: Language) -> tuple[Part, ...]:
    said: tuple[Wording, ...] = tuple(language.sentence(item) for item in items)
    return (Words(label), Points(said)) if said else ()


def _named(allergies: list[Allergy]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(_name, allergies)))


def _name(allergy: Allergy) -> str:
    shown = ", ".join(dict.fromkeys(r.text for r in allergy.reactions if r.text))
    return f"{allergy.concept.text} ({shown})" if shown else allergy.concept.text


def _denied(held: AllergyList) -> list[Allergy]:
    return [a for a in held.items if _NONE_KNOWN.match(a.concept.text)]


def _intolerant(held: AllergyList) -> list[Allergy]:
    denied = _denied(held)
    return [a for a in held.items if a.kind == "intolerance" and a not in denied]


def _allergic(held: AllergyList) -> list[Allergy]:
    """What does not say that it is an intolerance counts as an allergy: the other error can kill."""
    denied = _denied(held)
    return [a for a in held.items if a.kind != "intolerance" and a not in denied]
