"""The whole plan as words: what the chart shows where nothing but text.div is kept."""

from collections.abc import Iterable
from datetime import date
from html import escape

from app.domain.medicines import LineStatus, Medicine
from app.domain.plan import ActionPlan, CodedLists, PlannedAction
from fhir_mappings.write_support import access_lines, context_lines, course_line, support_lines

OPEN = '<div xmlns="http://www.w3.org/1999/xhtml">'
FORBIDDEN = {c: " " for c in range(32) if c not in (9, 10, 13)} | {0xFFFE: " ", 0xFFFF: " "}


def words(text: str) -> str:
    """Escaped, and without the characters that XML can't carry."""
    clean = "".join(" " if 0xD800 <= ord(c) <= 0xDFFF else c for c in text.translate(FORBIDDEN))
    return escape(clean, quote=True)


def short_narrative(sentence: str) -> str:
    """One sentence as a div."""
    return f"{OPEN}<p>{words(sentence)}</p></div>"


def plan_narrative(plan: ActionPlan, lists: CodedLists) -> str:
    """Every part of the plan, recommendations first, for a reader who has nothing else."""
    parts = [
        (
            f"<p><b>Medication action plan</b>, version {plan.version}, signed by {words(plan.author.name)} "
            f"on {_day(plan.signed_at.date())}. Knowledge {words(plan.knowledge_version)}.</p>"
        ),
        *_actions(plan, lists),
        *_goals(plan),
        *_contacts(plan),
        *_patient_words(plan),
        *_person_and_support(plan, lists),
        *_medicines(plan),
        *_set_aside(plan, lists),
        *_open(plan),
    ]
    return f"{OPEN}{''.join(parts)}</div>"


def _actions(plan: ActionPlan, lists: CodedLists) -> Iterable[str]:
    yield "<h2>Problems and recommendations</h2>"
    if not plan.actions:
        yield "<p>No medication therapy problem was agreed at this review.</p>"
        return
    yield "<ol>"
    for action in plan.actions:
        yield f"<li>{_action(action, lists)}</li>"
    yield "</ol>"


def _action(action: PlannedAction, lists: CodedLists) -> str:
    problem = action.problem
    patient = f"<br/>For the patient: {words(action.plain)}" if action.plain else ""
    note = f"<br/>Note: {words(action.note)}" if action.note else ""
    also = "".join(f" {words(reason)}" for reason in problem.also)
    return (
        f"<b>{words(problem.title)}</b> ({words(problem.severity.value)}, {words(problem.need.value)}). "
        f"{words(problem.because)}{also}"
        f"<br/><b>{words(lists.title('actions', action.action))}:</b> {words(action.text)}"
        f"<br/>Owner: {words(action.owner.name)}. Due: {_day(action.due)}. "
        f"Follow: {words(action.monitoring)}. Prescriber: {words(action.response)}.{patient}{note}"
    )


def _goals(plan: ActionPlan) -> Iterable[str]:
    if plan.goals:
        yield "<h2>Goals</h2><ul>"
        for goal in plan.goals:
            due = f", by {_day(goal.due)}" if goal.due else ""
            whose = " (in the patient's own words)" if goal.expressed_by_patient else ""
            yield f"<li>{words(goal.text)}{due}{whose}</li>"
        yield "</ul>"


def _contacts(plan: ActionPlan) -> Iterable[str]:
    course = course_line(plan)
    if plan.touchpoints or course:
        yield "<h2>Next contact</h2><ul>"
        for point in plan.touchpoints:
            yield (
                f"<li>{_day(point.earliest)} to {_day(point.latest)}, "
                f"{words(point.format.value.replace('-', ' '))}, {words(point.participants)}: "
                f"{words(point.purpose)}</li>"
            )
        if course:
            yield f"<li>{words(course)}</li>"
        yield "</ul>"


def _patient_words(plan: ActionPlan) -> Iterable[str]:
    if plan.patient_words:
        yield f"<h2>What matters to the patient</h2><p>{words(plan.patient_words)}</p>"


def _person_and_support(plan: ActionPlan, lists: CodedLists) -> Iterable[str]:
    """The person's context, what helps them, how long it goes on, and who gets the plan."""
    parts = (
        ("About the person", context_lines(plan)),
        ("What helps with the medicines", support_lines(plan, lists)),
        ("Who gets this plan", access_lines(plan)),
    )
    for heading, lines in parts:
        if lines:
            items = "".join(f"<li>{words(line)}</li>" for line in lines)
            yield f"<h2>{heading}</h2><ul>{items}</ul>"


def _medicines(plan: ActionPlan) -> Iterable[str]:
    yield "<h2>Medicines at this review</h2>"
    if not plan.medicines:
        yield "<p>No medicine was found in what was read.</p>"
        return
    yield "<ul>"
    for medicine in plan.medicines:
        yield f"<li>{_medicine(medicine)}</li>"
    yield "</ul>"


def _medicine(medicine: Medicine) -> str:
    reason = ", ".join(r.text for r in medicine.reasons if r.text)
    use = f"use: {reason}" if reason else ""  # as written there: it may say "for the sugar" itself
    told = [medicine.sig, use, medicine.daily_dose.text or "daily dose not known"]
    current = medicine.status is LineStatus.CURRENT
    status = "" if current else f" ({medicine.status.value.replace('-', ' ')})"
    line = "; ".join(part for part in told if part)
    conflicts = "".join(f"<br/>Conflict: {words(d.text)}" for d in medicine.disagreements)
    return f"{words(medicine.name)}{words(status)}{': ' if line else ''}{words(line)}{conflicts}"


def _set_aside(plan: ActionPlan, lists: CodedLists) -> Iterable[str]:
    if plan.dismissed:
        yield "<h2>Set aside by the clinician</h2><ul>"
        for dismissal in plan.dismissed:
            note = f" {words(dismissal.note)}" if dismissal.note else ""
            why = words(lists.title("dismissals", dismissal.reason))
            yield f"<li>{words(dismissal.problem.title)}: {why}.{note}</li>"
        yield "</ul>"


def _open(plan: ActionPlan) -> Iterable[str]:
    if plan.undecided:
        yield "<h2>Not decided at this review</h2><ul>"
        yield from (
            f"<li>{words(p.title)} ({words(p.severity.value)})</li>" for p in plan.undecided
        )
        yield "</ul>"
    if plan.gaps:
        yield "<h2>What could not be read or used</h2><ul>"
        yield from (
            f"<li>{words(g.headed)} {words(g.why)} {words(g.effect)}</li>" for g in plan.gaps
        )
        yield "</ul>"


def _day(day: date) -> str:
    return day.strftime("%d-%b-%Y")
