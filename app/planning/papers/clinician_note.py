"""The clinician's note: recommendations first, one page, from the signed plan."""

from collections.abc import Iterator
from datetime import date

from app.domain.medicines import LineStatus
from app.domain.plan import ActionPlan, CodedLists
from app.planning.papers.allergies import noted_allergies
from app.planning.papers.languages import SOURCE
from app.planning.papers.note_lines import MOST, day, in_brief, in_full
from app.planning.papers.one_page import fits, shortened
from app.planning.papers.paper import Paper, Part, Points, Section

_Listed = tuple[str, list[str], int]  # heading, items, lines it may take where there is no room
_TAKEN = "Medicines at this review"
_FEWEST = 8  # lines for the medicines on the fullest page
# How many recommendations, the gravest, may take how many lines; the others take one.
_LINES = ((MOST, 4), (MOST, 3), *((n, 2) for n in range(MOST, 0, -3)), (0, 1))


def clinician_note(plan: ActionPlan, lists: CodedLists) -> Paper:
    """As much of it as one page holds, the recommendations first; what is left out is counted."""
    *roomy, tightest = _papers(plan, lists)
    return next((paper for paper in roomy if fits(paper)), tightest)


def whole_note(plan: ActionPlan, lists: CodedLists) -> Paper:
    """All its words: a text has no page to end."""
    return _paper(plan, in_full(plan, lists), _besides(plan, lists)[0])


def _papers(plan: ActionPlan, lists: CodedLists) -> Iterator[Paper]:
    """The same note from all its words to the fewest."""
    besides = _besides(plan, lists)
    brief = (in_brief(plan, lists, gravest, lines) for gravest, lines in _LINES)
    for recommended in (in_full(plan, lists), *brief):
        yield from (_paper(plan, recommended, others) for others in besides)


def _besides(plan: ActionPlan, lists: CodedLists) -> tuple[tuple[Section, ...], ...]:
    """What stands beside the recommendations, from all its words to the fewest."""
    listed, names = _listed(plan, lists), [m.name for m in plan.medicines]
    whole = tuple(_section(heading, items, items) for heading, items, _ in listed)
    short = tuple(_section(h, items, [shortened(items, lines)]) for h, items, lines in listed)
    taken = _section(_TAKEN, names, _medicines(plan))
    named = _section(_TAKEN, names, ["; ".join(names)])
    few = _section(_TAKEN, names, [shortened(names, _FEWEST)])
    return (*whole, taken), (*short, taken), (*short, named), (*short, few)


def _paper(plan: ActionPlan, recommended: tuple[Part, ...], others: tuple[Section, ...]) -> Paper:
    return Paper(
        for_whom="clinician",
        language=SOURCE,
        title="Medication management note",
        opening=(_who(plan), _signed(plan)),
        sections=(Section("Recommendations", recommended), *others),
    )


def _who(plan: ActionPlan) -> str:
    patient = plan.patient
    age = patient.age_on(plan.as_of)
    parts = (
        patient.name or "Name not known",
        f"born {_born(patient.born.text)}" if patient.born else "birth date not known",
        f"{age} years" if age is not None else "",
        patient.sex,
        f"MRN {patient.mrn}" if patient.mrn else "",
    )
    return ", ".join(p for p in parts if p)


def _born(text: str) -> str:
    """As every other date of the note; a year or a month alone stays what it is."""
    try:
        return day(date.fromisoformat(text))
    except ValueError:
        return text


def _signed(plan: ActionPlan) -> str:
    return (
        f"Reviewed on {day(plan.as_of)}; signed by {plan.author.name} on "
        f"{day(plan.signed_at.date())}, version {plan.version}."
    )


def _listed(plan: ActionPlan, lists: CodedLists) -> tuple[_Listed, ...]:
    """What stands beside the medicines, in its order; of what there is nothing of, nothing is said."""
    aside = [f"{d.problem.title}: {lists.title('dismissals', d.reason)}" for d in plan.dismissed]
    listed: tuple[_Listed, ...] = (
        ("Allergies", list(noted_allergies(plan)), 5),
        ("Goals", [_goal(g.text, g.due) for g in plan.goals], 4),
        ("Next contact", _contacts(plan), 3),
        ("What matters to the patient", [plan.patient_words], 2),
        ("Set aside", aside, 3),
        ("Not decided", [p.title for p in plan.undecided], 3),
        ("Not known", _gaps(plan), 4),
    )
    said = ((heading, [i for i in items if i], lines) for heading, items, lines in listed)
    return tuple((heading, items, lines) for heading, items, lines in said if items)


def _section(heading: str, items: list[str], said: list[str]) -> Section:
    """The count says at a glance what a shortened list is short of."""
    points = tuple(s for s in said if s) or ("None.",)
    return Section(f"{heading} ({len(items)})" if len(items) > 1 else heading, (Points(points),))


def _goal(text: str, due: date | None) -> str:
    return f"{text}, by {day(due)}" if due else text


def _contacts(plan: ActionPlan) -> list[str]:
    return [
        f"{day(p.earliest)} to {day(p.latest)}, {p.format.value.replace('-', ' ')}: {p.purpose}"
        for p in plan.touchpoints
    ]


def _medicines(plan: ActionPlan) -> list[str]:
    said = []
    for medicine in plan.medicines:
        current = medicine.status is LineStatus.CURRENT
        status = "" if current else f" ({medicine.status.value.replace('-', ' ')})"
        said.append(f"{medicine.name}{status}{f', {medicine.sig}' if medicine.sig else ''}")
    return said


def _gaps(plan: ActionPlan) -> list[str]:
    return [" ".join(p for p in (g.headed, g.why, g.effect) if p) for g in plan.gaps]
