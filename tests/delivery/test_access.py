"""Whose access a plan goes out with, and what happens when that is over or too small."""

from dataclasses import replace

import pytest

from app.delivery import is_signer, latest_signing, receipt_of, signer_key
from launch.context import LaunchContext, User
from tests.delivery.clinic import CHART, SEAL, Clinic, context
from tests.delivery.fake_ehr import FakeEhr
from tests.delivery.invariants import check
from tests.plans import signed_plan

ALONE = "patient/CarePlan.cus"


def ended_session(clinic: Clinic, ehr: FakeEhr) -> str:
    session = clinic.launch()
    clinic.ended.add(session)
    return session


def revoked_at_the_ehr(clinic: Clinic, ehr: FakeEhr) -> str:
    ehr.access_ends = True
    return clinic.launch()


def unknown_session(clinic: Clinic, ehr: FakeEhr) -> str:
    return "never-opened"


@pytest.mark.parametrize("session", [ended_session, revoked_at_the_ehr, unknown_session])
def test_a_plan_without_access_waits_for_its_signer_and_is_sent_at_the_next_launch(
    clinic: Clinic, ehr: FakeEhr, session: object
) -> None:
    assert callable(session)
    plan = clinic.sign(session(clinic, ehr))
    clinic.deliver(plan)
    assert clinic.state == "waiting_for_user"
    assert "when Dana Lee, PharmD opens Concordance again" in clinic.receipt.sentence
    assert clinic.receipt.can_retry
    check(clinic, ehr)
    clinic.rounds(3)
    assert clinic.state == "waiting_for_user"
    ehr.access_ends = False
    clinic.take_up(clinic.launch())
    check(clinic, ehr)
    assert (clinic.state, len(ehr.of("CarePlan"))) == ("done", 1)


def test_a_plan_in_doubt_whose_access_ends_is_still_in_doubt_when_it_is_taken_up(
    clinic: Clinic, ehr: FakeEhr
) -> None:
    session = clinic.launch()
    ehr.faults, ehr.honours_if_none_exist = ["dies_after"], False
    clinic.deliver(clinic.sign(session))
    clinic.ended.add(session)
    clinic.rounds(1)
    assert clinic.state == "waiting_for_user"
    assert "may or may not be" in clinic.receipt.sentence
    ehr.hidden_searches = 2
    clinic.take_up(clinic.launch())
    assert clinic.state == "in_doubt"
    clinic.rounds(1)
    check(clinic, ehr)
    assert (clinic.state, ehr.count("POST", "")) == ("done", 1)


def test_another_user_on_the_same_chart_does_not_send_it_in_the_signers_name(
    clinic: Clinic, ehr: FakeEhr
) -> None:
    session = clinic.launch()
    clinic.ended.add(session)
    clinic.deliver(clinic.sign(session))
    clinic.take_up(clinic.launch(context(subject="somebody-else")))
    assert clinic.state == "waiting_for_user"
    assert not ehr.asked


def test_without_permission_the_plan_is_kept_and_nothing_is_sent(
    clinic: Clinic, ehr: FakeEhr
) -> None:
    launched = context("patient/CarePlan.rs patient/Goal.crus")
    clinic.deliver(clinic.sign(clinic.launch(launched)))
    assert clinic.state == "rejected"
    assert "gave no permission" in clinic.receipt.sentence
    assert not ehr.asked
    check(clinic, ehr)
    clinic.take_up(clinic.launch())  # granted at the next launch
    assert clinic.state == "done"


@pytest.mark.parametrize("transactions", [True, False])
def test_where_only_the_care_plan_may_be_written_it_holds_its_findings_and_goals(
    clinic: Clinic, ehr: FakeEhr, transactions: bool
) -> None:
    ehr.transactions = transactions
    clinic.deliver(clinic.sign(clinic.launch(context(ALONE))))
    (plan,) = ehr.of("CarePlan")
    assert list(ehr.kept) == ["CarePlan"]
    inside = [r["resourceType"] for r in plan["contained"]]
    assert inside == ["DetectedIssue", "DetectedIssue", "Goal", "Goal"]
    pointed = {r["reference"] for r in plan["supportingInfo"] + plan["goal"]}
    assert pointed == {f"#{r['id']}" for r in plan["contained"]}
    assert "activity" not in plan
    assert "urn:uuid" not in str(plan)
    assert "Stop metformin" in plan["text"]["div"]
    assert clinic.state == "done"


def test_kinds_the_ehr_does_not_offer_are_left_out(clinic: Clinic, ehr: FakeEhr) -> None:
    ehr.offered = ("CarePlan", "Goal")
    clinic.deliver(clinic.sign(clinic.launch()))
    assert set(ehr.kept) == {"CarePlan", "Goal"}
    (plan,) = ehr.of("CarePlan")
    assert {r["resourceType"] for r in plan["contained"]} == {"DetectedIssue"}
    assert clinic.state == "done"


def test_an_ehr_that_takes_no_care_plans_is_not_asked_to(clinic: Clinic, ehr: FakeEhr) -> None:
    ehr.offered = ("Goal",)
    clinic.deliver(clinic.sign(clinic.launch()))
    assert clinic.state == "rejected"
    assert "does not take care plans" in clinic.receipt.sentence
    check(clinic, ehr)


def test_two_of_one_name_whom_the_ehr_does_not_know_as_practitioners_are_two(
    clinic: Clinic, ehr: FakeEhr
) -> None:
    plan = signed_plan()
    unknown = replace(plan, author=replace(plan.author, reference=""))
    session = clinic.launch(context(fhir_user=""))
    clinic.ended.add(session)
    clinic.deliver(clinic.sign(session, unknown))
    clinic.take_up(clinic.launch(context(fhir_user="", subject="another")))
    assert clinic.state == "waiting_for_user"
    signer = context(fhir_user="")
    renamed = replace(signer, user=replace(signer.user, name="Dana Lee-Ortiz, PharmD"))
    clinic.take_up(clinic.launch(renamed))
    assert clinic.state == "done"


ELSEWHERE = User("https://other.example", "lee", "Practitioner/pharm-lee", "Dana Lee, PharmD")


@pytest.mark.parametrize(
    "other",
    [
        replace(context(), tenant="another"),
        replace(context(), user=ELSEWHERE),
        context(subject="another"),
    ],
    ids=["tenant", "issuer", "subject"],
)
def test_a_signer_is_known_by_tenant_issuer_and_subject(other: LaunchContext) -> None:
    assert is_signer(context(), signer_key(context(fhir_user="Practitioner/moved")))
    assert not is_signer(other, signer_key(context()))


def test_taking_up_where_nothing_waits_does_nothing(clinic: Clinic, ehr: FakeEhr) -> None:
    clinic.take_up("never-opened")
    session = clinic.launch()
    clinic.take_up(session)
    assert not ehr.asked
    clinic.deliver(clinic.sign(session))
    asked = len(ehr.asked)
    clinic.take_up(session)
    assert len(ehr.asked) == asked


def test_nothing_signed_is_no_receipt(clinic: Clinic) -> None:
    assert clinic.read(lambda c: receipt_of(c, SEAL, CHART, "EHR")) is None
    assert clinic.read(lambda c: latest_signing(c, SEAL, CHART)) is None


def test_the_receipt_of_one_chart_is_not_shown_on_another(clinic: Clinic) -> None:
    clinic.sign(clinic.launch())
    assert clinic.read(lambda c: receipt_of(c, SEAL, "other chart", "EHR")) is None
