"""Named situations of reconciliation, and what must not change the list."""

import copy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from app.chart import chart_from_bundle
from app.chart.accounting import past_records
from app.chart.assemble import Raw, assemble
from app.domain.chart import Chart
from app.domain.medicines import Medicine
from app.terminology.vocabulary import load_vocabulary
from fhir_mappings.bundle import bundle as opened
from fhir_mappings.bundle import newest
from fhir_mappings.lookup import lookup_in
from fhir_mappings.patient import patient
from tests.chart.charts import (
    OURS,
    PATIENT,
    TODAY,
    administration,
    bundle,
    chart,
    fill,
    kinds,
    listing,
    order,
    statement,
)

CASES = yaml.safe_load((Path(__file__).parent / "reconciliation.yaml").read_text("utf-8"))


def _resource(entry: dict[str, Any]) -> dict[str, Any]:
    """An entry of the file as FHIR."""
    more = dict(entry.get("more", {}))
    of, sig, day = entry.get("of", ""), entry.get("sig", ""), entry.get("day")
    if "status" in entry:
        more["status"] = entry["status"]
    match entry:
        case {"order": id_}:
            more |= {"authoredOn": day} if day else {}
            more |= {"requester": {"display": entry["by"]}} if "by" in entry else {}
            return order(id_, of, sig, **more)
        case {"statement": id_}:
            return statement(id_, of, sig, **(more | ({"dateAsserted": day} if day else {})))
        case {"fill": id_}:
            return fill(id_, of, day, entry.get("days", 30), **more)
        case {"dose": id_}:
            return administration(id_, of, day, entry.get("at", "outpatient"), **more)
        case {"list": id_, "items": items}:
            return listing(id_, *items, **more)
    raise AssertionError(entry)


def _line(medicine: Medicine) -> dict[str, Any]:
    dose = medicine.daily_dose.per_ingredient
    return {
        "sources": sorted(s.id for s in medicine.sources),
        "status": medicine.status.value,
        "a": f"{dose[0].high:f} {dose[0].unit}" if len(dose) == 1 else "?",
        "conflicts": kinds(medicine),
    }


def _expected(line: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    """What the case leaves out is not asked; conflicts always are."""
    return {**found, "conflicts": [], **line, "sources": sorted(line["sources"])}


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["name"])
def test_situation(case: dict[str, Any]) -> None:
    read = chart(*map(_resource, case["given"]))
    found = [_line(m) for m in read.medicines]
    assert len(found) == len(case["expect"]), found
    by_sources = {tuple(f["sources"]): f for f in found}
    for line in case["expect"]:
        one = by_sources.get(tuple(sorted(line["sources"])))
        assert one is not None, found
        assert one == _expected(line, one)
    assert sorted(r.source.id for r in past_records(read)) == sorted(case.get("history", []))


def test_there_are_at_least_forty_situations_of_different_names() -> None:
    assert len({case["name"] for case in CASES}) == len(CASES) >= 40


NAMES = ("metformin 500 mg tablet", "metformin", "metformin 1000 mg tablet", "Zorbimax", "warfarin 5 mg tablet",
         "haloperidol decanoate 100 mg/mL injection")  # fmt: skip
SIGS = ("1 tablet daily", "1 tablet twice daily", "as directed", "")
DAYS = ("2024-05-01", "2026-03-01", "2026-10-01", "2026-11-05")


@st.composite
def _entries(draw: st.DrawFn) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    for number in range(draw(st.integers(1, 9))):
        id_, name, day = f"r{number}", draw(st.sampled_from(NAMES)), draw(st.sampled_from(DAYS))
        sig = draw(st.sampled_from(SIGS))
        status = draw(st.sampled_from(("active", "active", "stopped", "on-hold", "not-taken")))
        kind = draw(st.sampled_from(("order", "statement", "fill", "dose", "list")))
        if kind == "order":
            by = {"display": draw(st.sampled_from(("Dr. Ito", "Dr. Abel")))}
            made.append(order(id_, name, sig, status=status, authoredOn=day, requester=by))
        elif kind == "statement":
            made.append(statement(id_, name, sig, status=status, dateAsserted=day))
        elif kind == "fill":
            made.append(fill(id_, name, day))
        elif kind == "dose":
            made.append(administration(id_, name, day, "outpatient"))
        else:
            flag = draw(st.sampled_from(("", "05", "06")))
            made.append(listing(id_, {"entry": "MedicationRequest/r0", "flag": flag}))
    return made


FEW = settings(max_examples=40, deadline=None)


@FEW
@given(entries=_entries(), data=st.data())
def test_the_order_of_entries_does_not_matter(
    entries: list[dict[str, Any]], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(entries))
    assert chart(*shuffled).medicines == chart(*entries).medicines


@FEW
@given(entries=_entries(), data=st.data())
def test_a_copy_under_another_id_changes_nothing_but_sources(
    entries: list[dict[str, Any]], data: st.DataObject
) -> None:
    """A second fill is one more fill, so fills are left out."""
    kept = [e for e in entries if e["resourceType"] != "MedicationDispense"]
    if not kept:
        return
    again = copy.deepcopy(data.draw(st.sampled_from(kept))) | {"id": "zz-copy"}
    before, after = chart(*entries).medicines, chart(*entries, again).medicines
    assert [_said(m) for m in after] == [_said(m) for m in before]


@pytest.mark.parametrize("ids", [("a", "b"), ("b", "a")])
def test_of_two_strengths_given_on_one_day_the_id_does_not_choose_the_one_that_names_the_line(
    ids: tuple[str, str],
) -> None:
    doses = [
        {
            "resourceType": "MedicationAdministration",
            "id": id_,
            "status": "completed",
            "subject": OURS,
            "category": {"coding": [{"code": "outpatient"}]},
            "medicationCodeableConcept": {"text": f"metformin {strength} mg tablet"},
            "effectiveDateTime": "2026-10-01",
        }
        for id_, strength in zip(ids, (500, 1000), strict=True)
    ]
    (line,) = chart(*doses).medicines
    assert line.name == "metformin 500 mg tablet"


def _said(medicine: Medicine) -> tuple[object, ...]:
    texts = tuple(d.text for d in medicine.disagreements)
    m = medicine
    return m.id, m.name, m.status, m.daily_dose, m.sig, m.prescriber, m.started, texts, m.notes


@FEW
@given(entries=_entries(), at=st.integers(0, 9))
def test_pages_that_overlap_make_the_same_list(entries: list[dict[str, Any]], at: int) -> None:
    pages = [bundle(PATIENT, *entries[: at + 1]), bundle(*entries[at:])]
    assert _read_in_pages(pages).medicines == chart(*entries).medicines


def _read_in_pages(pages: list[dict[str, Any]], as_of: date = TODAY) -> Chart:
    entries = newest(e for page in pages for e in opened(page).entries)
    raw = Raw(patient(PATIENT), frozenset({"Patient/p1"}), entries, lookup_in(entries))
    return assemble(raw, as_of=as_of, vocabulary=load_vocabulary())


def test_the_same_resource_twice_is_once() -> None:
    one = order("o", "metformin 500 mg tablet", "1 tablet daily")
    twice = chart_from_bundle(bundle(PATIENT, one, one), TODAY, load_vocabulary())
    assert twice.medicines == chart(one).medicines
