"""A plan that the EHR refuses as a CarePlan: its signer may send it as a note; nobody else decides for them."""

import asyncio
import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi import Request, Response
from starlette.middleware.base import RequestResponseEndpoint

from app.sandbox.dialects import OPEN
from app.store.schema import AUDIT
from tests.web.desk import ROSA, Desk
from tests.web.journey import scopes_for

BUTTON = "Send as a note instead"
SAID = "as a note (DocumentReference), because this EHR refused it as a CarePlan"


class Strict(Desk):
    """In front of an EHR that says it takes care plans and then refuses each."""

    def __init__(self, folder: Path, **tenant: object) -> None:
        super().__init__(folder, OPEN, **tenant)
        self.refuses = ["CarePlan"]
        self.ehr.middleware("http")(self._answer)

    async def _answer(self, request: Request, goes_on: RequestResponseEndpoint) -> Response:
        body = await request.body() if request.method == "POST" else b""
        if any(f'"resourceType":"{kind}"' in _tight(body) for kind in self.refuses):
            issue = {"severity": "error", "code": "business-rule"}
            refusal = {"resourceType": "OperationOutcome", "issue": [issue]}
            return Response(json.dumps(refusal), 422, media_type="application/fhir+json")
        return await goes_on(request)


def _tight(body: bytes) -> str:
    return body.decode(errors="replace").replace('": ', '":')


@pytest.fixture
def desk(tmp_path: Path) -> Callable[..., Strict]:
    return lambda **tenant: Strict(tmp_path, **tenant)


async def signed(at: Desk) -> str:
    await at.accept()
    return await at.sign()


async def as_note(at: Desk) -> str:
    return (await at.browser.post("receipt/note")).text


def test_the_same_version_goes_as_a_note_and_the_receipt_says_how_and_why(
    desk: Callable[..., Strict],
) -> None:
    at = desk()

    async def go() -> tuple[str, str]:
        return await signed(at), await as_note(at)

    before, after = asyncio.run(go())
    assert "Not in Sandbox EHR" in before
    assert BUTTON in before
    (note,) = at.of("DocumentReference")
    assert f"Saved in Sandbox EHR as DocumentReference/{note['id']}" in after
    assert f"It was written {SAID}." in after
    assert "a rule of this EHR forbids it" in after  # the attempt before it
    assert BUTTON not in after
    assert at.states == ["done"]
    assert not at.plans
    text = base64.b64decode(note["content"][0]["attachment"]["data"]).decode()
    assert "Problems and recommendations" in text


def test_it_is_audited_once_however_often_the_button_is_pressed(
    desk: Callable[..., Strict],
) -> None:
    at = desk()

    async def go() -> None:
        await signed(at)
        await as_note(at)
        await as_note(at)

    asyncio.run(go())
    (event,) = (row for row in at.rows(AUDIT) if row["kind"] == "refiled")
    assert len(at.of("DocumentReference")) == 1
    assert '"version": 1' in str(event["detail"]).replace("'", '"')
    assert at.audited.count("plan-signed") == 1


def test_a_note_that_is_refused_too_is_not_offered_again(desk: Callable[..., Strict]) -> None:
    at = desk()

    async def go() -> str:
        await signed(at)
        at.refuses.append("DocumentReference")
        return await as_note(at)

    page = asyncio.run(go())
    assert "Not in Sandbox EHR" in page
    assert BUTTON not in page
    assert at.states == ["rejected"]


def _asked(scope: str) -> bool:
    return scope.startswith(("patient/", "user/", "profile"))


CLOSED: dict[str, dict[str, object]] = {
    "the site's settings leave notes out": {"write_modes": ["care-plan-bundle", "download"]},
    "no permission to create notes was granted": {
        "scopes": [s for s in scopes_for(OPEN) if _asked(s) and "DocumentReference" not in s]
    },
    "the note would need a visit and the signed plan names none": {"dialect": "epic"},
}


@pytest.mark.parametrize("tenant", CLOSED.values(), ids=CLOSED)
def test_it_is_not_offered_where_a_note_is_no_open_way(
    desk: Callable[..., Strict], tenant: dict[str, object]
) -> None:
    at = desk(**tenant)

    async def go() -> tuple[str, str]:
        return await signed(at), await as_note(at)

    before, after = asyncio.run(go())
    assert "Not in Sandbox EHR" in before
    assert BUTTON not in before + after
    assert at.states == ["rejected"]
    assert not at.of("DocumentReference")


def test_only_the_signer_may_send_it_as_a_note(desk: Callable[..., Strict]) -> None:
    at = desk()

    async def go() -> tuple[str, str]:
        await signed(at)
        at.somebody_else_signs_in()
        await at.browser.launch(ROSA)
        return (await at.browser.step("receipt")).text, await as_note(at)

    before, after = asyncio.run(go())
    assert "Not in Sandbox EHR" in before
    assert BUTTON not in before + after
    assert at.states == ["rejected"]
    assert "refiled" not in at.audited
