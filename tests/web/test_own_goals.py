"""A goal agreed at one visit is followed at the next, and is not told as if the chart had known it."""

import asyncio
import html
import re
from collections.abc import Callable

from tests.web.listing import Listing
from tests.web.test_planning import fields

AGREED = "Dance at the wedding"
THEIRS = "Goals of care: Climb the stairs at home without stopping"


def test_the_second_visit_tells_a_goal_of_ours_from_one_of_the_chart(
    listing: Callable[..., Listing],
) -> None:
    at = listing()

    async def go() -> str:
        await at.open()
        page = (await at.browser.step("plan")).text
        new = next(k for k in fields(page) if re.match(r"now\.goal-[0-9a-f]{8}\.text", k))
        await at.browser.post("plan", **fields(page) | {new: AGREED})
        await at.sign()
        await at.open()
        return html.unescape((await at.browser.step("plan")).text)

    page = asyncio.run(go())
    assert AGREED in [g["description"]["text"] for g in at.of("Goal")]
    assert THEIRS in page
    assert f"Goals of care: {AGREED}" not in page
    assert f'value="{AGREED}"' in page
