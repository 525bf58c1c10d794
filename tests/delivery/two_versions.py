"""Two versions of one plan: the second closes one problem, goes on with another and plans the next contact."""

import uuid
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from app.domain.follow_up import ConfirmedOutcome, Outcome
from app.domain.person_context import SelfManagement
from app.domain.plan import ActionPlan, PlannedAction, Touchpoint, TouchpointFormat
from tests.delivery.clinic import SCOPES, START
from tests.delivery.fake_ehr import KINDS, FakeEhr, Json
from tests.plans import PHARMACIST, PROBLEM, signed_plan

LATER = START + timedelta(days=21)
MAY_CHANGE = " ".join(
    f"patient/{kind}.u" for kind in KINDS if kind not in {"CarePlan", "Provenance"}
)
ALL_SCOPES = f"{SCOPES} {MAY_CHANGE}"
SECOND = replace(PROBLEM, id="mtp-second", title="Statin dose too low", rule="E02")


def action(problem_id: str) -> str:
    return f"action-{problem_id}"


def first() -> ActionPlan:
    """Two problems agreed, one set aside, two goals, a contact soon and one later."""
    plan = signed_plan()
    one = plan.actions[0]
    two = replace(one, key=action(SECOND.id), problem=SECOND, text="Raise the statin.")
    soon, who = plan.touchpoints[0], "Patient and pharmacist"
    later = Touchpoint("touchpoint-2", date(2027, 1, 4), date(2027, 1, 8), TouchpointFormat.TELEPHONE, who, "Ask again")  # fmt: skip
    return replace(
        plan,
        actions=(one, two),
        touchpoints=(soon, later),
        self_management=(SelfManagement("support-1", "forgets", "pill-box", "A weekly box."),),
    )


def second(
    outcome: Outcome | None = Outcome.RESOLVED,
    words: str = "Raise the statin further.",
    actions: Iterable[PlannedAction] = (),
) -> ActionPlan:
    """Three weeks later: metformin was stopped, the statin goes on, one goal was reached."""
    plan = first()
    kept = replace(plan.actions[1], text=words)
    walked = replace(plan.goals[1], progress="achieved")
    because = "Metformin was stopped on 25-Nov-2026."
    said = ConfirmedOutcome(PROBLEM.id, outcome, LATER.date(), PHARMACIST, because) if outcome else None  # fmt: skip
    number = 2
    return replace(
        plan,
        version=number,
        version_id=str(uuid.uuid5(uuid.UUID(plan.id), f"version {number}")),
        replaces=plan.version_id,
        signed_at=LATER,
        as_of=LATER.date(),
        actions=(kept, *actions),
        goals=(walked,),
        touchpoints=(replace(plan.touchpoints[0], earliest=date(2027, 2, 1), latest=date(2027, 2, 5)), plan.touchpoints[1]),
        self_management=(),
        outcomes=(said,) if said else (),
    )  # fmt: skip


def of_key(ehr: FakeEhr, kind: str, key: str) -> list[Json]:
    return [r for r in ehr.of(kind) if any(str(i["value"]).endswith(f".{key}") for i in r["identifier"])]  # fmt: skip


def the(ehr: FakeEhr, kind: str, key: str) -> Json:
    """The only record of that part."""
    (found,) = of_key(ehr, kind, key)
    return found


def answered(ehr: FakeEhr, key: str, status: str, **more: object) -> Json:
    """The prescriber answers in the EHR."""
    task = the(ehr, "Task", key)
    moment = "2026-11-30T09:00:00+00:00"
    changed = {**task, "status": status, "lastModified": moment, **more}
    version = int(task["meta"].get("versionId", 0)) + 1
    return ehr._put("Task", task["id"], changed, version)
