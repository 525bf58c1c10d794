"""Records of an earlier version that are no longer wanted: each closed in its own way, its answer kept."""

from collections.abc import Callable
from dataclasses import dataclass

from app.domain.follow_up import Outcome
from app.domain.plan import ActionPlan
from fhir_mappings.reading import Json, member, objects, words
from fhir_mappings.write_names import OURS, narrative, person
from fhir_mappings.write_narrative import short_narrative

CLOSING = f"{OURS}/CodeSystem/plan-part-closing"
ANSWERED = f"{OURS}/CodeSystem/task-status-before-closing"
REPLACED, LEFT_OUT, PASSED, REVIEWED = "replaced", "left-out", "time-passed", "reviewed"
ENDINGS = {
    Outcome.RESOLVED.value: "resolved",
    Outcome.IMPROVING.value: "improving; no longer followed in the plan",
    Outcome.NOT_RESOLVED.value: "not resolved; no longer followed in the plan",
    Outcome.PATIENT_DECLINED.value: "the patient declined",
    Outcome.PRESCRIBER_DECLINED.value: "the prescriber declined",
    Outcome.LOST_TO_FOLLOW_UP.value: "lost to follow-up",
    Outcome.STILL_OPEN.value: "no longer followed in the plan",
    REPLACED: "replaced by the same part of the newer version",
    LEFT_OUT: "no longer part of the plan",
    PASSED: "its time has passed; the newer version plans the next contact",
    REVIEWED: "a review took place in its time",
}
_DONE = {Outcome.RESOLVED.value, REVIEWED}
# R4 value sets task-status, goal-status, request-status, observation-status, list-status: nothing is open in these.
OVER = {
    "Task": ("status", {"completed", "cancelled", "rejected", "failed", "entered-in-error"}),
    "Goal": ("lifecycleStatus", {"completed", "cancelled", "rejected", "entered-in-error"}),
    "ServiceRequest": ("status", {"completed", "revoked", "entered-in-error"}),
    "DetectedIssue": ("status", {"cancelled", "entered-in-error"}),
    "List": ("status", {"retired", "entered-in-error"}),
}


@dataclass(frozen=True, slots=True)
class Ending:
    """Why a part is no longer wanted: a code of ENDINGS, with the version that says so."""

    code: str
    plan: ActionPlan
    because: str = ""

    @property
    def done(self) -> bool:
        return self.code in _DONE

    @property
    def said(self) -> str:
        plan = self.plan
        why = f": {self.because}" if self.because else ""
        signed = f"Version {plan.version} of the plan, {plan.signed_at.date().isoformat()}"
        return f"{signed}: {ENDINGS[self.code]}{why}"

    @property
    def concept(self) -> Json:
        display = ENDINGS[self.code]
        return {
            "coding": [{"system": CLOSING, "code": self.code, "display": display}],
            "text": self.said,
        }

    @property
    def at(self) -> str:
        return self.plan.signed_at.isoformat(timespec="seconds")


def closed(resource: Json, ending: Ending) -> Json | None:
    """The record as it is to be from now on; None where it is over already."""
    kind = words(resource.get("resourceType"))
    name, over = OVER[kind]
    if words(resource.get(name)) in over or _is_closed_by_us(resource):
        return None
    return {**resource, **_CLOSE[kind](resource, ending)}


def _is_closed_by_us(resource: Json) -> bool:
    """A DetectedIssue stays `final` when it is resolved: R4 has no status for it, but a mitigation."""
    actions = [member(m, "action") for m in objects(resource.get("mitigation"))]
    codings = [c for action in actions for c in objects(member(action, "coding"))]
    return any(coding.get("system") == CLOSING for coding in codings)


def _task(task: Json, ending: Ending) -> Json:
    """What was answered stays to be read: the status it had, its reason and its moment."""
    status, business = words(task.get("status")), task.get("businessStatus")
    others = (
        {k: v for k, v in business.items() if k != "coding"} if isinstance(business, dict) else {}
    )
    before = {"system": ANSWERED, "code": status, "display": f"before it was closed: {status}"}
    note = {"text": f"Closed. {ending.said}. Before that: {status}.", "time": ending.at}
    found: Json = {
        "status": "completed" if ending.done else "cancelled",
        "businessStatus": {**others, "coding": [*objects(member(business, "coding")), before]},
        "note": [*objects(task.get("note")), note],
        "text": _text(task.get("description"), ending),
    }
    if status in {"requested", "draft", "ready"}:  # nobody touched it
        found["lastModified"] = ending.at
    if not task.get("statusReason"):
        found["statusReason"] = ending.concept
    return found


def _goal(goal: Json, ending: Ending) -> Json:
    achieved = any(
        coding.get("code") == "achieved"
        for coding in objects(member(goal.get("achievementStatus"), "coding"))
    )
    return {
        "lifecycleStatus": "completed" if achieved else "cancelled",
        "statusDate": ending.plan.as_of.isoformat(),
        "statusReason": ending.said,
        "text": _text(member(goal.get("description"), "text"), ending),
    }


def _service_request(request: Json, ending: Ending) -> Json:
    note = {"text": f"Closed. {ending.said}", "time": ending.at}
    return {
        "status": "completed" if ending.done else "revoked",
        "note": [*objects(request.get("note")), note],
        "text": _text(member(request.get("code"), "text"), ending),
    }


def _detected_issue(issue: Json, ending: Ending) -> Json:
    mitigation = {
        "action": ending.concept,
        "date": ending.at,
        "author": person(ending.plan.author),
    }
    return {
        "status": words(issue.get("status")) if ending.done else "cancelled",
        "mitigation": [*objects(issue.get("mitigation")), mitigation],
        "text": _text(issue.get("detail"), ending),
    }


def _list(found: Json, ending: Ending) -> Json:
    return {"status": "retired", "text": _text(found.get("title"), ending)}


def _text(said: object, ending: Ending) -> Json:
    """What a person reads must not go on saying that it is open."""
    return narrative("generated", short_narrative(f"{words(said)} (closed: {ending.said})"))


_CLOSE: dict[str, Callable[[Json, Ending], Json]] = {
    "Task": _task,
    "Goal": _goal,
    "ServiceRequest": _service_request,
    "DetectedIssue": _detected_issue,
    "List": _list,
}
