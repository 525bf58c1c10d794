"""What a written plan says of the person: context, course, who gets it, what helps with the medicines."""

import re
from collections.abc import Iterable, Iterator

from app.domain.codes import Source
from app.domain.person_context import Access, ContextItem, ContextTopic, SelfManagement
from fhir_mappings.read_plan_parts import Parts, code_of
from fhir_mappings.reading import Json, objects, words
from fhir_mappings.write_care_plan import ACCESS, CONTEXT, PATIENT_WORDS
from fhir_mappings.write_names import BARRIER, TECHNIQUE
from fhir_mappings.write_support import FROM_CHART, TOLD, topic_title

_TOPICS = {topic_title(topic): topic for topic in ContextTopic}
_COURSE = re.compile(
    r"(?:The intervention goes on for (?P<weeks>\d{1,4}) weeks(?:; contact: (?P<then>.+))?"
    r"|Contact: (?P<alone>.+))\.",
    re.DOTALL,
)


def notes_of(care_plan: Json) -> tuple[str, ...]:
    return tuple(text for n in objects(care_plan.get("note")) if (text := words(n.get("text"))))


def patient_words(notes: Iterable[str]) -> str:
    return next(_after(PATIENT_WORDS, notes), "")


def context(notes: Iterable[str], patient_id: str) -> tuple[ContextItem, ...]:
    """Of a chart entry only its kind was written; the person's own record is known all the same."""
    found = (_item(text, patient_id) for text in _after(CONTEXT, notes))
    return tuple(item for item in found if item is not None)


def _item(text: str, patient_id: str) -> ContextItem | None:
    title, _, rest = text.partition(": ")
    said, _, where = rest.rpartition(" (")
    where = where.removesuffix(")")
    topic = _TOPICS.get(title)
    if topic is None or not said:
        return None
    if where == TOLD:
        return ContextItem(topic, said)
    kind = where.removeprefix(FROM_CHART)
    return ContextItem(topic, said, Source(kind, patient_id if kind == "Patient" else ""))


def course(notes: Iterable[str]) -> tuple[int | None, str]:
    """How many weeks the intervention goes on, and how often there is contact."""
    found = next((m for text in notes if (m := _COURSE.fullmatch(text))), None)
    if found is None:
        return None, ""
    weeks = found["weeks"]
    return (int(weeks) if weeks else None), found["then"] or found["alone"] or ""


def access(notes: Iterable[str]) -> tuple[Access, ...]:
    return tuple(_reader(at, text) for at, text in enumerate(_after(ACCESS, notes), 1))


def _reader(at: int, text: str) -> Access:
    text, how = _cut(text, "; how: ")
    name, role = _cut(text, "; role: ")
    return Access(f"access-{at}", name, role, how)


def _cut(text: str, mark: str) -> tuple[str, str]:
    before, found, after = text.rpartition(mark)
    return (before, after) if found else (text, "")


def _after(mark: str, notes: Iterable[str]) -> Iterator[str]:
    return (text.removeprefix(mark) for text in notes if text.startswith(mark))


def self_management(parts: Parts) -> Iterator[SelfManagement]:
    """By its codes: words alone could be a technique or what was agreed beside it."""
    for task in parts.of("Task"):
        barrier = code_of(task.get("reasonCode"), BARRIER)
        if barrier:
            technique = code_of(task.get("code"), TECHNIQUE)
            yield SelfManagement(parts.key(task), barrier, technique, "".join(notes_of(task)[:1]))
