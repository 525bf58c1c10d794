"""When in the day a medicine is taken: only what the directions say in full is put into the table."""

from dataclasses import replace
from decimal import Decimal

import pytest

from app.domain.codes import Source
from app.domain.medicines import DailyDose, Disagreement, LineStatus, Medicine
from app.planning.papers import ENGLISH
from app.planning.papers.amounts import amount_words
from app.planning.papers.day_plan import day_line
from tests.plans import METFORMIN

PLAIN = replace(METFORMIN, daily_dose=DailyDose())


def day(medicine: Medicine) -> str:
    line = day_line(medicine)
    if line is None:
        return ""
    return ", ".join(f"{t.value} {amount_words(a, ENGLISH)}" for t, a in line.amounts.items())


@pytest.mark.parametrize(
    ("sig", "said"),
    [
        ("1 tablet by mouth daily", "once 1 tablet"),
        ("1/2 tablet daily", "once 1/2 tablet"),
        ("1 and 1/2 tablets twice daily", "morning 1 1/2 tablets, evening 1 1/2 tablets"),
        ("1 to 2 tablets at bedtime", "bedtime 1 to 2 tablets"),
        ("2 puffs twice daily", "morning 2 puffs, evening 2 puffs"),
        ("1 capsule every 12 hours", "morning 1 capsule, evening 1 capsule"),
        ("1 tablet three times a day", "morning 1 tablet, noon 1 tablet, evening 1 tablet"),
        (
            "1 tablet four times daily",
            "morning 1 tablet, noon 1 tablet, evening 1 tablet, bedtime 1 tablet",
        ),
        ("take 1 capsule every morning at 8 am", "morning 1 capsule"),
        ("10 units at breakfast and 12 units at bedtime", "morning 10 units, bedtime 12 units"),
        ("5 mL daily", "once 5 mL"),
    ],
)
def test_what_is_taken_every_day_has_its_times(sig: str, said: str) -> None:
    assert day(replace(PLAIN, sig=sig)) == said


@pytest.mark.parametrize(
    "sig",
    [
        "1 tablet every 8 hours",  # not three meals
        "6 tablets once a week",  # methotrexate: never a day's line
        "1 tablet on Monday",
        "1 tablet every other day",
        "1 tablet every 4 hours as needed",
        "1 to 2 times a day 1 tablet",
        "1 tablet five times a day",
        "1 tablet daily for 7 days",  # it may be over
        "as directed",
        "take some",
        "",
    ],
)
def test_what_is_not_the_same_every_day_keeps_its_own_words(sig: str) -> None:
    assert day(replace(PLAIN, sig=sig)) == ""


@pytest.mark.parametrize("status", [s for s in LineStatus if s is not LineStatus.CURRENT])
def test_what_may_not_be_taken_is_not_in_the_table(status: LineStatus) -> None:
    assert day(replace(PLAIN, status=status)) == ""


def test_sources_that_disagree_are_not_put_into_a_table() -> None:
    split = Disagreement("dose", "500 mg or 1,000 mg", (Source("MedicationRequest", "mr1"),))
    assert day(replace(PLAIN, disagreements=(split,))) == ""


def test_a_count_that_the_coded_dose_does_not_bear_out_is_not_put_into_a_table() -> None:
    dose = DailyDose(administrations_per_day=Decimal(1))
    assert day(replace(METFORMIN, daily_dose=dose)) == ""


@pytest.mark.parametrize(
    "sig", ["1 drop in each eye at bedtime", "2 sprays in both nostrils daily", "1 drop in each ear daily"]
)  # fmt: skip
def test_a_count_for_each_side_is_never_added_up(sig: str) -> None:
    """Two drops at bedtime would be read as two in each eye."""
    assert not day(replace(PLAIN, sig=sig))


def test_each_morning_is_a_time_and_no_side() -> None:
    assert day(replace(PLAIN, sig="1 tablet each morning")) == "morning 1 tablet"
