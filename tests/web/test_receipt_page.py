"""The receipt at a glance: what to do next stands above the records, which are folded and counted."""

import asyncio
import re
from pathlib import Path

from tests.web.desk import Desk


def receipt(folder: Path) -> str:
    async def way() -> str:
        desk = Desk(folder)
        await desk.accept()
        return await desk.sign()

    return asyncio.run(way())


def test_the_message_and_the_papers_stand_above_the_records(tmp_path: Path) -> None:
    page = receipt(tmp_path)
    places = [page.index(f'id="{name}"') for name in ("message", "papers", "records")]
    assert places == sorted(places)


def test_the_records_are_folded_with_their_count(tmp_path: Path) -> None:
    page = receipt(tmp_path)
    folded = re.search(
        r'<details class="boxed" id="records"><summary>In the chart \((\d+)\)</summary>(.*?)</details>',
        page,
        re.DOTALL,
    )
    assert folded
    assert int(folded[1]) == folded[2].count("<li>") > 0


def test_what_was_signed_can_be_followed_from_its_receipt(tmp_path: Path) -> None:
    page = receipt(tmp_path)
    steps = page.partition('aria-label="Steps"')[2].partition("</nav>")[0]
    assert re.findall(r"/(since|answer|receipt)\"", steps) == ["since", "answer", "receipt"]
