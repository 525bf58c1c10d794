"""The medicine list: settle what the sources disagree on, say what is taken, add what the chart lacks."""

import uuid
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from app.chart.adding import ORIGINS, RESOURCE
from app.chart.answers import answer
from app.chart.settling import settle
from app.domain.codes import Concept, Source
from app.domain.errors import CmmError
from app.domain.medicines import Medicine, PatientReported
from app.planning.draft import Draft
from app.planning.listing import ADDED, answered_by, say, settle_in, take_back, unsay
from app.web.list_groups import GROUPINGS
from app.web.list_page import Adding, View, add_values, list_page
from app.web.pages import page
from app.web.protection import form_token
from app.web.questions import read_answer
from app.web.suggesting import suggestions
from app.web.visit import CurrentOpenVisit, OpenVisit

router = APIRouter(prefix="/s/{session_id}/medicines")
TAKING = ("taking", "not-taking", "taking-differently")
NAME_MISSING = "Write the name of the medicine, as the patient says it where you don't know it."
GONE = "This medicine is not on the list any more: look at the list again."
Short = Annotated[str, Form(max_length=300)]
Key = Annotated[str, Form(max_length=80)]


@router.get("")
async def medicines_page(
    visit: CurrentOpenVisit, by: str = "condition", line: str = "", done: str = "", edit: str = ""
) -> Response:
    draft, _ = await visit.draft()
    return list_page(visit, draft, View(by, line, done), _editing(draft, edit))


def _editing(draft: Draft, id_: str) -> Adding:
    told = next((t for t in draft.told if t.id == id_ and t.kind == ADDED), None)
    if told is None:
        return Adding()
    return Adding(told.concept.text, told.sig, told.note, told.origin, told.id)


def _typed(
    name: Short = "",
    sig: Short = "",
    note: Short = "",
    origin: Key = "",
    id_: Annotated[str, Form(alias="id", max_length=80)] = "",
) -> Adding:
    """The form of a medicine as it was sent."""
    return Adding(name, sig, note, origin, id_)


Typed = Annotated[Adding, Depends(_typed)]


@router.post("/search")
async def search(
    visit: CurrentOpenVisit,
    request: Request,
    typed: Typed,
    chosen: Short = "",
    by: Key = "condition",
) -> Response:
    """Offers names while one is typed; a name that is chosen goes into the form, nowhere else."""
    found = suggestions(visit.services.vocabulary, "" if chosen else typed.name)
    adding = replace(typed, name=chosen or typed.name, found=found)
    if request.headers.get("hx-request"):
        token = form_token(visit.browser, visit.session_id)
        values = add_values(by, adding) | {"chosen_now": bool(chosen)}
        return page("add_medicine.html", root=visit.root, form_token=token, **values)
    draft, _ = await visit.draft()
    return list_page(visit, draft, View(by), adding)


@router.post("/add")
async def add(
    visit: CurrentOpenVisit, typed: Typed, by_enter: Key = "", by: Key = "condition"
) -> Response:
    """Adds a medicine, or changes one that was added; what is not recognised stays as it was written."""
    draft, seen = await visit.draft()
    name, sig, note = typed.name.strip(), typed.sig.strip(), typed.note.strip()
    adding = replace(typed, name=name, sig=sig, note=note)
    if by_enter and adding.name and not adding.sig:  # typed, and Enter: nobody asked to add it yet
        found = suggestions(visit.services.vocabulary, adding.name)
        return list_page(visit, draft, View(by), replace(adding, found=found))
    if not adding.name:
        return list_page(visit, draft, View(by), replace(adding, error=NAME_MISSING), 422)
    known = typed.id and any(t.id == typed.id and t.kind == ADDED for t in draft.told)
    told = PatientReported(
        id=typed.id if known else uuid.uuid4().hex,
        kind=ADDED,
        concept=Concept(adding.name),
        by=visit.author.name,
        at=visit.clock(),
        sig=adding.sig,
        note=adding.note,
        origin=typed.origin if typed.origin in ORIGINS else "",
    )
    changed = say(draft, told)
    await visit.save_audited(changed, seen, "medicine-changed" if known else "medicine-added", {})
    return _goto(visit, by, _line_of(_lines(visit, changed), told.id), "added")


@router.post("/told/{id_}/remove")
async def remove(visit: CurrentOpenVisit, id_: str, by: Key = "condition") -> Response:
    """Takes back what was told, with the answers it gave."""
    draft, seen = await visit.draft()
    told = next((t for t in draft.told if t.id == id_), None)
    if told is None:
        raise CmmError("CMM-4011", GONE, 404)
    line = _with_report(visit.chart.medicines, id_)
    given = answered_by(line, told) if line else ()
    changed = unsay(draft, id_)
    for one in given:
        if one in draft.settlements:
            changed = take_back(changed, one.line, one.fingerprint)
    await visit.save_audited(changed, seen, "report-removed", {"kind": told.kind})
    return _goto(visit, by, line.id if line else "", "removed")


@router.post("/{line}/say")
async def say_of(
    visit: CurrentOpenVisit,
    line: str,
    kind: Key = "",
    sig: Short = "",
    note: Short = "",
    by: Key = "condition",
) -> Response:
    """Taking, not taking, or taking differently: it also answers what the sources disagree on."""
    draft, seen = await visit.draft()
    medicine = _medicine(visit, line)
    if kind not in TAKING or (kind == "taking-differently" and not sig.strip()):
        error = "Write how the patient takes it."
        return list_page(visit, draft, View(by, line, error=error), Adding(), 422)
    told = PatientReported(
        id=uuid.uuid4().hex,
        kind=kind,
        concept=medicine.entries[0].concept if medicine.entries else Concept(medicine.name),
        by=visit.author.name,
        at=visit.clock(),
        line=line,
        sig=sig.strip() if kind == "taking-differently" else "",
        note=note.strip(),
    )
    changed = say(draft, told)
    joined = _with_report(_lines(visit, changed), told.id)
    for given in answered_by(joined, told) if joined else ():
        changed = settle_in(changed, given)
    await visit.save_audited(changed, seen, "patient-reported", {"kind": kind})
    return _goto(visit, by, line, "said")


@router.post("/{line}/settle")
async def settle_one(
    visit: CurrentOpenVisit,
    line: str,
    mark: Key = "",
    choice: Annotated[str, Form(alias="answer", max_length=300)] = "",
    words: Short = "",
    by: Key = "condition",
) -> Response:
    draft, seen = await visit.draft()
    code, source = read_answer(choice)
    try:
        given = answer(
            _medicine(visit, line),
            mark,
            code,
            by=visit.author.name,
            at=visit.clock(),
            source=source,
            words=words,
        )
    except CmmError as error:
        view = View(by, line, error=f"{error.message} ({error.code})")
        return list_page(visit, draft, view, Adding(), error.status)
    detail = {"question": given.kind, "answer": given.choice}
    await visit.save_audited(settle_in(draft, given), seen, "disagreement-settled", detail)
    return _goto(visit, by, line, "settled")


@router.post("/{line}/open")
async def open_again(
    visit: CurrentOpenVisit, line: str, mark: Key = "", by: Key = "condition"
) -> Response:
    """Takes an answer back."""
    draft, seen = await visit.draft()
    await visit.save_audited(take_back(draft, line, mark), seen, "settling-taken-back", {})
    return _goto(visit, by, line, "open")


def _medicine(visit: OpenVisit, line: str) -> Medicine:
    found = next((m for m in visit.chart.medicines if m.id == line), None)
    if found is None:
        raise CmmError("CMM-4011", GONE, 404)
    return found


def _lines(visit: OpenVisit, draft: Draft) -> tuple[Medicine, ...]:
    """The list as this draft makes it."""
    read = visit.case.chart.medicines if visit.case.chart else ()
    return settle(
        read,
        draft.settlements,
        draft.told,
        as_of=visit.case.as_of,
        vocabulary=visit.services.vocabulary,
    )


def _with_report(medicines: tuple[Medicine, ...], id_: str) -> Medicine | None:
    source = Source(RESOURCE, id_)
    return next((m for m in medicines if source in m.sources), None)


def _line_of(medicines: tuple[Medicine, ...], id_: str) -> str:
    found = _with_report(medicines, id_)
    return found.id if found else ""


def _goto(visit: OpenVisit, by: str, line: str, done: str) -> RedirectResponse:
    shown = by if by in GROUPINGS else "condition"
    return visit.goto(f"medicines?by={shown}&line={line}&done={done}#detail")
