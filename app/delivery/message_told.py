"""Where a message to the prescriber is, in words that are true at this moment."""

from dataclasses import dataclass

from app.delivery.progress import Written
from app.store.outbox import OPEN, Row, State

_OPEN = {
    State.PENDING: "The message waits for {ehr}. It is kept here; nothing is lost.",
    State.SENDING: "The message is on its way to {ehr}.",
    State.IN_DOUBT: (
        "We do not know yet whether {ehr} has the message. We look for it before sending again, so it "
        "can't be written twice."
    ),
    State.WAITING_FOR_USER: (
        "The message waits: access to {ehr} has ended. It is kept here and will be sent when its signer "
        "opens Concordance again from this chart."
    ),
}


@dataclass(frozen=True, slots=True)
class MessageTold:
    """`look` as on a receipt."""

    look: str
    sentence: str
    can_retry: bool = False


def message_told(row: Row, ehr: str) -> MessageTold:
    state, problem = State(row["state"]), str(row["problem"])
    written = Written.from_json(row["written"])
    if state is State.DONE and written.care_plan is not None:
        return MessageTold("warn" if problem else "good", _sent(written, ehr, problem))
    if state is State.REJECTED:
        return MessageTold("bad", _refused(row, ehr), can_retry=True)
    if state is State.SUPERSEDED:
        return MessageTold("warn", problem)
    return MessageTold("warn", _OPEN[state].format(ehr=ehr), can_retry=state in OPEN)


def _sent(written: Written, ehr: str, problem: str) -> str:
    there = written.care_plan
    where = there.reference if there is not None else ""
    return f"The message is in {ehr} {written.how}: {where}. {problem}".strip()


def _refused(row: Row, ehr: str) -> str:
    if row["doubtful"]:
        return f"We could not find out whether {ehr} has the message. It is kept here. {row['problem']}"
    return f"The message is not in {ehr}. {row['problem']}"
