"""`cmm outcomes` over a database as the app leaves it."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from app.cli import main
from app.delivery import Signing, queue
from app.domain.follow_up import Response
from app.outcomes.reading import stored
from app.store import responses, visits
from app.store.database import Database, chart_key
from app.store.schema import AUDIT
from launch.seal import TokenSeal
from tests.outcomes.clinic import START, answer, noon, plan

KEY = TokenSeal.new_key()
SEAL = TokenSeal.from_text(f"t:{KEY}")
PATIENTS = 12


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    """Twelve patients of one site and one of another, each with a plan and a visit."""
    url = f"sqlite:///{tmp_path}/app.sqlite3"
    monkeypatch.setenv("CONCORDANCE_DATABASE_URL", url)
    monkeypatch.setenv("CONCORDANCE_SECRET_KEYS", f"t:{KEY}")
    monkeypatch.setenv("CONCORDANCE_TENANTS", str(tmp_path / "tenants.toml"))
    opened = Database(url)
    for number in range(PATIENTS):
        _sign(opened, "north", number)
    _sign(opened, "south", 99)
    return opened


def _sign(database: Database, tenant: str, number: int) -> None:
    chart = chart_key(tenant, str(number))
    made = replace(plan(agreed=["p"]), id=f"plan-{number}", version_id=f"v-{number}")
    moment = visits.Moment(f"visit-{number}", tenant, chart, noon(START) - timedelta(minutes=40))
    with database.begin() as connection:
        queue(connection, SEAL, Signing(made, {}, tenant, chart, "s", "dana"))
        visits.opened(connection, moment)


def test_reports_what_is_stored(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["outcomes", "--site", "north", "--until", "2026-12-31"]) == 0
    told = capsys.readouterr().out
    assert "12 of 12 (100 %)" in told
    assert "median 40 minutes" in told


def test_few_patients_of_a_site_are_not_told(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["outcomes", "--site", "south", "--until", "2026-12-31"]) == 0
    assert "not shown" in capsys.readouterr().out


def test_a_site_that_the_tenant_file_does_not_know_is_no_site_without_patients(
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert database
    monkeypatch.setenv("SECRET", "s")
    (tmp_path / "tenants.toml").write_text(
        """[west]
iss = "https://ehr.example/r4"
issuers = ["https://ehr.example/auth"]
client_id = "c"
auth = "client_secret_basic"
secret_env = "SECRET"
redirect_uri = "https://app.example/callback/west"
"""
    )
    assert main(["outcomes", "--site", "west", "--until", "2026-12-31"]) == 0
    assert main(["outcomes", "--site", "wets", "--until", "2026-12-31"]) == 1
    said = capsys.readouterr().err
    assert "CMM-6003" in said
    assert "it has: west" in said


def test_an_answer_that_no_version_holds_yet_counts(database: Database) -> None:
    body = msgspec.json.encode(answer("p", Response.ACCEPTED))
    with database.begin() as connection:
        responses.add(connection, SEAL, chart_key("north", "0"), "plan-0", body, noon(START))
        found = stored(connection, SEAL, "north")
    assert sum(len(p.plan.responses) for p in found.plans) == 1


def test_a_visit_that_was_closed_has_its_stop(database: Database) -> None:
    chart = chart_key("north", "0")
    with database.begin() as connection:
        visits.closed(connection, visits.Moment("visit-0", "north", chart, noon(START)))
        found = stored(connection, SEAL)
    assert [v.closed for v in found.visits if v.closed] == [noon(START)]
    assert len(found.visits) == PATIENTS + 1


def test_measure_reports_are_one_bundle(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["outcomes", "--until", "2026-12-31", "--format", "measure-report"]) == 0
    bundle = json.loads(capsys.readouterr().out)
    assert {e["resource"]["resourceType"] for e in bundle["entry"]} == {"MeasureReport"}


def test_a_list_with_patients_says_who_took_it_in_the_audit_trail(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    line = ["outcomes", "--until", "2026-12-31", "--identified", "problems"]
    assert main([*line, "--by", "A. Lead", "--reason", "payer audit"]) == 0
    assert "DOE, Jane" in capsys.readouterr().out
    with database.begin() as connection:
        (event,) = connection.execute(select(AUDIT)).mappings().all()
    assert event["kind"] == "identified-export"
    assert json.loads(event["detail"])["reason"] == "payer audit"


@pytest.mark.parametrize("given", [[], ["--by", "A. Lead"], ["--reason", "payer audit"]])
def test_no_list_with_patients_leaves_without_a_name_and_a_reason(
    database: Database, given: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["outcomes", "--identified", "visits", *given]) == 1
    said = capsys.readouterr()
    assert "CMM-7002" in said.err
    assert said.out == ""
