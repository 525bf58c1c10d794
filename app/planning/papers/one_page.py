"""
What fits on one page of a note: by the line, as no paper knows its printer.

Measured for 8.5 point Liberation Sans with narrow margins, on the narrower (A4) and the shorter (US Letter) of
two sheets: the first section runs over the whole width, the last one stands beside all the others.
"""

from collections.abc import Sequence
from math import ceil
from textwrap import wrap

from app.planning.papers.paper import Paper, Part, Points, Section, Table, Words, plain

LINES = 67
WIDE, NARROW = 118, 56  # letters on a line of the whole width, and of one column
# Of one line in the columns of a table of recommendations; the last holds a date.
CELLS = (33, 24, 44, 14, 11)
_TABLE_LINE = 1.1  # a row of a table keeps its distance
_HEADING = 1.8


def fits(paper: Paper) -> bool:
    first, *left, right = paper.sections
    above = _HEADING + sum(_rows(plain(w), WIDE) for w in paper.opening) + _lines(first, WIDE)
    beside = sum(_lines(section, NARROW) for section in left)
    return above + max(beside, _lines(right, NARROW)) <= LINES


def shortened(items: Sequence[str], lines: int) -> str:
    """As many items as a few lines of a column hold; how many more there are is said."""
    room = lines * NARROW
    for count in range(len(items), 0, -1):
        left = len(items) - count
        said = "; ".join(i.rstrip(".") for i in items[:count]) + (
            f"; and {left} more in the plan" if left else ""
        )
        if len(said) <= room:
            return said
    return clipped(items[0], room - 24) + f" ({len(items)} in the plan)" if items else ""


def clipped(text: str, length: int) -> str:
    """Cut at a word, and seen to be cut."""
    if len(text) <= length:
        return text
    return text[: length - 1].rsplit(" ", 1)[0].rstrip(" ,;:.") + " …"


def _lines(section: Section, width: int) -> float:
    heading = _HEADING if section.heading else 0
    return heading + sum(_part(part, width) for part in section.parts)


def _part(part: Part, width: int) -> float:
    match part:
        case Words(text):
            return 1 + _rows(plain(text), width)
        case Points(items=items):
            return sum(_rows(plain(item), width - 3) for item in items)
        case Table(rows=rows):
            return _TABLE_LINE * (1 + sum(max(map(_cell, map(plain, r), CELLS)) for r in rows))


def _cell(text: str, width: int) -> int:
    """Narrow columns lose much at the ends of their lines."""
    return 1 if len(text) <= width else len(wrap(text, width))


def _rows(text: str, width: int) -> int:
    return max(1, ceil(len(text) / width))
