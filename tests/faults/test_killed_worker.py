"""The worker's process is killed with SIGKILL at each place of an attempt; another one takes over."""

import multiprocessing
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import SHUT_RDWR
from threading import Lock, Thread

import httpx
import pytest

from tests.delivery.clinic import Clinic
from tests.delivery.fake_ehr import FakeEhr
from tests.delivery.invariants import check
from tests.faults.worker import work

WHOLE = (
    "before commit of pending -> sending",
    "after commit of pending -> sending",
    "before GET CarePlan",
    "after GET CarePlan",
    "before GET metadata",
    "after GET metadata",
    "before commit of sending kept",
    "after commit of sending kept",
    "before POST transaction",
    "after POST transaction",
    "before commit of sending -> done",
    "after commit of sending -> done",
)
PART_BY_PART = (
    ("before POST MedicationStatement", 1),
    ("after POST MedicationStatement", 1),
    ("before commit of sending kept", 2),
    ("after commit of sending kept", 2),
    ("before POST DetectedIssue", 2),
    ("after POST DetectedIssue", 2),
    ("after POST Goal", 1),
    ("before POST CarePlan", 1),
    ("after POST CarePlan", 1),
    ("before POST Provenance", 1),
    ("after POST Provenance", 1),
    ("before commit of sending -> done", 1),
)
IN_DOUBT = (
    "before commit of in_doubt -> sending",
    "after commit of in_doubt -> sending",
    "before GET CarePlan",
    "after GET CarePlan",
    "before commit of sending -> done",
    "after commit of sending -> done",
)
OTHER_ENDS = {
    "login": ("sending -> waiting_for_user", "401"),
    "refused": ("sending -> rejected", "422"),
    "asked to wait": ("sending -> pending", "429"),
    "answer lost": ("sending -> in_doubt", "dies_after"),
}


@contextmanager
def on_a_port(ehr: FakeEhr) -> Iterator[str]:
    """The fake EHR for another process to reach."""
    one_at_a_time = Lock()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            url = f"http://127.0.0.1{self.path}"
            request = httpx.Request(self.command, url, headers=dict(self.headers), content=body)
            try:
                with one_at_a_time:
                    told = ehr(request)
            except httpx.HTTPError:
                self.close_connection = True
                self.connection.shutdown(SHUT_RDWR)  # cut
                return
            self.send_response(told.status_code)
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(told.content)

        do_GET = do_POST = do_PUT = answer  # noqa: N815 - names the server looks for

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its own name
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    # It looks this often whether it is over: each test would else wait half a second for that.
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/fhir"
    finally:
        server.shutdown()
        server.server_close()


def killed(clinic: Clinic, ehr: FakeEhr, place: str, times: int = 1) -> None:
    """A worker tries to deliver and is killed there: nothing of it runs any more."""
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["tests.faults.worker"])
    where = f"sqlite:///{clinic.folder}/clinic.sqlite3"
    with on_a_port(ehr) as address:
        given = (where, address, clinic.latest.version_id, clinic.now, place, times)
        worker = processes.Process(target=work, args=given)
        worker.start()
        worker.join(60)
    assert worker.exitcode == -signal.SIGKILL, f"{place} was never reached"


def settled_by_another(clinic: Clinic, ehr: FakeEhr) -> None:
    """On the same file; the dead worker's lease has ended. The signer comes back where it is asked for."""
    ehr.faults = []
    check(clinic, ehr)
    successor = clinic.another_courier()
    for _ in range(6):
        clinic.wait(31)
        clinic.due(successor)
        check(clinic, ehr)
        if clinic.state in {"waiting_for_user", "rejected"}:
            clinic.take_up(clinic.launch())
    assert (clinic.state, len(ehr.of("CarePlan")), len(ehr.of("Provenance"))) == ("done", 1, 1)
    assert clinic.audited[-1] == "delivered"
    assert clinic.audited.count("delivered") == 1


@pytest.fixture
def clinic(tmp_path: Path, ehr: FakeEhr) -> Iterator[Clinic]:
    opened = Clinic(tmp_path, ehr)
    yield opened
    opened.database.close()


@pytest.fixture
def ehr() -> FakeEhr:
    return FakeEhr(honours_if_none_exist=False)


@pytest.mark.parametrize("place", WHOLE)
def test_killed_while_the_plan_goes_as_a_whole(clinic: Clinic, ehr: FakeEhr, place: str) -> None:
    clinic.sign(clinic.launch())
    killed(clinic, ehr, place)
    settled_by_another(clinic, ehr)


@pytest.mark.parametrize(("place", "times"), PART_BY_PART)
def test_killed_while_the_plan_goes_part_by_part(
    clinic: Clinic, ehr: FakeEhr, place: str, times: int
) -> None:
    ehr.transactions = False
    clinic.sign(clinic.launch())
    killed(clinic, ehr, place, times)
    settled_by_another(clinic, ehr)
    assert len(ehr.of("Goal")) == len(ehr.of("DetectedIssue")) == 2


@pytest.mark.parametrize("place", IN_DOUBT)
def test_killed_while_it_looks_for_a_plan_in_doubt(
    clinic: Clinic, ehr: FakeEhr, place: str
) -> None:
    ehr.faults = ["dies_after"]
    clinic.deliver(clinic.sign(clinic.launch()))
    assert clinic.state == "in_doubt"
    killed(clinic, ehr, place)
    settled_by_another(clinic, ehr)


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize(("end", "fault"), OTHER_ENDS.values(), ids=OTHER_ENDS)
def test_killed_while_it_notes_how_an_attempt_ended(
    clinic: Clinic, ehr: FakeEhr, moment: str, end: str, fault: str
) -> None:
    clinic.sign(clinic.launch())
    ehr.faults = [fault]
    killed(clinic, ehr, f"{moment} commit of {end}")
    settled_by_another(clinic, ehr)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_while_it_notes_a_conflict(clinic: Clinic, ehr: FakeEhr, moment: str) -> None:
    session = clinic.launch()
    clinic.deliver(clinic.sign(session))
    (plan,) = ehr.of("CarePlan")
    changed = {**plan, "meta": {"versionId": "2"}, "note": [{"text": "Changed there"}]}
    ehr.kept["CarePlan"][plan["id"]] = changed
    clinic.wait(1)
    clinic.sign_next(session)
    killed(clinic, ehr, f"{moment} commit of sending -> conflict")
    clinic.rounds(2, seconds=31)
    assert clinic.state == "conflict"
    assert ehr.of("CarePlan") == [changed]
    assert clinic.audited.count("delivery-conflict") == 1
