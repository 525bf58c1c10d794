"""Which of two medicines came first, and how often something was recorded."""

from typing import Any

import pytest

from app.assessment.answers import Answer, CannotTell, Found, NotFound
from app.assessment.chart_index import index
from app.assessment.loading import load_compiled
from app.assessment.predicates_list import started_after
from app.assessment.predicates_patient import count
from app.assessment.resolving import Scope
from app.knowledge import vocabulary as v
from app.knowledge.vocabulary_person import ConditionCount
from tests.assessment.charts import TODAY, chart

COMPILED = load_compiled()


def order(first: str | None, second: str | None) -> Answer:
    given: list[dict[str, Any]] = [
        {"name": "furosemide 20 mg daily"},
        {"name": "amlodipine 5 mg daily"},
    ]
    for medicine, started in zip(given, (first, second), strict=True):
        if started:
            medicine["started"] = started
    ready = index(chart(medicines=given), COMPILED.lookups, TODAY)
    ask = started_after(v.MedicineStartedAfter(class_="dhp-ccb"), COMPILED.resolver)
    return ask(Scope(ready, ready.lines[0]))


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("P1M", "P2M", Found),
        ("P2M", "P1M", NotFound),
        ("P1M", "P1M", NotFound),
        (None, "P1M", CannotTell),
        ("P1M", None, CannotTell),
    ],
)
def test_the_later_start_is_told_from_the_earlier(
    first: str | None, second: str | None, expected: type[Answer]
) -> None:
    assert isinstance(order(first, second), expected)


def flares(conditions: list[dict[str, Any]]) -> Answer:
    ready = index(chart(conditions=conditions), COMPILED.lookups, TODAY)
    args = ConditionCount(family="gout", within="P12M", at_least=2)
    return count(args, COMPILED.resolver)(Scope(ready))


def test_two_codes_of_one_day_are_one_event() -> None:
    once = {"family": "gout", "ago": "P2M"}
    assert isinstance(flares([once, once]), NotFound)
    assert isinstance(flares([once, {"family": "gout", "ago": "P5M"}]), Found)


def test_what_is_older_than_the_period_is_not_counted() -> None:
    events = [{"family": "gout", "ago": "P2M"}, {"family": "gout", "ago": "P13M"}]
    assert isinstance(flares(events), NotFound)
