"""How values read on a page."""

from datetime import date
from decimal import Decimal

import pytest

from app.assessment.sentences import unit_words
from app.domain.chart import Allergy, Chart, Encounter, Measurement
from app.domain.codes import LOINC, Coding, Concept, Source
from app.domain.dates import PartialDate
from app.domain.medicines import DailyDose, FillHistory
from app.domain.patient import Patient
from app.web.pages import daily_dose, fill_line
from app.web.trend import trend
from app.web.visit import allergy_line
from app.web.words import birth, contact, counted, number, recorded, shorten, unit, when

EGFR = Coding(LOINC, "98979-8", "eGFR")
PATIENT = Patient("p", "P", None, "unknown")


@pytest.mark.parametrize(
    ("value", "shown"),
    [("0.50", "0.5"), ("1000", "1,000"), ("7", "7"), ("0.125", "0.125"), ("100", "100")],
)
def test_numbers_have_no_trailing_zero_and_a_comma_from_a_thousand(value: str, shown: str) -> None:
    assert number(Decimal(value)) == shown


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("mL/min/{1.73_m2}", "mL/min/1.73 m2"),
        ("mm[Hg]", "mm Hg"),
        ("10*3/uL", "x10^3/uL"),
        ("%", "%"),
        ("{INR}", ""),
    ],
)
def test_a_unit_reads_on_a_page_as_in_a_sentence(code: str, shown: str) -> None:
    assert unit(code) == unit_words(code) == shown


def test_a_bare_rate_is_not_taken_for_a_heart_rate() -> None:
    assert unit("/min") == "/min"


@pytest.mark.parametrize(
    ("born", "shown"),
    [("1951-07-14", "14-Jul-1951 (75y)"), ("1951-12-01", "01-Dec-1951 (74y)"), ("1951", "1951")],
)
def test_a_birth_date_is_shown_with_the_age_only_when_it_is_exact(born: str, shown: str) -> None:
    assert birth(PartialDate.parse(born), date(2026, 11, 21)) == shown


@pytest.mark.parametrize(
    ("kept", "shown"),
    [("2026-05-06", "06-May-2026"), ("2026-05", "2026-05"), ("Dr Kim", "Dr Kim"), ("", "")],
)
def test_a_day_that_was_kept_as_text_reads_as_any_other_day(kept: str, shown: str) -> None:
    assert recorded(kept) == shown


@pytest.mark.parametrize(
    ("kind", "status", "starts", "types", "shown"),
    [
        (
            "AMB",
            "finished",
            "2026-05-06",
            ["Check-up"],
            "06-May-2026, Check-up (office visit, ended)",
        ),
        ("VR", "in-progress", "2026-05-06", [], "06-May-2026 (video or phone visit, under way)"),
        ("IMP", "onleave", "2026-05", [], "2026-05 (hospital stay, under way)"),
        ("13", "finished", "2026-05-06", [], "06-May-2026 (kind not known, ended)"),
        ("", "unknown", "", [], "date not known (kind not known, not known whether it took place)"),
    ],
)
def test_a_visit_to_choose_is_in_words(
    kind: str, status: str, starts: str, types: list[str], shown: str
) -> None:
    called = tuple(Concept(text) for text in types)
    visit = Encounter(Source("Encounter", "e"), kind, called, status, PartialDate.parse(starts))
    assert contact(visit) == shown


def test_what_is_not_known_is_written_so() -> None:
    assert when(None) == "Not known"


def test_a_long_reason_is_cut_at_a_word() -> None:
    assert shorten("no fill history for this medicine") == "no fill history…"
    assert shorten("when 0.5 mg was started") == "when 0.5 mg was…"


def measured(value: str, day: int, unit_: str = "mL/min") -> Measurement:
    concept = Concept("eGFR", (EGFR,))
    return Measurement(Source("Observation", f"o{day}"), concept, Decimal(value), unit_, date(2026, 10, day))  # fmt: skip


def test_a_trend_says_its_values_in_words_newest_first() -> None:
    series = trend([measured("29", 1), measured("27", 20)], EGFR)
    assert series is not None
    assert series.words == "27 on 20-Oct-2026, 29 on 01-Oct-2026"
    assert series.title == "eGFR (mL/min)"


def test_a_trend_of_something_without_a_unit_has_no_empty_brackets() -> None:
    series = trend([measured("2.1", 1, "{INR}"), measured("2.4", 20, "{INR}")], EGFR)
    assert series is not None
    assert series.title == "eGFR"


@pytest.mark.parametrize(
    "values",
    [[], [measured("29", 1)], [measured("29", 1, "other"), measured("27", 20)]],
)
def test_fewer_than_two_comparable_values_make_no_trend(values: list[Measurement]) -> None:
    assert trend(values, EGFR) is None


@pytest.mark.parametrize(
    ("named", "unread", "shown"),
    [
        ([], set(), "None recorded"),
        ([], {"AllergyIntolerance"}, "Not read"),
        (["latex"], set(), "latex"),
        (["latex"], {"AllergyIntolerance"}, "latex; not all were read"),
    ],
)
def test_the_banner_keeps_a_known_allergy_where_the_list_may_be_incomplete(
    named: list[str], unread: set[str], shown: str
) -> None:
    known = [Allergy(Source("AllergyIntolerance", n), Concept(n), active=True) for n in named]
    assert allergy_line(Chart(PATIENT, allergies=tuple(known), unread=frozenset(unread))) == shown


@pytest.mark.parametrize(
    ("word", "many", "shown"),
    [
        ("fill", 1, "fill"),
        ("fill", 6, "6 fills"),
        ("patient", 1, "patient"),
        ("patient", 2, "patient (2)"),
    ],
)
def test_statements_of_the_patient_are_counted_and_not_patients(
    word: str, many: int, shown: str
) -> None:
    assert counted(word, many) == shown


@pytest.mark.parametrize(
    ("history", "shown"),
    [
        (FillHistory(pdc=Decimal("0.94"), fills=6), "94 % of days covered, 6 fills"),
        (FillHistory(pdc=None, fills=1, unknown="fewer than two fills"), "1 fill; fewer than two fills"),
        (FillHistory(pdc=None, fills=0, unknown="no fills in the chart"), "no fills in the chart"),
    ],
)  # fmt: skip
def test_fills_are_counted_in_words(history: FillHistory, shown: str) -> None:
    assert fill_line(history) == shown


def test_a_daily_dose_is_said_as_in_the_note_or_why_it_is_not_known() -> None:
    assert daily_dose(DailyDose(text="1,000 mg a day")) == "1,000 mg a day"
    assert daily_dose(DailyDose(unknown="no strength")) == "not known: no strength"
    assert daily_dose(DailyDose()) == "not known: no dosing instruction"
