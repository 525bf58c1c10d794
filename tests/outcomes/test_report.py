"""The report of a programme: honest denominators, what is unknown counted, filters that hold."""

from datetime import timedelta

import pytest

from app.domain.errors import CmmError
from app.domain.follow_up import Outcome, Response
from app.domain.people import Person
from app.domain.plan import ClinicalValue
from app.outcomes.measures import measures
from app.outcomes.records import Asked, Programme, Visit
from app.outcomes.report import Rate, Report, report
from app.outcomes.words import rate_words
from tests.outcomes.clinic import (
    LATER,
    NAMES,
    START,
    UNTIL,
    answer,
    asked,
    both,
    many,
    noon,
    outcome,
    plan,
)

FIRST = plan(agreed=["p", "q"], dismissed=["r"])
SECOND = plan(
    LATER,
    agreed=["q"],
    outcomes=(outcome("p"),),
    responses=(answer("p", Response.ACCEPTED),),
    version=2,
)
TWENTY = many(20, FIRST, SECOND)


def told(programme: Programme, on: Asked | None = None, smallest: int = 11) -> Report:
    return report(programme, on or asked(), NAMES, smallest)


def rate(of: Report, id_: str) -> Rate:
    return next(r for r in of.rates if r.measure.id == id_)


def pair(of: Report, id_: str) -> tuple[int | None, int | None]:
    found = rate(of, id_)
    return found.denominator, found.numerator


def test_counts_found_agreed_accepted_and_resolved() -> None:
    found = told(TWENTY)
    assert pair(found, "agreed") == (60, 40)
    assert pair(found, "accepted") == (40, 20)
    assert pair(found, "resolved") == (40, 20)
    assert rate(found, "resolved").percent == 50


def test_a_problem_whose_sixty_days_are_not_over_is_in_no_rate_of_sixty_days() -> None:
    young = many(20, plan(UNTIL - timedelta(days=59), agreed=["p"]), named="young")
    found = told(both(TWENTY, young))
    assert pair(found, "resolved-60") == (40, 20)
    assert pair(found, "resolved") == (60, 20)


def test_unknown_is_counted_and_not_hidden_in_the_denominator() -> None:
    counts = {row.key: row.counts["agreed"] for row in told(TWENTY).table("outcomes").rows}
    assert counts["none"] == 20
    assert counts[Outcome.RESOLVED.value] == 20


def test_categories_and_classes_have_rows_of_their_own() -> None:
    found = told(both(TWENTY, many(20, plan(agreed=["low:p"]), named="low")))
    rows = {row.title: row.counts["found"] for row in found.table("problems").rows}
    assert rows == {"Adverse event or risk": 60, "Dose too low": 20, "All problems": 80}
    assert {row.title for row in found.table("classes").rows} == {"Class not known", "All problems"}


def test_few_patients_are_not_shown_and_no_rate_gives_them_away() -> None:
    found = told(many(10, FIRST, SECOND))
    assert {count for t in found.tables for r in t.rows for count in r.counts.values()} <= {None, 0}
    assert all(r.percent is None for r in found.rates)


@pytest.mark.parametrize(
    ("on", "count"),
    [
        (asked(), 60),
        (asked(site="north"), 60),
        (asked(site="south"), 0),
        (asked(pharmacist="Practitioner/pharm-lee"), 60),
        (asked(pharmacist="Dana Lee, PharmD"), 60),
        (asked(pharmacist="Practitioner/other"), 0),
        (asked(since=START), 60),
        (asked(since=START + timedelta(days=1)), 0),
        (asked(until=START), 60),
        (asked(until=START - timedelta(days=1)), 0),
    ],
)
def test_asks_of_one_site_one_pharmacist_or_one_period(on: Asked, count: int) -> None:
    assert pair(told(TWENTY, on), "agreed")[0] == count


def test_as_of_an_earlier_day_nothing_later_is_known() -> None:
    found = told(TWENTY, asked(until=LATER - timedelta(days=1)))
    assert pair(found, "resolved") == (40, 0)


def test_engagement_counts_who_was_reached_enrolled_and_followed_up() -> None:
    open_ends = many(20, plan(agreed=["p"], undecided=["q"]), named="open")
    visits = tuple(Visit("north", f"v{n}", noon(START)) for n in range(15))
    found = told(both(TWENTY, open_ends, Programme(visits=visits)))
    assert pair(found, "enrolled") == (55, 40)
    assert pair(found, "completed") == (40, 20)
    assert pair(found, "followed") == (40, 20)


def values(systolic: str, a1c: str, smoking: str) -> tuple[ClinicalValue, ...]:
    """Where `a1c` is empty none was taken in time."""
    pressure = ("mm[Hg]", START, "hypertension")
    sugar = ClinicalValue("hba1c", condition="diabetes", unknown="none in 6 months")
    if a1c:
        met = float(a1c) < 7
        sugar = ClinicalValue("hba1c", a1c, "%", START, "diabetes", "below 7 %", met)
    return (
        ClinicalValue("sbp", systolic, *pressure, "below 130", float(systolic) < 130),
        ClinicalValue("dbp", "70.0", *pressure, "below 80", met=True),
        sugar,
        ClinicalValue("tobacco", smoking, goal="tobacco-free", met=smoking != "current"),
    )


@pytest.mark.parametrize(
    ("attributed", "counts"), [(40, (40, 20)), (25, (25, None)), (20, (20, 20))]
)
def test_those_attributed_are_counted_where_their_number_is_given(
    attributed: int, counts: tuple[int, int | None]
) -> None:
    assert pair(told(TWENTY, asked(attributed=attributed)), "reached") == counts
    assert "reached" not in {r.measure.id for r in told(TWENTY).rates}


def test_fewer_attributed_than_reached_is_refused() -> None:
    with pytest.raises(CmmError, match="attributed"):
        told(TWENTY, asked(attributed=19))


def test_clinical_goals_at_the_start_and_now() -> None:
    start, now = values("150.0", "9.1", "current"), values("135.0", "6.8", "former")
    found = told(many(20, plan(status=start), plan(LATER, status=now, version=2)))
    rows = {row.key: list(row.counts.values()) for row in found.table("clinical").rows}
    assert rows["pressure-goal"] == [20, 20, 0, 20, 20, 0]
    assert rows["a1c-goal"] == [20, 20, 0, 20, 20, 20]
    assert rows["tobacco-free"] == [20, 20, 0, 20, 20, 20]
    assert rows["diabetes-pressure"] == [20, 20, 0, 20, 20, 20]  # 135 is below 140
    assert rows["diabetes-a1c"] == [20, 20, 0, 20, 20, 20]


def test_a_count_that_another_table_would_give_away_is_not_shown() -> None:
    with_goal = many(20, plan(status=values("150.0", "9.1", "never")))
    found = told(both(with_goal, many(3, plan(), named="other")))  # 23 enrolled
    rows = {row.key: row.counts["patients"] for row in found.table("clinical").rows}
    assert rows["a1c-goal"] is None


def test_a_patient_seen_once_has_no_now() -> None:
    found = told(many(20, plan(status=values("120.0", "6.8", "never"))))
    rows = {row.key: list(row.counts.values()) for row in found.table("clinical").rows}
    assert rows["a1c-goal"] == [20, 20, 20, 0, 0, 0]


def test_a_value_that_is_not_known_is_not_at_goal_and_is_said_to_be_unknown() -> None:
    start, now = values("150.0", "9.1", "never"), values("150.0", "", "never")
    found = told(many(20, plan(status=start), plan(LATER, status=now, version=2)))
    rows = {row.key: row.counts for row in found.table("clinical").rows}
    assert (rows["a1c-goal"]["now_known"], rows["a1c-goal"]["now_met"]) == (0, 0)
    assert rate(found, "a1c-goal").percent == 0


def test_plans_signed_before_values_were_kept_are_not_counted_as_patients_with_a_goal() -> None:
    found = told(TWENTY)
    assert {c for r in found.table("clinical").rows for c in r.counts.values()} == {0}
    assert rate(found, "tobacco-free").percent is None


def test_a_visit_lasts_until_it_is_closed_or_else_until_something_is_signed_in_it() -> None:
    def visits(minutes: int | None) -> tuple[Visit, ...]:
        opened = noon(START) - timedelta(minutes=30)
        closed = None if minutes is None else opened + timedelta(minutes=minutes)
        return tuple(Visit("north", f"c{n}", opened, closed) for n in range(20))

    signed_in = Programme(TWENTY.plans, visits(None))
    closed = Programme((), visits(50))
    left_open = Programme((), visits(None))
    assert told(signed_in).time.median == 30
    assert told(closed).time.minutes == 1000
    assert (told(left_open).time.visits, told(left_open).time.timed) == (20, 0)
    assert told(signed_in, asked(pharmacist=Person("x").name)).time.visits == 0


@pytest.mark.parametrize(("payer", "count"), [("medicare", 15), ("not recorded", 20), ("other", 0)])
def test_patients_and_visits_are_of_the_payer_chosen_last(payer: str, count: int) -> None:
    """Twenty whose payer nobody chose, and fifteen that came from another payer to Medicare."""
    opened = noon(START)
    before = (Visit("north", f"m{n}", opened, opened, "other") for n in range(15))
    later = (Visit("north", f"m{n}", noon(LATER), noon(LATER), "medicare") for n in range(15))
    moved = many(15, plan(agreed=["p"]), named="m")
    programme = both(TWENTY, moved, Programme(visits=(*before, *later)))
    assert pair(told(programme, asked(payer=payer)), "followed")[0] == count
    at_first = asked(payer="other", until=START)
    assert pair(told(programme, at_first), "followed")[0] == 15


def test_the_time_of_few_patients_is_not_told() -> None:
    opened = noon(START)
    few = Programme((), tuple(Visit("north", f"c{n}", opened, opened) for n in range(10)))
    assert told(few).time.visits is None
    assert told(few).time.median is None


def test_every_measure_says_where_it_comes_from_and_counts_columns_that_exist() -> None:
    tables = {t.key: t for t in told(TWENTY, asked(attributed=99)).tables}
    for one in measures():
        assert one.source
        assert one.status in {"verified", "unreviewed"}
        assert {one.denominator, one.numerator} <= set(tables[one.table].columns)


@pytest.mark.parametrize(
    ("denominator", "numerator", "words"),
    [
        (40, 20, "20 of 40 (50 %)"),
        (0, 0, "nobody to count yet"),
        (40, None, "not shown of 40"),
        (None, 0, "0 of a number not shown"),
        (None, None, "not shown"),
    ],
)
def test_a_rate_says_once_what_is_not_shown(
    denominator: int | None, numerator: int | None, words: str
) -> None:
    assert rate_words(Rate(measures()[0], denominator, numerator)) == words
