"""The errors are numbered, said in words, and say nothing else."""

import re
from collections import Counter
from pathlib import Path

import pytest

import launch
from launch import errors
from launch.errors import LaunchError, TenantFileError, Why

FOLDER = Path(launch.__file__).parent


def test_every_number_is_used_once() -> None:
    assert [code for code, times in Counter(why.code for why in Why).items() if times > 1] == []


def test_the_table_in_the_module_is_true() -> None:
    rows = re.findall(r"^\| (CMM-\d{4}) \| (\d{3}) \|", errors.__doc__ or "", re.MULTILINE)
    assert rows == [(why.code, str(why.status)) for why in Why]


@pytest.mark.parametrize("why", list(Why))
def test_each_reason_is_raised_somewhere(why: Why) -> None:
    text = "".join(path.read_text() for path in FOLDER.glob("*.py"))
    assert f"Why.{why.name}" in text


@pytest.mark.parametrize("why", list(Why))
def test_each_sentence_ends_and_names_no_inner_word(why: Why) -> None:
    message = LaunchError.of(why, "Hospital EHR").message
    assert message.endswith(".")
    assert "{" not in message
    assert not re.search(r"token|nonce|state\b|callback|exception|JSON", message)


def test_what_the_ehr_said_never_reaches_a_log_through_the_error() -> None:
    error = LaunchError.of(Why.EHR_ERROR, "Hospital EHR", said="Ms Doe has no access")
    assert str(error).startswith("CMM-1015: Hospital EHR refused the launch.")
    assert "Doe" not in repr(error)


def test_a_tenant_file_error_is_one_sentence_with_all_its_mistakes() -> None:
    error = TenantFileError(("a", "b"), "ehrs.toml")
    assert (error.mistakes, error.status) == (("a", "b"), 500)
    assert error.message.startswith("The tenant file ehrs.toml can't be used: a; b. Correct it")


def test_the_launch_stands_alone() -> None:
    allowed = {"launch", "httpx", "authlib", "joserfc", "pydantic", "cryptography"}
    foreign = {"app", "fhir_mappings", "fastapi", "starlette", "sqlalchemy"}
    text = "\n".join(path.read_text() for path in FOLDER.glob("*.py"))
    imported = set(re.findall(r"^\s*(?:from|import) (\w+)", text, flags=re.MULTILINE))
    assert not imported & foreign
    assert allowed <= imported
