"""Questions about the person: results, conditions, procedures, allergies, answers and scores."""

from typing import Literal

from app.knowledge.arguments import Args, Count, Fact, Key, Limits, Period, Which


class LabLatest(Limits, frozen=True, kw_only=True):
    family: Key
    within: Period


class LabMean(Limits, frozen=True, kw_only=True):
    """Mean of the last readings on different days."""

    family: Key
    last: Count
    within: Period


class LabRun(Limits, frozen=True, kw_only=True):
    """Each of the last readings on different days."""

    family: Key
    last: Count
    within: Period


class LabEver(Limits, frozen=True, kw_only=True):
    """Any reading (in the period, where one is given). No reading at all counts as no."""

    family: Key
    within: Period | None = None


class LabMissing(Args, frozen=True, kw_only=True):
    family: Key
    within: Period


class LabFall(Args, frozen=True, kw_only=True):
    """The fall from the first to the latest reading, in percent of the first, is less than this."""

    family: Key
    within: Period
    less_than: Fact


class ConditionPresent(Args, frozen=True, kw_only=True, rename={"any_": "any"}):
    family: Key | None = None
    any_: tuple[Key, ...] = ()


class ConditionAbsent(ConditionPresent, frozen=True, kw_only=True):
    """None of them is active on the problem list."""


class ConditionHistory(ConditionPresent, frozen=True, kw_only=True):
    """Active or in the past."""


class ConditionRecent(ConditionPresent, frozen=True, kw_only=True):
    """Began within the period."""

    within: Period


class ConditionCount(Args, frozen=True, kw_only=True):
    """Recorded anew on at least so many days of the period: flares, exacerbations."""

    family: Key
    within: Period
    at_least: Count


class ProcedureDone(Args, frozen=True, kw_only=True):
    family: Key
    within: Period | None = None


class AllergyTo(Which, frozen=True, kw_only=True):
    """An active allergy or intolerance to the ingredient or class."""


class Age(Limits, frozen=True, kw_only=True):
    """Completed years."""


class Sex(Args, frozen=True, kw_only=True, rename={"is_": "is"}):
    is_: Literal["female", "male"]


class FindingIs(Args, frozen=True, kw_only=True):
    """The latest answer of a family (tobacco, pregnancy, cost) has this meaning."""

    family: Key
    meaning: Key
    within: Period | None = None
    unasked_is_no: bool = False  # where asking everybody would hide what was looked at


class Cha2ds2Vasc(Limits, frozen=True, kw_only=True):
    """Stroke risk score in atrial fibrillation."""


class Score(Limits, frozen=True, kw_only=True):
    """A value that is worked out from others: has-bled, fib4, prevent-ascvd, qtc-fridericia, ..."""

    name: Key
    within: Period  # how old the results it rests on may be
