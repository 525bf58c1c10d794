"""What became of the records of earlier versions, in words for the receipt."""

from collections.abc import Iterable

from app.delivery.earlier import Old
from app.delivery.progress import Ended, How, Part, Written
from fhir_mappings.write_closing import ENDINGS

RECORDS = {
    "DetectedIssue": "A medication therapy problem",
    "Goal": "A goal",
    "Task": "A recommendation",
    "ServiceRequest": "A planned contact",
    "List": "The medication list",
}
_SAID: dict[How, str] = {
    "closed": "closed ({why})",
    "over": "was over there already",
    "goes-on": "goes on as it is",
    "updated": "goes on, brought up to date",
    "open": "still open in {ehr}: close it by hand ({why}). {problem}",
    "old-words": "goes on in {ehr} with its former words: change it there by hand. {problem}",
    "waiting": "still to be closed or brought up to date in {ehr}. {problem}",
}
_LEFT = "still open in {ehr}: close it or bring it up to date by hand. {problem}"


def ended_lines(written: Written, ehr: str, *, settled: bool) -> tuple[str, ...]:
    """Those for a person to see to come first. `settled`: no program comes to what waits."""
    every = sorted(written.ended.values(), key=lambda e: not e.by_hand)
    return tuple(_line(ended, ehr, settled=settled) for ended in every)


def _line(ended: Ended, ehr: str, *, settled: bool) -> str:
    said = _LEFT if settled and ended.how == "waiting" else _SAID[ended.how]
    why = ENDINGS.get(ended.code, "")
    words = said.format(ehr=ehr, why=why, problem="" if said == _LEFT else ended.part.problem)
    return f"{_name(ended.part, ended.version)}: {words.strip()}"


def left_lines(olds: Iterable[Old], ehr: str) -> tuple[str, ...]:
    """Where this version is carried over by hand, so are the records of those before it."""
    words = _LEFT.format(ehr=ehr, problem="").strip()
    return tuple(f"{_name(old.part, old.version)}: {words}" for old in olds)


def _name(part: Part, version: int) -> str:
    return f"{RECORDS[part.kind]} of version {version} ({part.reference})"
