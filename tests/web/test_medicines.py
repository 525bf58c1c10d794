"""The medicine list as a pharmacist works through it: settle, say, add, take back."""

import asyncio
import html
import re
from collections.abc import Callable

import httpx
import pytest

from tests.web.journey import APP
from tests.web.listing import Listing, answer_of, line_of, row_of, to_settle


def test_what_is_to_settle_comes_before_the_list(listing: Callable[..., Listing]) -> None:
    page = asyncio.run(listing().open())
    assert page.index("To settle: the sources disagree") < page.index("Grouped by")
    assert to_settle(page) == page.count('name="mark"') - page.count("Settle it so")
    assert "Which dose is taken?" in page


def test_one_click_settles_and_one_takes_it_back(listing: Callable[..., Listing]) -> None:
    at = listing()

    async def go() -> tuple[str, str, str]:
        before = await at.open()
        after = await at.settle("potassium chloride", "Not taken")
        line = line_of(after, "potassium chloride")
        mark = re.search(r'/open".+?name="mark" value="(\w+)"', after, re.DOTALL)
        assert mark
        return before, after, await at.send(f"{line}/open", mark=mark[1])

    before, after, again = asyncio.run(go())
    assert to_settle(after) == to_settle(before) - 1
    assert "Settled: <b>Not taken. Dana Lee, PharmD, 21-Nov-2026.</b>" in after
    assert "✓ settled" in row_of(after, "potassium chloride")
    assert to_settle(again) == to_settle(before)
    assert at.audited[-2:] == ["disagreement-settled", "settling-taken-back"]


def test_the_dose_that_was_chosen_is_the_one_that_is_reviewed(
    listing: Callable[..., Listing],
) -> None:
    at = listing()

    async def go() -> tuple[str, str]:
        await at.open()
        page = await at.settle("furosemide 40 mg", "Take 1 tablet by mouth twice daily")
        return page, html.unescape((await at.browser.step("review")).text)

    page, review = asyncio.run(go())
    assert "80 mg a day." in page
    assert "DOSE</span> Take 1 tablet by mouth twice daily" in review


def test_not_taking_answers_whether_it_is_taken(listing: Callable[..., Listing]) -> None:
    at = listing()

    async def go() -> tuple[str, str, str, str]:
        before = await at.open()
        line = line_of(before, "potassium chloride")
        after = await at.send(f"{line}/say", kind="not-taking")
        told = re.search(r"/told/(\w+)/remove", after)
        assert told
        review = (await at.browser.step("review")).text
        await at.show()
        return before, after, review, await at.send(f"told/{told[1]}/remove")

    before, after, review, again = asyncio.run(go())
    assert to_settle(after) < to_settle(before)
    row = row_of(after, "potassium chloride")
    assert "not taken" in row
    assert "told here" in row
    assert "told here" in review
    assert to_settle(again) == to_settle(before)
    assert "told here" not in row_of(again, "potassium chloride")
    assert at.audited[-2:] == ["patient-reported", "report-removed"]


def test_taking_differently_is_the_dose(listing: Callable[..., Listing]) -> None:
    at = listing()

    async def go() -> tuple[str, httpx.Response]:
        line = line_of(await at.open(), "lisinopril")
        page = await at.send(
            f"{line}/say", kind="taking-differently", sig="2 tablets every morning"
        )
        refused = await at.browser.post(f"medicines/{line}/say", kind="taking-differently")
        return page, refused

    page, refused = asyncio.run(go())
    assert "2 tablets every morning" in row_of(page, "lisinopril")
    assert "10 mg" in row_of(page, "lisinopril")
    assert refused.status_code == 422
    assert "Write how the patient takes it." in refused.text


def test_what_the_chart_lacks_is_added_changed_and_taken_back(
    listing: Callable[..., Listing],
) -> None:
    at = listing()

    async def go() -> tuple[str, str, str]:
        await at.open()
        name = "magnesium citrate 100 mg tablet"
        added = await at.send("add", name=name, sig="1 tablet at bedtime", origin="herbal")
        told = re.search(r"/told/(\w+)/remove", added)
        assert told
        form = await at.show(f"?edit={told[1]}")
        assert 'value="1 tablet at bedtime"' in form
        changed = await at.send("add", id=told[1], name=name, sig="2 tablets at bedtime")
        return added, changed, await at.send(f"told/{told[1]}/remove")

    added, changed, gone = asyncio.run(go())
    assert "An herb or a supplement." in added
    assert "1 tablet at bedtime" in row_of(added, "magnesium citrate")
    assert "2 tablets at bedtime" in row_of(changed, "magnesium citrate")
    assert "1 tablet at bedtime</a>" not in changed
    assert "magnesium citrate" not in gone
    kinds = ["medicine-added", "medicine-changed", "report-removed"]
    assert at.audited[-3:] == kinds


def test_what_is_not_recognised_is_kept_as_written_and_counted(
    listing: Callable[..., Listing],
) -> None:
    at = listing()

    async def go() -> tuple[str, httpx.Response]:
        await at.open()
        page = await at.send("add", name="Grandmother's heart tonic", sig="1 cup")
        return page, await at.browser.post("medicines/add", name=" ")

    page, refused = asyncio.run(go())
    assert "1 not recognised" in page
    assert "Not recognised (1)" in page
    assert "Grandmother's heart tonic" in page
    assert refused.status_code == 422
    assert "Write the name of the medicine" in refused.text


@pytest.mark.parametrize("path", ["search", "add"])
def test_names_are_offered_before_anything_is_added(
    path: str, listing: Callable[..., Listing]
) -> None:
    """Looked up by the button, or by Enter before the directions are there."""
    at = listing()

    async def go() -> tuple[str, str, str]:
        await at.open()
        offered = await at.send(path, name="metfor", by_enter="yes")
        chosen = await at.send("search", name="metfor", chosen="metformin 500 mg oral tablet")
        return offered, chosen, await at.send("search", name="mettformin")

    offered, chosen, misspelt = asyncio.run(go())
    assert 'name="chosen" value="metformin"' in offered
    assert "17 on the list" in offered
    assert 'value="metformin 500 mg oral tablet"' in chosen
    assert "Do you mean one of these?" in misspelt


@pytest.mark.parametrize(
    ("by", "title"),
    [
        ("condition", "Osteoarthritis"),
        ("source", "Patient only"),
        ("class", "Diuretic"),
        ("time", "Bedtime"),
        ("nonsense", "Osteoarthritis"),
    ],
)
def test_the_list_is_grouped_as_it_is_asked_for(
    by: str, title: str, listing: Callable[..., Listing]
) -> None:
    at = listing()

    async def go() -> str:
        await at.open()
        return await at.show(f"?by={by}")

    assert f'scope="rowgroup">{title}' in asyncio.run(go())


def test_the_regimen_and_adherence_are_said_with_what_is_missing(
    listing: Callable[..., Listing],
) -> None:
    at = listing()

    async def go() -> tuple[str, str]:
        page = await at.open()
        return page, await at.show(f"?line={line_of(page, 'apixaban')}")

    page, detail = asyncio.run(go())
    assert "Regimen complexity (MRCI)" in page
    assert "they could share" in page
    assert "Looked at, and nothing counted: Morphine equivalents" in page
    assert "<dt>Days covered</dt><dd>100 %" in detail
    assert "<dt>In hospital</dt>" in detail


ACTIONS = ("search", "add", "told/x/remove", "{line}/say", "{line}/settle", "{line}/open")


@pytest.mark.parametrize("path", ACTIONS)
def test_nothing_changes_without_a_form_of_this_session(
    path: str, listing: Callable[..., Listing]
) -> None:
    at = listing()

    async def go() -> tuple[httpx.Response, httpx.Response]:
        line = line_of(await at.open(), "lisinopril")
        step = f"medicines/{path.format(line=line)}"
        fields = {"name": "ginkgo", "kind": "not-taking"}
        forged = await at.browser.post(step, **fields, token="0" * 64)
        foreign = await at.browser.clients[APP].post(
            f"{at.browser.root}/{step}",
            data=fields,
            headers={"cookie": at.browser.cookie, "sec-fetch-site": "cross-site"},
        )
        return forged, foreign

    forged, foreign = asyncio.run(go())
    assert (forged.status_code, foreign.status_code) == (403, 403)
    assert "CMM-1303" in forged.text
    assert "CMM-1302" in foreign.text
    assert not {"patient-reported", "medicine-added"} & set(at.audited)


@pytest.mark.parametrize("path", ["told/none/remove", "med-none/say", "med-none/settle"])
def test_a_medicine_that_is_gone_is_said_to_be(path: str, listing: Callable[..., Listing]) -> None:
    at = listing()

    async def go() -> httpx.Response:
        await at.open()
        return await at.browser.post(f"medicines/{path}", kind="taking", answer="taking")

    answer = asyncio.run(go())
    assert answer.status_code == 404
    assert "CMM-4011" in answer.text


def test_an_answer_that_is_none_of_the_answers_is_refused(listing: Callable[..., Listing]) -> None:
    at = listing()

    async def go() -> httpx.Response:
        line, mark, _ = answer_of(await at.open(), "furosemide 40 mg", "All active orders")
        return await at.browser.post(f"medicines/{line}/settle", mark=mark, answer="other")

    answer = asyncio.run(go())
    assert answer.status_code == 422
    assert "CMM-4010" in answer.text
