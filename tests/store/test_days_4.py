"""Days 751 to 1000 of a thousand on which two people and the EHR work on one chart."""

import asyncio
from pathlib import Path

from tests.store.day_checks import days, opened


def test_no_edit_is_lost_no_problem_doubled_and_all_is_told(tmp_path: Path) -> None:
    assert asyncio.run(days(opened(tmp_path), range(750, 1000))) == []
