"""What happened since a medicine was started or changed, how often it was filled, and its courses."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from app.assessment.answers import Answer, CannotTell, Found, NotFound
from app.assessment.chart_index import index
from app.assessment.loading import load_compiled
from app.assessment.predicates_course import courses, fills, unchecked
from app.assessment.predicates_lab import run
from app.assessment.predicates_medicine import below_usual, share_of_max
from app.assessment.resolving import Predicate, Scope
from app.domain.chart import Chart
from app.domain.codes import Concept, Source
from app.domain.dates import PartialDate
from app.domain.medicines import Dosage, MedicationEntry
from app.knowledge import vocabulary as v
from app.knowledge.vocabulary_person import LabRun
from tests.assessment.charts import TODAY, chart

RESOLVER = load_compiled().resolver


def _asked(predicate: Predicate, subject: Chart) -> Answer:
    ready = index(subject, load_compiled().lookups, TODAY)
    return predicate(Scope(ready, next(iter(ready.lines), None)))


def _unchecked(**given: Any) -> Answer:
    args = v.MedicineUnchecked(family="potassium", after="P4W", within="P6M")
    return _asked(unchecked(args, RESOLVER), chart(**given))


def _lisinopril(started: str | None = None) -> list[dict[str, Any]]:
    return [{"name": "lisinopril 10 mg daily", "started": started}]


@pytest.mark.parametrize(
    ("started", "labs", "answer"),
    [
        ("P4W", {}, Found),
        ("P27D", {}, NotFound),  # not yet due
        ("P6M", {}, Found),
        ("P7M", {}, NotFound),  # the yearly check is another question
        ("P5W", {"potassium": {"value": 4, "ago": "P34D"}}, NotFound),
        ("P5W", {"potassium": {"value": 4, "ago": "P5W"}}, Found),  # the day of the start
        ("P5W", {"potassium": {"value": 4, "unit": "", "ago": "P34D"}}, CannotTell),
        (None, {}, CannotTell),
        (None, {"potassium": {"value": 4, "ago": "P1W"}}, NotFound),
    ],
)
def test_a_result_is_due_some_weeks_after_the_start(
    started: str | None, labs: dict[str, Any], answer: type
) -> None:
    assert type(_unchecked(medicines=_lisinopril(started), labs=labs)) is answer


def test_results_that_were_not_read_are_not_missing() -> None:
    found = _unchecked(medicines=_lisinopril("P5W"), unread=["Observation"])
    assert isinstance(found, CannotTell)
    assert found.unread


def _raised(on: date) -> Chart:
    """Lisinopril 10 mg for three years, and 20 mg from this day on."""
    subject = chart(medicines=_lisinopril("P3Y"), labs={"potassium": {"value": 4, "ago": "P4M"}})
    (medicine,) = subject.medicines
    (first,) = medicine.entries
    first = msgspec.structs.replace(first, dosages=(Dosage(text="1 tablet daily"),))
    exact = PartialDate(on.isoformat(), on, on)
    second = MedicationEntry(
        Source("MedicationRequest", "second"),
        Concept("lisinopril 10 mg tablet"),
        "active",
        "order",
        dosages=(Dosage(text="2 tablets daily"),),
        authored=exact,
    )
    return replace(subject, medicines=(replace(medicine, entries=(first, second)),))


def test_a_raised_dose_asks_for_the_result_again() -> None:
    args = v.MedicineUnchecked(family="potassium", after="P4W", within="P6M")
    found = _asked(unchecked(args, RESOLVER), _raised(date(2026, 9, 15)))
    assert isinstance(found, Found)
    assert ("begun", "dose changed 15-Sep-2026") in found.words


@pytest.mark.parametrize(("count", "answer"), [(3, Found), (2, NotFound), (0, NotFound)])
def test_fills_are_counted_by_their_days(count: int, answer: type) -> None:
    args = v.MedicineFills(within="P12M", at_least=3)
    given = {"name": "albuterol inhaler", "fills": count}
    assert type(_asked(fills(args, RESOLVER), chart(medicines=[given]))) is answer


def test_fills_that_were_not_read_leave_it_open() -> None:
    args = v.MedicineFills(within="P12M", at_least=3)
    subject = chart(medicines=["albuterol inhaler"], unread=["MedicationDispense"])
    assert isinstance(_asked(fills(args, RESOLVER), subject), CannotTell)


def _prednisone(started: str, status: str = "stopped") -> dict[str, str]:
    return {"name": "prednisone 40 mg daily", "started": started, "status": status}


@pytest.mark.parametrize(
    ("medicines", "answer"),
    [
        ([_prednisone("P2M"), _prednisone("P7M")], Found),
        ([_prednisone("P2M"), _prednisone("P13M")], NotFound),
        ([_prednisone("P2M")], NotFound),
        # Taken for a year: a treatment and not a course.
        ([_prednisone("P2M"), _prednisone("P12M", "current")], NotFound),
    ],
)
def test_courses_are_counted_and_a_long_treatment_is_none(
    medicines: list[dict[str, str]], answer: type
) -> None:
    args = msgspec.convert(
        {"class": "systemic-steroid", "within": "P12M", "at_least": 2, "up_to": "P3W"}, v.Courses
    )
    assert type(_asked(courses(args, RESOLVER), chart(medicines=medicines))) is answer


def _inr(*values: tuple[float, str]) -> Answer:
    args = msgspec.convert(
        {"family": "inr", "last": 2, "within": "P3M", "below": {"fact": "inr.low"}}, LabRun
    )
    labs = {"inr": [{"value": value, "ago": ago} for value, ago in values]}
    return _asked(run(args, RESOLVER), chart(labs=labs))


@pytest.mark.parametrize(
    ("values", "answer"),
    [
        (((1.8, "P3D"), (1.7, "P10D")), Found),
        (((1.8, "P3D"), (2.1, "P10D")), NotFound),
        (((1.8, "P3D"), (1.7, "P10D"), (2.4, "P20D")), Found),
        (((2.2, "P3D"),), NotFound),  # whatever came before
        (((1.8, "P3D"),), CannotTell),
        (((1.8, "P3D"), (1.7, "P4M")), CannotTell),
    ],
)
def test_each_of_the_last_readings_must_hold(
    values: tuple[tuple[float, str], ...], answer: type
) -> None:
    assert type(_inr(*values)) is answer


@pytest.mark.parametrize(
    ("medicine", "answer"),
    [
        ("citalopram 10 mg daily", Found),
        ("citalopram 20 mg daily", NotFound),
        ("trazodone 50 mg daily", NotFound),  # no usual dose is held
        ("citalopram", CannotTell),
    ],
)
def test_a_dose_below_the_usual_one(medicine: str, answer: type) -> None:
    asked = below_usual(v.MedicineBelowUsual(), RESOLVER)
    assert type(_asked(asked, chart(medicines=[medicine]))) is answer


def test_a_share_of_the_highest_dose_counts_the_class_alone() -> None:
    args = msgspec.convert(
        {"of": "ras-inhibitor", "below": {"fact": "share.rasi-max"}}, v.MedicineShareOfMax
    )
    asked = share_of_max(args, RESOLVER)
    low = _asked(asked, chart(medicines=["lisinopril 10 mg daily"]))
    assert isinstance(low, Found)
    assert dict(low.words)["daily"] == "10 mg a day"
    assert Decimal(dict(low.words)["target"].split()[0]) > 0
    assert isinstance(_asked(asked, chart(medicines=["lisinopril 40 mg daily"])), NotFound)
    assert isinstance(_asked(asked, chart(medicines=["amlodipine 5 mg daily"])), NotFound)
