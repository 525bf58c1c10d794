"""What a later chart says of each problem of a plan: pairs written from what a pharmacist would say."""

import json
from dataclasses import replace

import pytest

from app.domain.follow_up import ConfirmedOutcome, Outcome
from app.followup import FollowUp, follow_up, recognised
from app.terminology import load_vocabulary
from fhir_mappings.read_plan import read_plan
from fhir_mappings.write_plan import plan_bundle
from tests.followup.visits import Pair, answers, followed, lists, named, pairs, plan_of, two_of


@pytest.mark.parametrize("pair", pairs(), ids=lambda p: p.name)
def test_proposes_what_a_pharmacist_would(pair: Pair) -> None:
    result, plan = followed(pair)
    problems = tuple(a.problem for a in plan.actions) + tuple(d.problem for d in plan.dismissed)
    by_id = {o.problem: o for o in result.outcomes}
    expected = pair.given["later"]["expect"]
    for what, outcome in expected.items():
        problem = named(problems, what)
        if outcome == "dismissed":
            assert problem.id in {d.problem for d in result.still_dismissed}
            assert problem.id not in by_id
            continue
        if outcome == "silent":
            assert problem.id not in {d.problem for d in result.still_dismissed}
            assert problem.id not in by_id
            continue
        got = by_id[problem.id]
        assert got.because
        if outcome == "reopened":
            assert got.reopened, got
        elif outcome == "cannot tell":
            assert got.outcome is None, got
            assert got.missing
        else:
            assert got.outcome == outcome, got
            assert not got.reopened
    for words in pair.given["later"].get("says", ()):
        assert any(words in o.because for o in result.outcomes), [
            o.because for o in result.outcomes
        ]
    for text, progress in pair.given["later"].get("goals", {}).items():
        goal = next(g for g in result.goals if g.key == f"goal-{text}")
        assert (goal.progress or "ask") == progress, goal


@pytest.mark.parametrize("pair", pairs(), ids=lambda p: p.name)
def test_proposes_the_same_of_a_plan_that_an_ehr_held(pair: Pair) -> None:
    """Only how far a result has moved since needs more than FHIR was given to hold."""
    plan = plan_of(pair)
    held = recognised(
        read_plan(json.loads(json.dumps(plan_bundle(plan, lists()))), lists()), load_vocabulary()
    )
    first, again = (
        follow_up(two_of(pair, plan), answers(pair, plan)),
        follow_up(two_of(pair, held), answers(pair, plan)),
    )
    assert _short(again) == _short(first) or "went from" in str(first.outcomes)


@pytest.mark.parametrize("pair", pairs(), ids=lambda p: p.name)
def test_says_nothing_twice_and_no_codes(pair: Pair) -> None:
    result, _ = followed(pair)
    for found in result.outcomes:
        assert found.outcome or found.missing or found.reopened
        assert len(set(found.proof)) == len(found.proof)
        assert not {"not-taken", "on-hold", "entered-in-error"} & {i.value for i in found.proof}
        for words in found.missing:
            assert not words.endswith(".")
            assert words.lower() not in found.because.lower()


def _short(found: FollowUp) -> object:
    outcomes = [(o.problem, o.outcome, o.reopened) for o in found.outcomes]
    return sorted(outcomes), [(g.key, g.progress) for g in found.goals]


def test_a_problem_that_was_closed_before_and_is_agreed_again_is_followed() -> None:
    pair = next(p for p in pairs() if "resolved" in str(p.given["later"]["expect"]))
    plan = plan_of(pair)
    by, first = plan.author, plan.actions[0].problem.id
    earlier = ConfirmedOutcome(first, Outcome.RESOLVED, plan.as_of, by)
    result = follow_up(two_of(pair, replace(plan, outcomes=(earlier,))), answers(pair, plan))
    assert first in {o.problem for o in result.outcomes}
    assert first not in result.new_problems


def test_there_are_at_least_sixty_pairs_and_none_twice() -> None:
    names = [p.name for p in pairs()]
    assert len(names) >= 60
    assert len(set(names)) == len(names)
