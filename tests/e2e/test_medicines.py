"""The medicine list in a real browser: one click, the keyboard alone, forty medicines, a narrow frame."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.test_journey import faults, open_alone

pytestmark = pytest.mark.browser
HAROLD = "harold-jensen"
NAME = "Medicine, herb or supplement"
SIDEWAYS = "document.documentElement.scrollWidth > innerWidth + 1"


def open_list(page: Page, ehr: str, patient: str = HAROLD) -> None:
    open_alone(page, ehr, patient)
    page.get_by_role("link", name="Go to medicines").click()
    expect(page.get_by_role("heading", name=re.compile("^Medicines"))).to_be_visible()


def picture(page: Page, folder: Path, name: str) -> None:
    page.screenshot(path=folder / f"list-{name}.png")


def test_a_conflict_is_settled_with_one_click_and_taken_back_with_another(
    page: Page, demo: str, pictures: Path
) -> None:
    open_list(page, demo)
    picture(page, pictures, "open")
    assert faults(page) == []
    waiting = int(page.locator("footer b").first.inner_text())
    page.get_by_role("button", name="Paused").first.click()
    expect(page.locator("#detail [role=status]").first).to_be_focused()
    expect(page.locator("footer b").first).to_have_text(str(waiting - 1))
    picture(page, pictures, "settled")
    assert faults(page) == []
    page.locator("#detail").get_by_role("button", name="Take back").first.click()
    expect(page.locator("footer b").first).to_have_text(str(waiting))


def test_a_medicine_is_added_by_keyboard_alone(page: Page, demo: str, pictures: Path) -> None:
    open_list(page, demo, "linda-park")
    page.get_by_label(NAME).focus()
    page.keyboard.type("mirtaz", delay=40)
    offered = page.get_by_role("button", name="mirtazapine", exact=True)
    expect(offered).to_be_visible()
    picture(page, pictures, "offers")
    assert faults(page) == []
    offered.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("How it is taken")).to_be_focused()
    expect(page.get_by_label(NAME)).to_have_value("mirtazapine")
    page.keyboard.type("15 mg at bedtime")
    page.keyboard.press("Enter")
    expect(page.locator("#detail [role=status]").first).to_contain_text("Added to the list")
    expect(page.locator("table.list")).to_contain_text("mirtazapine")
    page.locator("#detail").get_by_role("button", name="Take back").first.click()
    expect(page.locator("table.list")).not_to_contain_text("mirtazapine")


def test_a_word_of_the_patient_is_in_the_review_at_once(page: Page, demo: str) -> None:
    open_list(page, demo, "rosa-delgado")
    page.locator("a.line").first.click()
    page.get_by_role("button", name="Not taking").click()
    expect(page.locator("tr.chosen")).to_contain_text("not taken")
    page.get_by_role("link", name="Go to review").click()
    expect(page.locator(".grid")).to_contain_text("told here")


@pytest.mark.parametrize("width", [320, 500, 1000])
def test_forty_medicines_need_no_sideways_scroll(
    page: Page, demo: str, pictures: Path, width: int
) -> None:
    open_list(page, demo, "marcus-reed")
    root = page.url.rsplit("/", 1)[0]
    add_until(page, root, 40)
    page.set_viewport_size({"width": width, "height": 700})
    for by in ("condition", "source", "class", "time"):
        page.goto(f"{root}/medicines?by={by}")
        picture(page, pictures, f"{by}-{width}")
        assert not page.evaluate(SIDEWAYS), by
    page.locator("a.line").last.click()
    expect(page.locator("#detail h2").first).to_be_visible()
    assert not page.evaluate(SIDEWAYS)
    assert faults(page) == []


def add_until(page: Page, root: str, wanted: int) -> None:
    """Adds medicines through the form until the list has so many; the draft keeps them."""
    page.goto(f"{root}/medicines")
    for number in range(wanted - page.locator("a.line").count()):
        page.get_by_label(NAME).fill(f"remedy of the {number + 1}th drawer, extra strength 250 mg")
        page.get_by_label("How it is taken").fill("2 tablets in the morning with food")
        page.get_by_role("button", name="Add to the list").click()
        expect(page.locator("#detail [role=status]").first).to_be_visible()
        page.goto(f"{root}/medicines")


def test_the_list_works_without_javascript(plain: Page) -> None:
    plain.get_by_role("link", name="Go to medicines").click()
    plain.get_by_label(NAME).fill("gink")
    plain.get_by_role("button", name="Look up").click()
    plain.locator(".offers button").first.click()
    expect(plain.get_by_label(NAME)).to_have_value(re.compile("ginkgo"))
    plain.get_by_role("button", name="Add to the list").click()
    expect(plain.locator("#detail [role=status]").first).to_contain_text("Added to the list")


def test_choosing_a_medicine_leaves_the_list_where_it_is(page: Page, demo: str) -> None:
    open_list(page, demo)
    line = page.locator("a.line").nth(7)
    line.evaluate("it => it.scrollIntoView({block: 'center'})")
    before = line.bounding_box()
    assert before
    page.mouse.click(before["x"] + 20, before["y"] + 8)
    expect(page.locator("tr.chosen")).to_be_visible()
    after = page.locator("a.line").nth(7).bounding_box()
    assert after
    assert after["y"] == pytest.approx(before["y"], abs=2)
