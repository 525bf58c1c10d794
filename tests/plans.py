"""One realistic signed plan that tests of documents and delivery share."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from app.domain.assessment import (
    Citation,
    Input,
    MedicationTherapyProblem,
    Need,
    Recommendation,
    Severity,
)
from app.domain.chart import Gap
from app.domain.codes import LOINC, RXNORM, Coding, Concept, Source
from app.domain.dates import PartialDate
from app.domain.medicines import (
    DailyDose,
    IngredientDose,
    LineStatus,
    MedicationEntry,
    Medicine,
)
from app.domain.patient import Patient
from app.domain.people import Person
from app.domain.plan import (
    ActionPlan,
    CodedLists,
    Dismissal,
    ListEntry,
    PlanGoal,
    PlannedAction,
    Touchpoint,
    TouchpointFormat,
    Verdict,
)

LISTS = CodedLists(
    actions=(ListEntry("discontinue-medication", "Discontinue Medication"),),
    rationales=(
        ListEntry("contraindications-present", "Contraindications present", "adverse-event-risk", "safety", "COND"),
        ListEntry("dose-too-low", "Dose too low", "dose-too-low", "effectiveness", "DOSEL"),
    ),
    categories=(ListEntry("adverse-event-risk", "Adverse event or risk", need="safety"),),
    dismissals=(ListEntry("patient-tolerated", "Patient tolerated it before"),),
)  # fmt: skip
EGFR = Coding(LOINC, "98979-8", "eGFR")
METFORMIN = Medicine(
    id="med-metformin",
    name="metformin 500 mg tablet",
    identity=None,
    status=LineStatus.CURRENT,
    entries=(
        MedicationEntry(
            source=Source("MedicationRequest", "mr1"),
            concept=Concept("metFORMIN 500 mg tab", (Coding(RXNORM, "861007", "metformin hydrochloride 500 MG Oral Tablet"),)),
            status="active",
        ),
    ),
    daily_dose=DailyDose((IngredientDose("metformin", Decimal(1000), Decimal(1000), "mg"),), text="1,000 mg a day"),
    sig="1 tablet by mouth twice daily",
    reasons=(Concept("Type 2 diabetes"),),
)  # fmt: skip
PROBLEM = MedicationTherapyProblem(
    id="mtp-1a2b3c4d5e",
    rule="S13a",
    title="Metformin with eGFR below 30",
    need=Need.SAFETY,
    category="adverse-event-risk",
    rationale="contraindications-present",
    severity=Severity.HIGH,
    medicines=("med-metformin",),
    conditions=("Condition/ckd",),
    because="Metformin 1,000 mg a day with eGFR 26 mL/min/1.73 m2 on 03-Nov-2026.",
    recommend=Recommendation("discontinue-medication", "Stop metformin.", "Stop taking metformin."),
    evidence=(Citation("FDA label, metformin, 2016", at="section 4"),),
    inputs=(
        Input("MedicationRequest", "mr1", "metformin", "500 mg twice daily"),
        Input("Observation", "egfr-1", "eGFR", "26", "mL/min/1.73 m2", "03-Nov-2026"),
        Input("Condition", "ckd", "CKD stage 4"),
    ),
    short="eGFR",
    measure=EGFR,
)
OTHER = replace(PROBLEM, id="mtp-99", title="Glipizide at 75 years", rule="S17a", severity=Severity.MODERATE)  # fmt: skip
PHARMACIST = Person("Dana Lee, PharmD", "Practitioner/pharm-lee", "Organization/clinic")


def signed_plan() -> ActionPlan:
    """One problem agreed, one set aside, one undecided, one gap."""
    return ActionPlan(
        id="7b0d2c1e-2f60-5d6a-9a3e-0f0f3a1d2b10",
        version_id="2aff96af-41f8-5fd6-bee2-614b6846a441",
        version=1,
        patient=Patient("p1", "DOE, Jane", PartialDate.parse("1951-07-14"), "female", "000-1"),
        author=PHARMACIST,
        signed_at=datetime(2026, 11, 21, 15, 4, 5, tzinfo=UTC),
        as_of=date(2026, 11, 21),
        medicines=(METFORMIN,),
        actions=(
            PlannedAction(
                key="action-mtp-1a2b3c4d5e",
                problem=PROBLEM,
                verdict=Verdict.ACCEPTED,
                action="discontinue-medication",
                text="Stop metformin; choose another agent.",
                plain="Stop taking metformin.",
                owner=Person("Dr Lee", "Practitioner/pcp1"),
                due=date(2026, 11, 24),
                monitoring="Repeat eGFR in 3 months",
            ),
        ),
        goals=(
            PlanGoal("goal-1", "eGFR does not fall further", date(2027, 2, 21), EGFR, low="26", unit="mL/min/{1.73_m2}"),
            PlanGoal("goal-own-1", "I want to walk my dog again", expressed_by_patient=True),
        ),
        touchpoints=(
            Touchpoint("touchpoint-1", date(2026, 12, 1), date(2026, 12, 5), TouchpointFormat.TELEPHONE, "Patient and pharmacist", "Check the change"),
        ),
        dismissed=(Dismissal(OTHER, "patient-tolerated", "Since 2019 without trouble"),),
        undecided=(replace(OTHER, id="mtp-100", title="No statin in diabetes"),),
        gaps=(Gap("Allergies were not read.", "The server answered 503.", "No medicine was checked against allergies."),),
        patient_words="I want to walk my dog again",
        knowledge_version="2026.11",
        encounter="Encounter/e1",
    )  # fmt: skip


def crowded_plan(recommendations: int, medicines: int = 40) -> ActionPlan:
    """As long as a plan gets: long names and reasons, and something of everything the note can hold."""
    plan = signed_plan()
    taken = tuple(
        replace(
            METFORMIN, id=f"med-{n}", name=f"Hydrochlorothiazide and Lisinopril {n + 10} mg tablet"
        )
        for n in range(medicines)
    )
    found = tuple(
        replace(
            PROBLEM,
            id=f"mtp-{n}",
            title=f"Two medicines of the same family that hurt each other's effect, number {n}",
            medicines=(f"med-{n % medicines}",),
            conditions=(),
        )
        for n in range(recommendations)
    )
    return replace(
        plan,
        medicines=taken,
        actions=tuple(replace(plan.actions[0], key=f"action-{p.id}", problem=p) for p in found),
        goals=plan.goals * 5,
        touchpoints=plan.touchpoints * 3,
        dismissed=plan.dismissed * 12,
        undecided=plan.undecided * 12,
        gaps=plan.gaps * 8,
        patient_words="I want to walk my dog again and not be so tired in the afternoon. " * 6,
    )
