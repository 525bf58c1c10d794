"""A file named on the command line that can't be read: one sentence, each fault with its own number."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from app.cli import main
from tests.chart.charts import PATIENT, bundle

RELEASE = ("RXNCONSO.RRF", "RXNREL.RRF", "RXNSAT.RRF")
FAULTS = {
    "missing": ("CMM-2007", "is not there"),
    "missing/below": ("CMM-2007", "is not there"),
    "folder": ("CMM-2008", "is a folder"),
    "closed": ("CMM-2009", "may not be read by you"),
    "empty": ("CMM-2010", "is empty"),
    "binary": ("CMM-2011", "is no text"),
}
COMMANDS = (
    ("assess", "FILE"),
    ("medicines", "FILE"),
    ("plan", "FILE"),
    ("follow-up", "FILE", "chart"),
    ("follow-up", "chart", "FILE"),
    ("tenant", "check", "x", "--tenants", "FILE"),
    ("tenant", "sheet", "x", "--tenants", "FILE"),
    ("tenant", "check", "x", "--tenants", "tenants", "--metadata", "FILE"),
    ("tenant", "check", "x", "--tenants", "tenants", "--smart", "FILE"),
    ("prices", "load", "FILE"),
    ("sandbox", "--port", "9619", "--clients", "FILE"),
)
TENANT = """[x]
iss = "https://ehr.example/fhir"
issuers = ["https://ehr.example/auth"]
client_id = "c"
auth = "client_secret_basic"
secret_env = "SECRET"
redirect_uri = "https://app.example/callback/x"
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one file of each fault, and a whole chart and tenant file beside them."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty").touch()
    (tmp_path / "binary").write_bytes(b"PK\x03\x04\xff\xfe\x00" * 99)
    (tmp_path / "chart").write_text(json.dumps(bundle(PATIENT)), "utf-8")
    (tmp_path / "tenants").write_text(TENANT, "utf-8")
    (tmp_path / "closed").write_text("{}", "utf-8")
    open_ = Path.open

    def closed(path: Path, *how: Any, **more: Any) -> Any:
        # Not by its mode: tests may run as a user who may read everything.
        if path.name == "closed":
            raise PermissionError(13, "Permission denied", str(path))
        return open_(path, *how, **more)

    monkeypatch.setattr(Path, "open", closed)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def refused(place: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    def run(*command: str) -> str:
        assert main(command) == 1
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err.count("\n") == 1
        return said.err

    return run


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_each_fault_of_a_file_has_its_sentence_and_number(
    command: tuple[str, ...], fault: str, refused: Callable[..., str]
) -> None:
    said = refused(*(fault if word == "FILE" else word for word in command))
    code, words = FAULTS[fault]
    assert said.startswith(f"cmm: {code} {fault} {words}")


@pytest.fixture
def served(
    place: Path, refused: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], str]:
    """What `cmm serve` says of a tenant file of the environment."""
    monkeypatch.setenv("CONCORDANCE_SECRET_KEYS", f"k:{'A' * 43}")
    monkeypatch.setenv("CONCORDANCE_DATABASE_URL", f"sqlite:///{place / 'kept.sqlite3'}")

    def run(file: str) -> str:
        monkeypatch.setenv("CONCORDANCE_TENANTS", file)
        return refused("serve")

    return run


@pytest.mark.parametrize("fault", FAULTS)
def test_the_server_names_the_tenant_file_its_setting_and_the_fault(
    fault: str, served: Callable[[str], str]
) -> None:
    code, words = FAULTS[fault]
    said = served(fault)
    assert said.startswith(f"cmm: {code} The tenant file (CONCORDANCE_TENANTS) can't be used: ")
    assert f"{fault} {words}" in said


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        (TENANT.replace("issuers", "isuers"), "[x] isuers: there is no such setting; do you mean"),
        (TENANT.replace("[x]", "[x"), "it is not valid TOML"),
        ('{"x": 1}', "it is not valid TOML"),
        ("# none yet", "it holds no tenant"),
    ],
)
def test_the_server_says_what_in_the_tenant_file_is_wrong_and_where_to_mend_it(
    content: str, wrong: str, place: Path, served: Callable[[str], str]
) -> None:
    (place / "ehrs.toml").write_text(content, "utf-8")
    said = served("ehrs.toml")
    assert said.startswith("cmm: CMM-1050 The tenant file ehrs.toml can't be used: ")
    assert wrong in said
    assert said.endswith(". Correct it there; docs/integration.md says what each setting is.\n")


def test_the_server_says_which_secret_is_not_set(served: Callable[[str], str]) -> None:
    assert "CMM-1051 [x] SECRET is not set: set it in the environment" in served("tenants")


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ("missing", "CMM-2007 missing is not there"),
        ("missing/below", "CMM-2007 missing/below is not there"),
        ("empty", "CMM-2008 empty is a file: name the folder it is in"),
    ],
)
@pytest.mark.parametrize(
    "command", [("rxnorm", "load"), ("knowledge", "check"), ("knowledge", "diff")], ids=" ".join
)
def test_where_a_folder_is_wanted_a_file_is_said_so(
    command: tuple[str, ...], what: str, sentence: str, refused: Callable[..., str]
) -> None:
    assert sentence in refused(*command, what)


@pytest.mark.parametrize(
    ("content", "code"), [(b"", "CMM-2010"), (b"PK\x03\x04\xff", "CMM-2011"), (None, "CMM-2008")]
)
def test_a_file_of_a_release_is_named_with_its_fault(
    content: bytes | None, code: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, *others = (place / "folder" / name for name in RELEASE)
    first.mkdir() if content is None else first.write_bytes(content)
    for file in others:
        file.touch()
    assert main(["rxnorm", "load", "folder", "--to", "rx.sqlite3"]) == 1
    assert f"cmm: {code} {Path('folder', RELEASE[0])} is" in capsys.readouterr().err


def test_a_chart_may_come_through_a_pipe(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(place / "pipe")
    writer = Thread(target=(place / "pipe").write_bytes, args=[(place / "chart").read_bytes()])
    writer.start()
    assert main(["medicines", "pipe"]) == 0
    writer.join()
    assert json.loads(capsys.readouterr().out)["medicines"] == []


def test_other_text_than_json_is_said_with_what_to_give(refused: Callable[..., str]) -> None:
    assert "tenants is not readable JSON: export the patient's chart" in refused(
        "medicines", "tenants"
    )
    assert "give the Bundle that `cmm plan` printed" in refused("follow-up", "chart", "tenants")


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (("knowledge", "show", ""), "CMM-0310 Name what to show"),
        (("knowledge", "show", " "), "CMM-0310 Name what to show"),
        (("knowledge", "show"), "CMM-0310 Name what to show"),
        (("knowledge", "diff"), "CMM-0312 Name what to compare with"),
        (("prices", "show", ""), "CMM-6017 Name a medicine"),
        (("sandbox", "--port", "9619", "--file", "folder"), "CMM-6006 The sandbox can't start"),
        (("demo", "--app-port", "9617", "--ehr-port", "9618", "--folder", "empty"), "CMM-6005"),
    ],
    ids=" ".join,
)
def test_nothing_named_or_an_unusable_place_is_one_sentence(
    command: tuple[str, ...], sentence: str, refused: Callable[..., str]
) -> None:
    assert f"cmm: {sentence}" in refused(*command)
