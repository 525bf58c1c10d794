"""A plan of ours as an EHR holds it -> ActionPlan: what `write_plan` wrote, read back tolerantly."""

from collections.abc import Iterable
from dataclasses import replace

from app.domain.errors import Unmappable
from app.domain.follow_up import GoalProgress, PrescriberResponse
from app.domain.medicines import Medicine
from app.domain.patient import Patient
from app.domain.people import Person
from app.domain.plan import (
    ActionPlan,
    CodedLists,
    Dismissal,
    PlanGoal,
    PlannedAction,
    Touchpoint,
    TouchpointFormat,
)
from fhir_mappings.concept import concept
from fhir_mappings.read_plan_parts import (
    Parts,
    action_of,
    code_of,
    dismissal_of,
    measure_of,
    medicine_of,
    moment,
    person_of,
    response_of,
)
from fhir_mappings.read_plan_person import (
    access,
    context,
    course,
    notes_of,
    patient_words,
    self_management,
)
from fhir_mappings.reading import Json, member, number, objects, partial_date, period, words
from fhir_mappings.write_goal import ACHIEVEMENT
from fhir_mappings.write_medication_statement import NOT_LISTED
from fhir_mappings.write_names import PLAN_IDENTIFIER, VERSION_IDENTIFIER
from fhir_mappings.write_provenance import PARTICIPANT
from fhir_mappings.write_task import SELF_MANAGEMENT

_OPEN = frozenset({"final", "preliminary", "amended", "corrected", "registered"})


def read_plan(bundle: Json, lists: CodedLists) -> ActionPlan:
    """
    The newest plan of ours in a Bundle, or Unmappable where there is none or it has no day.

    A part that can't be read is left out of the plan; what FHIR was never given stands in
    `read_plan_limits`.
    """
    parts = Parts(bundle, lists)
    resource = _newest(r for r in parts.of("CarePlan") if _identifier(r, PLAN_IDENTIFIER))
    created = partial_date(resource.get("created")) or period(resource.get("period"))[0]
    if created is None:
        raise Unmappable("a CarePlan without a day")
    as_of = period(resource.get("period"))[0] or created
    version_id = _identifier(resource, VERSION_IDENTIFIER)
    own = parts.named(version_id)
    notes, made = notes_of(resource), own.about(resource)
    weeks, often = course(notes)
    patient = _patient(resource)
    listed, past = _medicines(own)
    return ActionPlan(
        id=_identifier(resource, PLAN_IDENTIFIER),
        version_id=version_id,
        version=1,
        patient=patient,
        author=_author(resource, made),
        signed_at=moment(words(resource.get("created")), created),
        as_of=as_of.earliest,
        medicines=listed,
        actions=_actions(own),
        goals=tuple(_goals(own)),
        touchpoints=tuple(_touchpoints(own)),
        dismissed=_dismissed(own),
        patient_words=patient_words(notes),
        knowledge_version=words(
            member(member(_agent(made, "assembler", "who"), "identifier"), "value")
        ),
        encounter=words(member(resource.get("encounter"), "reference")),
        context=context(notes, patient.id),
        self_management=tuple(self_management(own)),
        access=access(notes),
        duration_weeks=weeks,
        contact_frequency=often,
        past_medicines=past,
        responses=_responses(own),
    )


def _author(resource: Json, made: Json) -> Person:
    signer = person_of(resource.get("author"))
    behalf = words(member(_agent(made, "author", "onBehalfOf"), "reference"))
    return replace(signer, organization=behalf)


def _agent(made: Json, role: str, name: str) -> object:
    """That member of the agent in that role."""
    agents = objects(made.get("agent"))
    return next((a.get(name) for a in agents if code_of(a.get("type"), PARTICIPANT) == role), None)


def _medicines(parts: Parts) -> tuple[tuple[Medicine, ...], tuple[Medicine, ...]]:
    """Those of the list, then those that only an open problem is about."""
    listed, past = list[Medicine](), list[Medicine]()
    for resource in parts.of("MedicationStatement"):
        medicine = medicine_of(parts, resource)
        if medicine is not None:
            (past if NOT_LISTED in notes_of(resource) else listed).append(medicine)
    return tuple(listed), tuple(past)


def _newest(plans: Iterable[Json]) -> Json:
    found = sorted(plans, key=lambda r: words(r.get("created")))
    if not found:
        raise Unmappable("no medication action plan of Concordance in it")
    return found[-1]


def _identifier(resource: Json, system: str) -> str:
    pairs = objects(resource.get("identifier"))
    return next((words(i.get("value")) for i in pairs if i.get("system") == system), "")


def _patient(resource: Json) -> Patient:
    reference = words(member(resource.get("subject"), "reference"))
    return Patient(reference.rpartition("/")[2], "", None, "unknown")


def _actions(parts: Parts) -> tuple[PlannedAction, ...]:
    tasks = {parts.target(t.get("reasonReference")): t for t in parts.of("Task")}
    named = {parts.key(t): t for t in parts.of("Task")}
    issues = [i for i in parts.of("DetectedIssue") if words(i.get("status")) in _OPEN]
    # A Task can't refer to an issue that is inside the CarePlan: its key then tells.
    sent = {id(i): tasks.get(id(i)) or named.get(f"action-{parts.key(i)}") for i in issues}
    found = (action_of(parts, i, sent[id(i)]) for i in issues)
    return tuple(a for a in found if a is not None)


def _dismissed(parts: Parts) -> tuple[Dismissal, ...]:
    issues = (i for i in parts.of("DetectedIssue") if words(i.get("status")) == "cancelled")
    return tuple(d for i in issues if (d := dismissal_of(parts, i)) is not None)


def _responses(parts: Parts) -> tuple[PrescriberResponse, ...]:
    """What the patient agreed to do is nobody's to answer."""
    asked = (t for t in parts.of("Task") if concept(t.get("code")).text != SELF_MANAGEMENT)
    return tuple(r for t in asked if (r := response_of(parts, t)) is not None)


def _goals(parts: Parts) -> Iterable[PlanGoal]:
    for resource in parts.of("Goal"):
        key, text = parts.key(resource), concept(resource.get("description")).text
        if not key or not text:
            continue
        target = next(iter(objects(resource.get("target"))), {})
        limits = target.get("detailRange")
        low, high = member(limits, "low"), member(limits, "high")
        due = partial_date(target.get("dueDate"))
        yield PlanGoal(
            key=key,
            text=text,
            due=due.exact if due else None,
            measure=measure_of(target.get("measure")),
            low=_plain(low),
            high=_plain(high),
            unit=words(member(low or high, "code")) or words(member(low or high, "unit")),
            conditions=tuple(words(r.get("reference")) for r in objects(resource.get("addresses"))),
            expressed_by_patient=bool(resource.get("expressedBy")),
            progress=_progress(resource.get("achievementStatus")),
        )


def _progress(sent: object) -> str:
    code = code_of(sent, ACHIEVEMENT)
    return code if code in set(GoalProgress) else ""


def _plain(quantity: object) -> str:
    value = number(member(quantity, "value"))
    return "" if value is None else f"{value.normalize():f}"


def _touchpoints(parts: Parts) -> Iterable[Touchpoint]:
    for resource in parts.of("ServiceRequest"):
        key = parts.key(resource)
        first, last = period(resource.get("occurrencePeriod"))
        if not key or first is None:
            continue
        text = concept(resource.get("code")).text
        how, who, purpose = _told(text)
        yield Touchpoint(key, first.earliest, (last or first).latest, how, who, purpose)


def _told(text: str) -> tuple[TouchpointFormat, str, str]:
    """The sentence of write_service_request taken apart again."""
    inside, _, purpose = text.partition("): ")
    how, _, who = inside.partition("(")[2].partition(", ")
    formats = {f.value.replace("-", " "): f for f in TouchpointFormat}
    return formats.get(how, TouchpointFormat.TELEPHONE), who, purpose or text
