"""
The words rules are written in: every predicate with its typed arguments.

Numbers come only by `{fact: id}` from constants.csv, so that each has a source; lengths of time
and counts may stand in the rule. What a predicate means is in app/assessment; here is its shape.
"""

from typing import Literal

from app.knowledge import vocabulary_person as person
from app.knowledge.arguments import Args, Count, Days, Fact, Key, Limits, Period, Which


class MedicineTaking(Which, frozen=True, kw_only=True):
    """The medicine the rule is about. First in `all` of every rule per medicine."""


class MedicineDailyDose(Limits, frozen=True, kw_only=True):
    """The daily dose of the bound medicine (of one ingredient where it has several)."""

    ingredient: Key | None = None


class MedicineDuration(Args, frozen=True, kw_only=True):
    """How long it has been taken, by the recorded start."""

    at_least: Period


class MedicineStarted(Args, frozen=True, kw_only=True):
    """Started within the period."""

    within: Period


class MedicineStartedAfter(Which, frozen=True, kw_only=True):
    """Started later than another medicine on the list, which may be what it is taken against."""


class MedicineAsNeeded(Args, frozen=True, kw_only=True):
    """Taken as needed rather than on a schedule."""


class MedicineRegular(Args, frozen=True, kw_only=True):
    """
    On a schedule; or ordered as needed and taken daily, by the patient's account or by fills that
    cover at least this share (%) of days.
    """

    covered: Fact


class MedicineDosesPerDay(Args, frozen=True, kw_only=True):
    at_least: Count


class MedicineFor(Args, frozen=True, kw_only=True):
    """The order itself names this condition as its reason."""

    family: Key


class MedicineCovered(Args, frozen=True, kw_only=True):
    """Proportion of days covered by fills."""

    below: Fact


class MedicineNeverFilled(Args, frozen=True, kw_only=True, rename={"for_": "for"}):
    """Ordered this long ago and never filled, although fills are recorded for the patient."""

    for_: Period


class MedicineOverdue(Args, frozen=True, kw_only=True, rename={"for_": "for"}):
    """The last fill has been used up for this long."""

    for_: Period


class MedicinePossession(Args, frozen=True, kw_only=True):
    """Days supplied per day up to the last of three fills or more, in percent: above 100 is early."""

    above: Fact


class MedicineFirstOf(Which, frozen=True, kw_only=True):
    """Nothing else of the kind, on the list or stopped, was started before it."""


class MedicineNotTaken(Args, frozen=True, kw_only=True):
    """The patient is recorded as not taking it."""


class MedicineDisagrees(Args, frozen=True, kw_only=True):
    """Sources disagree about it in this way."""

    kind: Key


class MedicineStatinIntensity(Args, frozen=True, kw_only=True):
    """Intensity of the bound statin at its recorded dose is less than this."""

    below: Literal["moderate", "high"]


class MedicineBelowTarget(Args, frozen=True, kw_only=True):
    """The daily dose is below this share (%) of the heart-failure target dose."""

    share: Fact


class MedicineBelowUsual(Args, frozen=True, kw_only=True):
    """The daily dose is below the lowest one that usually works (usual_doses.csv)."""


class MedicineShareOfMax(Args, frozen=True, kw_only=True):
    """The daily dose of what is of this class is below a share (%) of the highest one."""

    of: Key
    below: Fact


class MedicineUnchecked(Args, frozen=True, kw_only=True):
    """Started or its dose changed between `within` and `after` ago, and nothing measured since."""

    family: Key
    after: Period
    within: Period


class MedicineFills(Args, frozen=True, kw_only=True):
    """Handed over at least so often. Where no fill is recorded the answer is no: others ask for fills."""

    within: Period
    at_least: Count


class MedicineGenericSold(Args, frozen=True, kw_only=True):
    """
    Ordered by its brand name while a generic is sold. A price list that is older than `listed_within`
    says so. Without one the answer is no, and the chart says once that prices were not looked up.
    """

    listed_within: Period


class MedicineDearer(Which, frozen=True, kw_only=True):
    """
    Costs more than so many `times` the cheapest other medicine of its class, and `saves` at least so
    much a day. Without a price list the answer is no.
    """

    times: Fact
    saves: Fact
    listed_within: Period


class Taking(Which, frozen=True, kw_only=True):
    """Another medicine on the list (never the bound one)."""


class NotTaking(Which, frozen=True, kw_only=True):
    """No other medicine on the list is one."""


class TakingCount(Which, frozen=True, kw_only=True):
    """At least so many medicines on the list, the bound one included."""

    at_least: Count
    different_ingredients: bool = True


class Courses(Which, frozen=True, kw_only=True):
    """
    At least so many courses were ordered in the period, those that are over included. What is taken
    for longer than `up_to` is no course.
    """

    within: Period
    at_least: Count
    up_to: Period


class ClassNotKeptUp(Which, frozen=True, kw_only=True):
    """A new treatment whose fills can't cover so many of the days from its first fill."""

    days: Days
    of: Days
    begun_within: Period


class DosesPerDay(Args, frozen=True, kw_only=True):
    """So many scheduled doses a day over the whole list."""

    at_least: Count


class AnticholinergicTotal(Limits, frozen=True, kw_only=True):
    """Points of the anticholinergic burden scale over every medicine that is taken."""


class IngredientTotal(Limits, frozen=True, kw_only=True):
    """Total daily amount of an ingredient over every product."""

    ingredient: Key


class MmeTotal(Limits, frozen=True, kw_only=True):
    """Total opioid dose in morphine milligram equivalents a day."""


VOCABULARY: dict[str, type[Args]] = {
    "medicine.taking": MedicineTaking,
    "medicine.daily_dose": MedicineDailyDose,
    "medicine.duration": MedicineDuration,
    "medicine.started": MedicineStarted,
    "medicine.started_after": MedicineStartedAfter,
    "medicine.as_needed": MedicineAsNeeded,
    "medicine.regular": MedicineRegular,
    "medicine.doses_per_day": MedicineDosesPerDay,
    "medicine.for": MedicineFor,
    "medicine.covered": MedicineCovered,
    "medicine.never_filled": MedicineNeverFilled,
    "medicine.overdue": MedicineOverdue,
    "medicine.possession": MedicinePossession,
    "medicine.first_of": MedicineFirstOf,
    "medicine.not_taken": MedicineNotTaken,
    "medicine.disagrees": MedicineDisagrees,
    "medicine.statin_intensity": MedicineStatinIntensity,
    "medicine.below_target": MedicineBelowTarget,
    "medicine.below_usual": MedicineBelowUsual,
    "medicine.share_of_max": MedicineShareOfMax,
    "medicine.unchecked": MedicineUnchecked,
    "medicine.fills": MedicineFills,
    "medicine.generic_sold": MedicineGenericSold,
    "medicine.dearer": MedicineDearer,
    "taking": Taking,
    "not_taking": NotTaking,
    "taking.count": TakingCount,
    "courses": Courses,
    "class.not_kept_up": ClassNotKeptUp,
    "doses.per_day": DosesPerDay,
    "anticholinergic.total": AnticholinergicTotal,
    "ingredient.total": IngredientTotal,
    "mme.total": MmeTotal,
    "lab.latest": person.LabLatest,
    "lab.mean": person.LabMean,
    "lab.run": person.LabRun,
    "lab.ever": person.LabEver,
    "lab.missing": person.LabMissing,
    "lab.fall": person.LabFall,
    "condition.present": person.ConditionPresent,
    "condition.absent": person.ConditionAbsent,
    "condition.history": person.ConditionHistory,
    "condition.recent": person.ConditionRecent,
    "condition.count": person.ConditionCount,
    "procedure.done": person.ProcedureDone,
    "allergy.to": person.AllergyTo,
    "age": person.Age,
    "sex": person.Sex,
    "finding": person.FindingIs,
    "score.cha2ds2vasc": person.Cha2ds2Vasc,
    "score": person.Score,
}
