"""
The patient's pages: letter, to-do list, day plan, medicine list and safe disposal.

Order and columns follow the Medicare Part D MTM standardized format (CMS-10396; the to-do list,
medication list and disposal page are of its 2022 revision); the words are our own.
"""

from app.domain.medicines import LineStatus, Medicine
from app.domain.patient import UNNAMED
from app.domain.plan import ActionPlan
from app.planning.papers.allergies import my_allergies
from app.planning.papers.disposal import disposal
from app.planning.papers.languages import Language
from app.planning.papers.medicine_table import day_plan, medicine_list
from app.planning.papers.paper import Paper, Part, Points, Section, Words
from app.planning.papers.reasons import Plainly, as_recorded
from app.planning.papers.to_do import marks, to_do

TAKEN = frozenset({LineStatus.CURRENT, LineStatus.UNKNOWN})


def patient_pages(plan: ActionPlan, language: Language, plainly: Plainly = as_recorded) -> Paper:
    say, numbered = language.say, marks(plan)
    return Paper(
        for_whom="patient",
        language=language.code,
        title=say("Your medicine plan"),
        opening=(
            *_for_whom(plan, language),
            say("Made on {day}", day=language.day(plan.signed_at.date())),
        ),
        sections=(
            _letter(plan, language),
            *_wishes(plan, language),
            *_contacts(plan, language),
            Section(say("My to-do list"), to_do(plan, language), own_page=True),
            Section(say("My day"), day_plan(_taken(plan), numbered, language), own_page=True),
            Section(
                say("My medicine list"), _list(plan, numbered, language, plainly), own_page=True
            ),
            disposal(language),
        ),
    )


def _for_whom(plan: ActionPlan, language: Language) -> tuple[str, ...]:
    named = plan.patient.name not in {"", UNNAMED}
    return (language.say("For {name}", name=plan.patient.name),) if named else ()


def _taken(plan: ActionPlan) -> tuple[Medicine, ...]:
    return tuple(m for m in plan.medicines if m.status in TAKEN)


def _letter(plan: ActionPlan, language: Language) -> Section:
    say = language.say
    author = plan.author.name
    parts: tuple[Part, ...] = (
        Words(
            say(
                "Thank you for talking with us about your health and your medicines. "
                "These pages are for you to keep."
            )
        ),
        Points(
            (
                say("Your to-do list says what you can do next."),
                say("Your day shows when to take each medicine."),
                say("Your medicine list says what you take and why."),
            )
        ),
        Words(say("Bring these pages when you see a doctor, a nurse or a pharmacist.")),
        Words(say("Take them with you if you go to a hospital.")),
        Words(say("Change only what your to-do list says. Ask us before you change more.")),
        Words(say("If you feel very sick, call 911.")),
        Words(say("Do you have questions? Call us: {line}", line="_" * 24)),
        Words(author),
    )
    return Section(say("A letter to you"), parts)


def _wishes(plan: ActionPlan, language: Language) -> tuple[Section, ...]:
    own = [plan.patient_words, *(g.text for g in plan.goals if g.expressed_by_patient)]
    said = tuple(language.sentence(w) for w in dict.fromkeys(own) if w)
    if not said:
        return ()
    return (Section(language.say("What matters to me"), (Points(said),)),)


def _contacts(plan: ActionPlan, language: Language) -> tuple[Section, ...]:
    if not plan.touchpoints:
        return ()
    formats = {
        "in-person": language.say("We meet in person."),
        "telephone": language.say("We call you."),
        "telehealth": language.say("We talk by video."),
    }
    points = tuple(
        language.say(
            "Between {first} and {last}. {how}",
            first=language.day(point.earliest),
            last=language.day(point.latest),
            how=formats[point.format.value],
        )
        for point in plan.touchpoints
    )
    return (Section(language.say("When we talk again"), (Points(points),)),)


def _list(
    plan: ActionPlan, numbered: dict[str, str], language: Language, plainly: Plainly
) -> tuple[Part, ...]:
    say = language.say
    parts = medicine_list(_taken(plan), numbered, language, plainly)
    resting = tuple(m.name for m in plan.medicines if m.status not in TAKEN)
    if resting:
        parts = (*parts, Words(say("Our records say you do not take these now:")), Points(resting))
    return (
        *my_allergies(plan, language),
        *parts,
        Words(say("Do you take anything else? Write it here. Also write vitamins and herbs.")),
        Words("_" * 40),
    )
