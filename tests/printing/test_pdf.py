"""
The PDF can be read aloud: tags, language, title, tables with heads, and nothing fetched.

What PDF/UA asks and no program can tell (is the order sensible, are the words clear) is not proved here.
"""

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest

from app.domain.errors import CmmError
from app.planning.papers import ENGLISH, Paper, clinician_note, language_of, patient_pages
from app.printing import paper_page, paper_pdf
from app.printing.pdf import Sheet
from tests.plans import LISTS, METFORMIN, crowded_plan, signed_plan

pikepdf = pytest.importorskip("pikepdf")


@pytest.fixture(scope="module")
def pdf() -> Any:
    return opened(patient_pages(signed_plan(), ENGLISH))


def opened(paper: Paper, sheet: Sheet = "us-letter") -> Any:
    try:
        made = paper_pdf(paper, sheet)
    except CmmError as missing:
        pytest.skip(missing.message)
    return pikepdf.open(BytesIO(made))


def elements(node: Any) -> Iterator[Any]:
    """All structure elements below, in the order they are read."""
    if isinstance(node, pikepdf.Array):
        for child in node:
            yield from elements(child)
    elif isinstance(node, pikepdf.Dictionary):
        if "/S" in node:
            yield node
        if "/K" in node:
            yield from elements(node["/K"])


def tags(pdf: Any) -> set[str]:
    return {str(e["/S"]) for e in elements(pdf.Root.StructTreeRoot.K)}


def scope(cell: Any) -> str:
    return next((str(a["/Scope"]) for a in cell["/A"] if "/Scope" in a), "")


def claims_ua(pdf: Any) -> bool:
    with pdf.open_metadata() as metadata:
        return bool(metadata.get("pdfuaid:part") == "1")


def test_it_is_marked_as_tagged(pdf: Any) -> None:
    assert bool(pdf.Root.MarkInfo.Marked) is True


def test_it_says_its_language_and_shows_its_title(pdf: Any) -> None:
    assert str(pdf.Root.Lang) == "en"
    assert str(pdf.docinfo.Title) == "Your medicine plan"
    assert bool(pdf.Root.ViewerPreferences.DisplayDocTitle) is True


def test_it_claims_ua_1(pdf: Any) -> None:
    assert claims_ua(pdf)


def test_headings_lists_and_tables_are_tagged(pdf: Any) -> None:
    kinds = tags(pdf)
    assert {"/H1", "/H2", "/P", "/L", "/LI", "/Table", "/TR", "/TH", "/TD", "/Caption"} <= kinds


def test_every_row_of_a_table_has_its_heading_and_every_column_too(pdf: Any) -> None:
    rows = [e for e in elements(pdf.Root.StructTreeRoot.K) if e["/S"] == "/TR"]
    scopes = [tuple(map(scope, row["/K"])) for row in rows]
    heads = [s for s in scopes if set(s) == {"/Column"}]
    assert len(heads) == 3  # to-do list, day, medicine list
    assert [s[0] for s in scopes if s not in heads] == ["/Row"] * (len(rows) - 3)
    assert {s for row in scopes if row not in heads for s in row[1:]} == {""}


def test_words_of_another_language_say_which() -> None:
    spanish = opened(patient_pages(signed_plan(), language_of("es")))
    spoken = {str(e["/Lang"]) for e in elements(spanish.Root.StructTreeRoot.K) if "/Lang" in e}
    assert (str(spanish.Root.Lang), spoken) == ("es", {"en", "es"})


def test_it_holds_no_picture_that_would_need_words(pdf: Any) -> None:
    assert "/Figure" not in tags(pdf)
    assert not any(page.images for page in pdf.pages)


def test_a_letter_that_no_font_has_is_no_reason_to_print_nothing() -> None:
    unprintable = replace(METFORMIN, name="metformin \U0010ffff 500 mg")
    pdf = opened(patient_pages(replace(signed_plan(), medicines=(unprintable,)), ENGLISH))
    assert bool(pdf.Root.MarkInfo.Marked) is True
    assert not claims_ua(pdf)


@pytest.mark.parametrize("sheet", ["us-letter", "a4"])
@pytest.mark.parametrize("count", [1, 25, 60])
def test_the_note_is_one_page(sheet: Sheet, count: int) -> None:
    note = clinician_note(crowded_plan(count), LISTS)
    assert len(opened(note, sheet).pages) == 1


@pytest.mark.parametrize("nasty", ['<img src="file:///etc/passwd">', '#panic("run")', "$ *a* _b"])
def test_what_a_chart_says_is_never_markup(nasty: str) -> None:
    paper = patient_pages(replace(signed_plan(), medicines=(replace(METFORMIN, name=nasty),)), ENGLISH)  # fmt: skip
    assert "<img" not in paper_page(paper)
    assert claims_ua(opened(paper))
