"""The plan itself: US Core CarePlan, and SMP Medication Action Plan where it has a problem to point at."""

from datetime import timedelta

from fhir_mappings.write_names import (
    PLAN_IDENTIFIER,
    SMP,
    US_CORE,
    VERSION_IDENTIFIER,
    Json,
    Writing,
    narrative,
    person,
)
from fhir_mappings.write_narrative import plan_narrative
from fhir_mappings.write_support import access_note, context_lines, course_line

ASSESS_PLAN = {"system": "http://hl7.org/fhir/us/core/CodeSystem/careplan-category", "code": "assess-plan"}  # fmt: skip
# The SMP pattern includes the display, so the string must match to the letter.
MEDICATION_PLAN = {
    "system": "http://snomed.info/sct",
    "code": "736378000",
    "display": "Medication management plan (record artifact)",
}
# What a note of the plan is about: R4 has no element for any of these.
PATIENT_WORDS, CONTEXT, ACCESS = (
    "In the patient's words: ",
    "About the person: ",
    "Who gets this plan: ",
)
TITLE = "Comprehensive medication management: medication action plan"


def care_plan(writing: Writing) -> Json:
    plan = writing.plan
    issues = [a.problem.id for a in plan.actions] + [d.problem.id for d in plan.dismissed]
    profiles = [f"{US_CORE}/us-core-careplan"]
    if issues:  # SMP requires at least one issue; a plan without problems is a US Core plan only
        profiles.append(f"{SMP}/smp-medication-action-plan")
    resource: Json = {
        "resourceType": "CarePlan",
        "meta": {"profile": profiles},
        "text": narrative("additional", plan_narrative(plan, writing.lists)),
        "identifier": [
            {"system": PLAN_IDENTIFIER, "value": plan.id},
            {"system": VERSION_IDENTIFIER, "value": plan.version_id},
        ],
        "status": "active",
        "intent": "plan",
        "category": [{"coding": [ASSESS_PLAN]}, {"coding": [MEDICATION_PLAN]}],
        "title": TITLE,
        "subject": writing.patient,
        "period": _period(writing),
        "created": writing.signed_at,
        "author": person(plan.author),
    }
    if plan.encounter:
        resource["encounter"] = {"reference": plan.encounter}
    if notes := _notes(writing):
        resource["note"] = notes
    return {**resource, **_links(writing, issues)}


def _notes(writing: Writing) -> list[Json]:
    """The patient's words, the person's context, the frequency of contact, who gets the plan."""
    plan = writing.plan
    lines = [f"{PATIENT_WORDS}{plan.patient_words}"] if plan.patient_words else []
    lines += [f"{CONTEXT}{line}" for line in context_lines(plan)]
    lines += [course] if (course := course_line(plan)) else []
    lines += [f"{ACCESS}{access_note(one)}" for one in plan.access]
    return [{"text": line} for line in lines]


def _period(writing: Writing) -> Json:
    """From the review to the last thing that was agreed, where something was."""
    plan = writing.plan
    ends = [a.due for a in plan.actions] + [t.latest for t in plan.touchpoints]
    ends += [g.due for g in plan.goals if g.due]
    if plan.duration_weeks:
        ends.append(plan.as_of + timedelta(weeks=plan.duration_weeks))
    period = {"start": plan.as_of.isoformat()}
    return {**period, "end": max(ends).isoformat()} if ends else period


def _links(writing: Writing, issues: list[str]) -> Json:
    plan = writing.plan
    addressed = {
        c for a in plan.actions for c in a.problem.conditions if c.startswith("Condition/")
    }
    addressed |= {
        f"Condition/{i.id}"
        for a in plan.actions
        for i in a.problem.inputs
        if i.resource == "Condition"
    }
    tasks = [writing.reference("Task", a.key) for a in plan.actions]
    tasks += [writing.reference("Task", s.key) for s in plan.self_management]
    contacts = [writing.reference("ServiceRequest", t.key) for t in plan.touchpoints]
    links = {
        "addresses": [{"reference": c} for c in sorted(addressed)],
        "supportingInfo": [writing.reference("DetectedIssue", i) for i in issues],
        "goal": [writing.reference("Goal", g.key) for g in plan.goals],
        "activity": [{"reference": reference} for reference in tasks + contacts],
    }
    return {name: value for name, value in links.items() if value}
