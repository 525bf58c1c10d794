"""A paper as plain lines, for a note field, a message or a reader without markup."""

from app.planning.papers.paper import Paper, Part, Points, Section, Table, Wording, Words, plain


def paper_text(paper: Paper) -> str:
    opening = "\n".join(plain(w) for w in paper.opening)
    parts = [f"{paper.title}\n{'=' * len(paper.title)}", opening, *map(_section, paper.sections)]
    return "\n\n".join(p for p in parts if p) + "\n"


def _section(section: Section) -> str:
    heading = f"{section.heading}\n{'-' * len(section.heading)}\n" if section.heading else ""
    return heading + "\n".join(map(_part, section.parts))


def _part(part: Part) -> str:
    match part:
        case Words(text):
            return plain(text)
        case Points(items=items, ordered=ordered):
            marks = (f"{n}." if ordered else "-" for n in range(1, len(items) + 1))
            return "\n".join(
                f"{mark} {plain(item)}" for mark, item in zip(marks, items, strict=True)
            )
        case Table():
            return "\n".join(_row(part, row) for row in part.rows)


def _row(table: Table, row: tuple[Wording, ...]) -> str:
    """Cells are named by their heads, as a table can't be seen in plain text; empty ones are left out."""
    said = [plain(c) for c in row]
    first, *rest = zip(table.head, said, strict=True)
    return "; ".join([first[1], *(f"{head}: {cell}" for head, cell in rest if cell)])
