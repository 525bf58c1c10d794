"""The receipt tells, folded, who changed what in the version that was signed, and when."""

import html
import re
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from app.delivery import in_hand
from app.domain.plan import Decision, Verdict
from app.planning.draft import Change, Draft, Editor, Field, decide, put
from app.planning.merging import SECOND, logged
from app.store import drafts
from app.web.version_history import history_in
from tests.delivery.clinic import CHART, SEAL, Clinic
from tests.delivery.fake_ehr import FakeEhr
from tests.plans import LISTS, OTHER, PROBLEM
from tests.web.desk import Desk
from tests.web.test_since import Clinic as Visits

AT = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)
DANA, OTHER_DANA = Editor("Dana Lee", "one"), Editor("Dana Lee", "two")


def history(page: str) -> str:
    found = re.search(r'<details[^>]+id="history">(.*?)</details>', page, re.DOTALL)
    return " ".join(html.unescape(re.sub("<[^>]+>", " ", found[1])).split()) if found else ""


@pytest.mark.anyio
async def test_the_receipt_tells_who_did_what_and_who_signed(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    await desk.accept()
    await desk.browser.step("plan")
    words = "I want to sleep through the night"
    await desk.browser.post(
        "plan", **{"now.plan.patient_words": words, "was.plan.patient_words": ""}
    )
    said = history(await desk.sign())
    assert "Dana Lee, PharmD (you):" in said
    assert "decision: “accepted”" in said
    assert f"The plan, what matters to the patient: “{words}”" in said
    assert said.endswith("signed version 1")


@pytest.mark.anyio
async def test_a_problem_that_was_closed_is_named_though_the_version_does_not_hold_it(
    tmp_path: Path,
) -> None:
    clinic = Visits(tmp_path)
    problem = await clinic.first_visit()
    await clinic.next_visit()
    page = (await clinic.browser.step("since")).text
    title = re.search(r"<h2[^>]*>(?:<span.*?</span>)?\s*([^<]+)</h2>", page)
    assert title
    await clinic.browser.post(f"since/{problem}", outcome="patient-declined")
    said = history(await clinic.sign())
    assert f"{html.unescape(title[1]).strip()}, outcome: “patient declined;" in said


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    return Clinic(tmp_path, FakeEhr())


def told(clinic: Clinic, draft: Draft | None) -> list[tuple[str, str, str, str]]:
    """As the receipt shows it to the second of two of one name."""
    plan = clinic.sign(clinic.launch())
    with clinic.database.begin() as connection:
        if draft is not None:
            body = msgspec.json.encode(draft)
            drafts.save(connection, SEAL, CHART, body, seen=drafts.NEW, at=AT)
            drafts.sign(connection, SEAL, CHART, plan.version_id, at=AT)
        held = in_hand(connection, SEAL, CHART)
        assert held
        lines = history_in(connection, SEAL, held, LISTS, OTHER_DANA)
    return [(x.who, x.what, x.before, x.now) for x in lines]


def test_two_of_one_name_are_told_apart_and_codes_are_words(clinic: Clinic) -> None:
    reason = LISTS.dismissals[0]
    first = decide(Draft("d"), Decision(OTHER.id, Verdict.DISMISSED, reason=reason.code))
    made = logged(Draft("d"), first, by=DANA, at=AT)
    second = put(made, Field(f"action-{PROBLEM.id}", "due", "2026-12-24"))
    made = logged(made, second, by=OTHER_DANA, at=AT)
    assert told(clinic, made) == [
        ("Dana Lee", f"{OTHER.title}, decision", "", f"dismissed; {reason.title}"),
        ("Dana Lee (2) (you)", f"{PROBLEM.title}, by when", "", "24-Dec-2026"),
    ]


@pytest.mark.parametrize(
    ("item", "name", "what"),
    [
        ("goal-1a", "text", "Goal, words"),
        ("touchpoint-9", "format", "Contact, how"),
        ("context-health-literacy", "text", "Health literacy, words"),
        ("plan", "duration_weeks", "The plan, weeks it goes on for"),
        ("mtp-gone", "outcomes", "A problem, outcome"),
        ("action-mtp-gone", "owner", "A recommendation, who does it"),
        ("told-7", "told", "Medicine list, what the patient says"),
        ("goal-1a", f"due{SECOND}", "Goal, by when (waited to be chosen)"),
    ],
)
def test_every_item_is_named_also_where_no_version_holds_it(
    clinic: Clinic, item: str, name: str, what: str
) -> None:
    change = Change(item, name, "old", "new", "Dana Lee", AT, "one")
    made = Draft("d", history=(change,))
    assert told(clinic, made) == [("Dana Lee", what, "old", "new")]


def test_a_version_of_which_nothing_is_kept_has_no_history(clinic: Clinic) -> None:
    assert told(clinic, None) == []
