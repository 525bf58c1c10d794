"""Papers of a signed plan as the pages offer and hand them out."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import Response
from fastapi.responses import HTMLResponse, PlainTextResponse

from app.domain.errors import CmmError
from app.domain.plan import ActionPlan
from app.planning.papers import (
    Language,
    Paper,
    Plainly,
    clinician_note,
    language_of,
    languages,
    paper_text,
    patient_pages,
    plainly,
    prescriber_message,
    whole_note,
)
from app.printing import paper_page, paper_pdf
from app.web.services import Services

STYLE = "/assets/paper.css"
# Nothing of the patient is in a name: the file may lie in a shared folder.
NAMES = {
    "patient": "medicine-plan",
    "note": "medication-note",
    "message": "message-to-prescriber",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A language of the patient's pages; `foreign` counts the texts that are not in it."""

    code: str
    name: str
    chosen: bool
    foreign: int


def choices(plan: ActionPlan, plainly: Plainly) -> tuple[Choice, ...]:
    """The patient's own language is chosen where there is a catalogue for it."""
    own = language_of(plan.patient.language).code
    return tuple(
        Choice(
            spoken.code,
            spoken.name,
            spoken.code == own,
            patient_pages(plan, spoken, plainly).foreign,
        )
        for spoken in languages().values()
    )


def paper_of(
    kind: str, form: str, plan: ActionPlan, services: Services, language: Language
) -> Paper:
    """Raises CMM-5302 for a paper there is not."""
    match kind:
        case "patient":
            return patient_pages(plan, language, plainly(services.knowledge.knowledge))
        case "note":
            note = whole_note if form == "text" else clinician_note
            return note(plan, services.lists)
        case "message":
            return prescriber_message(plan, services.lists)
        case _:
            raise CmmError("CMM-5302", "There is no such paper: choose one on the receipt.", 404)


async def handed_out(kind: str, form: str, paper: Paper) -> Response:
    """As PDF, as text, or as a page to read and print."""
    if form == "pdf":
        pdf = await asyncio.to_thread(paper_pdf, paper)
        return Response(pdf, media_type="application/pdf", headers=_as_file(kind, "pdf"))
    if form == "text":
        return PlainTextResponse(paper_text(paper), headers=_as_file(kind, "txt"))
    return HTMLResponse(paper_page(paper, STYLE))


def _as_file(kind: str, ending: str) -> Mapping[str, str]:
    return {"Content-Disposition": f'attachment; filename="{NAMES[kind]}.{ending}"'}
