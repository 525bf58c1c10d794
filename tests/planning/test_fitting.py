"""Words for the patient that were proposed for one action never go out with another."""

from dataclasses import replace
from datetime import date

import pytest

from app.domain.assessment import Assessment
from app.domain.chart import Chart
from app.domain.patient import Patient
from app.domain.plan import Decision, PlannedAction, Verdict
from app.planning.draft import Draft, Editor, Field, decide, put
from app.planning.fitting import misfits, stands_in
from app.planning.merging import logged
from app.planning.papers import ENGLISH, language_of, paper_text, patient_pages
from app.planning.propose import planned_actions
from tests.planning.room import START
from tests.plans import METFORMIN, PHARMACIST, PROBLEM, signed_plan

STOP, LOWER, KEY = PROBLEM.recommend.action, "decrease-dose", f"action-{PROBLEM.id}"
PROPOSED, STEP = PROBLEM.recommend.plain, "Call us today and ask what to do."
OWN = "Leave the evening tablet out."
CHART = Chart(Patient("p1", "DOE, Jane", None, "female"), medicines=(METFORMIN,))
ASSESSED = Assessment("p1", date(2026, 11, 21), (), (PROBLEM,), (), (), "2026.11")


def then(draft: Draft, given: Field | Decision) -> Draft:
    """One save after another, as a page makes them."""
    after = put(draft, given) if isinstance(given, Field) else decide(draft, given)
    return logged(draft, after, by=Editor("Dana", "d"), at=START)


def drafted(*given: Field | Decision) -> Draft:
    draft = Draft("plan")
    for one in given:
        draft = then(draft, one)
    return draft


def agreed(draft: Draft) -> PlannedAction:
    return planned_actions(draft, CHART, ASSESSED, PHARMACIST)[0]


def verdict(action: str = "", plain: str = "") -> Decision:
    return Decision(PROBLEM.id, Verdict.CHANGED, action=action, plain=plain)


def field(name: str, value: str) -> Field:
    return Field(KEY, name, value)


@pytest.mark.parametrize(
    ("given", "words", "stand_in"),
    [
        ((verdict(),), PROPOSED, False),
        ((verdict(STOP, PROPOSED),), PROPOSED, False),
        ((verdict(LOWER, PROPOSED),), STEP, True),
        ((verdict(LOWER, ""),), STEP, True),
        ((verdict(LOWER, OWN),), OWN, False),
        ((verdict(), field("action", LOWER)), STEP, True),
        ((verdict(), field("action", LOWER), field("plain", PROPOSED)), STEP, True),
        ((verdict(LOWER, STEP), field("action", "refer")), "Ask us who you should see.", True),
        ((verdict(LOWER, STEP), field("action", STOP)), PROPOSED, False),
    ],
)
def test_the_words_are_those_of_the_action_unless_somebody_wrote_their_own(
    given: tuple[Field | Decision, ...], words: str, stand_in: bool
) -> None:
    action = agreed(drafted(*given))
    assert (action.plain, stands_in(action)) == (words, stand_in)


@pytest.mark.parametrize(("code", "said"), [("en", STEP), ("es", "Llámenos hoy")])
def test_no_page_of_the_patient_says_stop_where_the_dose_is_lowered(code: str, said: str) -> None:
    language = language_of(code)
    action = agreed(drafted(verdict(LOWER, PROPOSED)))
    pages = patient_pages(replace(signed_plan(), actions=(action,)), language)
    whole = paper_text(pages)
    assert said in whole
    assert str(language.sentence(PROPOSED)) not in whole
    assert STEP not in whole or language is ENGLISH


def test_words_nobody_proposed_are_left_as_none() -> None:
    own = replace(PROBLEM, recommend=replace(PROBLEM.recommend, plain=""))
    assessed = replace(ASSESSED, problems=(own,))
    action = planned_actions(drafted(verdict(LOWER)), CHART, assessed, PHARMACIST)[0]
    assert (action.plain, stands_in(action)) == ("", False)


@pytest.mark.parametrize(
    ("given", "warned"),
    [
        ((verdict(LOWER, OWN),), False),
        ((verdict(LOWER, PROPOSED),), False),
        ((verdict(STOP, OWN), field("action", LOWER)), True),
        ((verdict(STOP, OWN), field("action", LOWER), field("action", STOP)), False),
        ((verdict(), field("plain", OWN)), False),
        ((verdict(), field("plain", OWN), field("action", LOWER)), True),
        ((verdict(), field("action", LOWER), field("plain", OWN)), False),
        ((verdict(), field("plain", OWN), field("action", LOWER), field("action", STOP)), False),
        ((verdict(), field("plain", OWN), verdict(LOWER, PROPOSED)), True),
        ((verdict(), field("plain", OWN), verdict(STOP, PROPOSED)), False),
    ],
)
def test_own_words_older_than_the_action_are_pointed_out(
    given: tuple[Field | Decision, ...], warned: bool
) -> None:
    draft = drafted(*given)
    assert bool(misfits(draft, [agreed(draft)])) is warned


def test_own_words_of_an_earlier_version_are_pointed_out_once_the_action_is_changed() -> None:
    carried = replace(signed_plan().actions[0], plain=OWN)
    assert not misfits(Draft("plan"), [carried])
    draft = drafted(field("action", LOWER))
    assert misfits(draft, [replace(carried, action=LOWER)])
