"""A paper as typed parts: what is rendered as a page, a PDF or plain text is the same words."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Foreign:
    """Words that are not in the language of the paper: as the chart or a person wrote them."""

    text: str
    language: str = "en"


Wording = str | Foreign


@dataclass(frozen=True, slots=True)
class Words:
    text: Wording


@dataclass(frozen=True, slots=True)
class Points:
    """`ordered` where the order says something, and what is said elsewhere names its number."""

    items: tuple[Wording, ...]
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """`caption` says what the table is, for who hears it read aloud. The first cell heads its row."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Wording, ...], ...]


Part = Words | Points | Table


@dataclass(frozen=True, slots=True)
class Section:
    heading: str
    parts: tuple[Part, ...]
    own_page: bool = False


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper. `for_whom` chooses its look: large type for the patient, one page for a clinician."""

    for_whom: Literal["patient", "clinician", "prescriber"]
    language: str
    title: str
    opening: tuple[Wording, ...]
    sections: tuple[Section, ...]

    @property
    def foreign(self) -> int:
        """How many texts are in another language."""
        return sum(isinstance(w, Foreign) for w in self._wordings())

    def _wordings(self) -> Iterator[Wording]:
        yield from self.opening
        for section in self.sections:
            for part in section.parts:
                yield from wordings(part)


def wordings(part: Part) -> tuple[Wording, ...]:
    match part:
        case Words(text):
            return (text,)
        case Points(items=items):
            return items
        case Table(rows=rows):
            return tuple(cell for row in rows for cell in row)


def plain(wording: Wording) -> str:
    return wording.text if isinstance(wording, Foreign) else wording
