"""Decisions, proposals and signing: nothing is decided silently, nothing open is signed silently."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from app.domain.assessment import (
    AssessedMedicine,
    Assessment,
    Cell,
    CellState,
    Need,
    Severity,
)
from app.domain.chart import CareTeamMember, Chart
from app.domain.codes import Source
from app.domain.errors import CmmError
from app.domain.patient import Patient
from app.domain.plan import ActionPlan, CodedLists, Decision, ListEntry, Verdict
from app.planning.draft import (
    Draft,
    Field,
    add_problem,
    decide,
    put,
    reopen,
    undecided,
)
from app.planning.own import OwnProblem, own_problem
from app.planning.propose import planned_actions, proposed_goals, proposed_touchpoints
from app.planning.sign import OpenEnds, open_ends, sign
from tests.plans import METFORMIN, OTHER, PHARMACIST, PROBLEM

AS_OF = date(2026, 11, 21)
NONE = Cell(CellState.NONE_FOUND, checked=("x",))
CANNOT = Cell(CellState.CANNOT_ASSESS, missing=("no fills",))
CHART = Chart(
    Patient("p1", "DOE, Jane", None, "female"),
    medicines=(METFORMIN,),
    care_team=(CareTeamMember(Source("CareTeam", "c"), "Dr Kim", "Primary care physician", "Practitioner/kim"),),
)  # fmt: skip


def assessment(adherence: Cell = NONE) -> Assessment:
    needs = {
        Need.INDICATION: NONE,
        Need.EFFECTIVENESS: NONE,
        Need.SAFETY: Cell(CellState.PROBLEM, problems=(PROBLEM.id, OTHER.id)),
        Need.ADHERENCE: adherence,
    }
    line = AssessedMedicine(METFORMIN, needs)
    return Assessment("p1", AS_OF, (line,), (PROBLEM, OTHER), (), (), "2026.11")


def draft() -> Draft:
    return Draft("7b0d2c1e-2f60-5d6a-9a3e-0f0f3a1d2b10")


def decided() -> Draft:
    accepted = decide(draft(), Decision(PROBLEM.id, Verdict.ACCEPTED))
    return decide(accepted, Decision(OTHER.id, Verdict.DISMISSED, reason="patient-tolerated"))


def signed(d: Draft, a: Assessment, *, knows: bool) -> ActionPlan:
    at = datetime(2026, 11, 21, 15, tzinfo=UTC)
    return sign(d, CHART, a, author=PHARMACIST, signed_at=at, version_id="v", knows_open_ends=knows)


def test_a_second_verdict_replaces_the_first() -> None:
    changed = decide(decided(), Decision(OTHER.id, Verdict.ACCEPTED))
    decision = changed.decision(OTHER.id)
    assert decision is not None
    assert decision.verdict is Verdict.ACCEPTED
    assert len(changed.decisions) == 2


def test_a_verdict_can_be_taken_back() -> None:
    assert undecided(reopen(decided(), OTHER.id), assessment()) == (OTHER,)


def test_dismissed_and_undecided_problems_make_no_action() -> None:
    actions = planned_actions(decided(), CHART, assessment(), PHARMACIST)
    assert [a.problem.id for a in actions] == [PROBLEM.id]


def test_a_high_problem_is_due_in_days_and_owned_by_primary_care() -> None:
    (action,) = planned_actions(decided(), CHART, assessment(), PHARMACIST)
    assert (action.due, action.owner.name) == (date(2026, 11, 24), "Dr Kim")
    assert action.owner.reference == "Practitioner/kim"


def test_education_is_the_pharmacists_own_action() -> None:
    taught = replace(PROBLEM, recommend=replace(PROBLEM.recommend, action="provide-education"))
    a = replace(assessment(), problems=(taught, OTHER))
    (action,) = planned_actions(decided(), CHART, a, PHARMACIST)
    assert action.owner == PHARMACIST


def test_an_edit_wins_over_the_proposal_and_empty_means_as_proposed() -> None:
    made = decided()
    edits = {"text": "Halve the dose", "due": "2026-12-01", "owner": "Dr Roe", "plain": ""}
    for name, value in edits.items():
        made = put(made, Field(f"action-{PROBLEM.id}", name, value))
    (action,) = planned_actions(made, CHART, assessment(), PHARMACIST)
    assert (action.text, action.due, action.owner.name) == ("Halve the dose", date(2026, 12, 1), "Dr Roe")  # fmt: skip
    assert action.plain == "Stop taking metformin."


def test_a_measured_problem_proposes_one_goal_and_the_worst_one_times_the_contact() -> None:
    both = decide(decided(), Decision(OTHER.id, Verdict.ACCEPTED))
    actions = planned_actions(both, CHART, assessment(), PHARMACIST)
    goals = proposed_goals(both, actions, assessment())
    (contact,) = proposed_touchpoints(both, actions, assessment())
    assert [g.measure and g.measure.code for g in goals] == ["98979-8"]
    assert goals[0].actions == tuple(a.key for a in actions)
    assert contact.earliest == date(2026, 11, 28)
    assert contact.purpose.startswith("Check that the agreed changes were made")


def test_a_contact_where_nothing_was_agreed_speaks_of_no_agreed_change() -> None:
    (contact,) = proposed_touchpoints(draft(), (), assessment())
    assert contact.purpose == "Ask how the medicines are taken, and whether anything has changed"


def test_signing_with_everything_decided_and_assessed_needs_no_confirmation() -> None:
    plan = signed(decided(), assessment(), knows=False)
    assert [a.problem.id for a in plan.actions] == [PROBLEM.id]
    assert [d.reason for d in plan.dismissed] == ["patient-tolerated"]


@pytest.mark.parametrize(
    ("d", "a"),
    [
        pytest.param(decide(draft(), Decision(PROBLEM.id, Verdict.ACCEPTED)), assessment(), id="undecided"),
        pytest.param(decided(), assessment(CANNOT), id="cell not assessed"),
    ],
)  # fmt: skip
def test_what_is_open_must_be_owned_up_to(d: Draft, a: Assessment) -> None:
    with pytest.raises(CmmError, match="confirm that you sign knowing this"):
        signed(d, a, knows=False)
    assert signed(d, a, knows=True).undecided == undecided(d, a)


def test_open_ends_count_high_problems_apart() -> None:
    ends = open_ends(draft(), assessment(CANNOT))
    assert (ends.undecided, ends.undecided_high, ends.cells_not_assessed) == (2, 1, 1)


@pytest.mark.parametrize(
    ("ends", "words"),
    [
        (OpenEnds(0, 0, 13), "13 cells could not be assessed"),
        (OpenEnds(1, 0, 0), "1 problem is undecided, which the plan will say"),
        (OpenEnds(2, 1, 1), "2 problems are undecided, which the plan will say; 1 cell could not be assessed"),
    ],
)  # fmt: skip
def test_only_what_is_open_is_named(ends: OpenEnds, words: str) -> None:
    assert ends.words == words


LISTS = CodedLists(
    actions=(ListEntry("provide-education", "Provide Education"),),
    rationales=(ListEntry("undesirable-effect", "Undesirable effect", "adverse-event-risk", "safety"),),
)  # fmt: skip
FORM = OwnProblem("med-metformin", "undesirable-effect", "Diarrhoea since the dose went up", "provide-education", "Take with food", "moderate")  # fmt: skip


def test_a_problem_of_ones_own_is_decided_as_it_is_added() -> None:
    problem = own_problem(FORM, CHART, LISTS)
    with_own = add_problem(draft(), problem)
    assert problem.severity is Severity.MODERATE
    assert problem.need is Need.SAFETY
    assert add_problem(with_own, problem) == with_own
    actions = planned_actions(with_own, CHART, assessment(), PHARMACIST)
    assert [a.problem.because for a in actions] == ["Diarrhoea since the dose went up"]


@pytest.mark.parametrize(
    "field", ["medicine", "rationale", "because", "action", "text", "severity"]
)
def test_an_own_problem_with_a_bad_field_is_refused_in_one_sentence(field: str) -> None:
    bad = replace(FORM, **{field: "nonsense" if field not in {"because", "text"} else " "})
    with pytest.raises(CmmError) as raised:
        own_problem(bad, CHART, LISTS)
    assert raised.value.code == "CMM-4006"
