"""A chart that was read, assessed and dropped is gone at once: it does not fill memory until garbage is looked for."""

import gc

from app.assessment import assess
from app.assessment.loading import load_compiled
from app.chart import chart_from_bundle, read_chart_file
from app.terminology import load_vocabulary
from benchmarks.charts import AS_OF, USUAL, chart_bytes


def test_nothing_of_a_chart_is_left_for_the_garbage_collector() -> None:
    raw = chart_bytes(USUAL)
    _read_and_assessed(raw)
    gc.collect()
    gc.disable()
    try:
        _read_and_assessed(raw)
        assert gc.collect() == 0
    finally:
        gc.enable()


def _read_and_assessed(raw: bytes) -> None:
    chart = chart_from_bundle(read_chart_file(raw), AS_OF, load_vocabulary())
    assert assess(chart, load_compiled(), AS_OF).problems
