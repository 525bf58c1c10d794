"""Where a server can't listen: said in one sentence before it starts, with the option to change."""

import socket
from collections.abc import Iterator

import pytest

from app.cli import main
from app.commands.listening import must_be_free
from app.domain.errors import CmmError
from tests.faults.processes import free_port


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


@pytest.mark.parametrize(
    ("command", "option"),
    [
        (("sandbox",), "--port"),
        (("demo",), "--app-port"),
        (("demo",), "--ehr-port"),
    ],
)
def test_a_port_in_use_is_said(
    command: tuple[str, ...], option: str, taken: int, capsys: pytest.CaptureFixture[str]
) -> None:
    free = ["--app-port", str(free_port())] if option == "--ehr-port" else []
    assert main([*command, *free, option, str(taken)]) == 1
    said = capsys.readouterr().err
    assert said == (
        f"cmm: CMM-6004 Port {taken} is in use: stop what runs there or choose another with "
        f"{option}.\n"
    )


def test_a_host_that_is_not_here_is_said() -> None:
    with pytest.raises(CmmError, match=r"192\.0\.2\.1 is no address of this machine\."):
        must_be_free("192.0.2.1", 9611, "--port")


def test_a_free_port_stays_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        free = other.getsockname()[1]
    must_be_free("127.0.0.1", free, "--port")
    must_be_free("127.0.0.1", free, "--port")


def test_the_two_of_a_demo_need_a_port_each(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--app-port", "9610", "--ehr-port", "9610"]) == 1
    assert "CMM-6004 Port 9610 can't serve both" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("demo --app-port 99999", "'99999' is not a port: 1 to 65535"),
        ("sandbox --port x", "'x' is not a port"),
        ("outcomes --attributed -3", "'-3' is not a whole number, 0 or more"),
        ("outcomes --since 2027-01-01 --until 2026-01-01", "--since 2027-01-01 is after the last day"),
        ("plan c.json --signer-reference xyz", "'xyz' is not written as Practitioner/ID"),
        ("plan c.json --organization Practitioner/1", "is not written as Organization/ID"),
    ],
)  # fmt: skip
def test_a_wrong_argument_says_what_it_must_be(
    command: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(command.split())
    assert stopped.value.code == 2
    assert said in capsys.readouterr().err


def test_nobody_signs_without_a_name(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["plan", "c.json", "--signer", " "])
    assert "write a name" in capsys.readouterr().err
