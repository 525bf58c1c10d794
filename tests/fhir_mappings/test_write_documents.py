"""The documents made of a signed plan: whole in themselves, saying the same, and valid."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from app.domain.follow_up import ConfirmedOutcome, Outcome
from app.domain.people import Person
from fhir_mappings.strict import checked
from fhir_mappings.write_pecp import pecp_document
from fhir_mappings.write_smp_document import smp_document
from tests.plans import LISTS, PHARMACIST, PROBLEM, signed_plan

Json = dict[str, Any]
RESOLVED = ConfirmedOutcome(PROBLEM.id, Outcome.RESOLVED, date(2027, 1, 4), PHARMACIST, "Metformin was stopped.")  # fmt: skip
PLAN = replace(signed_plan(), outcomes=(RESOLVED,))
BARE = replace(signed_plan(), actions=(), dismissed=(), goals=(), touchpoints=(), medicines=())
WRITERS = {"smp": smp_document, "pecp": pecp_document}


@pytest.fixture(params=sorted(WRITERS))
def document(request: pytest.FixtureRequest) -> Json:
    written: Json = json.loads(json.dumps(checked(WRITERS[request.param](PLAN, LISTS))))
    return written


def of(bundle: Json, kind: str) -> list[Json]:
    return [r for e in bundle["entry"] if (r := e["resource"])["resourceType"] == kind]


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield value["reference"]
        for item in value.values():
            yield from references(item)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


def test_it_is_a_document_with_its_composition_first(document: Json) -> None:
    assert document["type"] == "document"
    assert document["identifier"]["value"]
    assert document["timestamp"]
    assert document["entry"][0]["resource"]["resourceType"] == "Composition"
    assert len({e["fullUrl"] for e in document["entry"]}) == len(document["entry"])
    assert not any("request" in e for e in document["entry"])


def test_everything_it_made_is_inside_it(document: Json) -> None:
    inside = {e["fullUrl"] for e in document["entry"]}
    pointed = {r for e in document["entry"] for r in references(e["resource"])}
    assert {r for r in pointed if r.startswith("urn:")} <= inside
    assert not {r for r in pointed if r.startswith("Patient/")}
    composition = document["entry"][0]["resource"]
    assert composition["author"][0]["reference"] in inside
    assert of(document, "Patient")[0]["name"][0]["family"] == "DOE"


def test_every_section_says_what_it_holds_to_a_reader_who_sees_only_text(document: Json) -> None:
    sections = document["entry"][0]["resource"]["section"]
    told = " ".join(s["text"]["div"] for s in sections)
    assert all(s["title"] and s["code"]["coding"][0]["code"] for s in sections)
    for words in (
        "eGFR 26",
        "Stop metformin; choose another agent.",
        "I want to walk my dog again",
    ):
        assert words in told


def test_the_whole_medication_list_is_in_it(document: Json) -> None:
    assert len(of(document, "MedicationStatement")) == len(PLAN.medicines)
    [listed] = of(document, "List")
    assert len(listed["entry"]) == len(PLAN.medicines)


def test_the_pharmacist_care_plan_has_the_sections_of_its_guide() -> None:
    document = pecp_document(PLAN, LISTS)
    codes = [s["code"]["coding"][0]["code"] for s in document["entry"][0]["resource"]["section"]]
    assert codes == ["75310-3", "61146-7", "62387-6", "11383-7"]
    [problem] = of(document, "Condition")
    assert problem["code"]["text"] == PROBLEM.title
    [done] = of(document, "Procedure")
    urls = {id(e["resource"]): e["fullUrl"] for e in document["entry"]}
    assert done["reasonReference"] == [{"reference": urls[id(problem)]}]
    [outcome] = of(document, "Observation")
    assert outcome["valueCodeableConcept"]["text"] == "resolved"
    [message] = of(document, "Communication")
    assert message["recipient"][0]["display"] == "Dr Lee"


def test_a_plan_without_anything_to_do_says_so_and_claims_no_smp_profile() -> None:
    smp, pecp = (checked(write(BARE, LISTS)) for write in WRITERS.values())
    assert "meta" not in smp
    told = json.dumps(pecp["entry"][0]["resource"])
    assert told.count("None at this review.") >= 3


@pytest.mark.parametrize(
    ("text", "family", "given"),
    [
        ("DOE, Jane", "DOE", ["Jane"]),
        ("Jane Mary Doe", "Doe", ["Jane", "Mary"]),
        ("Dana Lee, PharmD", "Lee", ["Dana"]),
        ("Cher", "Cher", None),
    ],
)
def test_names_are_taken_apart_as_people_write_them(
    text: str, family: str, given: list[str] | None
) -> None:
    plan = replace(PLAN, author=Person(text, "Practitioner/x"))
    [signer] = of(smp_document(plan, LISTS), "Practitioner")
    [name] = signer["name"]
    assert (name["family"], name.get("given"), name["text"]) == (family, given, text)
