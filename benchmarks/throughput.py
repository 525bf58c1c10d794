"""Charts a second from bytes to assessment in two processes, where the shared charts are at hand."""

import json
import os
import statistics
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
# Another tenant of the machine halves its speed for seconds at a time: the best turn is the least disturbed
# one, and both works take turns so that the ratio is of the same seconds.
TURNS = 12
ROUNDS = 8  # long enough that a process which has nothing left to do at the end weighs little
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
    every = list(range(files))
    with ProcessPoolExecutor(PROCESSES, initializer=_ready) as pool:
        for work in (_loads, _problems):  # once every process has done each chart
            list(pool.map(work, every * PROCESSES))
        turns = [
            (_a_second(pool, _loads, every), _a_second(pool, _problems, every))
            for _ in range(TURNS)
        ]
    loads, reached = (sorted(of_all) for of_all in zip(*turns, strict=True))
    ratio = statistics.median(ours / theirs for theirs, ours in turns)
    print(
        f"from bytes, {PROCESSES} processes, {files} shared charts: best and median of {TURNS} turns"
    )
    print(f"  json.loads (baseline)        {_of(loads)}   1.0 x")
    print(f"  chart and assessment         {_of(reached)} {ratio:5.2f} x")
    if reached[-1] < TARGET:
        print(f"charts a second are below the target of {TARGET:.0f}", file=sys.stderr)


def _a_second(pool: ProcessPoolExecutor, work: Callable[[int], object], every: list[int]) -> float:
    start = time.perf_counter()
    list(pool.map(work, every * ROUNDS, chunksize=4))
    return len(every) * ROUNDS / (time.perf_counter() - start)


def _of(turns: list[float]) -> str:
    return f"{turns[-1]:6.0f} {statistics.median(turns):6.0f} charts/s"
