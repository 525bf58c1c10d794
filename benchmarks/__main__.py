"""
`make bench`: assessment of a usual chart of 40 medicines and 1,000 resources and of the worst one, next to
json.loads of the same bytes; how it grows up to 200 medicines; the whole `cmm assess` command, next to a
Python that does nothing; charts a second; and what a launch adds to the EHR's own time.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from pathlib import Path

from app.assessment import assess, engine
from app.assessment.compiling import CompiledKnowledge, compile_knowledge
from app.assessment.loading import load_compiled
from app.chart.from_bundle import chart_from_bundle
from app.domain.chart import Chart
from app.knowledge.library import load_knowledge
from app.ops import memory
from app.terminology import load_vocabulary
from app.terminology.vocabulary import Vocabulary
from benchmarks import follow_up, growth, overhead, papers, throughput
from benchmarks.charts import AS_OF, USUAL, WORST, Recipe, chart_bytes

RUNS = 25
ASSESSMENTS = 200
PROCESS_RUNS = 5
TARGET_MS = 10.0
P99_TARGET_MS = 20.0
LOAD_TARGET_MS = 1000.0
COMMAND_TARGET_MS = 1000.0
PAPERS = {"patient pages": papers.pages, "note": papers.note}


def median_ms(work: Callable[[], object], runs: int = RUNS, warm_ups: int = 3) -> float:
    """Median of the runs after the warm-ups, in milliseconds."""
    return statistics.median(times_ms(work, runs, warm_ups))


def times_ms(work: Callable[[], object], runs: int, warm_ups: int = 3) -> list[float]:
    """Every run after the warm-ups, the quickest first."""
    for _ in range(warm_ups):
        work()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    return sorted(times)


def process_ms(*arguments: str) -> float:
    """A whole Python process from start to exit, wall time; the first run warms the disk cache."""

    def run() -> None:
        command = [sys.executable, *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own words

    return median_ms(run, PROCESS_RUNS, warm_ups=1)


def command_ms(content: bytes) -> float:
    """`cmm assess` on a file, with all that start-up costs."""
    with tempfile.TemporaryDirectory() as folder:
        chart = Path(folder, "chart.json")
        chart.write_bytes(content)
        return process_ms("-m", "app.cli", "assess", str(chart), "--as-of", AS_OF.isoformat())


def compare(title: str, steps: dict[str, float]) -> None:
    """Each step with its ratio to the first, which is the baseline."""
    baseline = next(iter(steps.values()))
    print(title)
    for name, ms in steps.items():
        print(f"  {name:28} {ms:8.2f} ms  {ms / baseline:6.1f} x")


def load_ms() -> float:
    """Reading, checking and compiling every rule and table."""
    return median_ms(lambda: compile_knowledge(load_knowledge()), runs=3, warm_ups=0)


def one_chart(
    name: str, recipe: Recipe, vocabulary: Vocabulary, knowledge: CompiledKnowledge
) -> Chart:
    """A chart step by step, and how far its assessments spread."""
    content = chart_bytes(recipe)
    bundle = json.loads(content, parse_float=Decimal)
    chart = chart_from_bundle(bundle, AS_OF, vocabulary)
    times = times_ms(lambda: assess(chart, knowledge, AS_OF), ASSESSMENTS)
    median, p99 = statistics.median(times), times[int(len(times) * 0.99)]
    steps = {
        "json.loads (baseline)": median_ms(lambda: json.loads(content)),
        "bundle to chart": median_ms(lambda: chart_from_bundle(bundle, AS_OF, vocabulary)),
        "assessment": median,
        "assessment, quickest": times[0],
        "assessment, p99": p99,
    }
    found = len(assess(chart, knowledge, AS_OF).problems)
    size = f"{len(chart.medicines)} medicines, {len(bundle['entry'])} resources, {found} problems"
    compare(f"{name}: {size}; medians of {RUNS}, assessment of {ASSESSMENTS}", steps)
    if recipe is USUAL:
        _say_when_slow("assessment", median, TARGET_MS)
        _say_when_slow("assessment, p99", p99, P99_TARGET_MS)
    return chart


def main() -> int:
    """Prints each step with its ratio to the baseline; says so when a target is missed."""
    loading = load_ms()
    vocabulary, knowledge = load_vocabulary(), load_compiled()
    memory.settle()
    print(f"measured as {'source' if engine.__file__.endswith('.py') else 'machine code'}")
    print(f"{len(knowledge.rules)} rules and their tables load in {loading:.0f} ms")
    chart = one_chart("a usual patient", USUAL, vocabulary, knowledge)
    one_chart("the worst patient", WORST, vocabulary, knowledge)
    growth.report(vocabulary, knowledge)
    plan = follow_up.signed(chart, knowledge)
    again, size = follow_up.work(vocabulary, knowledge)
    following = median_ms(again)
    print(
        f"cmm follow-up after its start {following:.2f} ms ({size}); target {follow_up.TARGET_MS:.0f} ms"
    )
    printed = {name: median_ms(partial(work, plan), 5, 1) for name, work in PAPERS.items()}
    for name, ms in printed.items():
        print(
            f"{name} of the usual patient as PDF {ms:.0f} ms ({len(plan.actions)} recommendations)"
        )
    command = {
        "python -c pass (baseline)": process_ms("-c", "pass"),
        "cmm assess": command_ms(chart_bytes()),
    }
    compare(f"the whole command on the usual patient, {PROCESS_RUNS} runs, medians", command)
    throughput.report()
    overhead_ms = overhead.report(overhead.measure())
    _say_when_slow("loading", loading, LOAD_TARGET_MS)
    _say_when_slow("cmm follow-up", following, follow_up.TARGET_MS)
    for name, ms in printed.items():
        _say_when_slow(name, ms, papers.TARGET_MS)
    _say_when_slow("cmm assess", command["cmm assess"], COMMAND_TARGET_MS)
    _say_when_slow("overhead of a launch (p95)", overhead_ms, overhead.TARGET_MS)
    return 0


def _say_when_slow(name: str, ms: float, target: float) -> None:
    if ms > target:
        print(f"{name} is above its target of {target:.0f} ms", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
