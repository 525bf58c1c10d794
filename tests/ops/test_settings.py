"""Settings from the environment: each mistake says which setting it is and what to do."""

import pytest

from app.cli import main
from app.domain.errors import CmmError
from app.ops.settings import Settings

WHOLE = {"CONCORDANCE_TENANTS": "tenants.toml", "CONCORDANCE_SECRET_KEYS": "k1:key"}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"CONCORDANCE_{name.upper()}", raising=False)
    for name, value in WHOLE.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def refused() -> str:
    with pytest.raises(CmmError) as raised:
        Settings.from_environment()
    assert raised.value.code == "CMM-6001"
    return raised.value.message


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PORT", "x", "CONCORDANCE_PORT must be a whole number."),
        ("PORT", "0", "CONCORDANCE_PORT must be 1 or more."),
        ("PORT", "65536", "CONCORDANCE_PORT must be 65535 or less."),
        ("SMALLEST_CELL", "-1", "CONCORDANCE_SMALLEST_CELL must be 0 or more."),
        ("SMALLEST_CELL", "1.5", "CONCORDANCE_SMALLEST_CELL must be a whole number."),
        ("PUBLIC_URL", "concordance", "CONCORDANCE_PUBLIC_URL must be an address such as https://"),
        ("LOG_LEVEL", "loud", "CONCORDANCE_LOG_LEVEL must be one of debug, info, warning"),
    ],
)
def test_a_setting_that_cannot_be_used_says_what_it_must_be(
    name: str, value: str, said: str, environment: pytest.MonkeyPatch
) -> None:
    environment.setenv(f"CONCORDANCE_{name}", value)
    assert said in refused()


@pytest.mark.parametrize("empty", [True, False])
def test_a_setting_that_is_missing_or_empty_is_named_with_what_it_is(
    empty: bool, environment: pytest.MonkeyPatch
) -> None:
    for name in WHOLE:
        environment.setenv(name, "")
        if not empty:
            environment.delenv(name)
    said = refused()
    assert "CONCORDANCE_TENANTS is not set (TOML file with one table per EHR" in said
    assert "CONCORDANCE_SECRET_KEYS is not set (AES-256 keys" in said
    assert "the README lists all of them" in said


def test_what_is_set_is_not_told(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("CONCORDANCE_PORT", "hunter2")
    assert "hunter2" not in refused()


@pytest.mark.parametrize("command", [("serve",), ("audit", "verify"), ("outcomes",)])
def test_a_command_says_it_in_one_line(
    command: tuple[str, ...],
    environment: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    environment.delenv("CONCORDANCE_TENANTS")
    assert main(command) == 1
    said = capsys.readouterr().err
    assert said.startswith("cmm: CMM-6001 The settings can't be used: CONCORDANCE_TENANTS is not")
    assert said.count("\n") == 1


def test_the_log_level_may_be_written_in_capitals(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("CONCORDANCE_LOG_LEVEL", "WARNING")
    assert Settings.from_environment().log_level == "warning"


def test_a_setting_that_is_empty_has_its_default(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("CONCORDANCE_SITE_CHANGES", "")
    environment.setenv("CONCORDANCE_PORT", "")
    settings = Settings.from_environment()
    assert (settings.site_changes, settings.port) == (None, 8000)
