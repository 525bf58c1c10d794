"""Chart and knowledge in, the whole grid out."""

from collections.abc import Iterable
from datetime import date

from app.assessment.asking import ask_everything
from app.assessment.chart_index import ChartIndex, index
from app.assessment.compiling import CompiledKnowledge
from app.assessment.grid import blank, cells, untreated
from app.assessment.outcomes import Hit
from app.assessment.over_goals import condition_goals
from app.assessment.predicates_cost import unpriced
from app.assessment.problems import problems_of
from app.domain.assessment import AssessedMedicine, Assessment
from app.domain.chart import Chart

# The rules are written from guidance for adults (product scope); below it they say nothing.
ADULT = 18
_STOPPED = "recorded as stopped: ask whether it is still taken"


def assess(
    chart: Chart, compiled: CompiledKnowledge, as_of: date, stated: Iterable[str] = ()
) -> Assessment:
    """
    Every medicine against the four needs on one day: the same chart gives the same answer.

    `stated` are the rows of suppressors.csv that were said in the visit.
    """
    ready = index(chart, compiled.lookups, as_of, stated)
    if why := _not_assessed(ready):
        return _nobody(ready, compiled, why)
    outcomes = ask_everything(ready, compiled)
    problems = problems_of((o for o in outcomes if isinstance(o, Hit)), ready, compiled.kinds)
    verdicts = cells(ready, outcomes, problems)
    treats = {line.id: compiled.grouping.treats(ready, line) for line in ready.lines}
    return Assessment(
        patient_id=chart.patient.id,
        as_of=as_of,
        medicines=tuple(
            AssessedMedicine(m, verdicts.get(m.id) or blank(m, _STOPPED), treats.get(m.id, ""))
            for m in chart.medicines
        ),
        problems=problems,
        untreated=untreated(outcomes, problems),
        gaps=(*chart.gaps, *chart.refused, *unpriced(ready)),
        knowledge_version=compiled.knowledge.version,
        condition_goals=condition_goals(ready, compiled.knowledge.tables.goals, compiled.resolver),
    )


def _not_assessed(ready: ChartIndex) -> str:
    if ready.chart.patient.deceased:
        return "the patient is recorded as deceased"
    if ready.age is not None and ready.age < ADULT:
        return "the rules are for adults"
    return ""


def _nobody(ready: ChartIndex, compiled: CompiledKnowledge, why: str) -> Assessment:
    chart = ready.chart
    return Assessment(
        patient_id=chart.patient.id,
        as_of=ready.as_of,
        medicines=tuple(AssessedMedicine(m, blank(m, why)) for m in chart.medicines),
        problems=(),
        untreated=(),
        gaps=(*chart.gaps, *chart.refused),
        knowledge_version=compiled.knowledge.version,
    )
