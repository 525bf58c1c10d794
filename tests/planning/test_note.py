"""The clinician's note: in full where it fits one page; else the gravest in brief, and the rest counted."""

from dataclasses import replace

import pytest

from app.domain.codes import Concept
from app.domain.follow_up import PrescriberResponse, Response
from app.domain.people import Person
from app.domain.plan import ActionPlan, PlannedAction
from app.planning.papers import Table, clinician_note, paper_text, whole_note
from app.planning.papers.one_page import clipped, shortened
from tests.plans import LISTS, METFORMIN, crowded_plan, signed_plan


def noted(plan: ActionPlan) -> str:
    return paper_text(clinician_note(plan, LISTS))


def rows(plan: ActionPlan) -> list[tuple[str, ...]]:
    """The recommendations in brief, as far as they are a table."""
    parts = clinician_note(plan, LISTS).sections[0].parts
    return [tuple(map(str, row)) for part in parts if isinstance(part, Table) for row in part.rows]


def crowded(**changes: object) -> ActionPlan:
    """Thirty times the same recommendation, changed."""
    plan = crowded_plan(30)
    action: PlannedAction = replace(plan.actions[0], **changes)  # type: ignore[arg-type]
    return replace(plan, actions=(action,) * 30)


def test_the_note_begins_with_the_recommendations() -> None:
    assert clinician_note(signed_plan(), LISTS).sections[0].heading == "Recommendations"
    said = noted(signed_plan())
    assert "1. Discontinue Medication: Stop metformin; choose another agent." in said
    assert "eGFR 26 mL/min/1.73 m2 on 03-Nov-2026" in said
    assert "Allergies were not read." in said


def test_no_sentence_ends_twice_and_every_date_looks_the_same() -> None:
    said = noted(signed_plan())
    assert ".." not in said
    assert "born 14-Jul-1951" in said


def test_each_of_many_recommendations_says_what_which_why_who_and_when() -> None:
    what, which, why, who, by = rows(crowded_plan(25))[0]
    assert what == "1. Stop metformin; choose …"
    assert which == "Hydrochlorothiazide …"
    assert why.startswith("high: Two medicines of the same family")
    assert (who, by) == ("Dr Lee", "24-Nov-2026")


@pytest.mark.parametrize(
    ("count", "more"),
    [(25, ""), (26, "1 more is in the plan. "), (60, "35 more are in the plan. ")],
)
def test_what_the_page_has_no_room_for_is_counted(count: int, more: str) -> None:
    said = noted(crowded_plan(count))
    assert len(rows(crowded_plan(count))) == min(count, 25)
    assert f"{more}The plan has each in full, with evidence and follow-up." in said
    assert "Set aside (12)" in said
    assert "more in the plan" in said


def test_what_is_started_is_named_and_not_the_medicine_that_asks_for_it() -> None:
    start = crowded(action="start-medication", text="Start senna.")
    assert rows(start)[0][:2] == ("1. Start senna.", "")


def test_what_is_to_be_asked_before_a_stop_comes_first() -> None:
    stop = crowded(action="discontinue-medication", text="Ask what it is for; then stop it.")
    assert rows(stop)[0][0] == "1. Ask what it is for; then …"


def test_a_list_that_is_cut_has_no_full_stop_within() -> None:
    assert shortened(["Doses were not read.", "Fills were not read."], 2) == (
        "Doses were not read; Fills were not read"
    )


def test_an_answer_that_was_given_is_said() -> None:
    plan = crowded(owner=Person("Dr Ng"))
    answer = PrescriberResponse(
        plan.actions[0].key, Response.ACCEPTED, plan.signed_at, Person("Ng")
    )
    why, who = rows(replace(plan, responses=(answer,)))[0][2:4]
    assert why.startswith("accepted, high: Two medicines")
    assert who == "Dr Ng"


def test_a_plan_without_recommendations_says_so() -> None:
    said = noted(replace(crowded_plan(0), actions=()))
    assert "No medication therapy problem was agreed" in said


def test_every_medicine_is_named_or_counted() -> None:
    long = replace(
        METFORMIN, name="Hydrochlorothiazide and Lisinopril 20 mg tablet", reasons=(Concept("x"),)
    )
    plan = replace(crowded_plan(60), medicines=(long,) * 200)
    section = clinician_note(plan, LISTS).sections[-1]
    assert section.heading == "Medicines at this review (200)"
    assert "more in the plan" in noted(plan)


def test_a_list_is_shortened_by_whole_items() -> None:
    assert shortened(["a", "b"], 1) == "a; b"
    assert shortened(["x" * 30, "y" * 30, "z"], 1) == f"{'x' * 30}; and 2 more in the plan"
    assert shortened(["word " * 40, "z"], 1).endswith("… (2 in the plan)")


def test_words_are_cut_between_words_and_seen_to_be() -> None:
    assert clipped("short", 10) == "short"
    assert clipped("loss of kidney function", 15) == "loss of …"


def test_nothing_is_cut_while_the_page_has_room_for_it() -> None:
    grace = Person("Grace Hernandez-Okonkwo, PharmD")
    plan = replace(crowded_plan(6), actions=crowded(owner=grace).actions[:6])
    note = clinician_note(plan, LISTS)
    assert "Grace Hernandez-Okonkwo, PharmD" in paper_text(
        replace(note, sections=note.sections[:1])
    )
    assert "…" not in paper_text(replace(note, sections=note.sections[:1]))


def test_where_not_all_have_room_the_gravest_keep_their_words() -> None:
    grace = Person("Grace Hernandez-Okonkwo, PharmD")
    cut = ["…" in row[3] for row in rows(crowded(owner=grace))]
    assert cut == sorted(cut)
    assert True in cut


@pytest.mark.parametrize("count", [1, 25, 60])
def test_a_text_has_no_page_and_is_never_cut(count: int) -> None:
    plan = crowded_plan(count)
    said = paper_text(whole_note(plan, LISTS))
    assert "…" not in said
    assert "more in the plan" not in said
    assert all(a.problem.title in said for a in plan.actions)
    assert all(m.name in said for m in plan.medicines)
