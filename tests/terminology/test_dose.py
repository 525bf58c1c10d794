"""Daily doses from names and directions, and the reasons where there is none."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.codes import Concept
from app.domain.medicines import DailyDose, Dosage
from app.terminology import daily_dose, identify, load_vocabulary
from app.terminology.dose import NO_STRENGTH, NOT_RECOGNISED, NOT_THE_STRENGTH, OTHER_UNIT, WHICH
from app.terminology.regimen import CHANGES, NOT_READ
from app.terminology.several import SEVERAL
from app.terminology.structured import DIFFER, NO_UNIT, NOT_A_DOSE, RATE


def dose(name: str, *dosages: Dosage) -> DailyDose:
    return daily_dose(identify(Concept(name), load_vocabulary()), dosages)


def by_words(name: str, words: str) -> DailyDose:
    return dose(name, Dosage(text=words))


def amounts(found: DailyDose) -> dict[str, str]:
    return {
        d.ingredient: (f"{d.low:f}-" if d.low != d.high else "") + f"{d.high:f} {d.unit}"
        for d in found.per_ingredient
    }


def structured(amount: str, unit: str, times: str = "1", days: str = "1", **more: Any) -> Dosage:
    return Dosage(
        dose_low=Decimal(amount),
        dose_unit=unit,
        frequency=Decimal(times),
        period=Decimal(days),
        period_unit=more.pop("period_unit", "d"),
        **more,
    )


BY_WORDS = [
    ("metFORMIN 500 mg tablet", "Take 1 tablet by mouth twice daily", {"metformin": "1000 mg"}, "1,000 mg a day"),
    ("metformin 1 g tablet", "1 tab bid", {"metformin": "2000 mg"}, "2,000 mg a day"),
    ("levothyroxine 75 mcg tablet", "Take 1 tablet (75 mcg total) by mouth every morning", {"levothyroxine": "0.075 mg"}, "75 mcg a day"),
    ("warfarin", "5 mg daily", {"warfarin": "5 mg"}, "5 mg a day"),
    ("warfarin", "5 mg Mon Wed Fri, 2.5 mg other days", {"warfarin": "3.571428571 mg"}, "3.57 mg a day"),
    ("warfarin 5 mg tablet", "Take 1 tablet (5 mg) on Mon/Wed/Fri and 1/2 tablet (2.5 mg) on all other days", {"warfarin": "3.571428571 mg"}, "3.57 mg a day"),
    ("oxyCODONE-acetaminophen 5-325 mg tablet", "1-2 tabs PO q4-6h prn pain max 8/day", {"oxycodone": "0-40 mg", "acetaminophen": "0-2600 mg"}, "oxycodone up to 40 mg, acetaminophen up to 2,600 mg a day as needed"),
    ("acetaminophen 500 mg tablet", "2 tablets every 6 hours, not to exceed 3000 mg per day", {"acetaminophen": "3000 mg"}, "3,000 mg a day"),
    ("ibuprofen 200 mg tablet", "1-2 tablets 3 times daily", {"ibuprofen": "600-1200 mg"}, "600 to 1,200 mg a day"),
    ("fentanyl 25 mcg/hr patch", "apply 1 patch every 72 hours", {"fentanyl": "0.6 mg"}, "600 mcg a day"),
    ("nicotine 21 mg/24 hr patch", "apply 1 patch every 24 hours", {"nicotine": "21 mg"}, "21 mg a day"),
    ("insulin glargine 100 unit/mL", "inject 12 units subq qhs", {"insulin glargine": "12 unit"}, "12 units a day"),
    ("insulin glargine 100 unit/mL", "inject 0.2 mL nightly", {"insulin glargine": "20 unit"}, "20 units a day"),
    ("albuterol HFA 90 mcg/actuation inhaler", "2 puffs every 4 to 6 hours as needed", {"albuterol": "0-1.08 mg"}, "up to 1,080 mcg a day as needed"),
    ("fluticasone 50 mcg/actuation nasal spray", "1 spray in each nostril daily", {"fluticasone": "0.1 mg"}, "100 mcg a day"),
    ("amoxicillin 250 mg/5 mL suspension", "1 tsp three times daily for 10 days", {"amoxicillin": "750 mg"}, "750 mg a day"),
    ("albuterol 2.5 mg/3 mL nebulizer solution", "3 mL by nebulization every 6 hours as needed", {"albuterol": "0-10 mg"}, "up to 10 mg a day as needed"),
    ("methotrexate 2.5 mg tablet", "Take 6 tablets by mouth once weekly", {"methotrexate": "2.142857143 mg"}, "15 mg a week (2.14 mg a day)"),
    ("cholecalciferol 50,000 unit capsule", "Take 1 capsule (50,000 units total) by mouth once a week", {"cholecalciferol": "7142.857142857 unit"}, "50,000 units a week (7,142.86 units a day)"),
    ("potassium chloride 20 mEq tablet ER", "20 mEq bid", {"potassium chloride": "40 meq"}, "40 mEq a day"),
    ("polyethylene glycol 3350 17 gram powder packet", "Take 17 g by mouth daily", {"polyethylene glycol 3350": "17000 mg"}, "17,000 mg a day"),
    ("lisinopril 20 mg", "take 1 daily", {"lisinopril": "20 mg"}, "20 mg a day"),
    ("albuterol HFA 90 mcg/actuation inhaler", "2 daily", {"albuterol": "0.18 mg"}, "180 mcg a day"),
    ("ibuprofen 100 mg/3 mL suspension", "6 mL daily", {"ibuprofen": "200 mg"}, "200 mg a day"),
    ("oxyCODONE-acetaminophen 5-325 mg tablet", "1 tablet (330 mg) daily", {"oxycodone": "5 mg", "acetaminophen": "325 mg"}, "oxycodone 5 mg, acetaminophen 325 mg a day"),
]  # fmt: skip

NO_DOSE = [
    ("metformin 500 mg tablet", "take as directed", "the directions say only 'as directed'"),
    ("metformin 500 mg tablet", "take 1 tablet with meals", "the directions do not say how often"),
    ("metformin 500 mg tablet", "twice daily", "the directions give no dose"),
    ("metformin", "1 tablet twice daily", NO_STRENGTH),
    ("Xyzzyplugh 10 mg", "1 tablet twice daily", NOT_RECOGNISED),
    ("prednisone 10 mg tablet", "4 tablets daily for 3 days then 2 tablets daily", CHANGES),
    ("lisinopril 20 mg tablet", "Take 1 tablet (10 mg total) by mouth daily", NOT_THE_STRENGTH),
    ("oxyCODONE-acetaminophen 5-325 mg tablet", "5 mg every 6 hours", WHICH),
    ("amoxicillin 250 mg/5 mL suspension", "1 tablet twice daily", OTHER_UNIT),
    ("lisinopril 20 mg tablet", "1 puff daily", OTHER_UNIT),
    ("insulin glargine 100 unit/mL", "5 mg in the morning and 10 units at bedtime", OTHER_UNIT),
    (
        "latanoprost 0.005 % ophthalmic solution",
        "1 mg in each eye nightly and 1 drop daily",
        NOT_READ,
    ),
    ("lidocaine 5 % patch", "apply 1 patch daily", "the strength of the patch is not a rate"),
    ("lisinopril-hydrochlorothiazide 20 mg", "1 tablet daily", NO_STRENGTH),
    ("lisinopril 20 mg tablet", "", "no dosing instruction"),
]


@pytest.mark.parametrize(("name", "words", "expected", "text"), BY_WORDS)
def test_multiplies_the_directions_by_the_strength(
    name: str, words: str, expected: dict[str, str], text: str
) -> None:
    found = by_words(name, words)
    assert found.unknown == ""
    assert amounts(found) == expected
    assert found.text == text


@pytest.mark.parametrize(("name", "words", "reason"), NO_DOSE)
def test_says_why_there_is_no_daily_dose(name: str, words: str, reason: str) -> None:
    found = by_words(name, words)
    assert found.unknown == reason
    assert found.per_ingredient == ()
    assert found.text == ""


def test_without_instructions_there_is_no_dose() -> None:
    assert dose("lisinopril 20 mg tablet").unknown == "no dosing instruction"


def test_premixed_insulin_is_shared_out_as_in_the_vial() -> None:
    name = (
        "insulin human, isophane 70 UNT/ML / Regular Insulin, Human 30 UNT/ML Injectable Suspension"
    )
    found = by_words(name, "inject 10 units twice daily")
    assert amounts(found) == {"insulin isophane": "14 unit", "insulin regular": "6 unit"}


@pytest.mark.parametrize(
    ("dosage", "mg"),
    [
        (structured("500", "mg", "2"), "1000"),
        (structured("1", "TAB", "2"), "1000"),
        (structured("1", "{tbl}", "1", "8", period_unit="h"), "1500"),
        (structured("1", "tablet(s)", "2", frequency_max=Decimal(3)), "1500"),
        (structured("1", "tablet", "3", "1", period_unit="wk"), "214.285714286"),
        (structured("0.5", "g", "2"), "1000"),
        (structured("1", "tablet", "1", days_of_week=("mon", "thu", "sat", "sun", "tue", "wed", "fri")), "500"),
        (structured("7", "tablet", "2", period_unit="wk", days_of_week=("mon", "thu")), "1000"),
        (structured("7", "tablet", text="Take 7 tablets daily to reduce cholesterol"), "3500"),
        (Dosage(dose_low=Decimal(1), dose_high=Decimal(2), dose_unit="tablet", frequency=Decimal(1), period=Decimal(1), period_unit="d"), "1000"),
        (Dosage(dose_low=Decimal(1), dose_unit="tablet", times_of_day=("08:00", "20:00")), "1000"),
        (Dosage(dose_low=Decimal(7), dose_unit="tablet", days_of_week=("mon",)), "500"),
        (Dosage(dose_low=Decimal(1), dose_unit="tablet", text="take twice daily"), "1000"),
        (Dosage(text="1 tablet", frequency=Decimal(2), period=Decimal(1), period_unit="d"), "1000"),
    ],
)  # fmt: skip
def test_reads_the_structured_fields(dosage: Dosage, mg: str) -> None:
    found = dose("metformin 500 mg tablet", dosage)
    assert found.unknown == ""
    assert found.per_ingredient[0].high == Decimal(mg)


@pytest.mark.parametrize(
    ("dosage", "reason"),
    [
        (structured("1", "tablet", "2", text="Take 1 tablet daily"), DIFFER),
        (structured("2", "tablet", text="Take 1 tablet daily"), DIFFER),
        (structured("500", "mg", text="1000 mg daily"), DIFFER),
        (structured("1000", "mg", text="Take 1 tablet daily"), NOT_THE_STRENGTH),
        (structured("1", "tablet", text="1 tablet in the morning and 2 tablets at bedtime"), DIFFER),
        (structured("1", "tablet", text="1 tablet daily, then 2 tablets daily"), CHANGES),
        (structured("1", ""), NO_UNIT),
        (structured("1", "1"), NO_UNIT),
        (structured("5", "mL/h"), RATE),
        (structured("-1", "tablet"), NOT_A_DOSE),
        (structured("0", "tablet"), NOT_A_DOSE),
        (structured("1", "tablet", "0"), NOT_A_DOSE),
        (structured("1", "tablet", "1", "0"), NOT_A_DOSE),
        (structured("2", "tablet", dose_high=Decimal(1)), NOT_A_DOSE),
        (Dosage(dose_low=Decimal(1), dose_unit="tablet"), "the dose or how often it is taken is missing"),
        (Dosage(dose_low=Decimal(1), dose_unit="tablet", text="whenever"), NOT_READ),
        (structured("1", "mL"), OTHER_UNIT),
        (structured("1", "tablet", "1", period_unit="wk", days_of_week=("mon", "thu")), "the dose or how often it is taken is missing"),
    ],
)  # fmt: skip
def test_refuses_fields_that_are_short_or_contradict_the_words(dosage: Dosage, reason: str) -> None:
    assert dose("metformin 500 mg tablet", dosage).unknown == reason


@pytest.mark.parametrize("text", ["", "Take 1 tablet twice daily", "Take 1 tablet (500 mg) twice daily", "for sugar, ask Anna"])  # fmt: skip
def test_words_that_agree_or_are_not_read_leave_the_fields_standing(text: str) -> None:
    found = dose("metformin 500 mg tablet", structured("500", "mg", "2", text=text))
    assert amounts(found) == {"metformin": "1000 mg"}


def test_a_dose_without_unit_still_says_how_often() -> None:
    """The number alone is not a dose, but once a day is once a day."""
    found = dose("metformin 500 mg tablet", structured("1", ""))
    assert found.unknown == NO_UNIT
    assert found.administrations_per_day == 1


def test_words_supply_the_unit_that_the_same_structured_number_lacks() -> None:
    found = dose("metformin 500 mg tablet", structured("2", "", text="Take 2 tablets daily"))
    assert amounts(found) == {"metformin": "1000 mg"}
    found = dose("metformin 500 mg tablet", structured("1", "", text="Take 2 tablets daily"))
    assert found.unknown == NO_UNIT


def test_a_daily_limit_also_limits_how_often() -> None:
    found = by_words(
        "nitroglycerin 0.4 mg SL tablet", "1 tablet every 5 minutes prn, max 3 tablets daily"
    )
    assert found.administrations_per_day == 3


def test_a_limit_without_unit_is_no_limit() -> None:
    limit: dict[str, Any] = {
        "max_amount": Decimal(1),
        "max_unit": "",
        "max_period_days": Decimal(1),
    }
    found = dose("metformin 500 mg tablet", structured("1", "tablet", "2", **limit))
    assert amounts(found) == {"metformin": "1000 mg"}


def test_the_structured_limit_caps_an_as_needed_dose() -> None:
    dosage = structured(
        "2", "tablet", "1", "4", period_unit="h", as_needed=True,
        max_amount=Decimal(3000), max_unit="mg", max_period_days=Decimal(1),
    )  # fmt: skip
    found = dose("acetaminophen 500 mg tablet", dosage)
    assert amounts(found) == {"acetaminophen": "0-3000 mg"}
    assert found.as_needed


def test_a_split_dose_adds_up_over_the_day() -> None:
    found = dose(
        "metformin 500 mg tablet",
        Dosage(text="1 tablet in the morning"),
        Dosage(text="2 tablets at bedtime"),
    )
    assert amounts(found) == {"metformin": "1500 mg"}
    assert found.administrations_per_day == 2


def test_different_weekdays_add_up_over_the_week() -> None:
    found = dose(
        "warfarin 5 mg tablet",
        Dosage(dose_low=Decimal(1), dose_unit="tablet", days_of_week=("mon", "wed", "fri", "sun")),
        Dosage(dose_low=Decimal(2), dose_unit="tablet", days_of_week=("tue", "thu", "sat")),
    )
    assert found.per_ingredient[0].high == Decimal("7.142857143")


def test_instructions_that_may_follow_one_another_are_not_added() -> None:
    """40 mg and 20 mg without times may be a taper: the sum would be an overdose nobody takes."""
    found = dose("prednisone 20 mg tablet", structured("2", "tablet"), structured("1", "tablet"))
    assert found.unknown == SEVERAL


def test_a_regular_dose_and_an_extra_one_as_needed_make_a_range() -> None:
    found = dose(
        "hydroxyzine 25 mg tablet",
        Dosage(text="1 tablet at bedtime"),
        Dosage(text="1 tablet every 8 hours as needed"),
    )
    assert amounts(found) == {"hydroxyzine": "25-100 mg"}


def test_one_unreadable_instruction_leaves_no_dose() -> None:
    found = dose(
        "metformin 500 mg tablet", Dosage(text="1 tablet in the morning"), Dosage(text="?")
    )
    assert found.unknown == NOT_READ


def test_says_how_often_even_where_the_amount_is_unknown() -> None:
    found = by_words("latanoprost 0.005 % ophthalmic solution", "1 drop in each eye nightly")
    assert found.administrations_per_day == 1


@given(
    st.builds(
        Dosage,
        text=st.sampled_from(["", "1 tablet daily", "?", "5 mg bid", "as directed"]),
        dose_low=st.none() | st.decimals("-5", "5", places=2),
        dose_high=st.none() | st.decimals("-5", "5", places=2),
        dose_unit=st.sampled_from(["", "mg", "tablet", "{puff}", "mg/h", "1", "%%"]),
        frequency=st.none() | st.decimals("-2", "4", places=1),
        frequency_max=st.none() | st.decimals("-2", "4", places=1),
        period=st.none() | st.decimals("-2", "4", places=1),
        period_unit=st.sampled_from(["", "d", "wk", "h", "x"]),
        days_of_week=st.sampled_from([(), ("mon",), ("mon", "mon", "?")]),
        max_amount=st.none() | st.decimals("-2", "4", places=1),
        max_unit=st.sampled_from(["", "mg", "tablet"]),
        max_period_days=st.none() | st.decimals("-2", "4", places=1),
    ),
    st.sampled_from(["lisinopril 20 mg tablet", "Percocet 5-325 mg", "nobody", "fentanyl 25 mcg/hr patch"]),
)  # fmt: skip
def test_any_fields_give_a_dose_or_a_reason(dosage: Dosage, name: str) -> None:
    found = dose(name, dosage, dosage)
    assert bool(found.per_ingredient) != bool(found.unknown)
    found = dose(name, dosage)
    assert bool(found.per_ingredient) != bool(found.unknown)
    assert all(0 <= d.low <= d.high for d in found.per_ingredient)
