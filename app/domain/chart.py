"""The chart as it was read: every fact with its source, every miss a Gap."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from app.domain.codes import Concept, Source
from app.domain.dates import PartialDate
from app.domain.medicines import (
    Administration,
    Fill,
    MedicationEntry,
    Medicine,
    RecordedList,
)
from app.domain.patient import Patient
from app.domain.values import Value


class Condition(Value, frozen=True):
    """A problem, diagnosis or health concern. `clinical_status` is as sent, `unknown` where missing."""

    source: Source
    concept: Concept
    clinical_status: str
    verification: str = ""
    categories: tuple[str, ...] = ()
    onset: PartialDate | None = None
    abated: PartialDate | None = None
    recorded: PartialDate | None = None

    @property
    def active(self) -> bool:
        if self.clinical_status == "unknown" and self.abated:
            return False  # R4 con-4: an abated condition is inactive, resolved or in remission
        return self.clinical_status in {"active", "recurrence", "relapse", "unknown"} and (
            self.verification not in {"refuted", "entered-in-error"}
        )


class Measurement(Value, frozen=True):
    """One numeric result or vital sign, in the unit it was sent in. Components (BP) are their own Measurements."""

    source: Source
    concept: Concept
    value: Decimal
    unit: str  # UCUM code where sent, else the unit text
    taken: date
    comparator: str = ""
    categories: tuple[str, ...] = ()


class Finding(Value, frozen=True):
    """One non-numeric observation: smoking status, pregnancy status, a social answer."""

    source: Source
    concept: Concept
    value: Concept
    taken: PartialDate | None
    categories: tuple[str, ...] = ()


class Allergy(Value, frozen=True):
    """An allergy or intolerance. `active` follows clinicalStatus; reactions are the words recorded."""

    source: Source
    concept: Concept
    active: bool
    kind: str = ""  # allergy | intolerance | empty
    criticality: str = ""
    reactions: tuple[Concept, ...] = ()
    substances: tuple[Concept, ...] = ()


class Immunization(Value, frozen=True):
    """A vaccine given."""

    source: Source
    concept: Concept
    status: str
    given: PartialDate | None


class Encounter(Value, frozen=True):
    """A contact with the health system."""

    source: Source
    kind: str  # class code: AMB, IMP, EMER, VR, ...
    types: tuple[Concept, ...]
    status: str
    starts: PartialDate | None
    ends: PartialDate | None = None


class Procedure(Value, frozen=True):
    """A procedure done."""

    source: Source
    concept: Concept
    status: str
    performed: PartialDate | None


@dataclass(frozen=True, slots=True)
class CareTeamMember:
    """Someone who takes part in the patient's care."""

    source: Source
    name: str
    role: str
    reference: str = ""


@dataclass(frozen=True, slots=True)
class RecordedGoal:
    """A goal already in the chart."""

    source: Source
    text: str
    lifecycle_status: str
    ours: bool = False  # written with a plan of ours


@dataclass(frozen=True, slots=True)
class RecordedPlan:
    """A care plan already in the chart."""

    source: Source
    title: str
    status: str


@dataclass(frozen=True, slots=True)
class Gap:
    """
    Something that was not read or can't be used, said in words.

    `what` names it, `why` says the reason, `effect` says what is thus unchecked. No patient data.
    """

    what: str
    why: str
    effect: str
    source: Source | None = None

    @property
    def headed(self) -> str:
        """`what` as the beginning of a text: it is a sentence or only a name."""
        return self.what if self.what.endswith(".") else f"{self.what}:"


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything read about one patient at one moment. Only `medicines` is derived: the reconciled list."""

    patient: Patient
    medicines: tuple[Medicine, ...] = ()
    past_entries: tuple[
        MedicationEntry, ...
    ] = ()  # stopped, completed, cancelled, not yet ordered: kept, not assessed
    conditions: tuple[Condition, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    findings: tuple[Finding, ...] = ()
    allergies: tuple[Allergy, ...] = ()
    immunizations: tuple[Immunization, ...] = ()
    encounters: tuple[Encounter, ...] = ()
    procedures: tuple[Procedure, ...] = ()
    care_team: tuple[CareTeamMember, ...] = ()
    goals: tuple[RecordedGoal, ...] = ()
    plans: tuple[RecordedPlan, ...] = ()
    gaps: tuple[Gap, ...] = ()
    refused: tuple[Gap, ...] = ()  # resources of another patient: never used, always said
    unread: frozenset[str] = field(
        default=frozenset()
    )  # resource types whose read failed or was never tried
    # Of `unread`, the types of which a part was read: what is missing of them is not known.
    incomplete: frozenset[str] = frozenset()
    read_at: datetime | None = None
    past_fills: tuple[Fill, ...] = ()  # fills of medicines that are on no line: kept, not assessed
    past_administrations: tuple[Administration, ...] = ()  # given, and on no line: kept
    lists: tuple[RecordedList, ...] = ()
