"""What was said in the visit folds advice away in the review: counted, with its reason, to be opened."""

import asyncio
import re

from tests.browsing import Browser

WISH = "now.stated.hold-no-new-medicines"
SAID = "No further medicines wanted"


def held(page: str) -> str:
    found = re.search(r'<details class="boxed" id="held">(.*?)</details>', page, re.DOTALL)
    return found[1] if found else ""


def test_advice_is_folded_away_with_its_reason_opened_and_taken_back(browser: Browser) -> None:
    async def go() -> tuple[str, str, str, str]:
        await browser.launch("tanya-brooks")
        before = (await browser.step("review")).text
        await browser.step("plan")
        await browser.post("plan", **{WISH: SAID})
        folded = (await browser.step("review")).text
        link = re.search(r"problem=([a-z0-9-]+)", held(folded))
        assert link, folded
        opened = (await browser.step(f"review?problem={link[1]}")).text
        await browser.step("plan")
        await browser.post("plan", **{WISH: "", WISH.replace("now", "was"): SAID})
        return before, folded, opened, (await browser.step("review")).text

    before, folded, opened, again = asyncio.run(go())
    assert not held(before)
    count = held(folded).count("<li>")
    assert f"Held back ({count})" in folded
    assert f"{count} held back ·" in folded
    assert held(folded).count("no further medicines wanted, as said in the visit") == count
    assert '<span class="tag plain">Held back</span>' in opened
    assert "Add to plan" in opened
    assert not held(again)
