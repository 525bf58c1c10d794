"""The grid as the page shows it: groups by condition, four cells a line, needs without a medicine below."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from app.domain.assessment import (
    AssessedMedicine,
    Assessment,
    Cell,
    CellState,
    MedicationTherapyProblem,
    Need,
    Severity,
)
from app.domain.medicines import Medicine
from app.planning.draft import Draft, undecided
from app.web.list_groups import by_condition
from app.web.words import medicine_name, shorten

NEED_TITLES = {
    Need.INDICATION: "Indication",
    Need.EFFECTIVENESS: "Effective",
    Need.SAFETY: "Safe",
    Need.ADHERENCE: "Adherence",
}
MARKS = {Severity.HIGH: "!!", Severity.MODERATE: "!", Severity.LOW: "i"}


@dataclass(frozen=True, slots=True)
class CellView:
    """One cell: its words, its look, what a screen reader says, and where it leads."""

    key: str
    text: str
    look: str
    spoken: str
    query: str
    selected: bool
    need: str = ""


@dataclass(frozen=True, slots=True)
class LineView:
    medicine: Medicine
    cells: tuple[CellView, ...]


@dataclass(frozen=True, slots=True)
class GroupView:
    title: str
    lines: tuple[LineView, ...]


@dataclass(frozen=True, slots=True)
class UntreatedView:
    title: str
    note: str
    cell: CellView


@dataclass(frozen=True, slots=True)
class GridView:
    groups: tuple[GroupView, ...]
    untreated: tuple[UntreatedView, ...]
    medicines: int
    cells: int
    problems: int
    cannot: int
    decided: int
    total: int
    held: tuple[MedicationTherapyProblem, ...] = ()  # folded away, with their reasons


def grid_view(assessment: Assessment, draft: Draft, selected: str) -> GridView:
    """Lays the assessment out; `selected` is a problem id or a cell key."""
    cells = [c for line in assessment.medicines for c in line.needs.values()]
    everything = assessment.problems + draft.added
    held = tuple(p for p in everything if _folded(p, draft))
    problems = tuple(p for p in everything if p not in held)
    return GridView(
        groups=tuple(_groups(assessment, draft, selected)),
        untreated=tuple(_untreated(assessment, draft, selected)),
        medicines=len(assessment.medicines),
        cells=len(cells),
        problems=len(problems),
        cannot=sum(c.state is CellState.CANNOT_ASSESS for c in cells),
        decided=len(problems) - len(undecided(draft, assessment)),
        total=len(problems),
        held=held,
    )


def _folded(problem: MedicationTherapyProblem, draft: Draft) -> bool:
    """Held back and not taken up."""
    return bool(problem.held_back) and draft.decision(problem.id) is None


def _groups(assessment: Assessment, draft: Draft, selected: str) -> Iterable[GroupView]:
    for title, found in by_condition(assessment):
        lines = tuple(
            LineView(line.medicine, tuple(_cells(assessment, draft, line, selected)))
            for line in found
        )
        yield GroupView(title, lines)


def _cells(
    assessment: Assessment, draft: Draft, line: AssessedMedicine, selected: str
) -> Iterable[CellView]:
    for need in Need:
        key = f"{line.medicine.id}.{need.value}"
        subject = f"{NEED_TITLES[need]}, {medicine_name(line.medicine)}"
        view = cell_view(key, subject, line.needs[need], assessment, draft, selected)
        yield replace(view, need=NEED_TITLES[need])


def cell_view(
    key: str, subject: str, cell: Cell, assessment: Assessment, draft: Draft, selected: str
) -> CellView:
    """One cell in words and shape; colour only repeats what they say."""
    if cell.state is CellState.PROBLEM:
        problems = sorted(
            (assessment.problem(p) for p in cell.problems), key=lambda p: p.severity.rank
        )
        return _problem_cell(key, subject, problems, draft, selected)
    query = f"cell={key}"
    here = selected == key
    if cell.state is CellState.NONE_FOUND:
        return CellView(key, "✓ none", "none", f"{subject}: no problem found", query, here)
    missing = cell.missing[0] if cell.missing else "not known"
    return CellView(
        key, f"? {shorten(missing)}", "cannot", f"{subject}: cannot assess, {missing}", query, here
    )


def _problem_cell(
    key: str, subject: str, problems: list[MedicationTherapyProblem], draft: Draft, selected: str
) -> CellView:
    worst = problems[0]
    done = all(draft.decision(p.id) for p in problems)
    more = f" +{len(problems) - 1}" if len(problems) > 1 else ""
    return CellView(
        key=key,
        text=f"{MARKS[worst.severity]} {_short(worst)}{more}",
        look=f"{worst.severity.value}{' decided' if done else ''}",
        spoken=f"{subject}: {'decided, ' if done else ''}{worst.severity.value}, "
        + "; ".join(p.title for p in problems),
        query=f"problem={worst.id}&cell={key}",
        selected=selected == key or selected in {p.id for p in problems},
    )


def _short(problem: MedicationTherapyProblem) -> str:
    return "held back" if problem.held_back else problem.short or shorten(problem.title)


def _untreated(assessment: Assessment, draft: Draft, selected: str) -> Iterable[UntreatedView]:
    for row in assessment.untreated:
        if row.problems and all(_folded(assessment.problem(p), draft) for p in row.problems):
            continue
        cell = Cell(row.state, missing=row.missing, problems=row.problems)
        key = f"need.{row.rule}"
        note = "; ".join(row.missing)
        if row.problems:
            note = assessment.problem(row.problems[0]).because
        yield UntreatedView(
            row.title, note, cell_view(key, row.title, cell, assessment, draft, selected)
        )
