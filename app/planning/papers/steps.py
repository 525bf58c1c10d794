"""
What the patient can do about an agreed action, where its own sentence only says what is the matter.

"These two must never be taken together" leaves a reader alone: every line of a to-do list says what to do.
"""

import re

from app.domain.assessment import Severity
from app.domain.plan import PlannedAction
from app.planning.papers.languages import Language

_SENTENCES = re.compile(r"(?<=[.?!])\s+|[,;:] (?:and )?")
# How a sentence begins that tells somebody to do something.
_DOES = frozenset(
    {
        "ask", "avoid", "bring", "call", "check", "choose", "drink", "get", "keep", "never", "pause", "please",
        "read", "report", "show", "skip", "stop", "take", "talk", "tell", "use", "wait", "weigh", "write",
    }
)  # fmt: skip
_WHOLE = ("do not ", "don't ", "let us ")


def names_a_step(plain: str) -> bool:
    """Whether any part of it asks for something; a question does not."""
    parts = [p.lower() for p in _SENTENCES.split(plain) if p and not p.endswith("?")]
    return any(p.split()[0].rstrip(".") in _DOES or p.startswith(_WHOLE) for p in parts)


def step(action: PlannedAction, language: Language) -> str:
    """Never to stop or change anything alone: that is what the people of the plan are for."""
    grave = action.problem.severity is Severity.HIGH
    return _steps(language).get(action.action) or _changes(language)[grave]


def every_step(language: Language) -> frozenset[str]:
    """All that can be said so, of whatever action."""
    return frozenset((*_steps(language).values(), *_changes(language).values()))


def _steps(language: Language) -> dict[str, str]:
    say = language.say
    return {
        "start-medication": say("Ask us if this is right for you."),
        "order-lab": say("Ask us when and where to get the test."),
        "order-vaccine": say("Ask us where you can get it."),
        "monitor": say("Tell us if you notice a change."),
        "provide-education": say("Tell us if you notice a change."),
        "self-monitor": say("Ask us how to check this at home."),
        "support-adherence": say("Tell us what would help you."),
        "refer": say("Ask us who you should see."),
        "see-pcp": say("Ask us who you should see."),
        "reorder": say("Ask us for more before you run out."),
        "change-time": say("Ask us when to take each one."),
    }


def _changes(language: Language) -> dict[bool, str]:
    """What to do about a medicine that is to be changed, by whether it is grave."""
    return {
        True: language.say("Call us today and ask what to do."),
        False: language.say("Ask us what to change. Do not change it on your own."),
    }
