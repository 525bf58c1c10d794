"""A paper as tagged PDF (PDF/UA-1): the same words as the page, read aloud in the same order."""

from functools import cache
from typing import Any, Literal

import msgspec

from app.domain.errors import CmmError
from app.planning.papers import Paper
from app.printing.page import HERE
from app.printing.row_heads import with_row_heads

TEMPLATE = HERE / "templates" / "paper.typ"
Sheet = Literal["us-letter", "a4"]


def paper_pdf(paper: Paper, sheet: Sheet = "us-letter") -> bytes:
    """Raises CMM-5301 where this server can't make PDF."""
    typst = _typst()
    # A compiler serves one thread at a time, and costs nothing once the fonts are known.
    compiler = typst.Compiler(TEMPLATE, font_paths=_fonts())
    words = {"paper": msgspec.json.encode(paper).decode(), "sheet": sheet}
    try:
        pdf: bytes = compiler.compile(format="pdf", sys_inputs=words, pdf_standards=["ua-1"])
    except typst.TypstError:
        # A name in letters that no font here has can't be in PDF/UA (ISO 14289-1, 7.21.8): then it is
        # tagged all the same, and does not claim the standard.
        pdf = compiler.compile(format="pdf", sys_inputs=words)
    return with_row_heads(pdf)


def _typst() -> Any:
    """Late: it is an extra, and large."""
    try:
        import typst
    except ImportError as missing:
        raise CmmError(
            "CMM-5301",
            "This server can't make PDF. Open the page instead and print it from the browser.",
            503,
        ) from missing
    return typst


@cache
def _fonts() -> Any:
    """Every font of the server is looked at once."""
    return _typst().Fonts()
