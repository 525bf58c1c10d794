"""What the year leaves behind, as the files that are kept beside these tests."""

import json
from collections.abc import Iterator
from pathlib import Path

from app.domain.assessment import Severity
from app.domain.follow_up import ProposedOutcome
from app.domain.plan import ActionPlan
from app.followup import FollowUp
from app.planning.papers import ENGLISH, paper_text, patient_pages, whole_note
from fhir_mappings.strict import checked
from fhir_mappings.write_plan import plan_bundle
from fhir_mappings.write_text import plan_text
from tests.followup.visits import lists
from tests.year.visits import Visit, year

GOLDEN = Path(__file__).parent / "golden"


def files() -> dict[str, str]:
    """Each file by its name. What is signed last passes the same checks as before it is sent."""
    plan = year()[-1].plan
    bundle = plan_bundle(plan, lists())
    checked(bundle)
    return {
        "year.txt": "\n\n".join("\n".join(_told(visit)) for visit in year()) + "\n",
        "plan.json": json.dumps(bundle, indent=1, ensure_ascii=False) + "\n",
        "plan.txt": plan_text(plan, lists()),
        "note.txt": paper_text(whole_note(plan, lists())),
        "patient.txt": paper_text(patient_pages(plan, ENGLISH)),
    }


def _told(visit: Visit) -> Iterator[str]:
    yield f"{visit.on}, version {visit.plan.version}"
    if visit.followed is not None and visit.before is not None:
        yield from _since(visit.followed, visit.before)
    new = {p.id for p in visit.assessment.problems}
    if visit.followed is not None:
        new = set(visit.followed.new_problems)
    for problem in visit.assessment.problems:
        if problem.id in new:
            grave = "!" if problem.severity is Severity.HIGH else ""
            yield f"  found{grave}: {problem.title}. {problem.because}"
    yield from _signed(visit.plan, visit.before)


def _titles(plan: ActionPlan) -> dict[str, str]:
    problems = [a.problem for a in plan.actions] + [d.problem for d in plan.dismissed]
    return {p.id: p.title for p in problems}


def _since(followed: FollowUp, before: ActionPlan) -> Iterator[str]:
    titles = _titles(before)
    for outcome in followed.outcomes:
        yield f"  {_outcome(outcome)}: {titles[outcome.problem]}. {outcome.because}"
    for held in followed.still_dismissed:
        yield f"  still set aside ({held.reason}): {titles[held.problem]}"
    texts = {g.key: g.text for g in before.goals}
    for goal in followed.goals:
        yield f"  goal {goal.progress or 'to be asked'}: {texts[goal.key]}. {goal.because}"


def _outcome(outcome: ProposedOutcome) -> str:
    if outcome.reopened:
        return "back"
    return outcome.outcome.value if outcome.outcome else "cannot tell"


def _signed(plan: ActionPlan, before: ActionPlan | None) -> Iterator[str]:
    titles = _titles(before) if before else {}
    for said in (o for o in plan.outcomes if o.on == plan.as_of):
        yield ". ".join(
            t for t in (f"  confirmed {said.outcome}: {titles[said.problem]}", said.note) if t
        )
    for action in plan.actions:
        yield f"  agreed, {action.response}: {action.problem.title}"
    for aside in plan.dismissed:
        yield f"  set aside, {aside.reason}: {aside.problem.title}"
    for goal in plan.goals:
        yield f"  goal: {goal.text}"
