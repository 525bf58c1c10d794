"""The person behind the medicines: read from the chart with its source, completed once, carried on."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from app.domain.assessment import Assessment
from app.domain.chart import Chart, Condition, Finding, RecordedGoal
from app.domain.codes import ICD10CM, Coding, Concept, Source
from app.domain.patient import Patient
from app.domain.person_context import ContextTopic
from app.domain.plan import ActionPlan
from app.planning.context import STATED, context_of, from_chart, stated
from app.planning.draft import Draft, Field, put
from app.planning.sign import sign
from app.planning.support import access, duration_weeks, self_management, weeks_of
from tests.plans import PHARMACIST

PATIENT = Patient("p1", "DOE, Jane", None, "female", language="Spanish", interpreter=True)


def coded(code: str, *categories: str, status: str = "active") -> Condition:
    concept = Concept(f"text of {code}", (Coding(ICD10CM, code),))
    return Condition(Source("Condition", code), concept, status, categories=categories)


def filled(*fields: tuple[str, str, str]) -> Draft:
    draft = Draft("plan")
    for field in fields:
        draft = put(draft, Field(*field))
    return draft


def plan_of(draft: Draft, before: ActionPlan | None = None) -> ActionPlan:
    today = date(2026, 11, 21)
    return sign(
        draft,
        Chart(PATIENT, conditions=(coded("Z59.869"),)),
        Assessment("p1", today, (), (), (), (), "2026.11"),
        author=PHARMACIST,
        signed_at=datetime(2026, 11, 21, tzinfo=UTC),
        version_id="v1",
        knows_open_ends=True,
        before=before,
    )


@pytest.mark.parametrize(
    ("condition", "topic"),
    [
        (coded("Z59.869"), ContextTopic.SOCIAL),
        (coded("Z55.0"), ContextTopic.LITERACY),
        (coded("Z55.6"), ContextTopic.LITERACY),
        (coded("Z65.9"), ContextTopic.SOCIAL),
        (coded("R13.10", "functional-status"), ContextTopic.FUNCTION),
        (coded("F03", "cognitive-status"), ContextTopic.FUNCTION),
        (coded("Z54.0"), None),
        (coded("Z66"), None),
        (coded("I10", "problem-list-item"), None),
        (coded("Z59.869", status="resolved"), None),
    ],
)
def test_a_condition_is_context_by_its_code_or_its_category(
    condition: Condition, topic: ContextTopic | None
) -> None:
    found = from_chart(
        Chart(replace(PATIENT, language="", interpreter=None), conditions=(condition,))
    )
    assert [item.topic for item in found] == ([topic] if topic else [])
    assert all(item.source == condition.source for item in found)


def test_language_answers_and_open_goals_are_read_with_their_source() -> None:
    answer = Finding(
        Source("Observation", "o1"), Concept("Transport"), Concept("No car"), None, ("sdoh",)
    )
    goals = (
        RecordedGoal(Source("Goal", "g1"), "Stay at home", "active"),
        RecordedGoal(Source("Goal", "g2"), "Lose weight", "completed"),
        RecordedGoal(Source("Goal", "g3"), "Systolic below 130", "active", ours=True),
    )
    found = from_chart(Chart(PATIENT, findings=(answer,), goals=goals))
    assert [(i.text, i.source and i.source.reference) for i in found] == [
        ("Spanish; needs an interpreter", "Patient/p1"),
        ("Transport: No car", "Observation/o1"),
        ("Stay at home", "Goal/g1"),
    ]


def test_what_was_told_once_is_known_at_the_next_visit_and_can_be_changed() -> None:
    first = plan_of(filled(("context-home", "text", "Lives with her son")))
    again = context_of(Draft("plan"), Chart(PATIENT), first)
    assert ("Lives with her son", None) in [(i.text, i.source) for i in again]
    moved = filled(("context-home", "text", "Lives alone"))
    texts = [i.text for i in context_of(moved, Chart(PATIENT), first)]
    assert "Lives alone" in texts
    assert "Lives with her son" not in texts


def test_the_signed_plan_holds_what_was_agreed_and_the_next_one_goes_on_from_it() -> None:
    draft = filled(
        ("self-1", "barrier", "forgetting"),
        ("self-1", "technique", "habit"),
        ("self-2", "technique", "helper"),
        ("access-1", "name", "Ana Doe"),
        ("access-1", "how", "printed"),
        ("plan", "duration_weeks", "12"),
        ("plan", "contact_frequency", "every 4 weeks"),
        ("touchpoint-x", "from", "2026-12-30"),
        ("touchpoint-x", "to", "2027-01-03"),
        ("goal-own", "text", "Walk the dog"),
    )
    first = plan_of(draft)
    assert [(s.barrier, s.technique) for s in first.self_management] == [("forgetting", "habit")]
    assert [(a.name, a.how) for a in first.access] == [("Ana Doe", "printed")]
    assert (first.duration_weeks, first.contact_frequency) == (12, "every 4 weeks")
    assert [t.key for t in first.touchpoints] == ["touchpoint-1", "touchpoint-x"]
    assert first.goals[0].expressed_by_patient
    second = plan_of(Draft("plan"), first)
    for part in ("self_management", "access", "duration_weeks", "contact_frequency", "goals"):
        assert getattr(second, part) == getattr(first, part)


def test_an_emptied_row_is_taken_out_also_where_the_last_plan_had_it() -> None:
    first = plan_of(filled(("self-1", "barrier", "cost"), ("access-1", "name", "Ana Doe")))
    out = filled(("self-1", "barrier", ""), ("access-1", "name", ""))
    assert self_management(out, first) == ()
    assert access(out, first) == ()


@pytest.mark.parametrize(("text", "weeks"), [("1", 1), ("104", 104), ("105", None), ("0", None), ("six", None), ("", None)])  # fmt: skip
def test_a_duration_is_whole_weeks(text: str, weeks: int | None) -> None:
    assert weeks_of(text) == weeks
    assert duration_weeks(filled(("plan", "duration_weeks", text)), None) == weeks


def test_what_holds_advice_back_is_signed_and_goes_on_until_it_is_taken_back() -> None:
    wish = (STATED, "hold-no-vaccines", "No vaccines wanted")
    signed = plan_of(filled(wish))
    assert "No vaccines wanted" in [item.text for item in signed.context]
    assert stated(Draft("next"), signed) == {"hold-no-vaccines": "No vaccines wanted"}
    taken_back = filled((STATED, "hold-no-vaccines", ""))
    assert stated(taken_back, signed) == {}
    assert "No vaccines wanted" not in [i.text for i in plan_of(taken_back, signed).context]


def test_a_wish_that_holds_advice_back_is_no_preference_in_words() -> None:
    signed = plan_of(filled((STATED, "hold-comfort", "Comfort comes before living longer")))
    again = plan_of(Draft("next"), signed)
    assert [i.text for i in again.context].count("Comfort comes before living longer") == 1
