"""Charts a second from bytes to assessment in two processes, where the shared charts are at hand."""

import json
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from app.assessment import assess
from app.assessment.loading import load_compiled
from app.chart.from_bundle import chart_from_bundle, read_chart_file
from app.ops import memory
from app.terminology import load_vocabulary
from benchmarks.charts import AS_OF

SHARED = Path(os.environ.get("CONCORDANCE_SHARED", "../shared")) / "data" / "charts" / "synthea"
PROCESSES = 2
ROUNDS = 12
TARGET = 300.0


def chart_files() -> list[bytes]:
    return [path.read_bytes() for path in sorted(SHARED.glob("*.json"))]


def _loads(position: int) -> None:
    json.loads(_held[position])


def _problems(position: int) -> int:
    chart = chart_from_bundle(read_chart_file(_held[position]), AS_OF, load_vocabulary())
    return len(assess(chart, load_compiled(), AS_OF).problems)


# Each process holds the bytes, as a server that has just received them: sending them is not measured.
_held: list[bytes] = []


def _ready() -> None:
    _held.extend(chart_files())
    load_vocabulary()
    load_compiled()
    memory.settle()


def report() -> None:
    """Says why where there is nothing to measure on."""
    files = len(chart_files())
    if not files:
        print(f"charts a second: not measured, no charts in {SHARED}")
        return
    with ProcessPoolExecutor(PROCESSES, initializer=_ready) as pool:
        baseline = _a_second(pool, _loads, files)
        reached = _a_second(pool, _problems, files)
    print(f"from bytes, {PROCESSES} processes, {files} shared charts")
    print(f"  json.loads (baseline)        {baseline:6.0f} charts/s   1.0 x")
    print(f"  chart and assessment         {reached:6.0f} charts/s {reached / baseline:5.1f} x")
    if reached < TARGET:
        print(f"charts a second are below the target of {TARGET:.0f}", file=sys.stderr)


def _a_second(pool: ProcessPoolExecutor, work: Callable[[int], object], files: int) -> float:
    """The best of three, each of some hundred charts, once every process has done each chart."""
    every = list(range(files))
    list(pool.map(work, every * PROCESSES))
    times = []
    for _ in range(3):
        start = time.perf_counter()
        list(pool.map(work, every * ROUNDS, chunksize=4))
        times.append(time.perf_counter() - start)
    return files * ROUNDS / min(times)
