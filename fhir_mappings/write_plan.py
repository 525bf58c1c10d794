"""The signed plan as one transaction: every part a conditional create, so that repeating it is safe."""

from app.domain.plan import ActionPlan, CodedLists
from fhir_mappings.write_care_plan import care_plan
from fhir_mappings.write_detected_issue import agreed_issue, dismissed_issue
from fhir_mappings.write_goal import goal
from fhir_mappings.write_medication_statement import medication_statement, past_statement
from fhir_mappings.write_names import Json, Writing
from fhir_mappings.write_provenance import provenance
from fhir_mappings.write_service_request import service_request
from fhir_mappings.write_task import support_task, task


def plan_bundle(plan: ActionPlan, lists: CodedLists) -> Json:
    """A transaction Bundle in the order a server without transactions must be given the parts."""
    writing = Writing(plan, lists)
    entries = [
        *_medicines(writing),
        *(writing.entry(agreed_issue(writing, a), a.problem.id) for a in plan.actions),
        *(writing.entry(dismissed_issue(writing, d), d.problem.id) for d in plan.dismissed),
        *(writing.entry(goal(writing, g), g.key) for g in plan.goals),
        *(writing.entry(task(writing, a), a.key) for a in plan.actions),
        *(writing.entry(support_task(writing, s), s.key) for s in plan.self_management),
        *(writing.entry(service_request(writing, t), t.key) for t in plan.touchpoints),
        writing.entry(care_plan(writing), plan.id),
    ]
    entries.append(_provenance(writing, [e["fullUrl"] for e in entries]))
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def _medicines(writing: Writing) -> list[Json]:
    """Only medicines that a decided problem points at: the others are the EHR's own entries."""
    plan = writing.plan
    problems = [a.problem for a in plan.actions] + [d.problem for d in plan.dismissed]
    implicated = {m for p in problems for m in (*p.medicines, *p.act_on)}
    found = [(medication_statement(writing, m), m.id) for m in plan.medicines]
    found += [(past_statement(writing, m), m.id) for m in plan.past_medicines]
    return [writing.entry(statement, id_) for statement, id_ in found if id_ in implicated]


def _provenance(writing: Writing, targets: list[str]) -> Json:
    """R4 Provenance has no identifier, so it can't be created conditionally: it goes with the CarePlan."""
    resource = provenance(writing, targets)
    request = {"method": "POST", "url": "Provenance"}
    return {"fullUrl": writing.url("Provenance", "1"), "resource": resource, "request": request}
