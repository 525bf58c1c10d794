"""No fact sits in a table and is silent: for each row a chart exists that makes it speak."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any, get_args

import pytest
from msgspec.structs import replace as changed

from app.assessment import CompiledKnowledge, assess, compile_knowledge
from app.assessment.asking import ask_table
from app.assessment.chart_index import ChartIndex, index
from app.assessment.given import chart_of
from app.assessment.given_prices import prices_of
from app.assessment.loading import load_compiled
from app.assessment.outcomes import Hit
from app.assessment.over_goals import condition_goals
from app.assessment.rule_tests import cases
from app.domain.assessment import Assessment, Citation
from app.domain.chart import Chart
from app.knowledge.library import Knowledge
from app.knowledge.rule import TableName
from app.terminology import load_vocabulary
from tests.assessment.charts import TODAY
from tests.knowledge.row_charts import CHARTS

# Rules over the indications ask which uses a medicine has; the same ingredient twice needs no row.
WITHOUT_ROWS_OF_THEIR_OWN = {"indications", "same_ingredient"}
# More charts than these don't make a row speak that was silent on the first.
ENOUGH = 150


def silent(table: str, compiled: CompiledKnowledge) -> list[str]:
    """The rows of a table that speak on none of their charts."""
    rows = getattr(compiled.knowledge.tables, table)
    return [row.id for row in rows if not _speaks(table, row, compiled)]


def _speaks(table: str, row: Any, compiled: CompiledKnowledge) -> bool:
    cited = compiled.knowledge.citation(row.source, row.at)
    for _, given in zip(range(ENOUGH), CHARTS[table](row), strict=False):
        chart = chart_of(given, compiled.knowledge, load_vocabulary(), TODAY)
        ready = index(chart, compiled.lookups, TODAY)
        rules = {hit.rule_id for hit in _hits(table, ready, compiled) if _of(hit, row, cited)}
        if rules and _arrives(chart, rules, cited, compiled):
            return True
        if table == "goals" and _heads(ready, row, compiled):
            return True
    return False


def _hits(table: str, ready: ChartIndex, compiled: CompiledKnowledge) -> Iterator[Hit]:
    checks = (check for check in compiled.tables if check.rule.rule.over == table)
    return (o for check in checks for o in ask_table(check, ready) if isinstance(o, Hit))


def _of(hit: Hit, row: Any, cited: Citation) -> bool:
    """The hit of this row: by its id, or where a hit joins several, by its citation and its result."""
    if hit.row is None or (hit.row.evidence and cited not in hit.row.evidence):
        return False
    return hit.row.id == row.id or bool(_joined_as(row) & {*hit.row.id.split("+"), hit.row.id})


def _joined_as(row: Any) -> set[str]:
    """A test that is due goes by its result, a goal by condition and result, a vaccine by no name."""
    lab, family = getattr(row, "lab", ""), getattr(row, "family", "")
    if hasattr(row, "complete_by"):
        return {""}
    return {f"{family}:{lab}"} if lab and family else {lab} - {""}


def _arrives(chart: Chart, rules: set[str], cited: Citation, compiled: CompiledKnowledge) -> bool:
    """It is a reason of a problem that is shown, with its citation."""
    found: Assessment = assess(chart, compiled, TODAY)
    return any(
        rules & {problem.rule, *problem.also_rules} and cited in problem.evidence
        for problem in found.problems
    )


def _heads(ready: ChartIndex, row: Any, compiled: CompiledKnowledge) -> bool:
    """A goal is shown with its condition, whether or not a rule is about it."""
    every = compiled.knowledge.tables.goals
    fewer = tuple(goal for goal in every if goal is not row)
    with_it, without = (condition_goals(ready, g, compiled.resolver) for g in (every, fewer))
    return with_it != without


def with_rows(knowledge: Knowledge, table: str, rows: Iterable[Any]) -> CompiledKnowledge:
    tables = replace(knowledge.tables, **{table: tuple(rows)})  # type: ignore[arg-type]
    return compile_knowledge(replace(knowledge, tables=tables))


@pytest.mark.parametrize("table", CHARTS)
def test_every_row_speaks_on_some_chart(table: str) -> None:
    assert silent(table, load_compiled()) == []


def test_every_rule_speaks_beside_all_the_others() -> None:
    """On the charts that set it off alone it is heard in the whole assessment as well."""
    compiled, vocabulary = load_compiled(), load_vocabulary()
    for case in cases(compiled):
        if case.test.expect != "problem":
            continue
        given = case.test.given
        prices = prices_of(given, vocabulary, TODAY)
        priced = replace(compiled, lookups=replace(compiled.lookups, prices=prices))
        found = assess(chart_of(given, compiled.knowledge, vocabulary, TODAY), priced, TODAY)
        heard = {rule for problem in found.problems for rule in (problem.rule, *problem.also_rules)}
        assert case.rule in heard, case.name


def test_no_table_that_rules_run_over_is_left_out() -> None:
    assert {*CHARTS, *WITHOUT_ROWS_OF_THEIR_OWN} == set(get_args(TableName))


@pytest.mark.parametrize(
    ("table", "id_", "cells"),
    [
        # Words that no laboratory's result is read as.
        ("pharmacogenomics", "pgx-vkorc1-warfarin-1", {"phenotype": "low-dose genotype (-1639A)"}),
        # A limit that a lower one always comes before.
        ("max_daily_dose", "max-simvastatin", {"id": "second", "value": Decimal(80)}),
        # A band in which nothing is.
        ("renal_dosing", "renal-metformin-reduce", {"at_least": Decimal(50)}),
    ],
)
def test_a_row_that_never_speaks_is_told(table: str, id_: str, cells: dict[str, object]) -> None:
    knowledge = load_compiled().knowledge
    rows = getattr(knowledge.tables, table)
    row = next(row for row in rows if row.id == id_)
    planted = changed(row, **cells)
    kept = [r for r in rows if r is not row or planted.id != id_]
    assert silent(table, with_rows(knowledge, table, [*kept, planted])) == [planted.id]
