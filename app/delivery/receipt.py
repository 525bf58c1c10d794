"""Where a signed plan is, in words that are true at this moment."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection

from app.delivery.earlier import old_parts
from app.delivery.ended import RECORDS, ended_lines, left_lines
from app.delivery.progress import PLAN_KINDS, Part, Written
from app.delivery.signing import earlier_of, plan_of
from app.domain.patient import Patient
from app.store import outbox
from app.store.outbox import State
from launch.seal import TokenSeal

Look = Literal["good", "warn", "bad"]
KEPT = "The signed plan is kept here."
_BY_A_PERSON = {
    State.BY_HAND: (
        "Not in {ehr} yet: copy it there",
        "Copy its text into a note in the chart, or download it.",
    ),
    State.DOWNLOADED: (
        "Taken from here to be filed by hand",
        "Its text was copied or downloaded. Concordance can't see whether it was filed in {ehr}.",
    ),
    State.NOT_WRITTEN: (
        "Not written to {ehr}",
        "It had been changed there, and what {ehr} holds was kept. To change it, sign a new version.",
    ),
}
BY_SYSTEM = "{signer}'s access had ended, so Concordance delivered it with access of its own."
UNFINISHED = "The record of who signed it is not known to be there yet."
CLOSING = "The records of earlier versions are still being closed there."
PARTS = {
    **RECORDS,
    "MedicationStatement": "A medicine as it was reviewed",
    "Provenance": "The record of who signed",
    **dict.fromkeys(PLAN_KINDS, "The plan"),
}


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the signer is told. `patient` is as the plan was signed, for when the chart can't be read."""

    patient: Patient
    look: Look
    headline: str
    sentence: str
    signed_by: str
    signed_at: str
    plan_id: str
    version: int
    written: tuple[str, ...]
    attempts: tuple[str, ...]
    can_retry: bool
    how: str = ""
    conflict: bool = False
    can_copy: bool = False
    by_hand: bool = False
    earlier: tuple[str, ...] = ()  # what became of the records of earlier versions


def receipt_of(
    connection: Connection, seal: TokenSeal, chart: str, ehr_name: str
) -> Receipt | None:
    """The receipt of the version signed last on a chart; None when nothing was signed."""
    row = outbox.newest(connection, chart)
    if row is None:
        return None
    plan = plan_of(seal, row)
    look, headline, sentence = _told(row, ehr_name, plan.author.name or "the signer")
    attempts = outbox.attempts_of(connection, row["version_id"])
    versions = outbox.versions_of(connection, row["plan_id"])
    return Receipt(
        patient=plan.patient,
        look=look,
        headline=headline,
        sentence=sentence,
        signed_by=plan.author.name,
        signed_at=_moment(plan.signed_at),
        plan_id=plan.id,
        version=plan.version,
        written=(
            *_parts(Written.from_json(row["written"]), State(row["state"])),
            *(line for version in versions for line in _left_over(version)),
        ),
        attempts=tuple(_attempt(a) for a in attempts),
        can_retry=row["state"] in outbox.OPEN,
        how=Written.from_json(row["written"]).how,
        conflict=row["state"] == State.CONFLICT,
        can_copy=row["state"] not in (State.DONE, State.SUPERSEDED),
        by_hand=row["state"] == State.BY_HAND,
        earlier=_earlier(seal, row, versions, ehr_name),
    )


def _earlier(
    seal: TokenSeal, row: outbox.Row, versions: list[outbox.Row], ehr: str
) -> tuple[str, ...]:
    if row["state"] not in {State.BY_HAND, State.DOWNLOADED}:
        written = Written.from_json(row["written"])
        return ended_lines(written, ehr, settled=row["state"] == State.DONE)
    before = [earlier_of(seal, v) for v in versions if v["version"] < row["version"]]
    return left_lines(old_parts(before, {}), ehr)


def _told(row: outbox.Row, ehr: str, signer: str) -> tuple[Look, str, str]:
    problem, written = str(row["problem"]), Written.from_json(row["written"])
    match State(row["state"]):
        case State.DONE:
            look: Look = "warn" if problem else "good"
            when = f", at {_moment(row['updated_at'])}"
            by_whom = BY_SYSTEM.format(signer=signer) if written.by_system else ""
            return look, f"Saved in {ehr}", _joined(_saved(written, ehr, when), by_whom, problem)
        case State.SUPERSEDED:
            return "warn", "Replaced by a newer version", problem
        case _ if written.has_plan:
            left = CLOSING if written.filed else UNFINISHED
            return "warn", f"Saved in {ehr}", _joined(_saved(written, ehr, ""), left, problem)
        case State.CONFLICT:
            return "bad", f"Not written to {ehr}", problem
        case State.REJECTED:
            return _rejected(ehr, problem, doubtful=bool(row["doubtful"]))
        case state:
            return "warn", *_told_open(state, row, ehr, signer)


def _told_open(state: State, row: outbox.Row, ehr: str, signer: str) -> tuple[str, str]:
    if state in _BY_A_PERSON:
        headline, sentence = _BY_A_PERSON[state]
        return headline.format(ehr=ehr), _joined(KEPT, sentence.format(ehr=ehr))
    problem = str(row["problem"])
    if state is State.PENDING:
        waits = "Waiting for the EHR. The signed plan is kept here; nothing is lost."
        return f"Not yet in {ehr}", _joined(waits, problem)
    if state is State.WAITING_FOR_USER:
        where = "may or may not be" if row["doubtful"] else "is not yet"
        return f"Waiting for {signer}", (
            f"The plan {where} in {ehr}: access to it has ended. The signed plan is kept here and will "
            f"be sent when {signer} opens Concordance again from this chart."
        )
    unknown = (
        f"We do not know yet whether {ehr} has the plan. We look for it before sending again, so it "
        "can't be written twice. The signed plan is kept here."
    )
    return f"Being settled with {ehr}", _joined(unknown, problem)


def _rejected(ehr: str, problem: str, *, doubtful: bool) -> tuple[Look, str, str]:
    if doubtful:
        unsure = f"We could not find out whether {ehr} has the plan. The signed plan is kept here."
        return "bad", f"Not known whether it is in {ehr}", _joined(unsure, problem)
    return "bad", f"Not in {ehr}", _joined("The signed plan is kept here.", problem)


def _saved(written: Written, ehr: str, when: str) -> str:
    there = written.care_plan
    if there is None:
        return f"Saved in {ehr}{when}."
    version = f", version {there.version}" if there.version else ""
    how = f" It was written {written.how}." if written.how else ""
    return f"Saved in {ehr} as {there.reference}{version}{when}.{how}"


def _joined(*sentences: str) -> str:
    return " ".join(s for s in sentences if s)


def _parts(written: Written, state: State) -> tuple[str, ...]:
    """Also a plan that is not there may have left parts: they are in the chart, so they are named."""
    parts = [p for p in _places(written) if p.id and p.kind not in PLAN_KINDS]
    if written.care_plan and (state is State.DONE or written.has_plan):
        parts.insert(0, written.care_plan)
    return tuple(f"{PARTS.get(p.kind, p.kind)}: {p.reference}" for p in parts)


def _places(written: Written) -> list[Part]:
    return [*written.parts.values(), *(written.carried or {}).values()]


def _left_over(version: outbox.Row) -> tuple[str, ...]:
    """What a version had written when it was replaced: it stays in the chart, so it is named."""
    if version["state"] != State.SUPERSEDED:
        return ()
    left = _parts(Written.from_json(version["written"]), State.SUPERSEDED)
    return tuple(f"{line} (of version {version['version']}, which was replaced)" for line in left)


def _attempt(row: outbox.Row) -> str:
    words = row["detail"] or _OUTCOMES.get(row["outcome"], row["outcome"])
    return f"{_moment(row['started_at'])}: {words}"


_OUTCOMES = {"sending": "under way", "done": "The EHR has the plan."}


def _moment(at: datetime) -> str:
    """As a clock on this machine's wall would say it, with its zone."""
    return at.astimezone().strftime("%d-%b-%Y %H:%M %Z")
