"""What fills say of a treatment, what came before a medicine, and what the whole list adds up to."""

from typing import Any

import pytest

from app.assessment.answers import Answer, CannotTell, Found, NotFound
from app.assessment.chart_index import index
from app.assessment.loading import load_compiled
from app.assessment.predicates_supply import (
    anticholinergic,
    doses_together,
    first_of,
    kept_up,
    never_filled,
    overdue,
    possession,
)
from app.assessment.resolving import Predicate, Scope
from app.knowledge import vocabulary as v
from app.knowledge.arguments import Fact
from tests.assessment.charts import TODAY, chart

RESOLVER = load_compiled().resolver
AMLODIPINE = {"name": "amlodipine 5 mg daily", "covered": 0.9}


def _asked(predicate: Predicate, **given: Any) -> Answer:
    ready = index(chart(**given), load_compiled().lookups, TODAY)
    return predicate(Scope(ready, next(iter(ready.lines), None)))


def _sertraline(**said: Any) -> list[dict[str, Any]]:
    return [{"name": "sertraline 50 mg daily"} | said]


@pytest.mark.parametrize(
    ("medicines", "answer"),
    [
        ([{"name": "lisinopril 10 mg daily", "started": "P31D"}, AMLODIPINE], Found),
        ([{"name": "lisinopril 10 mg daily", "started": "P30D"}, AMLODIPINE], NotFound),
        ([{"name": "lisinopril 10 mg daily"}, AMLODIPINE], CannotTell),
        ([{"name": "lisinopril 10 mg daily", "started": "P31D"}], CannotTell),
        ([AMLODIPINE], NotFound),
    ],
)
def test_an_order_that_was_never_filled(medicines: list[Any], answer: type) -> None:
    asked = never_filled(v.MedicineNeverFilled(for_="P30D"), RESOLVER)
    assert type(_asked(asked, medicines=medicines)) is answer


@pytest.mark.parametrize(
    ("last_fill", "answer"), [("P61D", Found), ("P60D", NotFound), ("P5D", NotFound)]
)
def test_a_supply_that_was_used_up_long_ago(last_fill: str, answer: type) -> None:
    asked = overdue(v.MedicineOverdue(for_="P30D"), RESOLVER)
    found = _asked(asked, medicines=[{"name": "lisinopril 10 mg daily", "last_fill": last_fill}])
    assert type(found) is answer


@pytest.mark.parametrize(
    ("medicines", "answer"),
    [
        (_sertraline(last_fill="P4M"), Found),  # 30 of 114 days
        (_sertraline(last_fill="P62D"), Found),  # 84 can't be reached any more
        (_sertraline(last_fill="P59D"), NotFound),  # they still can
        (_sertraline(fills=4), NotFound),
        (_sertraline(last_fill="P13M"), NotFound),  # no new start
        (
            [*_sertraline(last_fill="P62D"), {"name": "fluoxetine 20 mg daily", "fills": 1}],
            NotFound,
        ),
        ([{"name": "lisinopril 10 mg daily", "last_fill": "P4M"}], NotFound),
        (_sertraline(), CannotTell),
    ],
)
def test_a_new_treatment_that_was_not_kept_up(medicines: list[Any], answer: type) -> None:
    args = v.ClassNotKeptUp(class_="antidepressant", days=84, of=114, begun_within="P1Y")
    assert type(_asked(kept_up(args, RESOLVER), medicines=medicines)) is answer


def test_what_was_stopped_was_part_of_the_treatment() -> None:
    args = v.ClassNotKeptUp(class_="antidepressant", days=84, of=114, begun_within="P1Y")
    medicines = [*_sertraline(last_fill="P4M", status="stopped"), AMLODIPINE]
    assert isinstance(_asked(kept_up(args, RESOLVER), medicines=medicines), Found)


@pytest.mark.parametrize(("held", "answer"), [(1.21, Found), (1.2, NotFound), (0.5, NotFound)])
def test_more_is_fetched_than_the_days_ask_for(held: float, answer: type) -> None:
    asked = possession(v.MedicinePossession(above=Fact(fact="possession.overuse")), RESOLVER)
    medicines = [{"name": "oxycodone 5 mg twice daily", "possession": held}]
    assert type(_asked(asked, medicines=medicines)) is answer


@pytest.mark.parametrize(
    ("other", "answer"),
    [
        ([], Found),
        ([{"name": "oxycodone 5 mg daily", "started": "P6M"}], NotFound),
        ([{"name": "oxycodone 5 mg daily", "started": "P6M", "status": "stopped"}], NotFound),
        ([{"name": "oxycodone 5 mg daily", "started": "P2D"}], Found),
        ([{"name": "oxycodone 5 mg daily"}], CannotTell),
        ([{"name": "lisinopril 10 mg daily", "started": "P6M"}], Found),
    ],
)
def test_the_first_of_its_kind(other: list[Any], answer: type) -> None:
    methadone = {"name": "methadone 5 mg twice daily", "started": "P10D"}
    asked = first_of(v.MedicineFirstOf(class_="opioid"), RESOLVER)
    assert type(_asked(asked, medicines=[methadone, *other])) is answer


def test_doses_that_are_not_known_are_named_and_not_counted() -> None:
    asked = doses_together(v.DosesPerDay(at_least=4), RESOLVER)
    medicines = ["gabapentin 300 mg four times daily", "metformin 500 mg"]
    found = _asked(asked, medicines=medicines)
    assert isinstance(found, Found)
    assert "metformin" in found.caveats[0].lower()
    assert isinstance(_asked(asked, medicines=["metformin 500 mg twice daily"]), NotFound)


def test_a_medicine_that_is_not_taken_adds_no_burden() -> None:
    asked = anticholinergic(v.AnticholinergicTotal(at_least=Fact(fact="acb.high")), RESOLVER)
    assert isinstance(_asked(asked, medicines=["oxybutynin 5 mg twice daily"]), Found)
    idle = {"name": "oxybutynin 5 mg twice daily", "status": "not-taken", "reported": "not-taken"}
    assert isinstance(_asked(asked, medicines=[idle]), NotFound)
