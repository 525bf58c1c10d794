"""Medicines as charts record them, and the one reconciled line each becomes."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from app.domain.codes import Concept, Source
from app.domain.dates import PartialDate, clinical_date
from app.domain.values import Value


class Dosage(Value, frozen=True):
    """
    One dosing instruction as sent: the words and whatever was structured.

    `dose_low`/`dose_high` are per administration in `dose_unit`; `frequency` to `frequency_max`
    administrations per `period` of `period_unit` (FHIR: s, min, h, d, wk, mo, a).
    """

    text: str = ""
    dose_low: Decimal | None = None
    dose_high: Decimal | None = None
    dose_unit: str = ""
    frequency: Decimal | None = None
    frequency_max: Decimal | None = None
    period: Decimal | None = None
    period_unit: str = ""
    times_of_day: tuple[str, ...] = ()
    days_of_week: tuple[str, ...] = ()
    as_needed: bool = False
    as_needed_for: str = ""
    route: Concept | None = None
    max_amount: Decimal | None = None
    max_unit: str = ""
    max_period_days: Decimal | None = None
    patient_instruction: str = ""
    when: tuple[str, ...] = ()  # FHIR event timing codes as sent: HS, ACM, MORN, ...
    period_max: Decimal | None = None  # "every 4 to 6 hours": period 4, period_max 6
    sequence: int | None = None  # equal numbers hold together, a higher one follows
    starts: PartialDate | None = None  # timing.repeat.boundsPeriod
    ends: PartialDate | None = None
    lasts_days: Decimal | None = None  # timing.repeat.boundsDuration
    count: Decimal | None = None  # doses in all
    rate_unit: str = ""  # an infusion rate was sent; its unit


class MedicationEntry(Value, frozen=True):
    """
    One MedicationRequest or MedicationStatement, read tolerantly.

    `status` and `intent` are as sent (`unknown` where missing). `reported` is true for what the
    patient says rather than what was ordered here (MedicationStatement, reportedBoolean, intent plan).
    """

    source: Source
    concept: Concept
    status: str
    intent: str = ""
    reported: bool = False
    do_not_perform: bool = False
    categories: tuple[str, ...] = ()
    dosages: tuple[Dosage, ...] = ()
    reasons: tuple[Concept, ...] = ()
    authored: PartialDate | None = None
    starts: PartialDate | None = None
    ends: PartialDate | None = None
    prescriber: str = ""
    supply_days: Decimal | None = None
    refills: int | None = None
    adherence: Concept | None = None
    status_reasons: tuple[Concept, ...] = ()
    note: str = ""
    based_on: tuple[str, ...] = ()
    brand_only: bool = False  # the prescriber lets no generic be dispensed for it
    ours: bool = False  # a list that we settled and wrote: no new word of the patient


class Fill(Value, frozen=True):
    """One MedicationDispense."""

    source: Source
    concept: Concept
    status: str
    handed_over: PartialDate | None
    days_supply: Decimal | None = None
    quantity: Decimal | None = None
    prescriptions: tuple[str, ...] = ()
    dosages: tuple[Dosage, ...] = ()


class Administration(Value, frozen=True):
    """One MedicationAdministration: a dose that someone gave, or did not give."""

    source: Source
    concept: Concept
    status: str
    given: PartialDate | None
    setting: str = ""  # inpatient, outpatient, community; empty where it does not say
    dosages: tuple[Dosage, ...] = ()
    orders: tuple[str, ...] = ()
    status_reasons: tuple[Concept, ...] = ()


@dataclass(frozen=True, slots=True)
class ListedItem:
    """
    One entry of a medication list: the chart entry it points at and what the list says of it.

    `flag` is the code as sent. That a list leaves a medicine out says nothing.
    """

    entry: str  # MedicationRequest/7; empty where it points at nothing that can be named
    concept: Concept | None = None  # the medicine, where the list itself names it
    flag: str = ""
    deleted: bool = False
    dated: PartialDate | None = None


@dataclass(frozen=True, slots=True)
class RecordedList:
    """One List of medicines that is in force."""

    source: Source
    title: str
    items: tuple[ListedItem, ...]
    dated: PartialDate | None = None
    ours: bool = False  # written with a plan of ours


@dataclass(frozen=True, slots=True)
class ListMark:
    """A medication list that speaks against an entry it holds: `says` is `stopped` or `on-hold`."""

    source: Source
    entry: str
    says: str
    dated: PartialDate | None = None


class Ingredient(Struct, frozen=True, order=True, cache_hash=True, gc=False):
    """An RxNorm ingredient. `rxcui` is empty where no sourced code is known."""

    name: str
    rxcui: str = ""


class Strength(Struct, frozen=True, cache_hash=True, gc=False):
    """How much of one ingredient is in one unit of the product (per mL, per actuation where `per` says so)."""

    ingredient: str
    value: Decimal
    unit: str
    per: str = ""


@dataclass(frozen=True, slots=True)
class MedicineIdentity:
    """What a recorded medicine is: ingredients always, the rest where the code or name says it."""

    ingredients: tuple[Ingredient, ...]
    strengths: tuple[Strength, ...] = ()
    form: str = ""  # tablet, capsule, inhaler, patch, injection, cream, ... empty when not said
    route: str = ""  # oral, inhaled, transdermal, subcutaneous, topical, ... empty when not said
    release: str = ""  # extended, delayed, or empty
    brand: str = ""

    @property
    def ingredient_names(self) -> tuple[str, ...]:
        return tuple([i.name for i in self.ingredients])


class IngredientDose(Value, frozen=True):
    """Daily amount of one ingredient."""

    ingredient: str
    low: Decimal
    high: Decimal
    unit: str


class DoseBasis(StrEnum):
    """Where a dose was read: how far it can be trusted, strongest first."""

    AGREED = "agreed"  # the coded fields and the words each say it all, and the same
    STRUCTURED = "structured"  # the coded fields alone; the words are absent or not understood
    MIXED = "mixed"  # the fields and the words complete each other
    TEXT = "text"  # the words alone, read in full


class DailyDose(Value, frozen=True):
    """Daily dose of a medicine as a range per ingredient, or `unknown` with the reason in words."""

    per_ingredient: tuple[IngredientDose, ...] = ()
    administrations_per_day: Decimal | None = None
    as_needed: bool = False
    text: str = ""
    unknown: str = ""
    basis: DoseBasis | None = None  # None where the dose is unknown


class LineStatus(StrEnum):
    """Does the patient take it, as far as the chart can tell?"""

    CURRENT = "current"
    ON_HOLD = "on-hold"
    NOT_TAKEN = "not-taken"
    UNKNOWN = "unknown"
    STOPPED = "stopped"


class Disagreement(Value, frozen=True):
    """Two sources that do not say the same about one medicine: kind, one sentence, and the sources."""

    kind: str  # app/chart/settling.toml names them all, with the answers to each
    text: str
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class PatientReported:
    """
    What the patient told the clinician during the review: a medicine the chart lacks (`added`), or of
    a line that it is taken (`taking`), is not (`not-taking`) or otherwise (`taking-differently`).

    `concept` names the medicine always, so that nothing said is lost when the line is gone.
    """

    id: str
    kind: str
    concept: Concept
    by: str
    at: datetime
    line: str = ""  # Medicine.id
    sig: str = ""
    note: str = ""
    origin: str = ""  # over-the-counter | herbal | prescribed-elsewhere; empty where not said


@dataclass(frozen=True, slots=True)
class Settlement:
    """
    How one disagreement of one line was settled. `fingerprint` is of what the sources said: it no
    longer holds once they say something else.
    """

    line: str
    kind: str
    fingerprint: str
    choice: str
    by: str
    at: datetime
    says: str = ""  # the answer as it was shown
    source: Source | None = None  # whose dose or strength counts
    words: str = ""  # the dose in the clinician's own words
    note: str = ""


@dataclass(frozen=True, slots=True)
class Settled:
    """A disagreement that stays on the line, with the answer to it."""

    disagreement: Disagreement
    settlement: Settlement

    @property
    def text(self) -> str:
        """`Settled on 21-Nov-2026 by Ada Park: Not taken.`"""
        given = self.settlement
        whose = f" ({given.source.reference})" if given.source else ""
        said = f"{given.says or given.choice}{whose}" + (f": {given.words}" if given.words else "")
        note = f" {given.note}" if given.note else ""
        return f"Settled on {clinical_date(given.at.date())} by {given.by}: {said}.{note}"


class SupplyGap(Value, frozen=True):
    """Days in a row without medicine in hand, both ends counted."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


class FillHistory(Value, frozen=True):
    """
    What the dispenses say. `pdc` is the proportion of days covered between the first fill in the
    look-back and `as_of`; None with `unknown` saying why when it can't be computed. Everything below
    it is None or empty where a fill does not say its day or its length.
    """

    fills: int = 0
    first: PartialDate | None = None
    last: PartialDate | None = None
    pdc: Decimal | None = None
    unknown: str = ""
    days_covered: int | None = None
    # From the first fill of the look-back to `as_of`, without days in hospital.
    days_observed: int | None = None
    observed_from: date | None = None
    hospital_days: int = 0
    possession: Decimal | None = None  # days supplied per day observed; above 1 is stock at home
    # Days supplied per day up to the last of three fills or more; above 1 they came early.
    refilled: Decimal | None = None
    gaps: tuple[SupplyGap, ...] = ()
    supply_ends: date | None = None  # the last day that is covered
    days_left: int | None = None  # days of supply after `as_of`
    caveats: tuple[str, ...] = ()  # what could not be taken into account, in words


_NOT_DIRECTED = DailyDose(unknown="no dosing instruction")
NO_FILLS = FillHistory(unknown="no fills in the chart")


@dataclass(frozen=True, slots=True)
class Medicine:
    """One line of the reconciled list: the medicine, every entry and fill that is it, and their disagreements."""

    id: str
    name: str
    identity: MedicineIdentity | None
    status: LineStatus
    entries: tuple[MedicationEntry, ...]
    fills: tuple[Fill, ...] = ()
    daily_dose: DailyDose = _NOT_DIRECTED
    sig: str = ""
    as_needed: bool = False
    prescriber: str = ""
    reasons: tuple[Concept, ...] = ()
    started: PartialDate | None = None
    disagreements: tuple[Disagreement, ...] = ()
    fill_history: FillHistory = NO_FILLS
    notes: tuple[str, ...] = ()
    administrations: tuple[Administration, ...] = ()
    marks: tuple[ListMark, ...] = ()
    settled: tuple[Settled, ...] = ()
    settled_here: tuple[MedicationEntry, ...] = ()  # our own list of earlier visits, read back

    @property
    def sources(self) -> tuple[Source, ...]:
        """Every resource on the line; lists that speak of it are named last."""
        entries = tuple(e.source for e in (*self.entries, *self.settled_here))
        fills = tuple(f.source for f in self.fills)
        given = tuple(a.source for a in self.administrations)
        return entries + fills + given + tuple(dict.fromkeys(m.source for m in self.marks))

    @property
    def unsettled(self) -> tuple[Disagreement, ...]:
        answered = [s.disagreement for s in self.settled]
        return tuple(d for d in self.disagreements if d not in answered)
