"""
The first cell of each row of a table as its heading, so that a reader that hears a cell is told the row.

Typst 0.15 tags column heads; its call for row heads (pdf.header-cell) is an experiment that the Python
package can't switch on. What it writes is changed in place, at the same length: a cell becomes a
heading by its tag and its scope (ISO 32000-1, 14.8.5.7), and the other cells no longer name the column as
their only heading, as both follow from the scopes.
"""

import re

_ROW = re.compile(rb"/S/TR/P \d+ 0 R/K\[(\d+) 0 R")
_CELL = re.compile(
    rb"(?P<start>\n(?P<id>\d+) 0 obj\n<</Type/StructElem/S/)TD(?P<middle>[^\n]*?)(?P<heads>/Headers\[[^\]\n]*\])"
)
_SCOPE = b"/Scope/Row"


def with_row_heads(pdf: bytes) -> bytes:
    first = set(_ROW.findall(pdf))

    def cell(found: re.Match[bytes]) -> bytes:
        start, middle, room = found["start"], found["middle"], len(found["heads"])
        if found["id"] in first:
            return start + b"TH" + middle + _SCOPE.ljust(room)
        return start + b"TD" + middle + b" " * room

    return _CELL.sub(cell, pdf)
