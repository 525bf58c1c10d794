"""The plan as it was signed and the chart as it is now, made ready to be compared."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from msgspec import structs

from app.assessment import index
from app.assessment.chart_index import ChartIndex, Line
from app.assessment.compiling import CompiledKnowledge
from app.assessment.readings import Reading
from app.domain.assessment import Assessment, Input, MedicationTherapyProblem
from app.domain.chart import Chart
from app.domain.codes import Coding
from app.domain.plan import ActionPlan
from app.knowledge.logic import calls, read_logic
from app.knowledge.rule import Rule
from app.knowledge.subjects import Subject
from app.knowledge.vocabulary import NotTaking


@dataclass(frozen=True, slots=True, eq=False)
class Between:
    """Everything a proof asks. What happened on the day of the plan itself proves nothing about it."""

    plan: ActionPlan
    then: ChartIndex
    now: ChartIndex
    assessment: Assessment
    compiled: CompiledKnowledge

    @property
    def since(self) -> date:
        return self.plan.as_of

    def acted(self, problem: MedicationTherapyProblem) -> tuple[Line, ...]:
        """The plan's lines that something was to be done about, in the order the problem names them."""
        wanted = problem.act_on or problem.medicines
        lines = {line.id: line for line in self.then.lines}
        return tuple(lines[id_] for id_ in wanted if id_ in lines)

    def today(self, line: Line) -> tuple[Line, ...]:
        """The lines of today's list that are that medicine, in whatever strength and form."""
        return tuple(x for x in self.now.lines if same_medicine(x, line))

    def was_taken(self, line: Line) -> bool:
        """As far as the plan could tell, in whatever strength and form."""
        return any(x.taken for x in self.then.lines if same_medicine(x, line))

    def gone(self, line: Line) -> bool:
        """
        Ended since the plan. What was not taken then ends by leaving the list: that nobody takes it was
        so when the plan was signed and proves nothing.
        """
        now = self.today(line)
        return not any(x.taken for x in now) if self.was_taken(line) else not now

    def new_lines(self) -> tuple[Line, ...]:
        """
        What is on today's list and was not on the plan's. An order from before the plan is not new: a
        plan that an EHR held names only the medicines of its problems.
        """
        known = self.then.lines
        return tuple(
            x
            for x in self.now.lines
            if not any(same_medicine(x, old) for old in known) and self._may_be_new(x)
        )

    def _may_be_new(self, line: Line) -> bool:
        started = line.medicine.started
        return started is None or started.latest > self.since

    def raised(self, problem: MedicationTherapyProblem) -> MedicationTherapyProblem | None:
        """The same problem in today's assessment."""
        return next((p for p in self.assessment.problems if p.id == problem.id), None)

    def families(self, measure: Coding | None) -> tuple[str, ...]:
        return self.compiled.lookups.labs.families.get(measure.code, ()) if measure else ()

    def readings(self, measure: Coding | None) -> tuple[Reading, ...]:
        """Newest first, before and after the plan."""
        found = {r for family in self.families(measure) for r in self.now.lab(family)}
        return tuple(sorted(found, key=lambda r: (r.taken, r.measured.source.id), reverse=True))

    def wanted(self, problem: MedicationTherapyProblem) -> tuple[Subject, ...]:
        """The medicines whose absence the problem's rule found; empty where the rule names none."""
        rule = next((r for r in self.compiled.knowledge.rules if r.id == problem.rule), None)
        return tuple(_missed(rule, self.compiled)) if rule is not None else ()


def same_medicine(one: Line, other: Line) -> bool:
    """Same ingredients, and no two routes that differ; unrecognised ones by their name alone."""
    if not one.ingredients or not other.ingredients:
        return one.label == other.label
    routes = {one.route, other.route} - {""}
    return one.ingredients == other.ingredients and len(routes) < 2


def between(
    plan: ActionPlan, chart: Chart, assessment: Assessment, compiled: CompiledKnowledge
) -> Between:
    then = index(
        Chart(patient=plan.patient, medicines=(*plan.medicines, *plan.past_medicines)),
        compiled.lookups,
        plan.as_of,
    )
    now = index(chart, compiled.lookups, assessment.as_of)
    return Between(plan, then, now, assessment, compiled)


def input_of(line: Line, value: str = "") -> Input:
    """The line as proof, with the newest date its sources give."""
    days = [d.text for e in line.medicine.entries if (d := e.authored or e.starts)]
    shown = structs.replace(line.input, date=max(days, default=""))
    return structs.replace(shown, value=value) if value else shown


def _missed(rule: Rule, compiled: CompiledKnowledge) -> Iterable[Subject]:
    for call in calls(read_logic(rule.when)) if rule.when else ():
        if isinstance(call.args, NotTaking):
            yield from compiled.resolver.subjects(call.args)
