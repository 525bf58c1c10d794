"""Two people edit one plan while the chart changes: nothing is lost, nothing doubled, all is told."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.plan import Decision, Verdict
from app.planning.draft import Draft, Editor, Field, add_problem, decide, put, reopen
from app.planning.merging import SECOND, choose, logged, merge
from tests.planning.room import PROBLEMS, Given, Room
from tests.plans import OTHER, PROBLEM

DANA, OTHER_DANA = Editor("Dana Lee", "dana"), Editor("Dana Lee", "other-dana")
AT = datetime(2026, 11, 21, 9, tzinfo=UTC)
BASE = put(Draft("plan"), Field("goal-1", "text", "Walk the dog"))
PATHS = [
    ("goal-1", "text"),
    ("goal-1", "due"),
    ("action-mtp-99", "text"),
    ("plan", "patient_words"),
]
BY = st.sampled_from(["dana", "other-dana"])
STEPS = st.one_of(
    st.tuples(st.just("write"), BY, st.sampled_from(PATHS)),
    st.tuples(st.just("verdict"), BY, st.sampled_from([p.id for p in PROBLEMS]), st.sampled_from(Verdict)),
    st.tuples(st.just("take_back"), BY, st.sampled_from([p.id for p in PROBLEMS])),
    st.tuples(st.just("look"), BY),
    st.tuples(st.just("save"), BY),
    st.tuples(st.just("save"), BY),
    st.tuples(st.just("chart"), st.frozensets(st.integers(0, 2))),
)  # fmt: skip


def played(steps: list[tuple[Any, ...]]) -> Room:
    """What each person gives is unlike anything else, so that it can be found again."""
    room = Room()
    for number, (kind, *rest) in enumerate(steps):
        match kind:
            case "chart":
                room.found = rest[0]
            case "write":
                room.write(rest[0], rest[1], f"words {number}")
            case _:
                getattr(room, kind)(*rest)
    for by in ("dana", "other-dana"):
        room.save(by)
    return room


def held(room: Room, one: Given) -> bool:
    """It is in the draft, or waits beside it to be chosen."""
    now = room.current
    item, name = one.path
    verdict = now.decision(item)
    kept = now.value(item, name) == one.value or (
        verdict is not None and verdict.note in one.value and name == "decisions"
    )
    return kept or any(one.value in (c.kept, c.other) for c in now.clashes)


def replaced(room: Room, one: Given) -> bool:
    """Its own author, or somebody who had it in front of them, gave something else afterwards."""
    return any(
        change.now != one.value and (change.who == one.by or _looked(room, change.who, one))
        for change in room.current.history
        if (change.item, change.name) == one.path and change.before == one.value
    ) or any(
        later.by == one.by and later.path == one.path and later is not one
        for later in room.given[room.given.index(one) :]
    )


def _looked(room: Room, by: str, one: Given) -> bool:
    """A verdict is taken back only where it is shown."""
    return any(g.by == by and g.seen >= one.saved for g in room.given) or one.path[1] == "decisions"


@settings(max_examples=1000, deadline=None, database=None)
@given(st.lists(STEPS, max_size=16))
def test_no_edit_is_lost_no_problem_doubled_and_the_history_is_whole(
    steps: list[tuple[Any, ...]],
) -> None:
    room = played(steps)
    lost = [g for g in room.given if not held(room, g) and not replaced(room, g)]
    assert lost == []
    plan = room.signed()
    problems = [a.problem.id for a in plan.actions] + [d.problem.id for d in plan.dismissed]
    assert len(problems) == len(set(problems))
    for earlier, later in zip(room.saved, room.saved[1:], strict=False):
        assert later.history[: len(earlier.history)] == earlier.history
    assert _rebuilt(room.current) == {(f.item, f.name): f.value for f in room.current.fields}


def _rebuilt(draft: Draft) -> dict[tuple[str, str], str]:
    """The history alone tells how every field came to be as it is."""
    fields = {f.item for f in draft.fields}
    return {(c.item, c.name): c.now for c in draft.history if c.item in fields and "decisions" not in c.name and SECOND not in c.name}  # fmt: skip


def test_two_people_who_edit_different_fields_of_one_goal_both_find_their_edit() -> None:
    mine = put(BASE, Field("goal-1", "due", "2027-01-31"))
    theirs = put(BASE, Field("goal-1", "text", "Walk to the park"))
    both = merge(BASE, mine, theirs, by=DANA, at=AT)
    assert both.value("goal-1", "due") == "2027-01-31"
    assert both.value("goal-1", "text") == "Walk to the park"
    assert both.clashes == ()


def test_two_values_for_one_field_are_both_kept_until_somebody_chooses() -> None:
    mine = put(BASE, Field("goal-1", "text", "Sleep through"))
    theirs = put(BASE, Field("goal-1", "text", "Walk to the park"))
    both = merge(BASE, mine, theirs, by=DANA, at=AT)
    (clash,) = both.clashes
    assert both.value("goal-1", "text") == "Walk to the park"
    assert (clash.kept, clash.other, clash.by) == ("Walk to the park", "Sleep through", "Dana Lee")
    settled = choose(both, clash, other=clash.other)
    assert settled.value("goal-1", "text") == "Sleep through"
    assert settled.clashes == ()


def test_two_people_of_one_name_are_two_people() -> None:
    theirs = logged(BASE, put(BASE, Field("goal-1", "text", "Walk")), by=OTHER_DANA, at=AT)
    mine = put(BASE, Field("goal-1", "text", "Sleep through"))
    both = merge(BASE, mine, theirs, by=DANA, at=AT)
    assert both.value("goal-1", "text") == "Walk"
    assert [(c.other, c.by, c.who) for c in both.clashes] == [("Sleep through", "Dana Lee", "dana")]
    again = merge(BASE, put(BASE, Field("goal-1", "text", "Sleep")), theirs, by=OTHER_DANA, at=AT)
    assert again.value("goal-1", "text") == "Sleep"  # her own last word counts
    assert again.clashes == ()


def test_a_problem_taken_back_by_one_and_decided_by_the_other_stays_with_its_verdict() -> None:
    own = replace(PROBLEM, id="own-1")
    base = add_problem(BASE, own)
    mine = decide(base, Decision("own-1", Verdict.CHANGED, text="Halve it"))
    theirs = logged(base, reopen(base, "own-1"), by=OTHER_DANA, at=AT)
    both = merge(base, mine, theirs, by=DANA, at=AT)
    assert [p.id for p in both.added] == ["own-1"]
    assert both.decision("own-1") == mine.decision("own-1")
    assert both.withdrawn == ()
    assert [(c.kept, c.other) for c in both.clashes] == [("changed; Halve it", "taken back")]


def test_an_edit_of_what_a_colleague_signed_meanwhile_is_an_edit_of_the_next_version() -> None:
    theirs = Draft("plan")  # signing began a new draft; nobody took the goal back
    both = merge(BASE, put(BASE, Field("goal-1", "text", "Sleep")), theirs, by=DANA, at=AT)
    assert both.value("goal-1", "text") == "Sleep"
    assert both.clashes == ()


def test_the_same_verdict_from_both_is_one_verdict() -> None:
    agreed = decide(BASE, Decision(OTHER.id, Verdict.ACCEPTED))
    both = merge(BASE, agreed, agreed, by=DANA, at=AT)
    assert both.decisions == agreed.decisions
    assert both.clashes == ()
