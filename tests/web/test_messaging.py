"""On the receipt: the message to the prescriber, and what became of the records of an earlier version."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from app.commands.demo import scopes_at
from app.sandbox.dialects import OPEN
from tests.web.desk import ROSA, Desk
from tests.web.test_since import Clinic


@pytest.fixture
def desk(tmp_path: Path) -> Callable[..., Desk]:
    return lambda **tenant: Desk(tmp_path, **tenant)


def test_the_message_is_sent_with_one_button_and_once(desk: Callable[..., Desk]) -> None:
    at = desk()

    async def go() -> tuple[str, str]:
        await at.accept()
        before = await at.sign()
        await at.browser.post("receipt/message")
        after = at.browser.page.text
        await at.browser.post("receipt/message")
        return before, after

    before, after = asyncio.run(go())
    (message,) = at.of("Communication")
    assert "Send the message" in before
    assert f"The message is in Sandbox EHR as a message (Communication): Communication/{message['id']}" in after  # fmt: skip
    assert "Send the message" not in after
    assert message["about"] == [{"reference": f"CarePlan/{at.plans[0]['id']}"}]
    assert message["recipient"]
    assert [k for k in at.audited if k.startswith("message")] == ["message-asked", "message-delivered"]  # fmt: skip


FORMS = {
    OPEN: ("CarePlan", "Communication"),
    "medplum": ("CarePlan", "Communication"),
    "epic": ("DocumentReference", "Communication"),
    "oracle": ("DocumentReference", "Communication"),
}


@pytest.mark.parametrize("dialect", FORMS)
def test_the_demo_sends_it_as_a_message_where_messages_are_taken(
    desk: Callable[..., Desk], dialect: str
) -> None:
    at = desk(vendor=dialect, scopes=list(scopes_at(dialect)))

    async def go() -> str:
        await at.accept()
        await at.sign()
        await at.browser.post("receipt/message")
        return at.browser.page.text

    said, (about, kind) = asyncio.run(go()), FORMS[dialect]
    [message] = [m for m in at.of(kind) if "message-to-prescriber" in str(m.get("identifier"))]
    assert f"{kind}/{message['id']}" in said
    assert message["about"][0]["reference"].startswith(about)


def test_only_who_signed_can_send_it(desk: Callable[..., Desk]) -> None:
    at = desk()

    async def go() -> str:
        await at.accept()
        await at.sign()
        at.somebody_else_signs_in()
        await at.browser.launch(ROSA)
        page = (await at.browser.step("receipt")).text
        await at.browser.post("receipt/message")
        return page

    assert "Only who signed the plan can send it." in asyncio.run(go())
    assert not at.of("Communication")


def test_a_further_version_closes_what_is_resolved_and_the_receipt_says_so(
    tmp_path: Path,
) -> None:
    at = Clinic(tmp_path)

    async def go() -> str:
        problem = await at.first_visit()
        at.stop("naproxen")
        await at.next_visit()
        await at.browser.post(f"since/{problem}", outcome="resolved")
        return await at.sign()

    receipt = asyncio.run(go())
    (task,) = at.of("Task")
    assert task["status"] == "completed"
    assert "Of earlier versions" in receipt
    assert f"Task/{task['id']}): closed (resolved)" in receipt
    assert "close it by hand" not in receipt
