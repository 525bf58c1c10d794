"""The next version of a plan: nothing that was agreed is lost, nothing that was set aside comes back unseen."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from app.domain.assessment import Assessment
from app.domain.chart import Chart
from app.domain.follow_up import (
    ConfirmedOutcome,
    GoalProgress,
    Outcome,
    PrescriberResponse,
    Response,
)
from app.domain.plan import ActionPlan, Decision, Verdict
from app.planning.continuing import carried_actions, closing, confirm, continuing, unconfirm
from app.planning.draft import Draft, Editor, decide, reopen, undecided
from app.planning.merging import logged
from app.planning.sign import sign
from tests.plans import OTHER, PHARMACIST, PROBLEM, signed_plan

BEFORE = signed_plan()
AGREED, ASIDE = PROBLEM.id, OTHER.id
TODAY = date(2027, 1, 20)


def found(*problems: object) -> Assessment:
    return Assessment("p1", TODAY, (), tuple(problems), (), (), "2027.01")  # type: ignore[arg-type]


def draft() -> Draft:
    return Draft(plan_id=BEFORE.id)


def next_version(made: Draft, today: Assessment, **more: object) -> ActionPlan:
    return sign(
        made,
        Chart(BEFORE.patient),
        today,
        author=PHARMACIST,
        signed_at=datetime(2027, 1, 20, 9, tzinfo=UTC),
        version_id="v2",
        version=2,
        plan_id=BEFORE.id,
        knows_open_ends=True,
        before=BEFORE,
        **more,  # type: ignore[arg-type]
    )


def outcome(problem: str, how: Outcome) -> ConfirmedOutcome:
    return ConfirmedOutcome(problem, how, TODAY, PHARMACIST)


def test_what_is_found_again_keeps_what_was_decided() -> None:
    made = continuing(draft(), BEFORE, found(PROBLEM, OTHER))
    assert made.decision(AGREED).verdict is Verdict.ACCEPTED  # type: ignore[union-attr]
    assert made.decision(AGREED).text == BEFORE.actions[0].text  # type: ignore[union-attr]
    assert made.decision(ASIDE).verdict is Verdict.DISMISSED  # type: ignore[union-attr]
    assert made.decision(ASIDE).reason == BEFORE.dismissed[0].reason  # type: ignore[union-attr]


def test_what_came_back_with_another_context_is_open_again() -> None:
    assert continuing(draft(), BEFORE, found(OTHER), [ASIDE]).decision(ASIDE) is None


def test_a_decision_of_today_stands_and_one_taken_back_is_not_remembered() -> None:
    today = found(PROBLEM)
    dismissed = decide(draft(), Decision(AGREED, Verdict.DISMISSED, reason="other"))
    assert continuing(dismissed, BEFORE, today).decision(AGREED).reason == "other"  # type: ignore[union-attr]
    taken_back = reopen(continuing(draft(), BEFORE, today), AGREED)
    assert continuing(taken_back, BEFORE, today).decision(AGREED) is None


def test_an_agreed_problem_that_is_not_found_today_stays_until_it_is_closed() -> None:
    plan = next_version(draft(), found())
    assert [a.problem.id for a in plan.actions] == [AGREED]
    done = confirm(draft(), outcome(AGREED, Outcome.RESOLVED))
    assert next_version(done, found()).actions == ()


def test_an_outcome_that_does_not_end_it_leaves_it_open() -> None:
    made = confirm(draft(), outcome(AGREED, Outcome.IMPROVING))
    plan = next_version(continuing(made, BEFORE, found(PROBLEM)), found(PROBLEM))
    assert [a.problem.id for a in plan.actions] == [AGREED]
    assert [o.outcome for o in plan.outcomes] == [Outcome.IMPROVING]


ENDS = [
    Outcome.RESOLVED,
    Outcome.PATIENT_DECLINED,
    Outcome.PRESCRIBER_DECLINED,
    Outcome.LOST_TO_FOLLOW_UP,
]


def carried(made: Draft) -> Draft:
    """As the pages have it: the chart still finds the problem, so what was agreed is taken over."""
    return continuing(made, BEFORE, found(PROBLEM))


@pytest.mark.parametrize("how", ENDS)
def test_a_problem_closed_today_ends_though_the_chart_still_finds_it(how: Outcome) -> None:
    made = carried(confirm(carried(draft()), outcome(AGREED, how)))
    assert [p.id for p in undecided(made, found(PROBLEM))] == [AGREED]
    assert closing(made, AGREED) == outcome(AGREED, how)
    plan = next_version(made, found(PROBLEM))
    assert [o.outcome for o in plan.outcomes] == [how]
    assert plan.actions == ()
    assert [p.id for p in plan.undecided] == [AGREED]


@pytest.mark.parametrize("how", [o for o in Outcome if o not in ENDS])
def test_an_outcome_that_ends_nothing_leaves_the_decision(how: Outcome) -> None:
    made = confirm(carried(draft()), outcome(AGREED, how))
    assert made.decision(AGREED) == carried(draft()).decision(AGREED)
    assert closing(made, AGREED) is None


def test_taking_the_outcome_back_or_saying_another_brings_back_what_was_decided() -> None:
    changed = Decision(AGREED, Verdict.CHANGED, text="Today's words.")
    made = decide(carried(draft()), changed)
    done = confirm(made, outcome(AGREED, Outcome.RESOLVED))
    assert carried(done).decision(AGREED) is None
    assert unconfirm(carried(done), AGREED).decision(AGREED) == changed
    improving = confirm(carried(done), outcome(AGREED, Outcome.IMPROVING))
    assert improving.decision(AGREED) == changed


def test_what_is_closed_and_agreed_again_is_followed_on() -> None:
    today = found(PROBLEM)
    made = confirm(carried(draft()), outcome(AGREED, Outcome.RESOLVED))
    again = decide(carried(made), Decision(AGREED, Verdict.ACCEPTED, note="again"))
    assert unconfirm(again, AGREED).decision(AGREED) == again.decision(AGREED)
    plan = next_version(again, today)
    assert [a.note for a in plan.actions] == ["again"]
    later = continuing(draft(), plan, today)
    assert later.decision(AGREED).note == "again"  # type: ignore[union-attr]
    assert [a.problem.id for a in carried_actions(draft(), plan, ())] == [AGREED]


def test_the_history_tells_the_outcome_and_no_decision_taken_back() -> None:
    by, at = Editor("Dana Lee", "dana"), datetime(2027, 1, 20, 9, tzinfo=UTC)
    before = carried(draft())
    done = logged(before, confirm(before, outcome(AGREED, Outcome.RESOLVED)), by=by, at=at)
    back = logged(done, unconfirm(done, AGREED), by=by, at=at)
    assert [(c.name, c.now) for c in back.history] == [
        ("outcomes", "resolved"),
        ("outcomes", "taken back"),
    ]


def test_what_was_set_aside_is_remembered_also_while_it_is_not_found() -> None:
    assert [d.problem.id for d in next_version(draft(), found()).dismissed] == [ASIDE]


def test_saying_an_outcome_again_replaces_it_and_the_history_keeps_earlier_versions() -> None:
    made = confirm(draft(), outcome(AGREED, Outcome.IMPROVING))
    made = confirm(made, outcome(AGREED, Outcome.RESOLVED))
    assert [o.outcome for o in made.outcomes] == [Outcome.RESOLVED]
    earlier = replace(BEFORE, outcomes=(outcome("mtp-0", Outcome.RESOLVED),))
    answer = PrescriberResponse(
        BEFORE.actions[0].key, Response.ACCEPTED, datetime(2027, 1, 2, tzinfo=UTC), PHARMACIST
    )
    plan = sign(
        made,
        Chart(BEFORE.patient),
        found(),
        author=PHARMACIST,
        signed_at=datetime(2027, 1, 20, 9, tzinfo=UTC),
        version_id="v2",
        knows_open_ends=True,
        before=earlier,
        responses=(answer,),
    )
    assert [o.problem for o in plan.outcomes] == ["mtp-0", AGREED]
    assert plan.responses == (answer,)
    assert plan.replaces == BEFORE.version_id


def test_what_goes_on_being_set_aside_is_measured_from_the_first_time() -> None:
    today = found(replace(OTHER, because="Another value of today."))
    kept = next_version(continuing(draft(), BEFORE, today), today)
    assert [(d.problem.because, d.on) for d in kept.dismissed] == [(OTHER.because, BEFORE.as_of)]
    anew = decide(draft(), Decision(ASIDE, Verdict.DISMISSED, reason=BEFORE.dismissed[0].reason))
    [again] = next_version(anew, today, reopened=[ASIDE]).dismissed
    assert (again.problem.because, again.on) == ("Another value of today.", TODAY)


def test_a_medicine_that_left_the_list_is_kept_while_an_open_action_is_about_it() -> None:
    plan = next_version(draft(), found())
    assert plan.medicines == ()
    assert [m.id for m in plan.past_medicines] == list(PROBLEM.medicines)
    done = confirm(draft(), outcome(AGREED, Outcome.RESOLVED))
    assert next_version(done, found()).past_medicines == ()


def test_a_goal_with_limits_goes_on_until_it_is_reached_and_then_says_so() -> None:
    before = replace(BEFORE, actions=())
    signed = {"signed_at": datetime(2027, 1, 20, 9, tzinfo=UTC), "author": PHARMACIST}

    def version(plan: ActionPlan, **reached: GoalProgress) -> ActionPlan:
        keys = {key.replace("_", "-"): progress for key, progress in reached.items()}
        chart = Chart(BEFORE.patient)
        return sign(draft(), chart, found(), version_id="v", knows_open_ends=True, before=plan, reached=keys, **signed)  # type: ignore[arg-type]  # fmt: skip

    open_ = version(before, goal_1=GoalProgress.NOT_ACHIEVED)
    assert {g.key: g.progress for g in open_.goals} == {"goal-1": "not-achieved", "goal-own-1": ""}
    reached = version(open_, goal_1=GoalProgress.ACHIEVED)
    assert {g.key: g.progress for g in reached.goals} == {"goal-1": "achieved", "goal-own-1": ""}
    assert [g.key for g in version(reached).goals] == ["goal-own-1"]
