"""The assessment as the fixed JSON of the command line, and as a table for people."""

from typing import Any

from app.assessment.sentences import day, written
from app.domain.assessment import (
    AssessedMedicine,
    Assessment,
    Cell,
    CellState,
    MedicationTherapyProblem,
    Need,
    UntreatedNeed,
)
from app.domain.chart import Chart
from app.domain.medicines import Medicine

Json = dict[str, Any]
_SHAPES = {
    CellState.PROBLEM: "! problem",
    CellState.NONE_FOUND: "+ none found",
    CellState.CANNOT_ASSESS: "? cannot tell",
}


def as_json(assessment: Assessment, chart: Chart) -> Json:
    """One object with fixed keys: other systems read it, so keys are only ever added."""
    return {
        "patient": chart.patient.id,
        "asOf": assessment.as_of.isoformat(),
        "medicines": [_assessed(m) for m in assessment.medicines],
        "problems": [_problem(p) for p in assessment.problems],
        "untreated": [_untreated(u) for u in assessment.untreated],
        "gaps": [{"what": g.what, "why": g.why, "effect": g.effect} for g in assessment.gaps],
        "conditionGoals": [
            {"condition": g.condition, "text": g.text, "met": g.met}
            for g in assessment.condition_goals
        ],
        "knowledge": {"version": assessment.knowledge_version},
    }


def medicine_json(medicine: Medicine) -> Json:
    """What the reconciled list says of one medicine."""
    identity = medicine.identity
    return {
        "id": medicine.id,
        "name": medicine.name,
        "ingredients": [
            {"rxcui": i.rxcui, "name": i.name} for i in (identity.ingredients if identity else ())
        ],
        "dose": medicine.sig or medicine.daily_dose.text or "not recorded",
        "status": medicine.status.value,
        "sources": [{"resource": s.resource, "id": s.id} for s in medicine.sources],
    }


def _assessed(assessed: AssessedMedicine) -> Json:
    return medicine_json(assessed.medicine) | {
        "treats": assessed.treats,
        "needs": {need.value: _cell(assessed.needs[need]) for need in Need},
    }


def _cell(cell: Cell) -> Json:
    return {
        "state": cell.state.value,
        "checked": list(cell.checked),
        "missing": list(cell.missing),
        "problems": list(cell.problems),
    }


def _problem(problem: MedicationTherapyProblem) -> Json:
    return {
        "id": problem.id,
        "rule": problem.rule,
        "title": problem.title,
        "need": problem.need.value,
        "category": problem.category,
        "rationale": problem.rationale,
        "severity": problem.severity.value,
        "medicines": list(problem.medicines),
        "conditions": list(problem.conditions),
        "because": problem.because,
        "heldBack": problem.held_back,
        "also": list(problem.also),
        "alsoRules": list(problem.also_rules),
        "recommend": {
            "action": problem.recommend.action,
            "text": problem.recommend.text,
            "plain": problem.recommend.plain,
            "alternatives": list(problem.recommend.alternatives),
        },
        "evidence": [{"citation": c.citation, "url": c.url, "at": c.at} for c in problem.evidence],
        "inputs": [
            {
                "resource": i.resource,
                "id": i.id,
                "label": i.label,
                "value": i.value,
                "unit": i.unit,
                "date": i.date,
            }
            for i in problem.inputs
        ],
    }


def _untreated(need: UntreatedNeed) -> Json:
    return {
        "rule": need.rule,
        "title": need.title,
        "state": need.state.value,
        "problems": list(need.problems),
        "missing": list(need.missing),
    }


def as_table(assessment: Assessment, chart: Chart) -> str:
    """The grid, then the problems with their reasons, then what could not be told."""
    rows = [("Medicine", *(need.value.capitalize() for need in Need))]
    rows += [
        (written(m.medicine.name), *(_SHAPES[m.needs[need].state] for need in Need))
        for m in assessment.medicines
    ]
    title = f"Medicines of {chart.patient.name or chart.patient.id} on {day(assessment.as_of)}"
    parts = [title, _columns(rows)]
    if assessment.problems:
        parts.append("\n".join(_problem_lines(assessment.problems)))
    if assessment.untreated:
        parts.append("\n".join(f"- {_SHAPES[u.state]}: {u.title}" for u in assessment.untreated))
    parts += [f"Not read: {g.headed} {g.why} {g.effect}" for g in assessment.gaps]
    return "\n\n".join(parts) + "\n"


def _columns(rows: list[tuple[str, ...]]) -> str:
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = ("  ".join(f"{c:{w}}" for c, w in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def _problem_lines(problems: tuple[MedicationTherapyProblem, ...]) -> list[str]:
    return [
        f"{p.severity.value.upper():8} {p.rule:5} {p.because} -> {p.recommend.text}"
        for p in problems
    ]
