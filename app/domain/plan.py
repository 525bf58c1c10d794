"""The clinician's decisions and the medication action plan they make."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from app.domain.assessment import MedicationTherapyProblem
from app.domain.chart import Allergy, Gap
from app.domain.codes import Coding
from app.domain.follow_up import ConfirmedOutcome, PrescriberResponse
from app.domain.medicines import Medicine, PatientReported, Settlement
from app.domain.patient import Patient
from app.domain.people import Person
from app.domain.person_context import Access, ContextItem, SelfManagement


class Verdict(StrEnum):
    """What the clinician said of a problem."""

    ACCEPTED = "accepted"
    CHANGED = "changed"
    DISMISSED = "dismissed"
    ADDED = "added"  # found by the clinician, not by a rule


@dataclass(frozen=True, slots=True)
class Decision:
    """One verdict on one problem. A dismissal carries a coded reason; a change carries the new words."""

    problem_id: str
    verdict: Verdict
    reason: str = ""  # code of the dismissal list
    note: str = ""
    action: str = ""  # changed coded action
    text: str = ""  # changed recommendation
    plain: str = ""  # changed patient words
    severity: str = ""


@dataclass(frozen=True, slots=True)
class PlannedAction:
    """One agreed problem with what will be done, by whom, by when, and how it is followed."""

    key: str  # stable within the plan
    problem: MedicationTherapyProblem
    verdict: Verdict
    action: str
    text: str
    plain: str
    owner: Person
    due: date
    monitoring: str = ""
    note: str = ""
    response: str = "pending"  # prescriber: pending | accepted | changed | declined


@dataclass(frozen=True, slots=True)
class PlanGoal:
    """A goal the patient and clinician agreed, measurable where `measure` is given."""

    key: str
    text: str
    due: date | None = None
    measure: Coding | None = None
    low: str = ""  # decimal text, so that 7.50 stays 7.50
    high: str = ""
    unit: str = ""
    conditions: tuple[str, ...] = ()  # Condition references
    actions: tuple[str, ...] = ()  # PlannedAction keys
    expressed_by_patient: bool = False
    progress: str = ""  # GoalProgress as it stood when the version was signed; empty: not looked at


class TouchpointFormat(StrEnum):
    IN_PERSON = "in-person"
    TELEPHONE = "telephone"
    TELEHEALTH = "telehealth"


@dataclass(frozen=True, slots=True)
class Touchpoint:
    """A planned contact: when, how, who takes part, what for."""

    key: str
    earliest: date
    latest: date
    format: TouchpointFormat
    participants: str
    purpose: str


@dataclass(frozen=True, slots=True)
class Dismissal:
    """A problem the clinician set aside, with the coded reason: remembered at the next visit."""

    problem: MedicationTherapyProblem  # as it was found then: what changes is measured from there
    reason: str
    note: str = ""
    on: date | None = None  # when it was set aside; None: with the plan that holds it


@dataclass(frozen=True, slots=True)
class ClinicalValue:
    """
    Where the patient stood on one measure when the plan was signed, as the chart said it.

    `measure` is a result family (`sbp`, `dbp`, `hba1c`) or `tobacco`. `value` is decimal text or the
    meaning of an answer; where it is empty `unknown` says why. `condition` and `goal` are empty where
    no goal held; `met` is None where there is none or it can't be told.
    """

    measure: str
    value: str = ""
    unit: str = ""
    taken: date | None = None
    condition: str = ""
    goal: str = ""
    met: bool | None = None
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class AllergyList:
    """The active allergies and intolerances as the chart had them; not `complete` where any was not read."""

    items: tuple[Allergy, ...] = ()
    complete: bool = True


@dataclass(frozen=True, slots=True)
class ActionPlan:
    """
    The signed medication action plan: everything the outputs are made from.

    `id` is the business identifier of the plan (stable over versions), `version_id` of this version.
    """

    id: str
    version_id: str
    version: int
    patient: Patient
    author: Person
    signed_at: datetime
    as_of: date
    medicines: tuple[Medicine, ...]
    actions: tuple[PlannedAction, ...]
    goals: tuple[PlanGoal, ...] = ()
    touchpoints: tuple[Touchpoint, ...] = ()
    dismissed: tuple[Dismissal, ...] = ()
    undecided: tuple[MedicationTherapyProblem, ...] = ()  # left open, and the signer said so
    gaps: tuple[Gap, ...] = ()
    patient_words: str = ""
    knowledge_version: str = ""
    encounter: str = ""  # Encounter/... of the launch
    replaces: str = ""
    context: tuple[ContextItem, ...] = ()
    self_management: tuple[SelfManagement, ...] = ()
    access: tuple[Access, ...] = ()
    duration_weeks: int | None = None  # how long the intervention is meant to go on
    contact_frequency: str = ""  # in words: "every 4 weeks by telephone"
    # Off today's list, and named by what is still open: an earlier version's medicines.
    past_medicines: tuple[Medicine, ...] = ()
    responses: tuple[PrescriberResponse, ...] = ()  # oldest first; the last one of an action counts
    outcomes: tuple[ConfirmedOutcome, ...] = ()  # oldest first; the last one of a problem counts
    # What made `medicines` of what was read: the next review begins with it.
    settlements: tuple[Settlement, ...] = ()
    told: tuple[PatientReported, ...] = ()
    status: tuple[ClinicalValue, ...] = ()  # pressure, A1c and tobacco on the day it was signed
    allergies: AllergyList | None = None  # None: signed before plans kept them


@dataclass(frozen=True, slots=True)
class ListEntry:
    """One entry of a coded list. `category`, `need` and `act_code` where the list has them."""

    code: str
    title: str
    category: str = ""
    need: str = ""
    act_code: str = ""  # HL7 v3-ActCode, empty where none fits


@dataclass(frozen=True, slots=True)
class CodedLists:
    """The lists a clinician chooses from and the documents name things by."""

    actions: tuple[ListEntry, ...] = ()
    rationales: tuple[ListEntry, ...] = ()
    categories: tuple[ListEntry, ...] = ()
    dismissals: tuple[ListEntry, ...] = ()
    barriers: tuple[ListEntry, ...] = ()
    techniques: tuple[ListEntry, ...] = ()

    def title(self, entries: str, code: str) -> str:
        """The title of a code in the list named; the code itself when it is not in it."""
        found: tuple[ListEntry, ...] = getattr(self, entries)
        return next((e.title for e in found if e.code == code), code)
