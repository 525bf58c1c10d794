"""Fault runs of a further version: no answer is wiped, and nothing stays open beside its like untold."""

import asyncio
from pathlib import Path

import pytest

from tests.faults.closing_run import ClosingRun, check_closing
from tests.faults.fault_checks import (
    every_attempt_has_ended,
    nothing_dangles,
    plan_is_there_once,
    trail_is_whole,
)
from tests.faults.thousand import Note

SEEDS = 120


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_further_version_wipes_no_answer_and_leaves_nothing_open_untold(
    tmp_path: Path, seed: int, record_property: Note
) -> None:
    run = ClosingRun(seed, tmp_path)
    asyncio.run(run.to_the_end())
    told = "\n".join([f"seed {seed}", *run.told])
    assert run.clinic.state in {"done", "not_written"}, f"{run.clinic.receipt}\n{told}"
    for place in run.kills:
        record_property("killed", place)
    plan_is_there_once(run.clinic, run.ehr, told)
    nothing_dangles(run.ehr, told)
    check_closing(run)
    every_attempt_has_ended(run.clinic, told)
    trail_is_whole(run.clinic, told)
    run.close()
