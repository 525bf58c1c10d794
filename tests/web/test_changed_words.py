"""A changed action on the screens: the words for the patient change with it, and the pages say so."""

import asyncio
import html
import re
from pathlib import Path

from tests.web.desk import ROSA, Desk
from tests.web.test_journey import problems

CHECK = "The words for the patient were for another action: check them."
WRITTEN = "Words for the patient were written for another action."


async def _changed(desk: Desk, words: str) -> tuple[str, str]:
    """The first problem with another action, and the words it was proposed with."""
    await desk.browser.launch(ROSA)
    first = problems((await desk.browser.step("review")).text)[0]
    page = (await desk.browser.step(f"review?problem={first}")).text
    found = re.search(r'name="plain" maxlength="400">([^<]*)<', page)
    assert found
    proposed = html.unescape(found[1])
    chosen = re.findall(r'<option value="([\w-]+)" selected', page)
    assert "decrease-dose" not in chosen
    form = {"action": "decrease-dose", "text": "Half of it", "plain": words or proposed}
    await desk.browser.post(f"review/{first}/change", **form)
    return first, proposed


def test_the_proposed_words_do_not_go_on_with_another_action(tmp_path: Path) -> None:
    async def way() -> None:
        desk = Desk(tmp_path)
        _, proposed = await _changed(desk, "")
        review = html.unescape(desk.browser.page.text)
        assert CHECK in review
        assert f"“{proposed}”" not in review
        plan = html.unescape((await desk.browser.step("plan")).text)
        assert CHECK in plan
        assert f">{proposed}</textarea>" not in plan
        sign = html.unescape((await desk.browser.step("sign")).text)
        assert f"For the patient: {proposed}" not in sign
        assert WRITTEN not in sign

    asyncio.run(way())


def test_words_written_for_the_old_action_are_pointed_out_before_signing(tmp_path: Path) -> None:
    async def way() -> None:
        desk = Desk(tmp_path)
        first, _ = await _changed(desk, "Take half of it.")
        assert CHECK not in desk.browser.page.text
        assert WRITTEN not in (await desk.browser.step("sign")).text
        key = f"action-{first}.action"
        await desk.browser.step("plan")
        sent = {f"was.{key}": "decrease-dose", f"now.{key}": "refer"}
        await desk.browser.post("plan", **sent)
        sign = (await desk.browser.step("sign")).text
        assert WRITTEN in sign
        assert "“Take half of it.”" in sign

    asyncio.run(way())
