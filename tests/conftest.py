"""What every test shares: where reference data is, and no silent skip where everything is installed."""

import gc
import os
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.faults.told import summarize

SHARED = Path(os.environ.get("CONCORDANCE_SHARED") or Path(__file__).parents[2] / "shared")

# Compiled once, also where nothing may be written beside the sources: tests start over a hundred
# processes, and half of a start is compiling. The variables are for those and for pytest's workers.
COMPILED = Path(__file__).parents[1] / ".pytest_cache" / "compiled"
sys.pycache_prefix = os.environ["PYTHONPYCACHEPREFIX"] = str(COMPILED)
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The reference data folder; tests that need it are skipped with a reason where it is not."""
    if not (SHARED / "data").is_dir():
        pytest.skip("the reference data folder is not here (set CONCORDANCE_SHARED)")
    return SHARED


def pytest_collection_finish() -> None:
    """
    What was imported and collected is there to the end: to look through it for garbage again and again
    took a seventh of the time. So it is set aside, and garbage is looked for less often.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where CONCORDANCE_NO_SKIP is set everything is installed, so a skipped test is a failed one."""
    report = yield
    if report.skipped and os.environ.get("CONCORDANCE_NO_SKIP") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may be: {report.longrepr}"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    summarize(terminalreporter)
