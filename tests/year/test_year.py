"""A year of one patient: found, agreed, declined, resolved by proof, back again, goals reached."""

import difflib
from itertools import pairwise

import pytest

from app.domain.follow_up import GoalProgress, Outcome, ProposedOutcome, Response
from app.domain.plan import ActionPlan
from tests.followup.visits import named
from tests.year.visits import Visit, year
from tests.year.written import GOLDEN, files

NAMES = ("year.txt", "plan.json", "plan.txt", "note.txt", "patient.txt")


def problem(plan: ActionPlan, what: str) -> str:
    every = [a.problem for a in plan.actions] + [d.problem for d in plan.dismissed]
    return named(tuple(every), what).id


def proposed(visit: Visit, what: str) -> ProposedOutcome:
    assert visit.before is not None
    assert visit.followed is not None
    id_ = problem(visit.before, what)
    return next(o for o in visit.followed.outcomes if o.problem == id_)


def confirmed(plan: ActionPlan, id_: str) -> list[Outcome]:
    return [o.outcome for o in plan.outcomes if o.problem == id_]


def test_five_visits_make_five_versions_of_one_plan() -> None:
    plans = [v.plan for v in year()]
    assert [p.version for p in plans] == [1, 2, 3, 4, 5]
    assert len({p.id for p in plans}) == 1
    assert [p.replaces for p in plans] == ["", *(p.version_id for p in plans[:-1])]


def test_what_was_stopped_is_resolved_by_the_order_that_shows_it() -> None:
    outcome = proposed(year()[1], "S01 diphenhydramine")
    assert outcome.outcome is Outcome.RESOLVED
    assert "no longer taken" in outcome.because


def test_what_was_replaced_is_resolved_by_the_new_order() -> None:
    outcome = proposed(year()[1], "H07 simvastatin")
    assert outcome.outcome is Outcome.RESOLVED
    assert [i.label for i in outcome.proof] == ["rosuvastatin 20 mg tablet"]
    assert "rosuvastatin" in outcome.because


def test_what_the_prescriber_declined_is_closed_with_the_reason() -> None:
    second = year()[1]
    outcome = proposed(second, "N13 sglt2")
    assert outcome.outcome is Outcome.PRESCRIBER_DECLINED
    assert "Three yeast infections last year" in outcome.because
    assert confirmed(second.plan, outcome.problem) == [Outcome.PRESCRIBER_DECLINED]
    assert outcome.problem not in {a.problem.id for a in second.plan.actions}


def test_a_dose_that_was_raised_with_some_effect_stays_open_until_the_result_is_at_goal() -> None:
    first, last = proposed(year()[1], "L05 tsh"), proposed(year()[2], "L05 tsh")
    assert (first.outcome, last.outcome) == (Outcome.IMPROVING, Outcome.RESOLVED)
    assert confirmed(year()[2].plan, last.problem) == [Outcome.IMPROVING, Outcome.RESOLVED]


def test_what_was_set_aside_stays_so_until_its_result_moved_and_then_says_why() -> None:
    _, second, third, *_ = year()
    assert second.followed is not None
    metformin = problem(second.plan, "H02 metformin")
    assert metformin in {s.problem for s in second.followed.still_dismissed}
    back = proposed(third, "H02 metformin")
    assert back.reopened
    assert "to 31" in back.because
    assert metformin in {a.problem.id for a in third.plan.actions}


def test_goals_are_reached_during_the_year() -> None:
    third = year()[2].followed
    assert third is not None
    reached = {g.key for g in third.goals if g.progress is GoalProgress.ACHIEVED}
    assert {"goal-3016-3", "goal-8480-6"} <= reached


def test_a_month_old_medicine_of_her_own_is_found_at_the_last_visit() -> None:
    last = year()[-1]
    assert any("ibuprofen" in a.problem.because.lower() for a in last.plan.actions)


def test_the_last_version_holds_every_answer_and_outcome_of_the_year() -> None:
    plans = [v.plan for v in year()]
    for earlier, later in pairwise(plans):
        assert later.outcomes[: len(earlier.outcomes)] == earlier.outcomes
        assert later.responses[: len(earlier.responses)] == earlier.responses
    assert Response.DECLINED in {r.response for r in plans[-1].responses}


@pytest.mark.parametrize("name", NAMES)
def test_what_is_handed_out_is_as_it_was_read_and_found_right(name: str) -> None:
    """After a wanted change: `python -m tests.year`, then read the difference."""
    before = (GOLDEN / name).read_text("utf-8").splitlines()
    diff = difflib.unified_diff(before, files()[name].splitlines(), "golden", "now", "", "", 1, "")
    told = "\n".join(diff)
    assert not told, f"{name} changed; where that is right run python -m tests.year\n{told}"


def test_every_golden_file_is_compared() -> None:
    assert {f.name for f in GOLDEN.iterdir()} == set(NAMES) == set(files())
