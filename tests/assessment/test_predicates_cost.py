"""Brand or generic, and what a medicine costs beside another of its kind: found, not found, cannot tell."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from app.assessment import assess
from app.assessment.answers import Answer, CannotTell, Found, NotFound
from app.assessment.chart_index import index
from app.assessment.costs import dollars, units_a_day
from app.assessment.given_prices import prices_of
from app.assessment.loading import load_compiled, with_prices
from app.assessment.predicates_cost import dearer, generic_sold
from app.assessment.resolving import Predicate, Scope
from app.domain.chart import Chart
from app.domain.codes import NDC, Coding, Concept
from app.domain.medicines import Dosage, Fill, MedicationEntry
from app.knowledge import vocabulary as v
from app.knowledge.arguments import Fact
from app.knowledge.rule import Given
from app.terminology import load_vocabulary
from tests.assessment.charts import TODAY, assessed, chart

RESOLVER = load_compiled().resolver
LIPITOR = "Lipitor 40 mg tablet daily"
BRAND = {"product": "LIPITOR 40 MG TABLET", "kind": "B", "costs": 17.2, "generic": 0.032}
GENERIC = {"product": "ATORVASTATIN 40 MG TABLET", "kind": "G", "costs": 0.032}
EDARBI = {"product": "EDARBI 40 MG TABLET", "kind": "B", "costs": 7.5}
LOSARTAN = {"product": "LOSARTAN POTASSIUM 50 MG TAB", "kind": "G", "costs": 0.05}
SOLD = generic_sold(v.MedicineGenericSold(listed_within="P3M"), RESOLVER)
DEARER = dearer(
    v.MedicineDearer(
        any_=("class:arb", "class:statin"),
        times=Fact(fact="cost.dearer-times"),
        saves=Fact(fact="cost.saves-a-day"),
        listed_within="P3M",
    ),
    RESOLVER,
)


def _asked(predicate: Predicate, subject: Chart, *prices: dict[str, Any], **listed: str) -> Answer:
    given = msgspec.convert({"prices": prices, **listed}, Given)
    held = prices_of(given, load_vocabulary(), TODAY)
    ready = index(subject, replace(load_compiled().lookups, prices=held), TODAY)
    return predicate(Scope(ready, next(iter(ready.lines))))


def _ordered(text: str, **entry: Any) -> Chart:
    """Lipitor on the list; its order says this."""
    given = chart(medicines=[LIPITOR])
    medicine = given.medicines[0]
    order = msgspec.structs.replace(medicine.entries[0], concept=Concept(text), **entry)
    return replace(given, medicines=(replace(medicine, entries=(order,)),))


def _with(given: Chart, **changes: Any) -> Chart:
    return replace(given, medicines=(replace(given.medicines[0], **changes), *given.medicines[1:]))


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Lipitor 40 mg tablet", Found),
        ("LIPITOR 40 MG TABLET", Found),
        ("atorvastatin 40 MG Oral Tablet [Lipitor]", Found),
        ("", Found),  # a code alone: the brand was read from it
        ("atorvastatin (LIPITOR) 40 mg tablet", NotFound),
        ("Lipitor (atorvastatin) 40 mg tablet", NotFound),
        ("atorvastatin 40 MG Oral Tablet", NotFound),
        ("Lipitor 40 mg tablet DAW", NotFound),
        ("Lipitor 40 mg tablet - brand medically necessary", NotFound),
    ],
)
def test_what_an_order_by_brand_looks_like(text: str, answer: type) -> None:
    assert type(_asked(SOLD, _ordered(text), BRAND)) is answer


@pytest.mark.parametrize(
    "entry",
    [
        {"brand_only": True},
        {"note": "Dispense as written."},
        {"note": "DAW"},
        {"note": "DAW1"},
        {"note": "daw: 1"},
        {"dosages": (Dosage(text="1 tablet daily. Do not substitute."),)},
    ],
)
def test_a_brand_that_was_asked_for_stays(entry: dict[str, Any]) -> None:
    answer = _asked(SOLD, _ordered("Lipitor 40 mg tablet", **entry), BRAND)
    assert answer == NotFound(("the order asks for the brand to be dispensed as written",))


@pytest.mark.parametrize(
    "note", ["DAW 0", "DAW: 0", "DAW: N", "Dispense as written: No", "DAW 2", "drawer", ""]
)
def test_what_only_names_the_field_keeps_no_brand(note: str) -> None:
    assert type(_asked(SOLD, _ordered("Lipitor 40 mg tablet", note=note), BRAND)) is Found


@pytest.mark.parametrize("entry", [{"reported": True}, {"status": "stopped"}])
def test_only_an_active_order_counts(entry: dict[str, Any]) -> None:
    """People say Lipitor of what the pharmacy handed over as atorvastatin."""
    assert _asked(SOLD, _ordered("Lipitor 40 mg tablet", **entry), BRAND) == NotFound(
        elsewhere=True
    )


def test_the_newest_order_decides() -> None:
    given = _ordered("Lipitor 40 mg tablet")
    (order,) = given.medicines[0].entries
    newer: MedicationEntry = msgspec.structs.replace(
        order, concept=Concept("atorvastatin 40 mg tablet")
    )
    assert type(_asked(SOLD, _with(given, entries=(order, newer)), BRAND)) is NotFound
    assert type(_asked(SOLD, _with(given, entries=(newer, order)), BRAND)) is Found


@pytest.mark.parametrize(
    ("dispensed", "answer"),
    [
        ("atorvastatin 40 mg tablet", NotFound),
        ("Lipitor 40 mg tablet", Found),
        ("atorvastatin 40 MG Oral Tablet [Lipitor]", Found),
        ("", Found),
    ],
)
def test_what_the_pharmacy_has_already_changed_is_left_alone(dispensed: str, answer: type) -> None:
    given = _ordered("Lipitor 40 mg tablet")
    source = given.medicines[0].entries[0].source
    concept = Concept(dispensed, (Coding(NDC, "00000000000"),))
    fills = (Fill(source, concept, "completed", None),)
    assert type(_asked(SOLD, _with(given, fills=fills), BRAND)) is answer


@pytest.mark.parametrize(
    ("medicine", "prices", "answer"),
    [
        (LIPITOR, [BRAND], Found),
        (LIPITOR, [GENERIC], Found),
        (LIPITOR, [BRAND | {"generic": None}], NotFound),
        (LIPITOR, [BRAND | {"generic": None}, GENERIC], Found),
        (LIPITOR, [BRAND | {"product": "LIPITOR 80 MG TABLET"}], CannotTell),
        (LIPITOR, [EDARBI], CannotTell),
        ("Lipitor", [BRAND], Found),
        ("Lipitor", [BRAND, BRAND | {"product": "LIPITOR 80 MG TABLET", "generic": None}], CannotTell),
        ({"name": LIPITOR, "status": "on-hold"}, [BRAND], NotFound),
        ("atorvastatin 40 mg tablet daily", [BRAND], NotFound),
        ("lightvastatin 40 mg daily", [BRAND], NotFound),
    ],
)  # fmt: skip
def test_whether_a_generic_is_sold(
    medicine: str | dict[str, str], prices: list[dict[str, Any]], answer: type
) -> None:
    assert type(_asked(SOLD, chart(medicines=[medicine]), *prices)) is answer


@pytest.mark.parametrize(
    ("medicine", "said"),
    [
        (LIPITOR, "$516 for 30 days against $0.96 for 30 days"),
        ("Lipitor 40 mg tablet", "$17.20 against $0.03 a unit"),
        ("Lipitor", None),
    ],
)
def test_both_prices_are_said_where_the_directions_allow(medicine: str, said: str | None) -> None:
    answer = _asked(SOLD, chart(medicines=[medicine]), BRAND, GENERIC)
    assert isinstance(answer, Found)
    assert dict(answer.words).get("cost") == said


def test_prices_of_another_unit_are_not_set_beside_each_other() -> None:
    syrup = GENERIC | {"unit": "GM"}
    answer = _asked(SOLD, chart(medicines=[LIPITOR]), BRAND | {"generic": None}, syrup)
    assert isinstance(answer, Found)
    assert "cost" not in dict(answer.words)


@pytest.mark.parametrize(("listed", "old"), [("P3M", False), ("P94D", True)])
def test_an_old_list_is_used_and_called_old(listed: str, old: bool) -> None:
    for predicate, name, prices in ((SOLD, LIPITOR, (BRAND,)), (DEARER, "Edarbi 40 mg tablet daily", (EDARBI, LOSARTAN))):  # fmt: skip
        answer = _asked(predicate, chart(medicines=[name]), *prices, listed=listed)
        assert isinstance(answer, Found)
        assert [c for c in answer.caveats if "more than 3 months old" in c] == list(answer.caveats)
        assert bool(answer.caveats) is old


@pytest.mark.parametrize(
    ("medicine", "prices", "answer"),
    [
        ("Edarbi 40 mg tablet daily", [EDARBI, LOSARTAN], Found),
        ("Edarbi 40 mg tablet daily", [EDARBI], NotFound),
        ("Edarbi 40 mg tablet daily", [LOSARTAN], CannotTell),
        ("Edarbi 40 mg tablet", [EDARBI, LOSARTAN], CannotTell),
        ({"name": "Edarbi 40 mg tablet daily", "as_needed": True}, [EDARBI, LOSARTAN], NotFound),
        ({"name": "Edarbi 40 mg tablet daily", "status": "not-taken"}, [EDARBI, LOSARTAN], NotFound),
        ("Edarbi 40 mg tablet daily", [EDARBI, LOSARTAN | {"costs": 1.5}], NotFound),
        ("Edarbi 40 mg tablet daily", [EDARBI, LOSARTAN | {"costs": 1.49}], Found),
        ("Edarbi 40 mg tablet daily", [EDARBI | {"costs": 1.04}, LOSARTAN], NotFound),
        ("Edarbi 40 mg tablet daily", [EDARBI | {"costs": 1.05}, LOSARTAN], Found),
        ("metformin 500 mg tablet twice daily", [EDARBI, LOSARTAN], NotFound),
        ("losartan/hydrochlorothiazide 50/12.5 mg tablet daily", [EDARBI, LOSARTAN], NotFound),
    ],
)  # fmt: skip
def test_whether_another_of_its_kind_costs_far_less(
    medicine: str | dict[str, Any], prices: list[dict[str, Any]], answer: type
) -> None:
    assert type(_asked(DEARER, chart(medicines=[medicine]), *prices)) is answer


def test_the_other_is_compared_at_its_dearest_strength() -> None:
    dear = LOSARTAN | {"product": "LOSARTAN POTASSIUM 100 MG TAB", "costs": 1.6}
    asked = _asked(DEARER, chart(medicines=["Edarbi 40 mg tablet daily"]), EDARBI, LOSARTAN, dear)
    assert type(asked) is NotFound


def test_what_is_on_the_list_already_or_not_borne_is_no_alternative() -> None:
    for given in (
        chart(medicines=["Edarbi 40 mg tablet daily", "losartan 50 mg tablet daily"]),
        chart(medicines=["Edarbi 40 mg tablet daily"], allergies=["losartan"]),
    ):
        assert type(_asked(DEARER, given, EDARBI, LOSARTAN)) is NotFound


def test_no_list_is_said_once_for_the_chart_and_of_no_medicine() -> None:
    found = assessed(medicines=[LIPITOR, "Edarbi 40 mg tablet daily"])
    said = [gap for gap in found.gaps if "cost" in gap.what]
    assert [gap.why for gap in said] == ["No price list is loaded here."]
    missing = [m for line in found.medicines for cell in line.needs.values() for m in cell.missing]
    assert not [m for m in missing if "price" in m or "generic" in m]


@pytest.mark.parametrize(
    "medicine",
    ["atorvastatin 40 mg tablet daily", {"name": LIPITOR, "status": "stopped"}, {"name": LIPITOR, "status": "on-hold"}],
)  # fmt: skip
def test_no_list_is_not_missed_where_no_brand_is_ordered(medicine: Any) -> None:
    assert not assessed(medicines=[medicine]).gaps


def test_a_cost_problem_stands_beside_the_other_problems_of_the_medicine() -> None:
    given = msgspec.convert({"prices": [BRAND]}, Given)
    knowledge = with_prices(load_compiled(), prices_of(given, load_vocabulary(), TODAY))
    subject = chart(medicines=[{"name": LIPITOR, "covered": 0.4}])
    found = {p.rule: p for p in assess(subject, knowledge, TODAY).problems}
    assert "A01" in found
    assert found["C01"].recommend.text.startswith("Prescribe the generic")
    assert not assess(subject, knowledge, TODAY).gaps


@pytest.mark.parametrize(
    ("medicine", "unit", "units"),
    [
        ("metformin 500 mg tablet, 2 tablets twice daily", "EA", "4"),
        ("metformin 500 mg tablet, 2 tablets twice daily", "ML", None),
        ("Lantus 100 unit/mL, inject 20 units at bedtime", "ML", "0.2"),
        ("Lantus 100 unit/mL, inject 20 units at bedtime", "EA", None),
        ("metformin 500 mg tablet, 2 tablets twice daily", "GM", None),
        ("ibuprofen 400 mg tablet, 1 tablet every 6 hours as needed", "EA", None),
    ],
)
def test_units_a_day_come_from_the_directions(medicine: str, unit: str, units: str | None) -> None:
    found = units_a_day(chart(medicines=[medicine]).medicines[0], unit)
    assert found == (None if units is None else Decimal(units))


@pytest.mark.parametrize(
    ("amount", "said"),
    [("0.004", "less than $0.01"), ("0.01", "$0.01"), ("9.154", "$9.15"), ("1204.4", "$1,204")],
)
def test_dollars(amount: str, said: str) -> None:
    assert dollars(Decimal(amount)) == said
