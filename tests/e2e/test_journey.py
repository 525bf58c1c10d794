"""What a clinical pharmacist does, in a real browser: from the chart to the signed plan in the chart."""

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, FrameLocator, Page, expect

pytestmark = pytest.mark.browser
TITLE = "Medication management for"


def frame_of(page: Page) -> FrameLocator:
    return page.frame_locator("iframe")


def open_in_frame(page: Page, ehr: str, patient: str) -> FrameLocator:
    page.goto(f"{ehr}/")
    page.locator(f"a[href*='{patient}']").first.click()
    page.get_by_role("link", name="Medication management").click()
    frame = frame_of(page)
    frame.get_by_role("link", name="1 Chart").click()  # an open plan comes first
    expect(frame.get_by_role("heading", name=re.compile("What we read"))).to_be_visible()
    return frame


def open_alone(page: Page, ehr: str, patient: str) -> None:
    page.goto(f"{ehr}/chart/{patient}/launch")
    page.get_by_role("link", name="1 Chart").click()
    expect(page.get_by_role("heading", name=re.compile("What we read"))).to_be_visible()


def faults(page: Page) -> list[str]:
    """Axe's violations on the page that is shown, frames included."""
    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {[n['html'][:160] for n in v['nodes']][:3]}" for v in found]


def decide_everything(scope: FrameLocator | Page) -> None:
    """Adds each problem to the plan, one after the other."""
    add = scope.get_by_role("button", name="Add to plan")
    onward = scope.get_by_role("link", name="Next problem")
    for _ in range(60):
        expect(add).to_be_visible()
        add.click()
        expect(scope.get_by_role("button", name="Take back")).to_be_visible()
        if not onward.is_visible():
            return
        onward.click()


def test_from_the_chart_to_a_plan_in_the_chart_inside_the_frame(
    page: Page, demo: str, pictures: Path
) -> None:
    frame = open_in_frame(page, demo, "rosa-delgado")
    page.screenshot(path=pictures / "1-chart-in-frame.png")
    frame.get_by_role("link", name="Go to review").click()
    expect(
        frame.get_by_role("heading", name=re.compile("Every medicine, four needs"))
    ).to_be_visible()
    decide_everything(frame)
    expect(frame.locator("footer")).to_contain_text(re.compile(r"\b(\d+)\s+of \1 decided"))
    page.screenshot(path=pictures / "2-review-in-frame.png")
    frame.get_by_role("link", name="Go to plan").click()
    frame.get_by_role("button", name="Save and check").click()
    frame.get_by_label("I sign knowing this").check()
    frame.get_by_role("button", name="Sign and send").click()
    expect(frame.get_by_role("status")).to_contain_text("Saved in Sandbox EHR")
    page.screenshot(path=pictures / "3-receipt-in-frame.png")
    button = frame.get_by_role("button", name="Send the message").bounding_box()
    papers = frame.get_by_role("heading", name="Papers of this plan").bounding_box()
    assert button is not None
    assert papers is not None
    assert papers["y"] - (button["y"] + button["height"]) >= 8  # pixels between the two
    page.get_by_role("link", name=re.compile("Notes")).click()
    expect(page.locator("body")).to_contain_text("Medication action plan")
    expect(page.locator("body")).to_contain_text("metformin")
    page.screenshot(path=pictures / "4-plan-in-chart.png")


def test_the_session_in_the_frame_lives_on_a_partitioned_cookie_alone(
    page: Page, demo: str
) -> None:
    """Third-party cookies are blocked here: only a partitioned one comes back from the frame."""
    open_in_frame(page, demo, "linda-park")
    ours = [c for c in page.context.cookies() if c["name"] == "__Host-concordance"]
    assert ours, "no cookie of ours was kept"
    assert all(c.get("partitionKey") and c.get("secure") and c.get("httpOnly") for c in ours)


def test_every_page_is_clean_for_axe(page: Page, demo: str, pictures: Path) -> None:
    open_alone(page, demo, "harold-jensen")
    seen: dict[str, list[str]] = {}
    root = page.url.rsplit("/", 1)[0]
    for step in ("chart", "review", "plan", "sign", "receipt", "about"):
        page.goto(f"{root}/{step}")
        page.screenshot(path=pictures / f"alone-{step}.png")
        seen[step] = faults(page)
    page.goto(root.replace("/s/", "/s/not-"))
    seen["trouble"] = faults(page)
    assert {step: found for step, found in seen.items() if found} == {}


@pytest.mark.parametrize("width", [320, 500, 1000])
def test_no_page_scrolls_sideways(page: Page, demo: str, width: int, pictures: Path) -> None:
    open_alone(page, demo, "harold-jensen")
    page.set_viewport_size({"width": width, "height": 700})
    root = page.url.rsplit("/", 1)[0]
    wide = []
    for step in ("chart", "review", "plan", "sign", "receipt", "about"):
        page.goto(f"{root}/{step}")
        page.screenshot(path=pictures / f"{width}-{step}.png")
        if page.evaluate("document.documentElement.scrollWidth > innerWidth + 1"):
            wide.append(step)
    assert wide == []


def test_a_narrow_page_uses_its_whole_width_and_names_every_cell(page: Page, demo: str) -> None:
    open_alone(page, demo, "harold-jensen")
    page.set_viewport_size({"width": 400, "height": 700})
    root = page.url.rsplit("/", 1)[0]
    for step in ("chart", "medicines", "about"):
        page.goto(f"{root}/{step}")
        rows = page.locator("table.stack tbody tr")
        assert rows.first.evaluate("row => row.offsetWidth") >= 360
        cells = page.locator("table.stack tbody td:nth-child(n + 3)")
        assert cells.evaluate_all("all => all.filter(td => !td.dataset.label).length") == 0


def test_the_review_works_without_javascript(plain: Page) -> None:
    plain.get_by_role("link", name="Go to review").click()
    plain.get_by_role("button", name="Add to plan").first.click()
    expect(plain.get_by_role("button", name="Take back")).to_be_visible()


def test_two_charts_in_two_tabs_never_mix(context: BrowserContext, demo: str) -> None:
    one, other = context.new_page(), context.new_page()
    open_alone(one, demo, "rosa-delgado")
    open_alone(other, demo, "linda-park")
    one.reload()
    expect(one.locator("header.banner")).to_contain_text(re.compile("delgado", re.IGNORECASE))
    expect(other.locator("header.banner")).to_contain_text(re.compile("park", re.IGNORECASE))


def test_the_grid_can_be_used_by_keyboard_alone(page: Page, demo: str) -> None:
    open_alone(page, demo, "rosa-delgado")
    page.get_by_role("link", name="Go to review").click()
    first = page.locator(".grid a.cell").nth(2)
    first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#detail h2").first).to_be_visible()
    expect(page.locator(".grid a[aria-current]").first).to_be_visible()


def test_a_person_with_nothing_wrong_is_told_what_was_looked_at(page: Page, demo: str) -> None:
    open_alone(page, demo, "linda-park")
    page.get_by_role("link", name="Go to review").click()
    expect(page.locator("main")).to_contain_text("not the same as safe")


def test_a_chart_that_is_mostly_unreadable_says_so_and_loses_nothing(page: Page, demo: str) -> None:
    open_alone(page, demo, "walter-finch")
    expect(page.get_by_role("heading", name=re.compile("Not read or not usable"))).to_be_visible()
    expect(page.locator("table").first).to_contain_text("heart tonic from the market")
