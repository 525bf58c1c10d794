"""The changelog of the knowledge: one entry a version, and no change of a fact or rule without one."""

import re

import pytest

from app.commands.knowledge_check import faults_in
from app.knowledge import load_knowledge
from app.knowledge.check_dates import overdue_sources
from app.knowledge.releases import CHANGELOG, read_releases, releases
from scripts.knowledge_entry import told
from tests.knowledge.planting import TODAY

VERSION = load_knowledge().version


def test_the_knowledge_as_it_stands_has_an_entry_of_its_own() -> None:
    newest = releases()[0]
    assert newest.version == VERSION, (
        f"the knowledge changed to {VERSION}: say what and why in {CHANGELOG.name}, with "
        'python -m scripts.knowledge_entry "WHAT AND WHY"'
    )


def test_every_entry_says_in_words_what_changed() -> None:
    for release in releases():
        words = re.findall(r"[A-Za-z]{3,}", release.text.partition(".")[2])
        assert len(words) >= 10, release.name


def test_no_two_entries_tell_of_one_version() -> None:
    versions = [r.version for r in releases() if r.version]
    names = [r.name for r in releases()]
    assert len(set(versions)) == len(versions)
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("## 2027.01\nKnowledge `0123456789ab`.\nNew.\n", "0123456789ab"),
        ("## 2027.01\nNew rules.\n", ""),
        ("## 2027.01\nKnowledge `0123`.\n", ""),
    ],
)
def test_an_entry_names_the_version_it_tells_of(text: str, version: str) -> None:
    assert read_releases(text)[0].version == version


def test_an_edition_that_is_overdue_fails_the_check_of_its_content_and_nothing_else() -> None:
    last = max(s.review_by for s in load_knowledge().tables.sources.values() if s.review_by)
    later = last.replace(year=last.year + 1)
    faults = faults_in(None, later)
    assert len(faults) == len(overdue_sources(load_knowledge(), later)) > 0
    assert all("a new edition was due by" in fault for fault in faults)


def test_a_change_is_told_in_the_newest_entry_and_the_others_stay() -> None:
    before = "# Log\n\n## 2\nKnowledge `0123456789ab`.\nOld.\n\n## 1\nFirst.\n"
    after = told(before, "fedcba987654", "S13a reads the newer label.")
    newest, first = read_releases(after)
    assert newest.version == "fedcba987654"
    assert "Old." in newest.text
    assert "S13a reads the newer label." in newest.text
    assert first.text == "\nFirst.\n"


def test_nothing_is_overdue_before_its_day() -> None:
    assert not overdue_sources(load_knowledge(), TODAY)
