"""A file of the knowledge that can't be read: one sentence with its number, never a trace."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app import knowledge as shipped
from app.cli import main

HOME = Path(shipped.__file__).parent
FAULTS: dict[str, tuple[Callable[[Path], Any], str]] = {
    "folder": (Path.mkdir, "is a folder and not a file; rename it or remove it"),
    "broken link": (
        lambda path: path.symlink_to("nowhere"),
        "is a link to a file that is not there",
    ),
    "closed": (
        lambda path: path.write_text("closed"),
        "may not be read by you; ask whoever owns it",
    ),
    "other bytes": (
        lambda path: path.write_bytes(b"a: \xe9\n"),
        "is no text in UTF-8; save it again",
    ),
}


@pytest.fixture(autouse=True)
def closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not by its mode: tests may run as a user who may read everything."""
    read = Path.read_bytes

    def guarded(path: Path) -> bytes:
        content = read(path)
        if content == b"closed":
            raise PermissionError(13, "Permission denied", str(path))
        return content

    monkeypatch.setattr(Path, "read_bytes", guarded)


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    def run(*command: str) -> str:
        assert main(command) == 1
        told = capsys.readouterr()
        return told.out + told.err

    return run


@pytest.mark.parametrize("fault", FAULTS)
def test_a_file_among_a_sites_changes(
    fault: str, tmp_path: Path, said: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil, words = FAULTS[fault]
    spoil(tmp_path / "x.yaml")
    told = said("knowledge", "check", str(tmp_path))
    assert told.startswith(f"x.yaml: {words}")
    assert told.endswith("(CMM-0311)\n1 fault\n")
    monkeypatch.setenv("CONCORDANCE_SITE_CHANGES", str(tmp_path))
    used = said("knowledge", "list")
    assert used.startswith("cmm: CMM-0311 The site's changes can't be used.")
    assert f"x.yaml: {words}" in used


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("rules/x.yaml", "CMM-0303"),
        ("data/sources.yaml", "CMM-0302"),
        ("data/constants.csv", "CMM-0302"),
        ("data/one-more.yaml", "CMM-0302"),
    ],
)
def test_a_file_of_a_knowledge_folder(
    name: str, code: str, fault: str, tmp_path: Path, said: Callable[..., str]
) -> None:
    for part in ("data", "rules"):
        shutil.copytree(HOME / part, tmp_path / part)
    path, (spoil, words) = tmp_path / name, FAULTS[fault]
    path.unlink(missing_ok=True)
    spoil(path)
    told = said("knowledge", "check", str(tmp_path))
    if name != "data/one-more.yaml" and name[:4] == "data" and fault in {"folder", "broken link"}:
        words, code = "is missing from the knowledge folder", "CMM-0301"
    assert f"{path.name} {words}" in told
    assert told.endswith(f"({code})\n1 fault\n")
    assert f"cmm: {code} " in said("knowledge", "diff", str(tmp_path))


def test_what_is_no_yaml_is_said_with_its_line(tmp_path: Path, said: Callable[..., str]) -> None:
    (tmp_path / "x.yaml").write_text("- of: [\n", "utf-8")
    told = said("knowledge", "check", str(tmp_path))
    assert told.startswith("x.yaml: is no YAML: ")
    assert "at line 2, column 1. (CMM-0311)" in told
