"""A copy of the knowledge to plant faults in."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from app.knowledge import rule_files
from app.knowledge.rule import Rule
from app.knowledge.rule_files import read_rule
from tests.knowledge.planting import Garden, copied


@pytest.fixture(scope="session")
def _copy(tmp_path_factory: pytest.TempPathFactory) -> Garden:
    return copied(tmp_path_factory.mktemp("knowledge"))


@pytest.fixture
def garden(_copy: Garden, monkeypatch: pytest.MonkeyPatch) -> Iterator[Garden]:
    """Of the copy's rule files only those in which something was planted are read anew."""
    monkeypatch.setattr(rule_files, "read_rule", _read_rule)
    yield _copy
    _copy.restore()


def _read_rule(path: Path) -> Rule:
    return _as_written(path, path.read_bytes())


@cache
def _as_written(path: Path, _content: bytes) -> Rule:
    return read_rule(path)
