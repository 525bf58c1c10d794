"""The rows of the fact tables, typed: an unknown column or a wrong value refuses to load."""

from datetime import date
from decimal import Decimal
from typing import Literal

from msgspec import Struct

Status = Literal["verified", "unreviewed"]
SeverityWord = Literal["high", "moderate", "low"]


class Row(Struct, frozen=True, forbid_unknown_fields=True):
    """One line of a table. Empty cells are left out before decoding, so defaults mean "not given"."""


class CitedRow(Row, frozen=True, kw_only=True):
    """A fact: where it was read, in which section and year, and whether somebody checked it."""

    id: str
    source: str
    at: str = ""
    year: str = ""
    status: Status = "unreviewed"
    rule: str = ""  # rules.md id the row is reported under; empty: the generic rule of its table
    reviewer: str = ""  # who read the source and stands for the row
    reviewed: date | None = None


class ClassRow(Row, frozen=True, kw_only=True):
    class_: str
    ingredient: str
    route: str = ""
    release: str = ""
    source: str = ""
    status: Status = "unreviewed"


class ClassTitleRow(Row, frozen=True, kw_only=True):
    class_: str
    title: str
    plain: str = ""
    parent: str = ""


class FamilyRow(Row, frozen=True, kw_only=True):
    family: str
    title: str
    plain: str = ""
    parent: str = ""


class FamilyCodeRow(Row, frozen=True, kw_only=True):
    family: str
    system: Literal["snomed", "icd10cm"]
    code: str
    match: Literal["exact", "prefix"] = "exact"
    display: str = ""
    source: str = ""


class FamilyWordsRow(Row, frozen=True, kw_only=True):
    family: str
    phrase: str
    source: str = ""


class LabCodeRow(Row, frozen=True, kw_only=True):
    family: str
    loinc: str
    unit: str = ""
    display: str = ""
    source: str = ""


class LabTitleRow(Row, frozen=True, kw_only=True):
    family: str
    title: str
    plain: str = ""
    short: str = ""


class ConversionRow(Row, frozen=True, kw_only=True):
    family: str
    from_unit: str
    to_unit: str
    factor: Decimal
    offset: Decimal = Decimal(0)
    source: str = ""


class FindingRow(Row, frozen=True, kw_only=True):
    family: str
    loinc: str = ""
    value_system: str = ""
    value_code: str = ""
    meaning: str = ""
    source: str = ""


class IndicationRow(Row, frozen=True, kw_only=True):
    ingredient: str
    family: str
    kind: str = "labelled"
    source: str = ""
    status: Status = "unreviewed"


class ConstantRow(CitedRow, frozen=True, kw_only=True):
    value: Decimal
    title: str
    unit: str = ""


class GoalRow(CitedRow, frozen=True, kw_only=True):
    family: str
    lab: str
    comparator: Literal["<", "<=", ">", ">=", "between"]
    value: Decimal
    high: Decimal | None = None
    unit: str = ""
    within_months: int = 12
    age_min: int | None = None
    age_max: int | None = None
    with_: str = ""
    without: str = ""
    drug: str = ""  # the goal is one of this medicine and holds while it is taken
    priority: int = 0


class InteractionRow(CitedRow, frozen=True, kw_only=True):
    a: str
    b: str
    severity: SeverityWord
    consequence: str
    management: str
    action: str
    mechanism: str = ""
    plain: str = ""
    raised_by: str = ""
    lowered_by: str = ""
    act_on: Literal["a", "b", "both"] = "both"  # the side the management is about; both: either


class DrugConditionRow(CitedRow, frozen=True, kw_only=True):
    drug: str
    family: str
    severity: SeverityWord
    consequence: str
    management: str
    action: str
    unless: str = ""
    plain: str = ""


class AgeCautionRow(CitedRow, frozen=True, kw_only=True):
    drug: str
    age_min: int
    severity: SeverityWord
    reason: str
    management: str
    action: str
    unless: str = ""
    plain: str = ""


class AllergyRow(CitedRow, frozen=True, kw_only=True):
    allergen: str
    drug: str
    severity: SeverityWord
    text: str


class AdherenceClassRow(CitedRow, frozen=True, kw_only=True):
    """A class whose fills are measured together: a switch within it is no gap."""

    class_: str
    without: str = ""  # not measured for who also fills one of this class


class DuplicateRow(CitedRow, frozen=True, kw_only=True):
    class_: str
    severity: SeverityWord
    text: str
    min: int = 2
    allow: str = ""


class MaxDoseRow(CitedRow, frozen=True, kw_only=True):
    ingredient: str
    value: Decimal
    unit: str
    severity: SeverityWord
    route: str = ""
    age_min: int | None = None
    note: str = ""


class RenalRow(CitedRow, frozen=True, kw_only=True):
    drug: str
    metric: Literal["egfr", "crcl"]
    effect: Literal["stop", "max-daily", "avoid-start", "review"]
    severity: SeverityWord
    text: str
    action: str
    below: Decimal | None = None
    at_least: Decimal | None = None
    max_value: Decimal | None = None
    max_unit: str = ""
    plain: str = ""


class MonitoringRow(CitedRow, frozen=True, kw_only=True):
    drug: str
    lab: str
    within_months: int
    severity: SeverityWord
    text: str
    plain: str = ""


class MmeRow(CitedRow, frozen=True, kw_only=True):
    ingredient: str
    factor: Decimal
    unit: str
    route: str = ""


class StatinRow(Row, frozen=True, kw_only=True):
    ingredient: str
    intensity: SeverityWord
    low: Decimal
    high: Decimal
    unit: str = "mg"
    source: str = ""
    status: Status = "unreviewed"


class ScoreRow(Row, frozen=True, kw_only=True):
    """Points of one ingredient on a published scale."""

    ingredient: str
    score: int
    source: str
    at: str = ""
    year: str = ""
    status: Status = "unreviewed"


class InhaledSteroidRow(CitedRow, frozen=True, kw_only=True):
    """Daily doses at which an inhaled steroid is low, medium (none where empty) or high."""

    ingredient: str
    low_from: Decimal
    high_above: Decimal
    unit: str
    medium_above: Decimal | None = None
    told_by: str = ""  # words of the name or other ingredients that tell salts of one name apart


class ComplexityRow(CitedRow, frozen=True, kw_only=True):
    """One item of the medication regimen complexity index."""

    part: Literal["form", "frequency", "direction"]
    item: str
    weight: Decimal
    form: str = ""
    route: str = ""
    times: int | None = None  # a day; 0: less often than daily
    hours: int | None = None
    as_needed: Literal["yes", "no", ""] = ""
    cue: str = ""


class TargetDoseRow(CitedRow, frozen=True, kw_only=True):
    ingredient: str
    value: Decimal
    unit: str
    note: str = ""


class StatementRow(CitedRow, frozen=True, kw_only=True):
    """What a source says where no number can be held; that it asks for nothing is a fact as well."""

    ingredient: str
    topic: Literal["max-dose", "renal", "monitoring", "age"]
    answer: Literal["stated", "none-stated"]
    words: str


class PharmacogenomicRow(CitedRow, frozen=True, kw_only=True):
    gene: str
    ingredient: str
    level: Literal["A", "B"]
    phenotype: str  # split by `|`
    advice: str
    action: str
    severity: SeverityWord
    route: str = ""


class GenotypeRow(Row, frozen=True, kw_only=True):
    """Two alleles as laboratories write them, and the phenotype advice is looked up by."""

    gene: str
    marker: str  # what the result is named by: a position or an rs number
    alleles: str  # in the order of the alphabet: A/G
    meaning: str
    source: str


class PrescribedRow(Row, frozen=True, kw_only=True):
    """A medicine of the ranking coverage is measured on; `ingredients` are split by `|`."""

    rank: int
    name: str
    ingredients: str
    prescriptions: int
    source: str


class ListedItemRow(CitedRow, frozen=True, kw_only=True):
    """An item of a published list, and the rows or rules that hold it (`table:id`, `rule:id`)."""

    list_: str
    title: str
    held_by: str
    subjects: str = ""
    others: str = ""  # the other side, where the item is about a pair


class ImmunizationRow(CitedRow, frozen=True, kw_only=True):
    """One line of the adult schedule: who, and which doses are enough."""

    title: str
    plain: str
    age_min: int
    complete_by: str  # any of several series: pcv20:1|pcv15:1&ppsv23:1
    severity: SeverityWord
    age_max: int | None = None
    with_: str = ""  # contexts, any of which is enough; empty: everybody of the age
    within_months: int | None = None  # only doses as recent as this count
    interval_days: int | None = None  # the next dose waits so long
    group: str = ""  # one shot answers every line of it


class VaccineRow(Row, frozen=True, kw_only=True):
    """What a vaccine is recorded as: a CVX code, or how its name begins where no code was sent."""

    vaccine: str
    cvx: str = ""
    words: str = ""
    display: str = ""
    source: str = ""
