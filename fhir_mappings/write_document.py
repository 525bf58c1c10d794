"""The plan as a clinical note: a DocumentReference in the shape of US Core, and what vendors add to it."""

import base64
import json
from dataclasses import dataclass
from typing import Literal

from app.domain.plan import ActionPlan, CodedLists
from fhir_mappings.write_names import (
    PLAN_IDENTIFIER,
    VERSION_IDENTIFIER,
    Json,
    Writing,
    person,
)
from fhir_mappings.write_narrative import plan_narrative, words
from fhir_mappings.write_plan import plan_bundle
from fhir_mappings.write_provenance import provenance
from fhir_mappings.write_text import plan_text, replacing

# "Pharmacology Plan of care note", the type of the SMP document (hl7.fhir.us.smp, Composition).
NOTE_TYPE = "http://loinc.org|80797-4"
# http://hl7.org/fhir/us/core/CodeSystem-us-core-documentreference-category.html
CATEGORY = {
    "system": "http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category",
    "code": "clinical-note",
}
TITLE = "Medication action plan"


@dataclass(frozen=True, slots=True)
class Note:
    """
    How an EHR wants a note. `type` is system|code; `charset` says the encoding in the content type;
    `replaces` is the note of the version before, where the EHR keeps such links.
    """

    type: str = NOTE_TYPE
    body: Literal["text", "xhtml"] = "text"
    charset: bool = False
    machine_copy: bool = True
    replaces: str = ""


def document_bundle(plan: ActionPlan, lists: CodedLists, note: Note) -> Json:
    """The note, and the record of who signed it where that is taken."""
    writing = Writing(plan, lists)
    entry = writing.entry(_document(writing, note), plan.version_id)
    return with_signature(writing, entry)


def with_signature(writing: Writing, entry: Json) -> Json:
    """One record that holds the whole plan, with its Provenance."""
    signature = {
        "fullUrl": writing.url("Provenance", "1"),
        "resource": provenance(writing, [entry["fullUrl"]]),
        "request": {"method": "POST", "url": "Provenance"},
    }
    return {"resourceType": "Bundle", "type": "transaction", "entry": [entry, signature]}


def business_identifiers(plan: ActionPlan) -> list[Json]:
    """The version first: a further version is a record of its own here, not a change of the first."""
    return [
        {"system": VERSION_IDENTIFIER, "value": plan.version_id},
        {"system": PLAN_IDENTIFIER, "value": plan.id},
    ]


@dataclass(frozen=True, slots=True)
class Titled:
    """What tells one note from another: its names, when it was written, and what it says of itself."""

    identifiers: list[Json]
    moment: str
    title: str
    description: str


def clinical_note(plan: ActionPlan, note: Note, titled: Titled, content: list[Json]) -> Json:
    """Any note of ours, in the shape and with the habits that an EHR wants."""
    system, _, code = note.type.partition("|")
    # Oracle refuses a note without the end of its period, and Epic one without its encounter.
    context: Json = {"period": {"end": titled.moment}}
    if plan.encounter:
        context["encounter"] = [{"reference": plan.encounter}]
    return {
        "resourceType": "DocumentReference",
        "identifier": titled.identifiers,
        "status": "current",
        "docStatus": "final",
        "type": {"coding": [{"system": system, "code": code}], "text": titled.title},
        "category": [{"coding": [CATEGORY]}],
        "subject": {"reference": f"Patient/{plan.patient.id}"},
        "date": titled.moment,
        "author": [person(plan.author)],
        "description": titled.description,
        "content": [{"attachment": part} for part in content],
        "context": context,
    }


def attachment(note: Note, kind: str, content: str, title: str, moment: str) -> Json:
    data = content.encode()
    return {
        "contentType": f"{kind};charset=utf-8" if note.charset else kind,
        "data": base64.b64encode(data).decode("ascii"),
        "size": len(data),
        "title": title,
        "creation": moment,
    }


def _document(writing: Writing, note: Note) -> Json:
    plan = writing.plan
    content = [_words(writing, note)]
    if note.machine_copy:
        content.append(_machine_copy(writing))
    named = Titled(business_identifiers(plan), writing.signed_at, TITLE, _versioned(plan))
    resource = clinical_note(plan, note, named, content)
    if note.replaces:
        resource["relatesTo"] = [{"code": "replaces", "target": {"reference": note.replaces}}]
    return resource


def _words(writing: Writing, note: Note) -> Json:
    plan, lists = writing.plan, writing.lists
    if note.body == "text":
        return _attachment(writing, "text/plain", note, plan_text(plan, lists))
    head = f'<html xmlns="http://www.w3.org/1999/xhtml"><head><title>{words(TITLE)}</title></head>'
    page = f"{head}<body>{plan_narrative(plan, lists)}<p>{replacing(plan)}</p></body></html>"
    return _attachment(writing, "application/xhtml+xml", note, page)


def _machine_copy(writing: Writing) -> Json:
    """The records that would have been written, for a program that reads the note."""
    bundle = plan_bundle(writing.plan, writing.lists)
    kept = [{k: v for k, v in e.items() if k != "request"} for e in bundle["entry"]]
    copy = {**bundle, "type": "collection", "entry": kept}
    return _attachment(writing, "application/fhir+json", Note(), json.dumps(copy))


def _attachment(writing: Writing, kind: str, note: Note, content: str) -> Json:
    return attachment(note, kind, content, _versioned(writing.plan), writing.signed_at)


def _versioned(plan: ActionPlan) -> str:
    return f"{TITLE}, version {plan.version}"
