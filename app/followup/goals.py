"""Where each goal of the plan stands today."""

from dataclasses import dataclass

from app.domain.assessment import Input
from app.domain.follow_up import GoalProgress
from app.domain.plan import PlanGoal
from app.followup.between import Between
from app.followup.results import within


@dataclass(frozen=True, slots=True)
class GoalStanding:
    """`progress` is None where only the patient can tell."""

    key: str
    progress: GoalProgress | None
    because: str
    proof: tuple[Input, ...] = ()


def standing(two: Between, goal: PlanGoal) -> GoalStanding:
    newest = next((r for r in two.readings(goal.measure) if r.taken > two.since), None)
    late = goal.due is not None and two.now.as_of > goal.due
    if goal.measure is None:
        return GoalStanding(goal.key, None, "Ask the patient how it stands.")
    if newest is not None and not goal.low and not goal.high:
        said = f"{newest.label} {newest.said}. The goal names no limits: say how it stands."
        return GoalStanding(goal.key, None, said, (newest.input,))
    if newest is None:
        return _without_result(two, goal)
    met = within(goal, newest)
    said = f"{newest.label} {newest.said}"
    if met is None:
        return GoalStanding(goal.key, None, f"{said} is in another unit than the goal.")
    if met:
        return GoalStanding(goal.key, GoalProgress.ACHIEVED, f"{said}.", (newest.input,))
    progress = GoalProgress.NOT_ACHIEVED if late else GoalProgress.IN_PROGRESS
    return GoalStanding(goal.key, progress, f"{said}, not at goal.", (newest.input,))


def _without_result(two: Between, goal: PlanGoal) -> GoalStanding:
    if goal.progress == GoalProgress.ACHIEVED:
        said = "It was reached before; no result since the plan."
        return GoalStanding(goal.key, GoalProgress.ACHIEVED, said)
    if two.now.unread("Observation"):
        return GoalStanding(goal.key, None, "Results were not read.")
    return GoalStanding(goal.key, GoalProgress.IN_PROGRESS, "No result since the plan.")
