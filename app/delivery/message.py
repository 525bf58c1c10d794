"""The message to the prescriber: what is waited for, in the form that this EHR takes."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from app.delivery.forms import NOTES
from app.delivery.ladder import Can, Chosen, Rung, choose, habits_of, possible_rungs
from app.delivery.progress import Written
from app.delivery.refiling import at_hand
from app.delivery.signing import plan_of
from app.domain.follow_up import PrescriberResponse
from app.domain.plan import ActionPlan, CodedLists
from app.planning.papers import paper_text, prescriber_message, unanswered
from app.store import messages, outbox
from app.store.outbox import Row
from fhir_mappings.capability_statement import ServerCapabilities
from fhir_mappings.reading import Json
from fhir_mappings.write_document import Note
from fhir_mappings.write_message import Message, message_bundle, message_note
from launch.choices import Dialect, WriteMode
from launch.seal import TokenSeal

BODY, SENDER = "message", "message-session"
WAYS: tuple[WriteMode, ...] = ("communication", "document")
"""A person asked for it with a button, so the site's `write_modes`, which are the plan's, do not bind it."""
NO_PLAN = "The plan is not in the chart yet, so there is nothing that a message could be about."
ANSWERED = "Nothing waits for an answer."
NOBODY = "No recommendation that waits for an answer has a prescriber as its owner."
ON_ITS_WAY = "It was sent already."


@dataclass(frozen=True, slots=True)
class Held:
    """The plan signed last, with every answer to it, and what is known of its message."""

    plan: ActionPlan
    about: str
    signer: str
    row: Row | None


def held(
    connection: Connection, seal: TokenSeal, chart: str, answers: Iterable[PrescriberResponse]
) -> Held | None:
    """None when nothing was signed on this chart. `answers` came in since it was signed."""
    row = outbox.newest(connection, chart)
    if row is None:
        return None
    plan, written = plan_of(seal, row), Written.from_json(row["written"])
    plan = replace(plan, responses=(*plan.responses, *answers))
    there = written.care_plan
    is_there = there is not None and (row["state"] == outbox.State.DONE or written.has_plan)
    about = there.reference if there is not None and is_there else ""
    return Held(plan, about, row["signer"], messages.of_version(connection, row["version_id"]))


def why_not(found: Held) -> str:
    """Why no message can be sent now; empty where one can."""
    if not unanswered(found.plan):
        return ANSWERED
    if found.row is not None and not messages.is_refused(found.row):
        return ON_ITS_WAY
    if not found.about:
        return NO_PLAN
    if not message_of(found, CodedLists(), found.plan.signed_at).recipients:
        return NOBODY
    return ""


def ways(server: ServerCapabilities | None, can: Can, dialect: Dialect) -> tuple[Rung, ...]:
    """A message, else a note; where neither is taken its text is copied by hand."""
    rungs = possible_rungs(server, can, WAYS, dialect)
    return tuple(next(r for r in rungs if r.mode == mode) for mode in WAYS)


def way(rungs: Collection[Rung], plan: ActionPlan) -> Chosen:
    """The message first: a note is seen by who opens the chart, a message by whom it is for."""
    return choose(rungs, at_hand(plan))


def message_of(found: Held, lists: CodedLists, sent: datetime) -> Message:
    paper = prescriber_message(found.plan, lists)
    asked = unanswered(found.plan)
    return Message(found.plan, paper.title, paper_text(paper), found.about, asked, sent)


def message_in_form(
    rung: Rung, message: Message, server: ServerCapabilities | None, dialect: Dialect, type_: str
) -> Json:
    """Exactly what would be sent."""
    if rung.mode == "communication":
        return message_bundle(message)
    note = NOTES.get(habits_of(server, dialect), Note())
    return message_note(message, replace(note, type=type_) if type_ else note)


@dataclass(frozen=True, slots=True)
class Asking:
    """A message that a person wants sent: what, whose chart, with whose access."""

    message: Message
    bundle: Json
    tenant: str
    chart: str
    session_id: str
    how: str


def queue_message(connection: Connection, seal: TokenSeal, asking: Asking) -> bool:
    """False when this version's message is there or on its way: a second click."""
    version_id = asking.message.plan.version_id
    row = {
        "version_id": version_id,
        "tenant": asking.tenant,
        "chart": asking.chart,
        "bundle": seal.close(json.dumps(asking.bundle).encode(), version_id, BODY),
        "session": seal.close(asking.session_id.encode(), version_id, SENDER),
        "written": Written(how=asking.how).to_json(),
    }
    return messages.add(connection, row, asking.message.sent)
