"""What one look at the chart shows about one thing that was to be done."""

from dataclasses import dataclass
from enum import StrEnum

from app.domain.assessment import Input

# These ask whether a medicine works: a change alone does not resolve them, its effect does.
EFFECT = frozenset({"ineffective-drug", "dose-too-low"})


class Shown(StrEnum):
    DONE = "done"
    PARTLY = "partly"  # on the way: ordered and not yet filled, lowered and not yet low enough
    NOT_DONE = "not-done"
    CANNOT_TELL = "cannot-tell"


@dataclass(frozen=True, slots=True)
class Evidence:
    """`said` is one sentence for the pharmacist; `missing` says what would settle an open question."""

    shown: Shown
    said: str
    proof: tuple[Input, ...] = ()
    missing: tuple[str, ...] = ()


def done(said: str, *proof: Input) -> Evidence:
    return Evidence(Shown.DONE, said, proof)


def partly(said: str, *proof: Input) -> Evidence:
    return Evidence(Shown.PARTLY, said, proof)


def not_done(said: str, *proof: Input) -> Evidence:
    return Evidence(Shown.NOT_DONE, said, proof)


def cannot_tell(said: str, *missing: str) -> Evidence:
    """`missing` are words inside a sentence and not `said` again: the two stand side by side."""
    return Evidence(Shown.CANNOT_TELL, said, missing=missing)
