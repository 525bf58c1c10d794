"""One attempt, two ways in: what the worker does when the signer's access ends under its hands."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from app.delivery import Courier, SystemDoor
from app.delivery.as_system import lacking
from app.delivery.ladder import Can
from app.ehr import EhrClient, Limits
from app.store.schema import ATTEMPTS, AUDIT
from launch.errors import LaunchError, Why
from launch.scopes import read_system_scopes
from tests.delivery.clinic import CHART, SEAL, Clinic, context
from tests.delivery.fake_ehr import BASE, KINDS, FakeEhr, outcome
from tests.delivery.invariants import check

ALL = "system/CarePlan.crus " + " ".join(f"system/{k}.crs" for k in KINDS)


@dataclass
class Door:
    """The app's own way into the fake EHR."""

    clinic: Clinic
    scopes: str = ALL
    refusal: Why | None = None
    entered: int = 0
    requests: list[str] = field(default_factory=list)

    async def enter(self, _tenant: str) -> tuple[Can, EhrClient]:
        self.entered += 1
        if self.refusal:
            raise LaunchError.of(self.refusal)

        async def token() -> str:
            return "own"

        http = httpx.AsyncClient(transport=self.clinic.transport)
        client = EhrClient(
            BASE, token=token, http=http, limits=Limits(attempts=1), clock=self.clinic.clock
        )
        return read_system_scopes(self.scopes).can, client


@pytest.fixture
def ehr() -> FakeEhr:
    return FakeEhr()


@pytest.fixture
def clinic(tmp_path: Path, ehr: FakeEhr) -> Iterator[Clinic]:
    opened = Clinic(tmp_path, ehr)
    yield opened
    opened.database.close()


@pytest.fixture
def door(clinic: Clinic) -> Door:
    made = Door(clinic)
    way = SystemDoor(frozenset({"sandbox"}), made.enter)
    clinic.courier = Courier(clinic.database, SEAL, clinic._client, clinic.clock, door=way)
    return made


def ended(clinic: Clinic) -> str:
    session = clinic.launch()
    clinic.ended.add(session)
    return session


def by_whom(clinic: Clinic) -> list[str]:
    found = (row for row in clinic.rows(AUDIT) if row["kind"].startswith("deliver"))
    return [json.loads(row["detail"])["by"] for row in found]


def test_the_signers_access_is_used_while_it_lasts(
    clinic: Clinic, ehr: FakeEhr, door: Door
) -> None:
    clinic.deliver(clinic.sign(clinic.launch()))
    assert (clinic.state, door.entered, by_whom(clinic)) == ("done", 0, ["signer"])
    (provenance,) = ehr.of("Provenance")
    assert "transmitter" not in str(provenance)


def test_goes_on_where_the_signers_access_ended_in_the_middle(
    clinic: Clinic, ehr: FakeEhr, door: Door
) -> None:
    """Part by part: the first records are there when the token dies."""
    ehr.transactions = False
    ehr.at, ehr.faults = "CarePlan", ["401"]
    clinic.deliver(clinic.sign(clinic.launch()))
    check(clinic, ehr)
    assert (clinic.state, door.entered, len(ehr.of("CarePlan"))) == ("done", 1, 1)
    assert len(ehr.of("Goal")) == len({g["identifier"][0]["value"] for g in ehr.of("Goal")})
    assert "Concordance delivered it with access of its own" in clinic.receipt.sentence


def test_what_may_have_been_written_is_looked_for_and_not_written_again(
    clinic: Clinic, ehr: FakeEhr, door: Door
) -> None:
    session = clinic.launch()
    ehr.faults, ehr.honours_if_none_exist = ["dies_after"], False
    clinic.deliver(clinic.sign(session))
    clinic.ended.add(session)
    clinic.rounds(2)
    check(clinic, ehr)
    assert (clinic.state, ehr.count("POST", "")) == ("done", 1)
    assert by_whom(clinic) == ["system"]


def test_an_answer_that_was_cut_off_is_in_doubt_here_too(
    clinic: Clinic, ehr: FakeEhr, door: Door
) -> None:
    ehr.faults = ["dies_after"]
    clinic.deliver(clinic.sign(ended(clinic)))
    assert clinic.state == "in_doubt"
    assert any("With Concordance's own access" in line for line in clinic.receipt.attempts)
    clinic.rounds(2)
    check(clinic, ehr)
    assert (clinic.state, len(ehr.of("CarePlan"))) == ("done", 1)


@pytest.mark.parametrize(
    ("refusal", "state"),
    [
        (Why.TOKEN_SILENT, "pending"),
        (Why.DISCOVERY_FAILED, "pending"),
        (Why.TOKEN_REFUSED, "waiting_for_user"),
        (Why.ACCESS_OVER, "waiting_for_user"),
        (Why.HOST_NOT_PINNED, "waiting_for_user"),
    ],
)
def test_what_passes_is_tried_again_and_what_does_not_waits_for_the_signer(
    clinic: Clinic, ehr: FakeEhr, door: Door, refusal: Why, state: str
) -> None:
    door.refusal = refusal
    clinic.deliver(clinic.sign(ended(clinic)))
    assert clinic.state == state
    assert not ehr.asked
    door.refusal = None
    clinic.take_up(clinic.launch())
    assert clinic.state == "done"


def test_an_ehr_that_refuses_a_program_may_take_it_from_the_person(
    clinic: Clinic, ehr: FakeEhr, door: Door
) -> None:
    ehr.faults = ["403"]
    clinic.deliver(clinic.sign(ended(clinic)))
    assert clinic.state == "waiting_for_user"
    assert ehr.of("CarePlan") == []


def test_a_further_version_needs_the_right_to_change(
    clinic: Clinic, ehr: FakeEhr, door: Door
) -> None:
    clinic.deliver(clinic.sign(clinic.launch()))
    door.scopes = ALL.replace("CarePlan.crus", "CarePlan.crs")
    clinic.wait(60)
    clinic.deliver(clinic.sign_next(ended(clinic)))
    assert clinic.state == "waiting_for_user"
    assert "CarePlan update" in clinic.rows(ATTEMPTS)[-1]["detail"]
    door.scopes = ALL
    clinic.due()  # as at a start
    assert clinic.receipt.headline == "Saved in Sandbox Hospital"
    assert "DetectedIssue update" in clinic.rows(ATTEMPTS)[-1]["detail"]  # of the records before
    door.scopes = ALL.replace(".crs", ".crus")
    clinic.due()
    assert (clinic.state, len(ehr.of("CarePlan"))) == ("done", 1)


def test_a_conflict_is_left_to_the_person(clinic: Clinic, ehr: FakeEhr, door: Door) -> None:
    clinic.deliver(clinic.sign(clinic.launch()))
    (plan,) = ehr.of("CarePlan")
    plan["meta"]["versionId"] = "7"
    clinic.wait(60)
    clinic.deliver(clinic.sign_next(ended(clinic)))
    assert (clinic.state, by_whom(clinic)) == ("conflict", ["signer", "system"])


@pytest.mark.parametrize(
    ("scopes", "again", "missing"),
    [
        ("system/CarePlan.crus system/Goal.crs", True, ()),
        ("system/CarePlan.read system/CarePlan.write system/Goal.*", True, ()),
        ("system/*.cruds", True, ()),
        ("system/CarePlan.crs system/Goal.crs", False, ()),
        ("system/CarePlan.crs system/Goal.crs", True, ("CarePlan update",)),
        ("system/CarePlan.crus system/Goal.c", False, ("Goal search",)),
        ("system/CarePlan.crus", False, ("Goal create", "Goal search")),
        ("patient/*.cruds user/*.cruds", False, ("CarePlan create", "CarePlan search", "Goal create", "Goal search")),
    ],
)  # fmt: skip
def test_everything_that_is_written_must_also_be_looked_for(
    scopes: str, again: bool, missing: tuple[str, ...]
) -> None:
    can = read_system_scopes(scopes).can
    assert lacking({"CarePlan", "Goal"}, can, again=again) == missing


class TestARelaunchWhileItIsBeingSent:
    """The attempt goes on with the access it has; the new session is not forgotten."""

    def returning(self, clinic: Clinic, ehr: FakeEhr, session: str, fault: str) -> list[str]:
        """The signer comes back while the first write is on its way; that then fails."""
        back: list[str] = []

        async def send(request: httpx.Request) -> httpx.Response:
            if request.method != "POST" or back:
                return ehr(request)
            back.append(session)
            await clinic.courier.take_up(CHART, session, 0)
            if fault == "access":
                return outcome(401, "login")
            ehr.faults = [fault]
            return ehr(request)

        clinic.transport = httpx.MockTransport(send)
        return back

    def test_makes_the_plan_due_again_when_the_old_access_ends(
        self, clinic: Clinic, ehr: FakeEhr
    ) -> None:
        old, new = clinic.launch(), clinic.launch()
        back = self.returning(clinic, ehr, new, "access")
        clinic.deliver(clinic.sign(old))
        assert (clinic.state, back) == ("pending", [new])
        clinic.ended.add(old)
        clinic.due()
        check(clinic, ehr)
        assert (clinic.state, len(ehr.of("CarePlan"))) == ("done", 1)

    @pytest.mark.parametrize("fault", ["dies_after", "dies_before", "503", "unreachable"])
    def test_is_there_for_the_attempt_after_one_that_failed(
        self, clinic: Clinic, ehr: FakeEhr, fault: str
    ) -> None:
        old, new = clinic.launch(), clinic.launch()
        self.returning(clinic, ehr, new, fault)
        clinic.deliver(clinic.sign(old))
        assert clinic.state in {"pending", "in_doubt"}
        clinic.ended.add(old)
        clinic.rounds(3)
        check(clinic, ehr)
        assert (clinic.state, len(ehr.of("CarePlan"))) == ("done", 1)

    def test_of_the_same_session_is_no_new_access(self, clinic: Clinic, ehr: FakeEhr) -> None:
        only = clinic.launch()
        self.returning(clinic, ehr, only, "access")
        clinic.deliver(clinic.sign(only))
        assert clinic.state == "waiting_for_user"

    def test_by_somebody_else_changes_nothing(self, clinic: Clinic, ehr: FakeEhr) -> None:
        old, other = clinic.launch(), clinic.launch(context(subject="else"))
        self.returning(clinic, ehr, other, "access")
        clinic.deliver(clinic.sign(old))
        assert clinic.state == "waiting_for_user"

    def test_of_a_plan_that_arrives_all_the_same_changes_nothing(
        self, clinic: Clinic, ehr: FakeEhr
    ) -> None:
        old, new = clinic.launch(), clinic.launch()
        self.returning(clinic, ehr, new, "")
        clinic.deliver(clinic.sign(old))
        assert clinic.state == "done"


def test_a_start_without_such_access_leaves_waiting_plans_alone(clinic: Clinic) -> None:
    clinic.deliver(clinic.sign(ended(clinic)))
    asyncio.run(clinic.courier.recover())
    assert clinic.state == "waiting_for_user"
