"""The parts of a written plan, each read back: medicines, problems with their tasks, dismissals, answers."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from msgspec import structs

from app.domain.assessment import Input, MedicationTherapyProblem, Need, Recommendation, Severity
from app.domain.codes import Coding, Source
from app.domain.dates import PartialDate
from app.domain.errors import Unmappable
from app.domain.follow_up import PrescriberResponse, Response
from app.domain.medicines import LineStatus, Medicine
from app.domain.people import Person
from app.domain.plan import CodedLists, Dismissal, PlannedAction, Verdict
from fhir_mappings.concept import concept
from fhir_mappings.medication_statement import medication_statement
from fhir_mappings.reading import Json, member, nowhere, objects, partial_date, period, words
from fhir_mappings.write_closing import ANSWERED, CLOSING
from fhir_mappings.write_detected_issue import ACT_ON, ACT_ON_ONE, DUE, TO_FOLLOW, set_aside
from fhir_mappings.write_medication_statement import STATUS
from fhir_mappings.write_names import (
    ACTION,
    CATEGORY,
    DISMISSAL,
    EVIDENCE,
    PART_IDENTIFIER,
    RATIONALE,
    RULE,
    VERSION_IDENTIFIER,
)
from fhir_mappings.write_task import FOLLOW
from fhir_mappings.write_text import as_lines

# R4 Task.status -> what the prescriber said by it.
_ANSWERS = {
    "accepted": Response.ACCEPTED,
    "in-progress": Response.ACCEPTED,
    "completed": Response.ACCEPTED,
    "rejected": Response.DECLINED,
}
_CLOSED_BY_US = frozenset({"completed", "cancelled"})
_LINES = {status: line for line, status in STATUS.items()}


@dataclass(frozen=True)
class Parts:
    """The resources of one Bundle, found by address and by the key they were written under."""

    bundle: Json
    lists: CodedLists
    version_id: str = ""
    by_address: dict[str, Json] = field(default_factory=dict)
    pointed_at: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        for entry in objects(self.bundle.get("entry")):
            resource = entry.get("resource")
            if not isinstance(resource, dict):
                continue
            kind, id_ = words(resource.get("resourceType")), words(resource.get("id"))
            own = f"{kind}/{id_}" if id_ else ""
            for address in (own, words(entry.get("fullUrl"))):
                if address:
                    self.by_address[address] = resource
            if kind == "CarePlan":
                self._inside(resource)

    def _inside(self, plan: Json) -> None:
        """What an EHR that takes no findings and goals was given in the CarePlan."""
        for resource in objects(plan.get("contained")):
            if words(resource.get("id")):
                self.by_address[f"#{words(resource['id'])}"] = resource

    def named(self, version_id: str) -> "Parts":
        """Only its parts have a key: those of that version, and earlier ones that its CarePlan goes on with."""
        plans = [p for p in self.of("CarePlan") if _is_version(p, version_id)]
        listed = [one for p in plans for name in _PARTS for one in objects(p.get(name))]
        holders = [one.get("reference", one) for one in listed]  # an activity holds a reference
        held = [words(member(h, "reference")) or words(h) for h in holders]
        return replace(self, version_id=version_id, by_address={}, pointed_at=frozenset(held))

    def of(self, kind: str) -> Iterator[Json]:
        seen: list[Json] = []
        for resource in self.by_address.values():
            if resource.get("resourceType") == kind and not any(resource is s for s in seen):
                seen.append(resource)
                if kind == "CarePlan" or self.key(resource):
                    yield resource

    def key(self, resource: Json) -> str:
        """Under which the part was written; empty where it is of another version or not ours."""
        for identifier in objects(resource.get("identifier")):
            value = words(identifier.get("value"))
            if identifier.get("system") == PART_IDENTIFIER:
                version, _, key = value.partition(".")
                held = (self.by_address.get(address) for address in self.pointed_at)
                mine = version == self.version_id or any(r is resource for r in held)
                return key if mine else ""
        return ""

    def find(self, reference: object) -> Json | None:
        return self.by_address.get(words(member(reference, "reference")))

    def target(self, reference: object) -> int:
        found = self.find(reference)
        return id(found) if found is not None else 0

    def about(self, resource: Json) -> Json:
        """The Provenance of a resource; empty where there is none."""
        for one in self.by_address.values():
            targets = (self.find(t) for t in objects(one.get("target")))
            if one.get("resourceType") == "Provenance" and any(t is resource for t in targets):
                return one
        return {}


_PARTS = ("supportingInfo", "goal", "activity")


def _is_version(plan: Json, version_id: str) -> bool:
    pairs = {
        (words(i.get("system")), words(i.get("value"))) for i in objects(plan.get("identifier"))
    }
    return (VERSION_IDENTIFIER, version_id) in pairs


def medicine_of(parts: Parts, resource: Json) -> Medicine | None:
    """The line as it was written; its identity and daily dose are the reader's to work out."""
    try:
        entry = medication_statement({"id": parts.key(resource), **resource}, nowhere)
    except Unmappable:
        return None
    sig = next((d.text for d in entry.dosages if d.text), "")
    orders = tuple(structs.replace(entry, source=_source(text)) for text in entry.based_on)
    return Medicine(
        id=parts.key(resource),
        name=entry.concept.text,
        identity=None,
        status=_LINES.get(entry.status, LineStatus.UNKNOWN),
        entries=orders or (entry,),
        sig=sig,
    )


def _source(reference: str) -> Source:
    kind, _, id_ = reference.rpartition("/")
    return Source(kind.rpartition("/")[2], id_)


def action_of(parts: Parts, issue: Json, task: Json | None) -> PlannedAction | None:
    problem = _problem(parts, issue)
    if problem is None:
        return None
    sent = task or {}
    action = code_of(sent.get("code"), ACTION)
    text = words(sent.get("description"))
    due = period(member(sent.get("restriction"), "period"))[1]
    day = due or partial_date(issue.get("identifiedDateTime"))
    if day is None:
        return None
    return PlannedAction(
        key=parts.key(sent) or f"action-{problem.id}",
        problem=replace(
            problem,
            recommend=Recommendation(action, text),
        ),
        verdict=Verdict.ACCEPTED,
        action=action,
        text=text,
        plain="",
        owner=person_of(sent.get("owner")),
        due=day.latest,
        monitoring=_monitoring(sent),
    )


def _monitoring(task: Json) -> str:
    notes = (words(n.get("text")) for n in objects(task.get("note")))
    return next((t.removeprefix(FOLLOW) for t in notes if t.startswith(FOLLOW)), "")


def dismissal_of(parts: Parts, issue: Json) -> Dismissal | None:
    problem = _problem(parts, issue)
    mitigation = next(iter(objects(issue.get("mitigation"))), {})
    reason = code_of(mitigation.get("action"), DISMISSAL)
    if problem is None:
        return None
    why = set_aside(parts.lists.title("dismissals", reason))
    because, _, note = problem.because.partition(why)
    day = words(mitigation.get("date"))
    on = partial_date(day)
    # A moment is that of signing: the day is the plan's own.
    kept = on.exact if on and "T" not in day else None
    return Dismissal(replace(problem, because=because), reason, note.strip(), kept)


def response_of(parts: Parts, task: Json) -> PrescriberResponse | None:
    """An answer given in the EHR; a task nobody touched is none."""
    answer = _ANSWERS.get(_status(task))
    changed = partial_date(task.get("lastModified"))
    if answer is None or changed is None:
        return None
    at = moment(words(task.get("lastModified")), changed)
    reason = task.get("statusReason")
    text = "" if code_of(reason, CLOSING) else concept(reason).text
    source = f"Task/{words(task.get('id'))}" if task.get("id") else "Task"
    owner = person_of(task.get("owner"))
    return PrescriberResponse(parts.key(task), answer, at, owner, text=text, source=source)


def _status(task: Json) -> str:
    """As the prescriber left it: where a later version of the plan closed it, that was noted."""
    status = words(task.get("status"))
    if status not in _CLOSED_BY_US:
        return status
    return code_of(task.get("businessStatus"), ANSWERED) or status


def moment(text: str, day: PartialDate) -> datetime:
    """As it was written, else the start of its day."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = datetime.combine(day.earliest, datetime.min.time())
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def person_of(reference: object) -> Person:
    return Person(words(member(reference, "display")), words(member(reference, "reference")))


def measure_of(sent: object) -> Coding | None:
    found = concept(sent)
    first = next(iter(found.codings), None)
    return Coding(first.system, first.code, found.text) if first else None


def _problem(parts: Parts, issue: Json) -> MedicationTherapyProblem | None:
    key, category = parts.key(issue), code_of(issue.get("code"), CATEGORY)
    listed = next((c for c in parts.lists.categories if c.code == category), None)
    severity = words(issue.get("severity"))
    if not key or listed is None or severity not in set(Severity):
        return None
    detail = words(issue.get("detail"))
    inputs = tuple(_evidence(issue))
    rule = words(issue.get("reference")).removeprefix(f"{RULE}/")
    return MedicationTherapyProblem(
        id=key,
        rule=rule,
        title=_title(issue, detail),
        need=Need(listed.need),
        category=category,
        rationale=code_of(issue.get("code"), RATIONALE),
        severity=Severity(severity),
        medicines=tuple(_implicated(parts, issue)),
        conditions=tuple(f"Condition/{i.id}" for i in inputs if i.resource == "Condition"),
        because=detail,
        recommend=Recommendation("", ""),
        inputs=inputs,
        act_on=tuple(_acted(parts, issue)),
        one_of=any(_coded(issue, ACT_ON_ONE)),
        measure=next(_results(issue, TO_FOLLOW), None),
        due=tuple(_results(issue, DUE)),
    )


def _title(issue: Json, detail: str) -> str:
    """The narrative begins with it; without the narrative the rationale has to do."""
    told = as_lines(words(member(issue.get("text"), "div")))
    title, found, _ = told.partition(f". {' '.join(detail.split())}")
    return title if detail and found else concept(issue.get("code")).text


def _implicated(parts: Parts, issue: Json) -> Iterator[str]:
    for reference in objects(issue.get("implicated")):
        found = parts.find(reference)
        if found is not None and found.get("resourceType") == "MedicationStatement":
            yield parts.key(found)


def _evidence(issue: Json) -> Iterator[Input]:
    for evidence in (e for e in objects(issue.get("evidence")) if not e.get("code")):
        for detail in objects(evidence.get("detail")):
            kind, _, id_ = words(detail.get("reference")).rpartition("/")
            if kind and id_:
                yield Input(kind.rpartition("/")[2], id_, words(detail.get("display")))


def _acted(parts: Parts, issue: Json) -> Iterator[str]:
    for evidence in (*_coded(issue, ACT_ON), *_coded(issue, ACT_ON_ONE)):
        for reference in objects(evidence.get("detail")):
            found = parts.find(reference)
            if found is not None:
                yield parts.key(found)


def _coded(issue: Json, code: str) -> Iterator[Json]:
    for evidence in objects(issue.get("evidence")):
        if any(code_of(sent, EVIDENCE) == code for sent in objects(evidence.get("code"))):
            yield evidence


def _results(issue: Json, code: str) -> Iterator[Coding]:
    for evidence in _coded(issue, code):
        sent = [c for c in objects(evidence.get("code")) if not code_of(c, EVIDENCE)]
        yield from (coding for c in sent if (coding := measure_of(c)) is not None)


def code_of(sent: object, system: str) -> str:
    return next((c.code for c in concept(sent).codings if c.system == system), "")
