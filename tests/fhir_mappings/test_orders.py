"""Orders, statements and fills keep what the chart said of them, and nothing more."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from app.domain.codes import Concept
from app.domain.dates import PartialDate
from app.domain.medicines import Dosage
from fhir_mappings.bundle import Entry
from fhir_mappings.dosage import dosage
from fhir_mappings.lookup import lookup_in
from fhir_mappings.medication_dispense import medication_dispense
from fhir_mappings.medication_request import medication_request
from fhir_mappings.medication_statement import medication_statement
from fhir_mappings.reading import nowhere
from tests.fhir_mappings.examples import WHOLE, coded, order


def test_reads_an_order() -> None:
    entry = medication_request(order(), nowhere)
    assert entry.source.reference == "MedicationRequest/mr1"
    assert (entry.status, entry.intent, entry.reported) == ("active", "order", False)
    assert entry.prescriber == "Dr. Ito"
    assert entry.authored == PartialDate.parse("2026-09-01")
    assert (entry.supply_days, entry.refills) == (Decimal(90), 3)
    assert [r.text for r in entry.reasons] == ["Type 2 diabetes", "Diabetes"]
    assert entry.categories == ("community",)
    assert entry.note == "with food"


@pytest.mark.parametrize(
    "changes",
    [{"reportedBoolean": True}, {"reportedReference": {"reference": "Patient/p1"}}, {"intent": "plan"}],
)  # fmt: skip
def test_what_the_patient_reports_is_no_order(changes: dict[str, Any]) -> None:
    assert medication_request(order(**changes), nowhere).reported


@pytest.mark.parametrize(
    ("substitution", "brand_only"),
    [
        (None, False),
        ({"allowedBoolean": True}, False),
        ({"allowedBoolean": False}, True),
        ({"allowedCodeableConcept": {"coding": [{"code": "N"}]}}, True),
        ({"allowedCodeableConcept": {"coding": [{"code": "BC"}]}}, True),
        ({"allowedCodeableConcept": {"coding": [{"code": "G"}]}}, False),
        ({"allowedCodeableConcept": {"text": "see note"}}, False),
        ([{"allowedBoolean": False}], False),
    ],
)
def test_whether_a_generic_may_be_dispensed(substitution: Any, brand_only: bool) -> None:
    assert medication_request(order(substitution=substitution), nowhere).brand_only is brand_only


@pytest.mark.parametrize("status", [None, 7, [], ""])
def test_a_missing_status_is_unknown(status: Any) -> None:
    assert medication_request(order() | {"status": status}, nowhere).status == "unknown"


def test_follows_references_within_the_bundle() -> None:
    """Transactions point at urn:uuid; the chart knows resources by type and id."""
    lookup = lookup_in(
        [
            Entry(WHOLE["Condition"], "urn:uuid:c"),
            Entry(
                {
                    "resourceType": "Practitioner",
                    "id": "d",
                    "name": [{"given": ["Ann"], "family": "Ray"}],
                },
                "urn:uuid:d",
            ),
        ]
    )
    pointing = order(
        reasonCode=None,
        reasonReference=[{"reference": "urn:uuid:c"}],
        requester={"reference": "urn:uuid:d"},
    )
    entry = medication_request(pointing, lookup)
    assert [r.text for r in entry.reasons] == ["Type 2 diabetes"]
    assert entry.prescriber == "Ann Ray"


ANN = {"resourceType": "Practitioner", "id": "d", "name": [{"given": ["Ann"], "family": "Ray"}]}
ROLE = {
    "resourceType": "PractitionerRole",
    "id": "r",
    "practitioner": {"reference": "Practitioner/d"},
}
CLINIC = {"resourceType": "Organization", "id": "o", "name": "Riverbend"}


@pytest.mark.parametrize(
    ("requester", "name"),
    [
        ({"reference": "Practitioner/d", "display": "Dr. Ray"}, "Dr. Ray"),
        ({"reference": "Practitioner/d"}, "Ann Ray"),
        ({"reference": "PractitionerRole/r"}, "Ann Ray"),
        ({"reference": "Organization/o"}, "Riverbend"),
        ({"reference": "Practitioner/gone"}, ""),
        (None, ""),
    ],
)
def test_names_the_prescriber_where_the_chart_does(requester: Any, name: str) -> None:
    lookup = lookup_in([Entry(ANN), Entry(ROLE), Entry(CLINIC)])
    assert medication_request(order(requester=requester), lookup).prescriber == name


@pytest.mark.parametrize(
    ("ends", "expected"),
    [(["2026-02-01"], "2026-02-01"), (["2026-02-01", "2026-05-01"], "2026-05-01"), (["2026-02-01", None], None)],
)  # fmt: skip
def test_ends_only_when_every_instruction_ends(
    ends: list[str | None], expected: str | None
) -> None:
    instructions = [{"timing": {"repeat": {"boundsPeriod": {"end": end}}}} for end in ends]
    entry = medication_request(order(dosageInstruction=instructions), nowhere)
    assert (entry.ends.text if entry.ends else None) == expected


def test_reads_a_statement() -> None:
    entry = medication_statement(WHOLE["MedicationStatement"], nowhere)
    assert entry.concept.text == "aspirin 81 mg tablet"
    assert entry.reported
    assert entry.starts is not None
    assert entry.starts.latest == date(2025, 12, 31)
    assert entry.adherence is not None
    assert entry.adherence.text == "missed doses"
    assert entry.dosages[0].as_needed
    assert entry.dosages[0].as_needed_for == "pain"
    assert entry.status_reasons == (Concept("side effect", entry.status_reasons[0].codings),)
    assert entry.based_on == ("MedicationRequest/mr1",)


def test_reads_a_fill() -> None:
    fill = medication_dispense(WHOLE["MedicationDispense"], nowhere)
    assert (fill.days_supply, fill.quantity) == (Decimal(90), Decimal(180))
    assert fill.handed_over is not None
    assert fill.handed_over.exact == date(2026, 9, 2)
    assert fill.prescriptions == ("MedicationRequest/mr1",)


@pytest.mark.parametrize(
    ("supply", "days"),
    [
        ({"value": 30, "code": "d"}, 30),
        ({"value": 4, "unit": "weeks"}, 28),
        ({"value": 30}, 30),  # the element is called daysSupply
        ({"value": 1, "code": "mo"}, None),  # a month has no fixed length
        ({"value": -5}, None),
        ({"value": True}, None),
        ([], None),
    ],
)
def test_days_of_supply(supply: Any, days: int | None) -> None:
    fill = WHOLE["MedicationDispense"] | {"daysSupply": supply}
    assert medication_dispense(fill, nowhere).days_supply == days


def test_a_prepared_fill_has_no_date_of_hand_over() -> None:
    fill = WHOLE["MedicationDispense"] | {"whenHandedOver": None, "whenPrepared": "2026-09-01"}
    assert medication_dispense(fill, nowhere).handed_over is None


GTS = "http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation"


@pytest.mark.parametrize(
    ("timing", "times", "period", "unit"),
    [
        ({"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}}, 2, 1, "d"),
        ({"repeat": {"period": 8, "periodUnit": "h"}}, 1, 8, "h"),  # once per period, by R4
        ({"code": {"coding": [{"system": GTS, "code": "BID"}]}}, 2, 1, "d"),
        ({"code": {"coding": [{"system": GTS, "code": "QOD"}]}}, 1, 2, "d"),
        ({"code": {"coding": [{"system": "local", "code": "BID"}]}}, None, None, ""),
        ({}, None, None, ""),
    ],
)
def test_how_often(timing: Any, times: int | None, period: int | None, unit: str) -> None:
    read = dosage({"timing": timing})
    assert (read.frequency, read.period, read.period_unit) == (times, period, unit)


@pytest.mark.parametrize(
    ("quantity", "unit"),
    [
        ({"unit": "ml", "system": "http://unitsofmeasure.org", "code": "mL"}, "mL"),
        ({"unit": "tablet", "system": "http://unitsofmeasure.org", "code": "{tbl}"}, "tablet"),
        ({"unit": "tablet", "system": "http://unitsofmeasure.org", "code": "1"}, "tablet"),
        ({"code": "TAB"}, "TAB"),
        ({}, ""),
    ],
)
def test_the_unit_that_says_most(quantity: dict[str, str], unit: str) -> None:
    assert dosage({"doseAndRate": [{"doseQuantity": quantity | {"value": 1}}]}).dose_unit == unit


def test_the_ordered_dose_comes_before_a_calculated_one() -> None:
    rates = [
        {
            "type": {"coding": [{"code": "calculated"}]},
            "doseQuantity": {"value": 500, "unit": "mg"},
        },
        {"type": {"coding": [{"code": "ordered"}]}, "doseQuantity": {"value": 2, "unit": "tablet"}},
    ]
    assert dosage({"doseAndRate": rates}).dose_unit == "tablet"


def test_reads_a_whole_instruction() -> None:
    read = dosage(
        {
            "text": "1 to 2 tablets every 4 to 6 hours as needed",
            "timing": {
                "repeat": {
                    "frequency": 1,
                    "frequencyMax": 2,
                    "period": 4,
                    "periodMax": 6,
                    "periodUnit": "h",
                    "timeOfDay": ["08:00:00"],
                    "dayOfWeek": ["mon"],
                    "when": ["HS"],
                }
            },
            "asNeededBoolean": True,
            "route": coded("Oral"),
            "doseAndRate": [
                {"doseRange": {"low": {"value": 1}, "high": {"value": 2, "unit": "tablet"}}}
            ],
            "maxDosePerPeriod": {
                "numerator": {"value": 8, "unit": "tablet"},
                "denominator": {"value": 24, "code": "h"},
            },
            "patientInstruction": "Not on an empty stomach",
        }
    )
    assert (read.dose_low, read.dose_high, read.dose_unit) == (Decimal(1), Decimal(2), "tablet")
    assert (read.frequency_max, read.period_max) == (Decimal(2), Decimal(6))
    assert (read.times_of_day, read.days_of_week, read.when) == (("08:00:00",), ("mon",), ("HS",))
    assert (read.max_amount, read.max_unit, read.max_period_days) == (
        Decimal(8),
        "tablet",
        Decimal(1),
    )
    assert read.as_needed
    assert read.patient_instruction


def test_an_empty_instruction_says_nothing() -> None:
    assert dosage({"sequence": 1}) == Dosage()
