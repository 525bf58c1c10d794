"""Two versions of a plan through everything that can go wrong, while the prescriber answers in the EHR."""

from dataclasses import dataclass, replace
from datetime import timedelta

from app.domain.plan import ActionPlan
from fhir_mappings.write_closing import ANSWERED, OVER
from tests.delivery.clinic import CHART, context
from tests.delivery.fake_ehr import Json
from tests.delivery.two_versions import ALL_SCOPES, first, second
from tests.faults.fault_run import FaultRun

ANSWERS = ("accepted", "rejected", "in-progress")


@dataclass
class ClosingRun(FaultRun):
    """`answered`: what the prescriber said, by the id of the Task."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.answered: dict[str, str] = {}

    async def to_the_end(self) -> None:
        await self._alive(self._launch)
        await self._sign(first())
        await self._trouble(self.chance.randint(1, 4))
        self._somebody_answers()
        await self._sign(self._next())
        for _ in range(3):
            await self._trouble(self.chance.randint(1, 2))
            self._somebody_answers()
        self.ehr.well, self.mortal = True, False
        await self._bury()
        self.worker = self._start()
        await self._settled()

    def _next(self) -> ActionPlan:
        plan = second()
        return replace(
            plan, signed_at=max(self.clinic.now, first().signed_at + timedelta(seconds=1))
        )

    async def _launch(self) -> None:
        self.ehr.access_ends = False
        self.session = await self.clinic.launched(context(ALL_SCOPES))
        await self.worker.courier.take_up(CHART, self.session, 30)

    def _somebody_answers(self) -> None:
        """In the EHR, on a Task that nobody answered and nothing has closed."""
        waiting = [t for t in self.ehr.of("Task") if t["status"] == "requested" and t["intent"] == "proposal"]  # fmt: skip
        if waiting and self.chance.random() < 0.7:
            task, status = self.chance.choice(waiting), self.chance.choice(ANSWERS)
            version = int(task["meta"].get("versionId", 0)) + 1
            said = {**task, "status": status, "statusReason": {"text": "said there"}}
            self.ehr._put("Task", task["id"], said, version)
            self.answered[task["id"]] = status
            self.told.append(f"Task/{task['id']}: {status}")


def check_closing(run: ClosingRun) -> None:
    told = "\n".join([f"seed {run.seed}", *run.told, str(run.ehr.met), *run.clinic.receipt.earlier])
    no_answer_is_wiped(run, told)
    nothing_is_open_twice(run, told)


def no_answer_is_wiped(run: ClosingRun, told: str) -> None:
    tasks = {t["id"]: t for t in run.ehr.of("Task")}
    for id_, status in run.answered.items():
        task = tasks[id_]
        codings = task.get("businessStatus", {}).get("coding", [])
        before = [c["code"] for c in codings if c["system"] == ANSWERED]
        assert status in {task["status"], *before}, f"Task/{id_}\n{told}"
        assert task["statusReason"] == {"text": "said there"}, f"Task/{id_}\n{told}"


def nothing_is_open_twice(run: ClosingRun, told: str) -> None:
    """What is open beside another of its kind, or is resolved and open, stands in the receipt."""
    if run.clinic.state != "done":
        return
    named = " ".join((*run.clinic.receipt.earlier, *run.clinic.receipt.written))
    pointed = str(run.ehr.of("CarePlan"))
    for kind in OVER:
        for record in run.ehr.of(kind):
            reference = f"{kind}/{record['id']}"
            if _is_open(record) and reference not in pointed:
                assert reference in named, f"{reference}: {record}\n{told}"


def _is_open(record: Json) -> bool:
    name, over = OVER[record["resourceType"]]
    return record[name] not in over and "mitigation" not in record
