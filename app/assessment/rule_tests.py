"""Runs the tests that stand in a rule's own file: that rule alone, on the chart each test describes."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from app.assessment.asking import ask_medicine, ask_patient, ask_table
from app.assessment.chart_index import ChartIndex, index
from app.assessment.compiling import CompiledKnowledge, rules_for
from app.assessment.given import Unclear, chart_of
from app.assessment.given_prices import prices_of
from app.assessment.outcomes import Hit, Open, Outcome
from app.assessment.problems import problem_of
from app.assessment.resolving import Scope
from app.knowledge.rule import RuleTest
from app.terminology import Vocabulary

TODAY = date(2026, 11, 3)


@dataclass(frozen=True, slots=True)
class Case:
    """One test of one rule."""

    rule: str
    number: int
    test: RuleTest

    @property
    def name(self) -> str:
        return f"{self.rule}-{self.number}-{self.test.expect}"


def cases(compiled: CompiledKnowledge) -> tuple[Case, ...]:
    return tuple(
        Case(rule.id, at, test)
        for rule in compiled.knowledge.rules
        for at, test in enumerate(rule.tests, start=1)
    )


def run(case: Case, compiled: CompiledKnowledge, vocabulary: Vocabulary) -> str:
    """Empty when the rule does what its test expects, else one sentence."""
    try:
        chart = chart_of(case.test.given, compiled.knowledge, vocabulary, TODAY)
    except Unclear as wrong:
        return f"{case.name}: {wrong}"
    lookups = replace(compiled.lookups, prices=prices_of(case.test.given, vocabulary, TODAY))
    ready = index(chart, lookups, TODAY)
    outcomes = list(_only(case.rule, ready, compiled))
    answer, said, severity = _verdict(outcomes, ready)
    if answer != case.test.expect:
        return f"{case.name}: the answer is {answer}" + (f" ({said})" if said else "")
    if case.test.says and case.test.says not in said:
        return f"{case.name}: {said!r} does not say {case.test.says!r}"
    if case.test.severity and case.test.severity != severity:
        return f"{case.name}: the severity is {severity}"
    return ""


def run_all(compiled: CompiledKnowledge, vocabulary: Vocabulary) -> tuple[str, ...]:
    """What is wrong with any rule's tests, one sentence each."""
    return tuple(wrong for case in cases(compiled) if (wrong := run(case, compiled, vocabulary)))


def _only(rule: str, ready: ChartIndex, compiled: CompiledKnowledge) -> Iterable[Outcome]:
    for line in ready.lines:
        for held in rules_for(compiled, line.keys):
            if held.id == rule:
                outcome = ask_medicine(held, Scope(ready, line))
                if outcome is not None:
                    yield outcome
    for held in compiled.per_patient:
        if held.id == rule:
            yield from ask_patient(held, Scope(ready))
    for table in compiled.tables:
        if table.rule.id == rule:
            yield from ask_table(table, ready)


def _verdict(outcomes: Iterable[Outcome], ready: ChartIndex) -> tuple[str, str, str]:
    every = list(outcomes)
    if hits := [o for o in every if isinstance(o, Hit)]:
        problems = [problem_of(hit, ready) for hit in hits]
        said = " ".join(f"{p.because} {p.recommend.text} {p.recommend.plain}" for p in problems)
        return "problem", said, min(problems, key=lambda p: p.severity.rank).severity.value
    if open_ := [o for o in every if isinstance(o, Open)]:
        return "cannot_assess", "; ".join(m for o in open_ for m in o.missing), ""
    return "none_found", "", ""
