"""Harold's medicine list in a browser: opened, settled, and read line by line."""

import html
import re

from tests.web.desk import Desk

HAROLD = "harold-jensen"


class Listing(Desk):
    """Harold's list: furosemide ordered twice, potassium stopped by the patient, a fill without an order."""

    async def open(self) -> str:
        await self.browser.launch(HAROLD)
        return await self.show()

    async def show(self, query: str = "") -> str:
        return html.unescape((await self.browser.step(f"medicines{query}")).text)

    async def send(self, path: str, **form: str) -> str:
        return html.unescape((await self.browser.post(f"medicines/{path}", **form)).text)

    async def settle(self, name: str, says: str) -> str:
        """Clicks the answer with these words in the question about this medicine."""
        line, mark, value = answer_of(await self.show(), name, says)
        return await self.send(f"{line}/settle", mark=mark, answer=value)


def answer_of(page: str, name: str, says: str) -> tuple[str, str, str]:
    card = next(c for c in page.split('<div class="question">')[1:] if f">{name}" in c[:400])
    for form in card.split("<form")[1:]:
        found = re.search(rf'name="answer" value="([^"]+)">{re.escape(says)}', form)
        if found:
            line = re.search(r"/medicines/(med-\w+)/settle", form)
            mark = re.search(r'name="mark" value="(\w+)"', form)
            assert line
            assert mark
            return line[1], mark[1], found[1]
    raise AssertionError(f"no answer {says!r} for {name}")


def line_of(page: str, name: str) -> str:
    """The id of the first line of the list whose medicine has this name."""
    for row in page.split('<a class="line"')[1:]:
        if f'medicine-name">{name}' in row[:900]:
            found = re.search(r"line=(med-\w+)", row)
            assert found
            return found[1]
    raise AssertionError(f"{name} is not on the list")


def row_of(page: str, name: str) -> str:
    row = next(r for r in page.split("<tr") if f'medicine-name">{name}' in r)
    return " ".join(re.sub(r"<[^>]+>", " ", row).split())


def to_settle(page: str) -> int:
    found = re.search(r"(\d+) to settle", page)
    assert found
    return int(found[1])
