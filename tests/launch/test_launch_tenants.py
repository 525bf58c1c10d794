"""The tenant file: what it pins, and one clear line for each mistake in it."""

from pathlib import Path
from typing import Any

import pytest

from launch import tenants as tenants_module
from launch.errors import LaunchError, TenantFileError
from launch.tenants import Tenants, load_tenants
from tests.launch.launch_support import tenant, write

GOOD = """
[sandbox]
name = "Sandbox EHR"
iss = "http://127.0.0.1:8001/fhir/"
issuers = ["http://127.0.0.1:8001/auth"]
client_id = "concordance"
auth = "private_key_jwt"
key_file = "keys.json"
redirect_uri = "http://127.0.0.1:8000/callback/sandbox"
frame_ancestors = ["http://127.0.0.1:8001"]
allow_http_loopback = true

[general-hospital]
iss = "https://ehr.example/fhir"
aliases = ["https://ehr.example/r4"]
issuers = ["https://login.ehr.example/"]
hosts = ["login.ehr.example"]
client_id = "c2"
auth = "client_secret_basic"
secret_env = "HOSPITAL_SECRET"
redirect_uri = "https://app.example/callback/general-hospital"
"""


def test_reads_one_table_for_each_tenant(tmp_path: Path) -> None:
    tenants = load_tenants(write(tmp_path, GOOD))
    sandbox = tenants.by_name("sandbox")
    assert [one.key for one in tenants] == ["sandbox", "general-hospital"]
    assert sandbox.name == "Sandbox EHR"
    assert sandbox.iss == "http://127.0.0.1:8001/fhir"
    assert sandbox.key_file == tmp_path / "keys.json"
    assert tenants.by_name("general-hospital").name == "general-hospital"


def test_the_example_in_the_module_is_a_valid_tenant_file(tmp_path: Path) -> None:
    example = (tenants_module.__doc__ or "").partition("\n\n    ")[2]
    (one,) = load_tenants(write(tmp_path, "    " + example))
    assert one.key == "sandbox"


def test_finds_a_tenant_by_its_iss_and_by_its_alias(tmp_path: Path) -> None:
    tenants = load_tenants(write(tmp_path, GOOD))
    assert tenants.by_iss("https://EHR.example:443/fhir/").key == "general-hospital"
    assert tenants.by_iss("https://ehr.example/r4").key == "general-hospital"
    assert tenants.by_iss("http://127.0.0.1:8001/fhir").key == "sandbox"


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(LaunchError, match="CMM-1001"):
        Tenants([tenant()]).by_name("nobody")


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ('client_id = "concordance"', "", "[sandbox] client_id: is missing"),
        (
            'client_id = "concordance"',
            'client_id = "c"\ncolour = "red"',
            "[sandbox] colour: there is no such setting",
        ),
        (
            'client_id = "c2"',
            'client_id = "c2"\nframe_ancestor = []',
            "[general-hospital] frame_ancestor: there is no such setting; do you mean frame_ancestors?",
        ),
        (
            'client_id = "c2"',
            'client_id = "c2"\ncookie = "lax"',
            "[general-hospital] cookie: must be 'partitioned', 'unpartitioned' or 'own-window'",
        ),
        (
            'client_id = "c2"',
            'client_id = "c2"\nwrite_modes = ["document", "document"]',
            "[general-hospital] write_modes: 'document' is listed twice",
        ),
        (
            'client_id = "c2"',
            'client_id = "c2"\nwrite_modes = []',
            "[general-hospital] write_modes: name at least one; 'download' never writes to the EHR",
        ),
        (
            'client_id = "c2"',
            'client_id = "c2"\nwrite_modes = ["fax"]',
            (
                "[general-hospital] write_modes.0: must be 'care-plan-bundle', 'care-plan', "
                "'document', 'questionnaire-response', 'communication' or 'download'"
            ),
        ),
        (
            'client_id = "c2"',
            'client_id = "c2"\nnote_type = "progress note"',
            (
                "[general-hospital] note_type: write it as system|code, such as "
                "http://loinc.org|CODE"
            ),
        ),
        (
            'client_id = "c2"',
            'client_id = "c2"\nrequests_per_minute = 1',
            "[general-hospital] requests_per_minute: must be 10 or more",
        ),
        (
            'client_id = "c2"',
            'client_id = "c2"\nparallel_requests = 6',
            "[general-hospital] parallel_requests: must be 5 or less",
        ),
        (
            'client_id = "c2"',
            'client_id = "c2"\ndialect = "cerner"',
            (
                "[general-hospital] dialect: must be 'auto', 'epic', 'oracle', 'athena', "
                "'ecw', 'meditech', 'us-core' or 'medplum'"
            ),
        ),
        (
            'client_id = "c2"',
            'client_id = "c2"\nembed_library = "xfc.js"',
            "[general-hospital] embed_library: there is no file xfc.js",
        ),
        (
            'iss = "https://ehr.example/fhir"',
            'iss = "http://ehr.example/fhir"',
            "[general-hospital] iss: not an absolute https address without query or fragment",
        ),
        (
            'issuers = ["https://login.ehr.example/"]',
            "issuers = []",
            "[general-hospital] issuers: needs at least one entry",
        ),
        (
            'issuers = ["https://login.ehr.example/"]',
            'issuers = ["login"]',
            "[general-hospital] issuers: not an absolute https address without a fragment",
        ),
        (
            'hosts = ["login.ehr.example"]',
            'hosts = ["https://login.ehr.example"]',
            (
                "[general-hospital] hosts: write host or host:port without scheme or path, not "
                "'https://login.ehr.example'"
            ),
        ),
        (
            'key_file = "keys.json"',
            "",
            "[sandbox] auth = 'private_key_jwt' needs exactly one of key_file or key_env",
        ),
        (
            'secret_env = "HOSPITAL_SECRET"',
            'secret_env = "A"\nsecret_file = "b"',
            (
                "[general-hospital] auth = 'client_secret_basic' needs exactly one of secret_file or "
                "secret_env"
            ),
        ),
        (
            'frame_ancestors = ["http://127.0.0.1:8001"]',
            'frame_ancestors = ["*"]',
            "[sandbox] frame_ancestors: '*' is not an origin such as https://ehr.example",
        ),
        (
            'client_id = "c2"',
            'client_id = "c2"\nscopes = ["patient/Patient.r", "system/Patient.r"]',
            "[general-hospital] scopes: 'system/Patient.r' is not a patient/ or user/ scope",
        ),
        (
            'redirect_uri = "https://app.example/callback/general-hospital"',
            'redirect_uri = "https://app.example/callback#x"',
            "[general-hospital] redirect_uri: not an absolute https address without a fragment",
        ),
        (
            'redirect_uri = "https://app.example/callback/general-hospital"',
            'redirect_uri = "http://127.0.0.1/callback"',
            (
                "[general-hospital] redirect_uri: needs https (http is only for a sandbox on loopback, "
                "with allow_http_loopback = true)"
            ),
        ),
        (
            'auth = "client_secret_basic"',
            'auth = "none"',
            "[general-hospital] auth: must be 'private_key_jwt' or 'client_secret_basic'",
        ),
    ],
)
def test_each_mistake_is_one_clear_line(tmp_path: Path, old: str, new: str, line: str) -> None:
    assert old in GOOD
    with pytest.raises(TenantFileError) as caught:
        load_tenants(write(tmp_path, GOOD.replace(old, new)))
    assert caught.value.mistakes == (line,)
    assert "\n" not in line


@pytest.mark.parametrize(
    ("setting", "line"),
    [
        ("name = 3", "name: must be text in quotes"),
        ("key_file = 3", "key_file: must be text in quotes"),
        ('scopes = "patient/Patient.r"', "scopes: must be a list in [ ]"),
        ('private_network = "perhaps"', "private_network: must be true or false"),
        ("private_network = 7", "private_network: must be true or false"),
        ('parallel_requests = "five"', "parallel_requests: must be a whole number"),
        ("parallel_requests = 2.5", "parallel_requests: must be a whole number"),
        ("parallel_requests = []", "parallel_requests: must be a whole number"),
        ('customer = ""', "customer: must not be empty"),
        (f'customer = "{201 * "x"}"', "customer: must be at most 200 characters long"),
        ("backend = 3", "backend: must be a table of settings"),
    ],
)
def test_a_value_of_another_kind_says_what_it_must_be(
    tmp_path: Path, setting: str, line: str
) -> None:
    with pytest.raises(TenantFileError) as caught:
        load_tenants(
            write(tmp_path, GOOD.replace('client_id = "c2"', f'client_id = "c2"\n{setting}'))
        )
    assert caught.value.mistakes == (f"[general-hospital] {line}",)


def test_every_mistake_of_one_table_is_a_line(tmp_path: Path) -> None:
    bad = GOOD.replace("allow_http_loopback = true", "").replace('key_file = "keys.json"', "")
    with pytest.raises(TenantFileError) as caught:
        load_tenants(write(tmp_path, bad))
    needs = "needs https (http is only for a sandbox on loopback, with allow_http_loopback = true)"
    wrong = ("iss", "redirect_uri", "issuers", "frame_ancestors")
    assert caught.value.mistakes == (
        *(f"[sandbox] {name}: {needs}" for name in wrong),
        "[sandbox] auth = 'private_key_jwt' needs exactly one of key_file or key_env",
    )


def test_reads_how_an_ehr_wants_to_be_treated(tmp_path: Path) -> None:
    (tmp_path / "xfc.js").write_text("// the EHR's own script")
    more = """client_id = "c2"
cookie = "unpartitioned"
embed_library = "xfc.js"
dialect = "oracle"
write_modes = ["document", "download"]
note_type = "http://example.org/notes|cmm"
requests_per_minute = 250
"""
    tenants = load_tenants(write(tmp_path, GOOD.replace('client_id = "c2"', more)))
    hospital, sandbox = tenants.by_name("general-hospital"), tenants.by_name("sandbox")
    assert (hospital.cookie, sandbox.cookie) == ("unpartitioned", "partitioned")
    assert hospital.embed_library == tmp_path / "xfc.js"
    assert (hospital.dialect, sandbox.dialect) == ("oracle", "auto")
    assert hospital.write_modes == ("document", "download")
    assert "questionnaire-response" not in sandbox.write_modes
    assert hospital.note_type == "http://example.org/notes|cmm"
    assert (hospital.requests_per_minute, sandbox.requests_per_minute) == (250, None)


def test_a_library_that_guards_the_frame_itself_excludes_frame_ancestors(tmp_path: Path) -> None:
    (tmp_path / "xfc.js").write_text("//")
    bad = GOOD.replace("allow_http", 'embed_library = "xfc.js"\nallow_http')
    with pytest.raises(TenantFileError, match="leave it out with embed_library"):
        load_tenants(write(tmp_path, bad))


def test_mistakes_in_two_tables_are_told_together(tmp_path: Path) -> None:
    bad = GOOD.replace("client_id", "client")
    with pytest.raises(TenantFileError) as caught:
        load_tenants(write(tmp_path, bad))
    assert len(caught.value.mistakes) == 4
    assert "\n" not in caught.value.message


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "it holds no tenant"),
        ("[a\n", "it is not valid TOML"),
        ('title = "x"', "[title] must be a table of settings"),
        ('["A b"]\n', "[A b] key: write the table's name in small letters"),
    ],
)
def test_an_unusable_file_is_said_so(tmp_path: Path, text: str, line: str) -> None:
    with pytest.raises(TenantFileError) as caught:
        load_tenants(write(tmp_path, text))
    assert caught.value.mistakes[0].startswith(line)


def test_a_missing_file_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(TenantFileError) as caught:
        load_tenants(tmp_path / "none.toml")
    assert caught.value.mistakes == ("it is not there, is a folder, or may not be read",)
    assert f"The tenant file {tmp_path / 'none.toml'} can't be used" in caught.value.message


def test_two_tenants_cannot_share_an_iss(tmp_path: Path) -> None:
    with pytest.raises(TenantFileError, match=r"\[b\] iss: already registered by \[hospital\]"):
        Tenants([tenant(), tenant(key="b")])
    twice = GOOD + GOOD.partition("\n\n")[2].replace("[general-hospital]", "[twin]")
    path = write(tmp_path, twice)
    with pytest.raises(TenantFileError, match=rf"{path} can't be used: \[twin\] iss: already"):
        load_tenants(path)


@pytest.mark.parametrize(
    ("url", "pinned"),
    [
        ("https://ehr.example/token", True),
        ("https://login.ehr.example/token?x=1", True),
        ("https://LOGIN.ehr.example:443/token", True),
        ("https://login.ehr.example:8443/token", False),
        ("http://login.ehr.example/token", False),
        ("http://login.ehr.example:443/token", False),
        ("https://evil.example/token", False),
        ("https://ehr.example@evil.example/", False),
        ("https://ehr.example\\.evil.example/", False),
        ("nonsense", False),
    ],
)
def test_only_pinned_hosts_may_be_called(url: str, pinned: bool) -> None:
    assert tenant().pins(url) is pinned


SANDBOX: dict[str, Any] = {
    "iss": "http://127.0.0.1:8001/fhir",
    "issuers": ("http://127.0.0.1:8001/auth",),
    "hosts": ("ehr.example:80",),
    "redirect_uri": "http://127.0.0.1:8000/cb",
    "allow_http_loopback": True,
}


@pytest.mark.parametrize(
    ("url", "pinned"),
    [
        ("http://127.0.0.1:8001/auth/token", True),
        ("http://127.0.0.1:8002/auth/token", False),
        ("http://ehr.example/token", False),
    ],
)
def test_plain_http_is_only_for_a_sandbox_on_loopback(url: str, pinned: bool) -> None:
    assert tenant(**SANDBOX).pins(url) is pinned


def test_knows_which_places_may_stand_in_a_private_network() -> None:
    on_prem = tenant(key="on-prem", iss="https://ehr.local/fhir", private_network=True, hosts=())
    tenants = Tenants([tenant(), on_prem, tenant(**{**SANDBOX, "key": "sandbox"})])
    assert tenants.private_places == {"ehr.local:443", "127.0.0.1:8001"}
