"""The message to the prescriber goes out once, about the plan, to whom it is for; or it is said why not."""

import asyncio
import base64
from dataclasses import replace
from datetime import timedelta

import pytest

from app.delivery.message import (
    ANSWERED,
    NO_PLAN,
    NOBODY,
    ON_ITS_WAY,
    Asking,
    Held,
    held,
    message_in_form,
    message_of,
    queue_message,
    way,
    ways,
    why_not,
)
from app.delivery.message_told import MessageTold, message_told
from app.domain.follow_up import PrescriberResponse, Response
from app.domain.people import Person
from app.store import messages
from app.store.schema import MESSAGES
from fhir_mappings.capability_statement import capability_statement
from fhir_mappings.strict import checked
from fhir_mappings.write_names import MESSAGE_IDENTIFIER
from launch.scopes import read_scopes
from tests.delivery.clinic import CHART, EHR, SCOPES, SEAL, Clinic, context
from tests.delivery.fake_ehr import KINDS, FakeEhr, Json
from tests.plans import LISTS, PHARMACIST, signed_plan

GRANTED = f"{SCOPES} patient/Communication.crs patient/DocumentReference.crs"
TOOK = (*KINDS, "Communication")
FAULTS = ["", "dies_before", "dies_after", "unreachable", "503", "429", "html", "login", "empty"]


def found(clinic: Clinic, *answers: PrescriberResponse) -> Held:
    there = clinic.read(lambda c: held(c, SEAL, CHART, answers))
    assert isinstance(there, Held)
    return there


def ask(clinic: Clinic, ehr: FakeEhr, session: str) -> bool:
    """The button."""
    server, there = capability_statement(ehr._metadata()), found(clinic)
    chosen = way(ways(server, read_scopes(GRANTED).can, "auto"), there.plan)
    assert chosen.rung is not None
    message = message_of(there, LISTS, clinic.now)
    bundle = message_in_form(chosen.rung, message, server, "auto", "")
    checked(bundle)
    asking = Asking(message, bundle, "sandbox", CHART, session, chosen.said)
    return bool(clinic.read(lambda c: queue_message(c, SEAL, asking)))


def send(clinic: Clinic, ehr: FakeEhr, session: str) -> None:
    ask(clinic, ehr, session)
    asyncio.run(clinic.courier.message_soon(clinic.latest.version_id, 30))


def state(clinic: Clinic) -> str:
    (row,) = clinic.rows(MESSAGES)
    return str(row["state"])


def said(clinic: Clinic) -> MessageTold:
    version_id = clinic.latest.version_id
    row = clinic.read(lambda c: messages.of_version(c, version_id))
    return message_told(row, EHR)


@pytest.fixture
def ehr() -> FakeEhr:
    return FakeEhr(offered=TOOK)


@pytest.fixture
def session(clinic: Clinic) -> str:
    opened = clinic.launch(context(GRANTED))
    clinic.deliver(clinic.sign(opened))
    clinic.wait(60)
    return opened


def test_it_says_who_asks_whom_about_which_plan(clinic: Clinic, ehr: FakeEhr, session: str) -> None:
    send(clinic, ehr, session)
    (message,) = ehr.of("Communication")
    assert message["recipient"] == [{"reference": "Practitioner/pcp1", "display": "Dr Lee"}]
    assert message["sender"]["reference"] == PHARMACIST.reference
    assert message["about"] == [{"reference": clinic.latest.care_plan}]
    assert (message["status"], message["priority"]) == ("completed", "urgent")
    assert message["subject"] == {"reference": "Patient/p1"}
    assert message["sent"] == "2026-11-21T15:05:05+00:00"
    assert "Stop metformin" in message["payload"][0]["contentString"]
    assert message["identifier"] == [{"system": MESSAGE_IDENTIFIER, "value": clinic.latest.version_id}]  # fmt: skip
    assert (said(clinic).look, state(clinic)) == ("good", "done")
    assert f"Communication/{message['id']}" in said(clinic).sentence
    assert clinic.audited[-1] == "message-delivered"


def test_where_no_messages_are_taken_it_is_a_note(clinic: Clinic, ehr: FakeEhr) -> None:
    ehr.offered = (*KINDS, "DocumentReference")
    opened = clinic.launch(context(GRANTED))
    clinic.deliver(clinic.sign(opened))
    send(clinic, ehr, opened)
    (note,) = ehr.of("DocumentReference")
    words = base64.b64decode(note["content"][0]["attachment"]["data"]).decode()
    assert words.startswith("To: Dr Lee\n")
    assert note["context"]["related"] == [{"reference": clinic.latest.care_plan}]
    assert "as a note (DocumentReference), because this EHR does not let apps create messages" in said(clinic).sentence  # fmt: skip


def test_where_neither_is_taken_the_reasons_are_said(clinic: Clinic, ehr: FakeEhr) -> None:
    ehr.offered = KINDS
    server = capability_statement(ehr._metadata())
    chosen = way(ways(server, read_scopes(GRANTED).can, "auto"), signed_plan())
    assert chosen.rung is None
    assert chosen.because == "this EHR does not let apps create messages or notes"


@pytest.mark.parametrize("honours", [True, False])
@pytest.mark.parametrize("transactions", [True, False])
@pytest.mark.parametrize("fault", FAULTS)
def test_it_is_in_the_ehr_once_whatever_happens_on_its_way(
    clinic: Clinic, ehr: FakeEhr, session: str, fault: str, transactions: bool, honours: bool
) -> None:
    ehr.transactions, ehr.honours_if_none_exist = transactions, honours
    ehr.at, ehr.faults = "Communication", [fault] if fault else []
    send(clinic, ehr, session)
    assert len(ehr.of("Communication")) <= 1
    for _ in range(8):
        clinic.rounds(1, seconds=20)
        assert len(ehr.of("Communication")) <= 1
    assert (state(clinic), len(ehr.of("Communication"))) == ("done", 1)
    assert clinic.audited.count("message-delivered") == 1
    assert clinic.state == "done"
    assert len(ehr.of("CarePlan")) == 1


def test_the_button_pressed_twice_sends_it_once(clinic: Clinic, ehr: FakeEhr, session: str) -> None:
    assert ask(clinic, ehr, session)
    assert not ask(clinic, ehr, session)
    send(clinic, ehr, session)
    assert len(ehr.of("Communication")) == 1
    assert why_not(found(clinic)) == ON_ITS_WAY


def test_one_that_was_refused_can_be_sent_again(clinic: Clinic, ehr: FakeEhr, session: str) -> None:
    ehr.refuses = frozenset({"Communication"})
    send(clinic, ehr, session)
    assert (state(clinic), said(clinic).look) == ("rejected", "bad")
    assert "is not in Sandbox Hospital" in said(clinic).sentence
    assert "ZZPHI" not in said(clinic).sentence
    assert clinic.audited[-1] == "message-rejected"
    ehr.refuses = frozenset()
    send(clinic, ehr, session)
    assert (state(clinic), len(ehr.of("Communication"))) == ("done", 1)


def test_it_waits_for_its_sender_when_access_has_ended(
    clinic: Clinic, ehr: FakeEhr, session: str
) -> None:
    clinic.ended.add(session)
    send(clinic, ehr, session)
    assert state(clinic) == "waiting_for_user"
    clinic.take_up(clinic.launch(context(GRANTED, subject="other")))
    assert state(clinic) == "waiting_for_user"
    clinic.take_up(clinic.launch(context(GRANTED)))
    assert (state(clinic), len(ehr.of("Communication"))) == ("done", 1)


def test_a_message_about_a_version_that_was_replaced_is_not_sent_any_more(
    clinic: Clinic, ehr: FakeEhr, session: str
) -> None:
    ehr.at, ehr.faults = "Communication", ["503"]
    ehr.transactions = False
    send(clinic, ehr, session)
    clinic.deliver(clinic.sign_next(session))
    clinic.rounds(3)
    assert not ehr.of("Communication")
    (row,) = clinic.rows(MESSAGES)
    assert "Version 2 of the plan was signed before it was sent" in message_told(row, EHR).sentence


def declined() -> PrescriberResponse:
    key = signed_plan().actions[0].key
    at = signed_plan().signed_at + timedelta(days=1)
    return PrescriberResponse(key, Response.DECLINED, at, Person("Dr Lee"))


def test_nothing_is_sent_where_nothing_waits(clinic: Clinic, ehr: FakeEhr, session: str) -> None:
    assert why_not(found(clinic)) == ""
    assert why_not(found(clinic, declined())) == ANSWERED


def test_nothing_is_sent_before_the_plan_is_there(clinic: Clinic, ehr: FakeEhr) -> None:
    ehr.faults = ["503"]
    clinic.deliver(clinic.sign(clinic.launch(context(GRANTED))))
    assert why_not(found(clinic)) == NO_PLAN


@pytest.mark.parametrize("owner", [PHARMACIST, Person(""), Person("Jane", "Patient/p1")])
def test_nothing_is_sent_to_nobody(clinic: Clinic, owner: Person) -> None:
    plan = signed_plan()
    nobody = replace(plan, actions=(replace(plan.actions[0], owner=owner),))
    clinic.deliver(clinic.sign(clinic.launch(context(GRANTED)), nobody))
    assert why_not(found(clinic)) == NOBODY


def test_nothing_was_signed(clinic: Clinic) -> None:
    assert clinic.read(lambda c: held(c, SEAL, CHART, ())) is None


def of_vendor(dialect: str) -> Json:
    plan = signed_plan()
    there = Held(plan, "CarePlan/1", "dana", None)
    message = message_of(there, LISTS, plan.signed_at)
    rung = ways(None, read_scopes("patient/DocumentReference.c").can, "auto")[1]
    return message_in_form(rung, message, None, dialect, "urn:oid:1.2|X")  # type: ignore[arg-type]


@pytest.mark.parametrize(("dialect", "charset"), [("oracle", True), ("epic", False)])
def test_a_note_is_as_the_vendor_wants_it(dialect: str, charset: bool) -> None:
    note = of_vendor(dialect)["entry"][0]["resource"]
    (content,) = note["content"]
    assert ("charset" in content["attachment"]["contentType"]) is charset
    assert note["type"]["coding"] == [{"system": "urn:oid:1.2", "code": "X"}]
    assert "related" not in note["context"]
