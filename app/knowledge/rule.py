"""The shape of a rule file: logic, words, citations and the rule's own tests."""

from datetime import date
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from app.knowledge.arguments import Key, Period
from app.knowledge.rows import SeverityWord

RuleId = Annotated[str, Meta(pattern=r"^[UNILMSHAC][0-9]{2}[a-z]?(-[a-z0-9]+)*$")]
Need = Literal["indication", "effectiveness", "safety", "adherence"]
TableName = Literal[
    "interactions",
    "duplicates",
    "same_ingredient",
    "allergy_cross",
    "drug_conditions",
    "age_cautions",
    "renal_dosing",
    "max_daily_dose",
    "monitoring",
    "goals",
    "immunizations",
    "indications",
    "pharmacogenomics",
]


class Part(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A part of a rule file: an unknown key is refused."""


class ProblemKind(Part, frozen=True, kw_only=True):
    need: Need
    category: Key
    rationale: Key
    short: str  # one or two words for the grid cell


class Recommend(Part, frozen=True, kw_only=True):
    """`row` as the action takes the action of the table row."""

    action: str
    text: str
    plain: str
    alternatives: tuple[str, ...] = ()


class Cite(Part, frozen=True, kw_only=True):
    source: str
    at: str = ""


class GivenMedicine(Part, frozen=True, kw_only=True):
    """A medicine of a test case whose few words don't say enough."""

    name: str
    ingredients: tuple[Key, ...] = ()
    daily_dose: dict[Key, str] = {}
    form: Key | None = None
    route: Key | None = None
    release: Key | None = None
    as_needed: bool = False
    started: Period | None = None  # so long ago
    status: Literal["current", "on-hold", "not-taken", "unknown", "stopped"] = "current"
    brand_only: bool = False  # ordered to be dispensed as written
    reported: Literal["taking", "not-taken", ""] = ""
    reason: str = ""
    covered: float | None = None
    possession: float | None = None  # days supplied per day up to the last fill
    last_fill: Period | None = None  # so long ago
    fills: int = 0  # so many, a month apart
    disagrees: tuple[Key, ...] = ()


class GivenLab(Part, frozen=True, kw_only=True):
    value: float
    unit: str | None = None  # the family's own unit; an empty text means none was sent
    ago: Period = "P30D"


class GivenCondition(Part, frozen=True, kw_only=True):
    family: Key
    status: Literal["active", "resolved", "inactive", "unknown"] = "active"
    ago: Period = "P2Y"


class GivenVaccine(Part, frozen=True, kw_only=True):
    vaccine: Key
    ago: Period = "P1M"


class GivenPrice(Part, frozen=True, kw_only=True):
    """A row of a price list, by the words that the list describes its product with."""

    product: str
    kind: Literal["B", "B-ANDA", "B-BIO", "G"]
    costs: float
    generic: float | None = None
    unit: Literal["EA", "ML", "GM"] = "EA"


class Given(Part, frozen=True, kw_only=True):
    """A chart in clinic words. Age is 60 and the sex female unless the case says otherwise."""

    medicines: tuple[str | GivenMedicine, ...] = ()
    labs: dict[Key, float | GivenLab | tuple[GivenLab, ...]] = {}
    conditions: tuple[str | GivenCondition, ...] = ()
    allergies: tuple[str, ...] = ()
    findings: dict[Key, Key] = {}
    genes: dict[str, str] = {}  # what the laboratory named -> its words
    procedures: tuple[str | GivenCondition, ...] = ()
    vaccines: tuple[str | GivenVaccine, ...] = ()
    prices: tuple[GivenPrice, ...] = ()  # none: no list is loaded
    listed: Period = "P7D"  # so long ago the prices were
    age: int | None = 60
    sex: Literal["female", "male", "other", "unknown"] = "female"
    unread: tuple[str, ...] = ()


class RuleTest(Part, frozen=True, kw_only=True):
    given: Given
    expect: Literal["problem", "none_found", "cannot_assess"]
    says: str = ""  # words the sentence (or the missing part) must contain
    severity: SeverityWord | None = None


class Rule(Part, frozen=True, kw_only=True):
    """
    One rule. Per medicine it is about each medicine named by its first `medicine.taking`; per
    patient about the person, with the problem put in the cells of the medicines named by `attach`
    or, where there are none, in a row of its own. `over` runs over a fact table instead.
    """

    id: RuleId
    title: str
    problem: ProblemKind
    severity: Literal["high", "moderate", "low", "row"]
    status: Literal["verified", "unreviewed", "row"]
    because: str
    recommend: Recommend
    tests: tuple[RuleTest, ...]
    cite: tuple[Cite, ...] = ()
    per: Literal["medicine", "patient"] = "medicine"
    when: dict[str, Any] = {}
    over: TableName | None = None
    only: dict[str, tuple[str, ...]] = {}  # column -> values of the rows this rule takes
    attach: tuple[str, ...] = ()  # subjects
    # Which of the medicines the recommendation is about; empty: all. Problems that ask for the same
    # of the same medicine become one line.
    acts_on: tuple[str, ...] = ()
    one_of: bool = False  # it is enough to act on one of them
    # What is missing, as a subject: one such medicine settles every rule that asks for it.
    adds: str = ""
    direction: Literal["above", "below", "any"] = "any"  # of a missed goal
    preventive: bool = False  # its benefit lies ahead: held back by suppressors.csv
    # A no to this rule says that the need is met: fills that cover, a goal that is reached. Asked of
    # effectiveness and adherence alone; for indication and safety every check counts.
    answers: bool = False
    measure: Key | None = None  # lab family that shows the outcome
    reviewer: str = ""  # who read the sources and stands for the rule
    reviewed: date | None = None
