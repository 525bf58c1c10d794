"""`cmm tenant`: what will work at an EHR, said in words, and the sheet to register there."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.chart.searches import SEARCHES
from app.cli import main
from app.commands import tenant as command
from app.commands.tenant_scopes import READS, REASONS
from launch.choices import SUGGESTED_SCOPES
from launch.keys import generate_keys
from launch.scopes import read_grant
from launch.tenants import Tenant, Tenants
from tests.web.journey import EHR, sandbox, tenant_file

VENDORS: dict[str, dict[str, Any]] = {
    "epic": {
        "iss": "https://fhir.epic.com/interconnect-fhir-oauth/api/FHIR/R4",
        "issuers": ["https://fhir.epic.com/interconnect-fhir-oauth/oauth2"],
    },
    "oracle": {
        "iss": "https://fhir-ehr-code.cerner.com/r4/ec2458f2-1e24-41c8-b71b-0e701af7583d",
        "issuers": [
            "https://authorization.cerner.com/tenants/ec2458f2-1e24-41c8-b71b-0e701af7583d"
        ],
        "hosts": ["authorization.cerner.com"],
    },
    "athena": {
        "iss": "https://api.platform.athenahealth.com/fhir/r4",
        "issuers": ["https://athena.okta.com/oauth2/aus2hff5eqFb7Wqfh297"],
        "hosts": ["athena.okta.com"],
    },
    "ecw": {
        "iss": "https://fhir4.eclinicalworks.com/fhir/r4/FEIGCD",
        "issuers": ["https://fhir4.eclinicalworks.com/fhir/r4/FEIGCD"],
        "hosts": ["oauthserver.eclinicalworks.com"],
    },
    "meditech": {
        "iss": "https://greenfield-prod-apis.meditech.com/v2/uscore/STU6",
        "issuers": ["https://greenfield-prod-apis.meditech.com/"],
    },
}
BASICS: Mapping[str, Any] = {
    "client_id": "concordance",
    "auth": "private_key_jwt",
    "key_file": "keys.json",
    "access": "offline_access",
    "redirect_uri": "https://app.example/callback/here",
}
KEYS = generate_keys()


def tenants_at(folder: Path, name: str, **fields: Any) -> Path:
    table = {**BASICS, **fields}
    lines = [f"{key} = {json.dumps(value)}" for key, value in table.items()]
    (folder / "keys.json").write_text(json.dumps(KEYS), "utf-8")
    file = folder / "tenants.toml"
    file.write_text(f"[{name}]\n" + "\n".join(lines) + "\n", "utf-8")
    return file


class Checked:
    """One run of `cmm tenant check` on a vendor's own published files."""

    def __init__(
        self, capsys: pytest.CaptureFixture[str], folder: Path, shared: Path, vendor: str,
        **changes: Any,
    ) -> None:  # fmt: skip
        file = tenants_at(folder, vendor, **{**VENDORS[vendor], **changes})
        source = shared / "data" / "ehr-metadata"
        options = ["--metadata", str(source / f"{vendor}.cap.json")]
        options += ["--smart", str(source / f"{vendor}.smart.json")]
        self.code = main(["tenant", "check", vendor, "--tenants", str(file), *options])
        self.text = capsys.readouterr().out

    def line(self, start: str) -> str:
        """The verdict and the reason on one matter."""
        return next(line.strip() for line in self.text.splitlines() if line[17:].startswith(start))


@pytest.mark.parametrize(
    ("vendor", "rung"),
    [
        ("epic", "document"),
        ("oracle", "document"),
        ("athena", "download"),
        ("ecw", "download"),
        ("meditech", "download"),
    ],
)
def test_each_vendors_own_metadata_gives_the_right_way_to_write(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, shared: Path, vendor: str, rung: str
) -> None:
    checked = Checked(capsys, tmp_path, shared, vendor)
    assert checked.code == 0
    assert checked.line("CHOSEN ").partition("CHOSEN ")[2].startswith(f"{rung}: ")
    assert "does not let apps create care plans" in checked.line("care-plan-bundle")
    assert "A launch will open the chart: yes." in checked.text


@pytest.mark.parametrize("vendor", ["athena", "ecw", "meditech", "epic"])
def test_a_form_is_written_only_where_the_site_asks_and_the_scope_is_asked_for(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, shared: Path, vendor: str
) -> None:
    modes = ["questionnaire-response", "download"]
    scopes = [*SUGGESTED_SCOPES, "patient/QuestionnaireResponse.c"]
    asked = Checked(capsys, tmp_path, shared, vendor, write_modes=modes, scopes=scopes)
    assert "CHOSEN questionnaire-response" in asked.text
    without = Checked(capsys, tmp_path, shared, vendor, write_modes=modes)
    assert "CHOSEN download" in without.text
    assert "no permission" in without.line("questionnaire-response")


@pytest.mark.parametrize(
    ("vendor", "start", "words"),
    [
        ("athena", "Medication orders", "intent=order,plan"),
        ("epic", "Problems", "category=problem-list-item; then"),
        ("epic", "Medicines the patient reports", "no search for MedicationStatement"),
        ("oracle", "no Medication in this EHR", "from the order itself"),
        ("oracle", "patient/Medication.r", "leave the scope out"),
        ("oracle", "the author", "practitioner record"),
        ("epic", "the visit", "under a visit"),
        ("ecw", "_include", "come with the orders"),
        ("meditech", "issuer", "https://greenfield-prod-apis.meditech.com/"),
        ("athena", "keys of the issuer", "athena.okta.com"),
        ("epic", "patient/CarePlan.crus", "not offered: create, update"),
    ],
)
def test_says_in_words_what_works_and_why_not(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, shared: Path,
    vendor: str, start: str, words: str,
) -> None:  # fmt: skip
    assert words in Checked(capsys, tmp_path, shared, vendor).line(start)


@pytest.mark.parametrize(
    ("vendor", "changes", "start", "words"),
    [
        ("oracle", {"hosts": []}, "token endpoint", "add 'authorization.cerner.com' to hosts"),
        ("athena", {"issuers": ["https://other.example"]}, "issuer", "add it to issuers"),
        ("athena", {"hosts": []}, "keys of the issuer", "add 'athena.okta.com' to hosts"),
        ("epic", {"access": "online_access"}, "lasting access", "permission-online is not offered"),
        ("epic", {"scopes": ["patient/Patient.r"]}, "Condition", "no scope asks for it"),
    ],
)  # fmt: skip
def test_says_what_to_change_in_the_tenant_file(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, shared: Path,
    vendor: str, changes: dict[str, Any], start: str, words: str,
) -> None:  # fmt: skip
    checked = Checked(capsys, tmp_path, shared, vendor, **changes)
    assert checked.line(start).startswith("will not work")
    assert words in checked.line(start)


def test_a_launch_that_can_not_work_ends_with_1(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, shared: Path
) -> None:
    checked = Checked(capsys, tmp_path, shared, "oracle", hosts=[])
    assert checked.code == 1
    assert checked.text.endswith("A launch will open the chart: no.\n")


def test_an_ehr_is_asked_itself_when_no_files_are_given(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ehr = sandbox()
    asked: list[str] = []

    async def note(request: httpx.Request) -> None:
        asked.append(request.url.path)
        assert "authorization" not in request.headers

    def client(_tenants: Tenants) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(ehr)
        return httpx.AsyncClient(transport=transport, event_hooks={"request": [note]})

    monkeypatch.setattr(command, "ehr_client", client)
    file = tenant_file(tmp_path)
    assert main(["tenant", "check", "sandbox", "--tenants", str(file)]) == 0
    text = capsys.readouterr().out
    assert f"Sandbox EHR [sandbox] at {EHR}/fhir" in text
    assert "CHOSEN care-plan-bundle" in text
    assert asked == ["/fhir/.well-known/smart-configuration", "/fhir/metadata"]


def test_an_ehr_that_does_not_answer_is_said_so(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no")

    monkeypatch.setattr(
        command, "ehr_client",
        lambda _: httpx.AsyncClient(transport=httpx.MockTransport(silent)),
    )  # fmt: skip
    file = tenants_at(tmp_path, "epic", **VENDORS["epic"])
    main(["tenant", "check", "epic", "--tenants", str(file)])
    text = capsys.readouterr().out
    assert "cannot tell    sign-in: the EHR did not say where to sign in" in text
    assert text.endswith("A launch will open the chart: not known.\n")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["check", "nobody"], "CMM-6003 The tenant file has no table [nobody]; it has: epic."),
        (["sheet", "nobody"], "CMM-6003 The tenant file has no table [nobody]; it has: epic."),
        (["check", "epic", "--metadata", "none.json"], "CMM-2007 none.json is not there"),
    ],
)
def test_a_mistake_is_one_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, arguments: list[str], line: str
) -> None:
    file = tenants_at(tmp_path, "epic", **VENDORS["epic"])
    assert main(["tenant", *arguments, "--tenants", str(file)]) == 1
    said = capsys.readouterr().err
    assert line in said
    assert said.count("\n") == 1


def test_without_a_tenant_file_it_says_how_to_name_one(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CONCORDANCE_TENANTS", raising=False)
    assert main(["tenant", "sheet", "epic"]) == 1
    assert "--tenants FILE or CONCORDANCE_TENANTS" in capsys.readouterr().err


class TestTheSheet:
    def sheet(self, capsys: pytest.CaptureFixture[str], folder: Path, **changes: Any) -> str:
        fields = {**VENDORS["epic"], **changes}
        file = tenants_at(folder, "here", **fields)
        assert main(["tenant", "sheet", "here", "--tenants", str(file)]) == 0
        return capsys.readouterr().out

    def test_holds_every_address_to_register(
        self, capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        text = self.sheet(capsys, tmp_path, frame_ancestors=["https://ehr.example"])
        for value in (
            "`https://app.example/launch`",
            "`https://app.example/callback/here`",
            "`https://app.example/.well-known/jwks.json`",
            "`https://ehr.example`",
            "RS384",
        ):
            assert value in text

    def test_holds_every_scope_with_its_reason(
        self, capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        rows = re.findall(r"^\| `(\S+)` \| (.+) \|$", self.sheet(capsys, tmp_path), re.MULTILINE)
        told = dict(rows)
        wanted = {"launch", "openid", "fhirUser", "offline_access", *SUGGESTED_SCOPES}
        assert wanted <= told.keys()
        assert "asked for by this site" not in told.values()

    def test_holds_the_public_keys_and_nothing_private(
        self, capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        text = self.sheet(capsys, tmp_path)
        found = re.search(r"```json\n(.+?)\n```", text, re.DOTALL)
        assert found
        keys = json.loads(found[1])["keys"]
        assert {key["alg"] for key in keys} == {"RS384", "ES384"}
        private = {key["d"] for key in KEYS["keys"]}
        assert not any(secret in text for secret in private)

    def test_a_customer_among_several_has_a_launch_address_of_its_own(
        self, capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        assert "`https://app.example/launch/here`" in self.sheet(capsys, tmp_path, customer="a-1")

    def test_leaves_lines_for_the_contacts(
        self, capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        assert "* Technical contact: ____" in self.sheet(capsys, tmp_path)


def test_every_suggested_scope_has_a_reason_and_every_search_a_scope() -> None:
    grants = [read_grant(scope) for scope in SUGGESTED_SCOPES]
    asked = {grant.resource for grant in grants if grant}
    assert asked <= REASONS.keys()
    assert {search.type for search in SEARCHES} <= asked
    assert set(READS) <= asked


def test_every_setting_of_a_tenant_is_in_the_documents() -> None:
    text = (Path(__file__).parents[2] / "docs" / "integration.md").read_text("utf-8")
    told = set(re.findall(r"`(\w+)`", "\n".join(re.findall(r"^\| (`.+?) \|", text, re.MULTILINE))))
    assert set(Tenant.model_fields) - {"key"} - told == set()
