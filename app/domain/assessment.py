"""The assessment: medicines x four needs, each cell one of three states, and the problems found."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.domain.chart import Gap
from app.domain.codes import Coding
from app.domain.medicines import Medicine
from app.domain.values import Value


class Need(StrEnum):
    """The four needs of every medicine, in the order CMM asks them."""

    INDICATION = "indication"
    EFFECTIVENESS = "effectiveness"
    SAFETY = "safety"
    ADHERENCE = "adherence"


class CellState(StrEnum):
    """There is no fourth state and no empty cell."""

    PROBLEM = "problem"
    NONE_FOUND = "none_found"
    CANNOT_ASSESS = "cannot_assess"


class Severity(StrEnum):
    HIGH = "high"
    MODERATE = "moderate"
    LOW = "low"

    @property
    def rank(self) -> int:
        return _RANKS[self]


_RANKS = {severity: at for at, severity in enumerate(Severity)}


class Citation(Value, frozen=True):
    """Where a rule or fact comes from."""

    citation: str
    url: str = ""
    at: str = ""


class Input(Value, frozen=True):
    """One chart value a problem rests on, as recorded."""

    resource: str
    id: str
    label: str
    value: str = ""
    unit: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True)
class Recommendation:
    """What to do: the coded action, the words for the clinician and for the patient, and what else would do."""

    action: str  # code of the action list, e.g. discontinue-medication
    text: str
    plain: str = ""
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MedicationTherapyProblem:
    """One problem of one patient. `id` is stable for the same finding on the same patient."""

    id: str
    rule: str
    title: str
    need: Need
    category: str  # one of the MTP categories (app/knowledge/data/categories)
    rationale: str  # code of the rationale list
    severity: Severity
    medicines: tuple[str, ...]  # Medicine ids
    conditions: tuple[str, ...]
    because: str
    recommend: Recommendation
    evidence: tuple[Citation, ...] = ()
    inputs: tuple[Input, ...] = ()
    short: str = ""  # one or two words for the grid cell, e.g. "eGFR"
    measure: Coding | None = None  # the lab or vital that shows the outcome
    also: tuple[str, ...] = ()  # further reasons merged into this problem, each a sentence
    also_rules: tuple[str, ...] = ()  # the rules those reasons come from
    act_on: tuple[str, ...] = ()  # the medicines to do it about, by id
    one_of: bool = False  # it is enough to do it about one of them
    due: tuple[Coding, ...] = ()  # the results that are missing
    held_back: str = ""  # why it is folded away: what is known of the person


class Cell(Value, frozen=True):
    """The verdict on one need of one medicine, with what was checked and what is missing."""

    state: CellState
    checked: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AssessedMedicine:
    """A medicine with its four cells and the condition it is grouped under (empty: no condition recorded)."""

    medicine: Medicine
    needs: Mapping[Need, Cell]
    treats: str = ""


@dataclass(frozen=True, slots=True)
class UntreatedNeed:
    """A need without a medicine: untreated condition, preventive therapy, vaccine due, monitoring due."""

    rule: str
    title: str
    state: CellState  # problem or cannot_assess
    problems: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ConditionGoal:
    """A condition's value against its goal, for the group headings of the grid."""

    condition: str
    text: str  # e.g. "A1c 9.1 % on 03-Nov-2026 (goal < 8.0 %)" or "no A1c in 12 months"
    met: bool | None


@dataclass(frozen=True, slots=True)
class Assessment:
    """The whole grid of one chart on one day."""

    patient_id: str
    as_of: date
    medicines: tuple[AssessedMedicine, ...]
    problems: tuple[MedicationTherapyProblem, ...]  # ranked: high first, then certainty and need
    untreated: tuple[UntreatedNeed, ...]
    gaps: tuple[Gap, ...]
    knowledge_version: str
    condition_goals: tuple[ConditionGoal, ...] = ()

    def problem(self, id_: str) -> MedicationTherapyProblem:
        return next(p for p in self.problems if p.id == id_)
