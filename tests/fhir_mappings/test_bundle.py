"""Bundles give their resources, their warnings, and say what could not be read."""

from typing import Any

import pytest

from fhir_mappings.bundle import Entry, bundle, newest
from fhir_mappings.lookup import lookup_in
from fhir_mappings.reference import is_about, retracted
from tests.fhir_mappings.examples import WHOLE


def _bundle(*entries: Any) -> dict[str, Any]:
    return {"resourceType": "Bundle", "entry": list(entries)}


def test_a_search_outcome_is_a_warning_and_no_resource() -> None:
    outcome = {"resource": WHOLE["OperationOutcome"], "search": {"mode": "outcome"}}
    read = bundle(_bundle(outcome, {"resource": WHOLE["Goal"]}))
    assert [e.resource["id"] for e in read.entries] == ["g1"]
    assert [i.text for i in read.issues] == ["Sub-type not authorized (59204)"]


def test_a_failed_batch_entry_is_a_warning() -> None:
    bare = bundle(_bundle({"response": {"status": "403 Forbidden"}}))
    told = bundle(_bundle({"response": {"status": "403", "outcome": WHOLE["OperationOutcome"]}}))
    assert [i.text for i in bare.issues] == ["status 403"]
    assert told.issues[0].code == "suppressed"
    assert bundle(_bundle({"response": {"status": "204"}})).issues == ()


def test_counts_the_entries_that_hold_nothing_readable() -> None:
    assert bundle(_bundle(None, 3, {"resource": []}, {})).unreadable == 4


@pytest.mark.parametrize(
    ("full_url", "id_"),
    [("urn:uuid:77", "77"), ("https://e/fhir/Goal/9", "9"), ("", "entry-1")],
)
def test_a_resource_without_an_id_is_told_apart_by_its_place(full_url: str, id_: str) -> None:
    entry = {"fullUrl": full_url, "resource": WHOLE["Goal"] | {"id": None}}
    assert bundle(_bundle(entry)).entries[0].resource["id"] == id_


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [
        ({"versionId": "9"}, {"versionId": "10"}, 1),
        ({"lastUpdated": "2026-02-01"}, {"lastUpdated": "2026-01-01"}, 0),
        ({}, {"versionId": "1"}, 1),
        ({}, {}, 0),
    ],
)
def test_the_newest_copy_of_a_resource_is_kept(first: Any, second: Any, kept: int) -> None:
    copies = [Entry(WHOLE["Goal"] | {"meta": meta}) for meta in (first, second)]
    assert newest(copies) == (copies[kept],)


def test_the_next_page() -> None:
    assert bundle(WHOLE["Bundle"]).next_link == "https://ehr/fhir?page=2"


def test_looks_up_by_address_of_any_form() -> None:
    lookup = lookup_in([Entry(WHOLE["Goal"], "urn:uuid:u")], "https://e/r4")
    found = [
        lookup(r) for r in ("Goal/g1", "urn:uuid:u", "https://e/r4/Goal/g1", "Goal/g1/_history/2")
    ]
    assert all(f is WHOLE["Goal"] for f in found)
    assert lookup("Goal/other") is None


@pytest.mark.parametrize(
    ("subject", "ours"),
    [
        ({"reference": "Patient/p1"}, True),
        ({"reference": "https://e/r4/Patient/p1"}, True),
        ({"reference": "https://other/r4/Patient/p1"}, False),
        ({"reference": "Patient/p1/_history/4"}, True),
        ({"reference": "urn:uuid:p"}, True),
        ({"reference": "Patient/p2"}, False),
        ({"reference": "Patient/p11"}, False),
        ({"reference": "Group/p1"}, False),
        ({"display": "no reference"}, True),
        (None, True),
    ],
)
def test_whose_resource_it_is(subject: Any, ours: bool) -> None:
    assert (
        is_about({"subject": subject}, {"Patient/p1", "https://e/r4/Patient/p1", "urn:uuid:p"})
        is ours
    )


def test_what_was_entered_in_error_is_taken_back() -> None:
    assert retracted({"status": "entered-in-error"})
    assert retracted({"verificationStatus": {"coding": [{"code": "entered-in-error"}]}})
    assert not retracted({"status": ["entered-in-error"]})
