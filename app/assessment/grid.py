"""The cells of the grid: every medicine and need has a verdict, and says what it rests on."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from app.assessment.chart_index import ChartIndex, Line
from app.assessment.outcomes import Hit, Looked, Open, Outcome
from app.assessment.sentences import unfilled
from app.domain.assessment import (
    Cell,
    CellState,
    MedicationTherapyProblem,
    Need,
    UntreatedNeed,
)
from app.domain.medicines import Medicine

NOT_RECOGNISED = "ingredient not recognised: no rule could be applied"
# Needs that not every rule about them answers.
_BY_MEASURE = frozenset({Need.EFFECTIVENESS, Need.ADHERENCE})
_NO_CHECK = {
    Need.INDICATION: "no use of it is held: ask what it is for",
    Need.EFFECTIVENESS: "no measure of effect known for this use: ask the patient",
    Need.SAFETY: "no safety facts are held for it",
    Need.ADHERENCE: "no fill history and no word from the patient",
}


def cells(
    index: ChartIndex,
    outcomes: Sequence[Outcome],
    problems: Sequence[MedicationTherapyProblem],
) -> dict[str, Mapping[Need, Cell]]:
    """By medicine id, the four cells."""
    looked: dict[tuple[str, Need], list[Looked]] = defaultdict(list)
    opened: dict[tuple[str, Need], list[Open]] = defaultdict(list)
    found: dict[tuple[str, Need], list[str]] = defaultdict(list)
    for outcome in outcomes:
        if isinstance(outcome, Hit) or outcome.line is None:
            continue
        at = outcome.line.id, outcome.rule.need
        if isinstance(outcome, Looked):
            looked[at].append(outcome)
        else:
            opened[at].append(outcome)
    for problem in problems:
        for id_ in problem.medicines:
            found[id_, problem.need].append(problem.id)
    return {
        line.id: {
            need: cell(line, need, looked[at], opened[at], found[at])
            for need in Need
            if (at := (line.id, need))
        }
        for line in index.lines
    }


def cell(
    line: Line,
    need: Need,
    looked: Sequence[Looked],
    opened: Sequence[Open],
    problems: Sequence[str],
) -> Cell:
    checked = tuple(dict.fromkeys([o.said for o in looked if o.said]))
    missing = tuple(dict.fromkeys([m for o in opened for m in o.missing])) if opened else ()
    if problems:
        return Cell(CellState.PROBLEM, checked, missing, tuple(problems))
    if not line.recognised and need is not Need.ADHERENCE:
        return Cell(CellState.CANNOT_ASSESS, checked, (NOT_RECOGNISED, *missing))
    if not _answered(looked, need):
        return Cell(CellState.CANNOT_ASSESS, checked, missing or (_NO_CHECK[need],))
    # What the patient says or what was filled: one source is enough to answer for adherence.
    if missing and need is not Need.ADHERENCE:
        return Cell(CellState.CANNOT_ASSESS, checked, missing)
    return Cell(CellState.NONE_FOUND, checked, missing)


def _answered(looked: Iterable[Looked], need: Need) -> bool:
    """That a special dose rule doesn't apply says nothing about whether the medicine works."""
    if need in _BY_MEASURE:
        return any(o.rule.rule.answers for o in looked)
    return any(o.base for o in looked)


def blank(_medicine: Medicine, why: str) -> Mapping[Need, Cell]:
    """A line that isn't assessed, in all four needs."""
    return {need: Cell(CellState.CANNOT_ASSESS, (), (why,)) for need in Need}


def untreated(
    outcomes: Sequence[Outcome], problems: Sequence[MedicationTherapyProblem]
) -> tuple[UntreatedNeed, ...]:
    """Needs without a medicine: those found, and those that could not be told."""
    found = [
        UntreatedNeed(p.rule, p.title, CellState.PROBLEM, (p.id,))
        for p in problems
        if not p.medicines
    ]
    open_ = [o for o in outcomes if isinstance(o, Open) and o.line is None]
    told = {u.rule for u in found}
    unread = [o for o in open_ if o.unread]
    rows: dict[str, UntreatedNeed] = {}
    for o in open_:
        if not o.unread and o.rule.id not in told:
            # Parts of one row of the catalogue that lack the same are one thing to ask for.
            rows.setdefault(
                "|".join((o.rule.id[:3], *o.missing)),
                UntreatedNeed(
                    o.rule.id, unfilled(o.rule.rule.title), CellState.CANNOT_ASSESS, (), o.missing
                ),
            )
    if unread:
        # One row for what one missing read hides: twenty rows would say it no better.
        missing = tuple(dict.fromkeys(m for o in unread for m in o.missing))
        title = f"Untreated conditions and preventive care ({len(unread)} checks not possible)"
        rows["unread"] = UntreatedNeed("N", title, CellState.CANNOT_ASSESS, (), missing)
    return (*found, *rows.values())
