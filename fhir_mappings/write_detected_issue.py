"""A medication therapy problem as an SMP DetectedIssue: final when agreed, cancelled when set aside."""

from app.domain.assessment import MedicationTherapyProblem
from app.domain.codes import Coding, Source
from app.domain.plan import Dismissal, PlannedAction
from fhir_mappings.write_names import (
    ACT_CODE,
    CATEGORY,
    DISMISSAL,
    EVIDENCE,
    RATIONALE,
    RULE,
    SMP,
    Json,
    Writing,
    narrative,
    person,
)
from fhir_mappings.write_narrative import short_narrative

PROFILE = f"{SMP}/smp-medication-action-plan-detected-issue"
# SMP allows only these as implicated; a MedicationRequest is implicated through its MedicationStatement.
ACT_ON, ACT_ON_ONE = "medicine-to-act-on", "one-of-these-to-act-on"
TO_FOLLOW, DUE = "result-to-follow", "result-due"
IMPLICATED = frozenset({"Condition", "Observation", "AllergyIntolerance"})


def agreed_issue(writing: Writing, action: PlannedAction) -> Json:
    """The issue behind one planned action."""
    detail = " ".join((action.problem.because, *action.problem.also))
    return _issue(writing, action.problem, status="final", detail=detail)


def dismissed_issue(writing: Writing, dismissal: Dismissal) -> Json:
    """What was set aside stays in the record with its reason, so that it is not raised again unseen."""
    why = writing.lists.title("dismissals", dismissal.reason)
    note = f" {dismissal.note}" if dismissal.note else ""
    detail = f"{dismissal.problem.because}{set_aside(why)}{note}"
    issue = _issue(writing, dismissal.problem, status="cancelled", detail=detail)
    issue["mitigation"] = [
        {
            "action": {"coding": [{"system": DISMISSAL, "code": dismissal.reason, "display": why}]},
            "date": dismissal.on.isoformat() if dismissal.on else writing.signed_at,
            "author": person(writing.plan.author),
        }
    ]
    return issue


def set_aside(why: str) -> str:
    return f" Set aside: {why}."


def _issue(
    writing: Writing, problem: MedicationTherapyProblem, *, status: str, detail: str
) -> Json:
    issue: Json = {
        "resourceType": "DetectedIssue",
        "meta": {"profile": [PROFILE]},
        "text": narrative("generated", short_narrative(f"{problem.title}. {detail}")),
        "identifier": writing.identifier(problem.id),
        "status": status,
        "code": _code(writing, problem),
        "severity": problem.severity.value,
        "patient": writing.patient,
        "identifiedDateTime": writing.signed_at,
        "author": person(writing.plan.author),
        "detail": detail,
        "reference": f"{RULE}/{problem.rule}",
    }
    implicated = _implicated(writing, problem)
    if implicated:
        issue["implicated"] = implicated
    if evidence := [*_inputs(problem), *_what_proves_it(writing, problem)]:
        issue["evidence"] = evidence
    return issue


def _inputs(problem: MedicationTherapyProblem) -> list[Json]:
    found = [{"reference": f"{i.resource}/{i.id}"} for i in problem.inputs if i.resource and i.id]
    return [{"detail": _unique(found)}] if found else []


def _what_proves_it(writing: Writing, problem: MedicationTherapyProblem) -> list[Json]:
    """What a later reader looks at to see whether it was done: the medicines to act on, the results."""
    how = ACT_ON_ONE if problem.one_of else ACT_ON
    medicines = [writing.reference("MedicationStatement", m) for m in problem.act_on]
    found = [{"code": [_ours(how)], "detail": medicines}] if medicines else []
    if problem.measure is not None:
        found.append({"code": [_ours(TO_FOLLOW), _lab(problem.measure)]})
    return found + [{"code": [_ours(DUE), _lab(lab)]} for lab in problem.due]


def _ours(code: str) -> Json:
    return {"coding": [{"system": EVIDENCE, "code": code}], "text": code.replace("-", " ")}


def _lab(lab: Coding) -> Json:
    return {"coding": [{"system": lab.system, "code": lab.code}], "text": lab.display or lab.code}


def _code(writing: Writing, problem: MedicationTherapyProblem) -> Json:
    """Our category and rationale always; the HL7 ActCode where one fits."""
    category = writing.lists.title("categories", problem.category)
    title = writing.rationale_title(problem.rationale)
    act = next((r.act_code for r in writing.lists.rationales if r.code == problem.rationale), "")
    codings = [{"system": ACT_CODE, "code": act}] if act else []
    codings += [
        {"system": CATEGORY, "code": problem.category, "display": category},
        {"system": RATIONALE, "code": problem.rationale, "display": title},
    ]
    return {"coding": codings, "text": title}


def _implicated(writing: Writing, problem: MedicationTherapyProblem) -> list[Json]:
    medicines = [writing.reference("MedicationStatement", m) for m in problem.medicines]
    others = [
        {"reference": Source(i.resource, i.id).reference}
        for i in problem.inputs
        if i.resource in IMPLICATED and i.id
    ]
    return _unique(medicines + others)


def _unique(references: list[Json]) -> list[Json]:
    return list({r["reference"]: r for r in references}.values())
