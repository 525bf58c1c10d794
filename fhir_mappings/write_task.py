"""A recommendation as a Task: its status is the prescriber's answer."""

from app.domain.person_context import SelfManagement
from app.domain.plan import PlannedAction
from fhir_mappings.write_names import ACTION, BARRIER, TECHNIQUE, Json, Writing, narrative, person
from fhir_mappings.write_narrative import short_narrative
from fhir_mappings.write_support import support_line

PRIORITY = {"high": "urgent", "moderate": "routine", "low": "routine"}
SELF_MANAGEMENT = "Self-management"
FOLLOW = "Follow: "


def task(writing: Writing, action: PlannedAction) -> Json:
    """Requested of the owner until the due date, because of its DetectedIssue."""
    title = writing.action_title(action.action)
    resource: Json = {
        "resourceType": "Task",
        "text": narrative("generated", short_narrative(f"{title}: {action.text}")),
        "identifier": writing.identifier(action.key),
        "status": "requested",
        "intent": "proposal",
        "priority": PRIORITY[action.problem.severity.value],
        "code": {
            "coding": [{"system": ACTION, "code": action.action, "display": title}],
            "text": title,
        },
        "description": action.text,
        "for": writing.patient,
        "authoredOn": writing.signed_at,
        "lastModified": writing.signed_at,
        "requester": person(writing.plan.author),
        "reasonReference": writing.reference("DetectedIssue", action.problem.id),
        "restriction": {"period": {"end": action.due.isoformat()}},
    }
    if action.owner.name or action.owner.reference:
        resource["owner"] = person(action.owner)
    if writing.plan.encounter:
        resource["encounter"] = {"reference": writing.plan.encounter}
    if action.monitoring:
        resource["note"] = [{"text": f"{FOLLOW}{action.monitoring}"}]
    return resource


def support_task(writing: Writing, agreed: SelfManagement) -> Json:
    """What the patient agreed to do themselves: a CarePlan of SMP holds activities by reference only."""
    line = support_line(agreed, writing.lists)
    resource: Json = {
        "resourceType": "Task",
        "text": narrative("generated", short_narrative(line)),
        "identifier": writing.identifier(agreed.key),
        "status": "requested",
        "intent": "plan",
        "code": {**_listed(TECHNIQUE, agreed.technique), "text": SELF_MANAGEMENT},
        "reasonCode": {
            **_listed(BARRIER, agreed.barrier),
            "text": writing.lists.title("barriers", agreed.barrier),
        },
        "description": line,
        "for": writing.patient,
        "authoredOn": writing.signed_at,
        "lastModified": writing.signed_at,
        "requester": person(writing.plan.author),
        "owner": writing.patient,
    }
    if agreed.text:
        resource["note"] = [{"text": agreed.text}]
    return resource


def _listed(system: str, code: str) -> Json:
    return {"coding": [{"system": system, "code": code}]} if code else {}
