"""The parts of a written plan, each read back: medicines, problems with their tasks, dismissals, answers."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

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
from fhir_mappings.write_detected_issue import ACT_ON, ACT_ON_ONE, DUE, TO_FOLLOW
from fhir_mappings.write_medication_statement import STATUS
from fhir_mappings.write_names import (
    ACTION,
    CATEGORY,
    DISMISSAL,
    EVIDENCE,
    PART_IDENTIFIER,
    RATIONALE,
    RULE,
)

# R4 Task.status -> what the prescriber said by it.
_ANSWERS = {
    "accepted": Response.ACCEPTED,
    "in-progress": Response.ACCEPTED,
    "completed": Response.ACCEPTED,
    "rejected": Response.DECLINED,
}
_LINES = {status: line for line, status in STATUS.items()}


@dataclass(frozen=True)
class Parts:
    """The resources of one Bundle, found by address and by the key they were written under."""

    bundle: Json
    lists: CodedLists
    version_id: str = ""
    by_address: dict[str, Json] = field(default_factory=dict)

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

    def named(self, version_id: str) -> "Parts":
        """Only the parts of that version have a key."""
        return replace(self, version_id=version_id, by_address={})

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
                return key if version == self.version_id else ""
        return ""

    def find(self, reference: object) -> Json | None:
        return self.by_address.get(words(member(reference, "reference")))

    def target(self, reference: object) -> int:
        found = self.find(reference)
        return id(found) if found is not None else 0

    def address(self, resource: Json) -> int:
        return id(resource)


def medicine_of(parts: Parts, resource: Json) -> Medicine | None:
    """The line as it was written; its identity and daily dose are the reader's to work out."""
    try:
        entry = medication_statement({"id": parts.key(resource), **resource}, nowhere)
    except Unmappable:
        return None
    sig = next((d.text for d in entry.dosages if d.text), "")
    orders = tuple(replace(entry, source=_source(text)) for text in entry.based_on)
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
    action = _code(sent.get("code"), ACTION)
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
    )


def dismissal_of(parts: Parts, issue: Json) -> Dismissal | None:
    problem = _problem(parts, issue)
    mitigation = next(iter(objects(issue.get("mitigation"))), {})
    reason = _code(mitigation.get("action"), DISMISSAL)
    return Dismissal(problem, reason) if problem is not None else None


def response_of(parts: Parts, task: Json) -> PrescriberResponse | None:
    """An answer given in the EHR; a task nobody touched is none."""
    answer = _ANSWERS.get(words(task.get("status")))
    changed = partial_date(task.get("lastModified"))
    if answer is None or changed is None:
        return None
    at = moment(words(task.get("lastModified")), changed)
    text = concept(task.get("statusReason")).text
    source = f"Task/{words(task.get('id'))}" if task.get("id") else "Task"
    owner = person_of(task.get("owner"))
    return PrescriberResponse(parts.key(task), answer, at, owner, text=text, source=source)


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
    key, category = parts.key(issue), _code(issue.get("code"), CATEGORY)
    listed = next((c for c in parts.lists.categories if c.code == category), None)
    severity = words(issue.get("severity"))
    if not key or listed is None or severity not in set(Severity):
        return None
    detail = words(issue.get("detail"))
    rule = words(issue.get("reference")).removeprefix(f"{RULE}/")
    return MedicationTherapyProblem(
        id=key,
        rule=rule,
        title=concept(issue.get("code")).text,
        need=Need(listed.need),
        category=category,
        rationale=_code(issue.get("code"), RATIONALE),
        severity=Severity(severity),
        medicines=tuple(_implicated(parts, issue)),
        conditions=(),
        because=detail,
        recommend=Recommendation("", ""),
        inputs=tuple(_evidence(issue)),
        act_on=tuple(_acted(parts, issue)),
        one_of=any(_coded(issue, ACT_ON_ONE)),
        measure=next(_results(issue, TO_FOLLOW), None),
        due=tuple(_results(issue, DUE)),
    )


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
        if any(_code(sent, EVIDENCE) == code for sent in objects(evidence.get("code"))):
            yield evidence


def _results(issue: Json, code: str) -> Iterator[Coding]:
    for evidence in _coded(issue, code):
        sent = [c for c in objects(evidence.get("code")) if not _code(c, EVIDENCE)]
        yield from (coding for c in sent if (coding := measure_of(c)) is not None)


def _code(sent: object, system: str) -> str:
    return next((c.code for c in concept(sent).codings if c.system == system), "")
