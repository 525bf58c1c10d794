"""The message to the prescriber: a Communication about the plan, or a note where no messages are taken."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.domain.assessment import Severity
from app.domain.people import Person
from app.domain.plan import ActionPlan, PlannedAction
from fhir_mappings.write_document import Note, Titled, attachment, clinical_note
from fhir_mappings.write_names import MESSAGE_IDENTIFIER, Json, person

NOTE_TITLE = "Message to the prescriber"


@dataclass(frozen=True, slots=True)
class Message:
    """
    What is asked of whom, in whose plan. `about` is the record that holds the plan in the EHR. It is
    known by the plan's version: each version has one message.
    """

    plan: ActionPlan
    title: str
    text: str
    about: str
    asked: tuple[PlannedAction, ...]
    sent: datetime

    @property
    def recipients(self) -> tuple[Person, ...]:
        """Whose answer is waited for, each once; nobody writes to themselves or here to the patient."""
        owners = {(a.owner.reference or a.owner.name): a.owner for a in self.asked}
        return tuple(o for o in owners.values() if self._is_for(o))

    def _is_for(self, owner: Person) -> bool:
        us, patient = self.plan.author, f"Patient/{self.plan.patient.id}"
        same = (owner.reference or owner.name) in {us.reference, us.name, patient}
        return bool(owner.reference or owner.name) and not same

    @property
    def urgent(self) -> bool:
        return any(action.problem.severity is Severity.HIGH for action in self.asked)


def message_bundle(message: Message) -> Json:
    """One conditional create: sent again it finds what is there."""
    plan = message.plan
    resource: Json = {
        "resourceType": "Communication",
        "identifier": _identifier(message),
        "status": "completed",
        "priority": "urgent" if message.urgent else "routine",
        "subject": _patient(plan),
        "topic": {"text": message.title},
        "about": [{"reference": message.about}],
        **_encounter(plan),
        "sent": _moment(message),
        "recipient": [person(one) for one in message.recipients],
        "sender": person(plan.author),
        "payload": [{"contentString": message.text}],
    }
    return _create(resource, plan)


def message_note(message: Message, note: Note) -> Json:
    """The same words as a note in the chart; to whom they are is in them, R4 notes name no recipient."""
    plan, at = message.plan, _moment(message)
    content = f"To: {names_of(message.recipients)}\n\n{message.text}"
    told = f"{NOTE_TITLE}, version {plan.version} of the plan"
    named = Titled(_identifier(message), at, NOTE_TITLE, told)
    text = attachment(note, "text/plain", content, NOTE_TITLE, at)
    resource = clinical_note(plan, note, named, [text])
    if note.machine_copy:  # where a note may hold more than its bare words
        resource["context"]["related"] = [{"reference": message.about}]
    return _create(resource, plan)


def names_of(people: Iterable[Person]) -> str:
    return ", ".join(one.name or one.reference for one in people)


def _identifier(message: Message) -> list[Json]:
    return [{"system": MESSAGE_IDENTIFIER, "value": message.plan.version_id}]


def _create(resource: Json, plan: ActionPlan) -> Json:
    kind = resource["resourceType"]
    query = f"identifier={MESSAGE_IDENTIFIER}|{plan.version_id}"
    request = {"method": "POST", "url": kind, "ifNoneExist": query}
    entry = {
        "fullUrl": f"urn:uuid:{plan.version_id}",
        "resource": resource,
        "request": request,
    }
    return {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}


def _patient(plan: ActionPlan) -> Json:
    return {"reference": f"Patient/{plan.patient.id}"}


def _encounter(plan: ActionPlan) -> Json:
    return {"encounter": {"reference": plan.encounter}} if plan.encounter else {}


def _moment(message: Message) -> str:
    return message.sent.isoformat(timespec="seconds")
