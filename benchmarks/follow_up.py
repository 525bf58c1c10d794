"""What `cmm follow-up` takes after its start: the bytes of a chart and of a plan to what it prints."""

import json
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from app.assessment import CompiledKnowledge, assess
from app.chart.from_bundle import chart_from_bundle, read_chart_file
from app.domain.chart import Chart
from app.domain.people import Person
from app.domain.plan import ActionPlan, CodedLists, Decision, Verdict
from app.followup import between, follow_up, recognised
from app.followup.report import as_json
from app.knowledge.lists import coded_lists
from app.planning.draft import Draft, decide
from app.planning.sign import sign
from app.terminology import Vocabulary
from benchmarks.charts import AS_OF, USUAL, chart_bytes
from fhir_mappings.read_plan import read_plan
from fhir_mappings.write_plan import plan_bundle

LATER = AS_OF + timedelta(days=60)
TARGET_MS = 50.0
RECIPE = replace(USUAL, resources=500)


def signed(chart: Chart, compiled: CompiledKnowledge) -> ActionPlan:
    """Everything accepted."""
    assessment = assess(chart, compiled, AS_OF)
    draft = Draft(plan_id=str(uuid.UUID(int=1)))
    for problem in assessment.problems:
        draft = decide(draft, Decision(problem.id, Verdict.ACCEPTED))
    return sign(
        draft,
        chart,
        assessment,
        author=Person("Bench"),
        signed_at=datetime(AS_OF.year, AS_OF.month, AS_OF.day, tzinfo=UTC),
        version_id=str(uuid.UUID(int=2)),
        knows_open_ends=True,
    )


def work(vocabulary: Vocabulary, compiled: CompiledKnowledge) -> tuple[Callable[[], str], str]:
    """What to time, and how big it is."""
    content, lists = chart_bytes(RECIPE), coded_lists(compiled.knowledge.tables)
    plan = signed(chart_from_bundle(read_chart_file(content), AS_OF, vocabulary), compiled)
    written = json.dumps(plan_bundle(plan, lists)).encode()
    size = f"{RECIPE.resources} resources, {len(plan.actions)} agreed problems"
    return partial(printed, content, written, vocabulary, compiled, lists), size


def printed(
    chart_file: bytes,
    plan_file: bytes,
    vocabulary: Vocabulary,
    compiled: CompiledKnowledge,
    lists: CodedLists,
) -> str:
    """Everything the command does once rules and names are loaded."""
    chart = chart_from_bundle(read_chart_file(chart_file), LATER, vocabulary)
    today = assess(chart, compiled, LATER)
    plan = recognised(read_plan(read_chart_file(plan_file), lists), vocabulary)
    found = follow_up(between(plan, chart, today, compiled))
    return json.dumps(as_json(found, plan, today), indent=2)
