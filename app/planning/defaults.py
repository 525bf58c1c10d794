"""What a plan proposes before the clinician edits it: how soon, by whom, how followed.

These are working agreements of a CMM service, not clinical facts: every one is shown and editable.
"""

from datetime import date, timedelta

from app.domain.assessment import MedicationTherapyProblem, Severity
from app.domain.chart import Chart
from app.domain.people import Person
from app.domain.plan import Touchpoint, TouchpointFormat

DUE_DAYS = {Severity.HIGH: 3, Severity.MODERATE: 14, Severity.LOW: 90}
FOLLOW_UP_DAYS = {Severity.HIGH: (7, 14), Severity.MODERATE: (14, 28), Severity.LOW: (60, 90)}

# Actions a pharmacist carries out with the patient; every other action needs a prescriber.
PHARMACIST_ACTIONS = frozenset(
    {"provide-education", "support-adherence", "monitor", "self-monitor", "see-pcp", "refer"}
)
UNNAMED_PRESCRIBER = "Prescriber"  # where the chart does not say who it is
PRIMARY_CARE_WORDS = (
    "primary care",
    "pcp",
    "general practi",
    "family medicine",
    "internal medicine",
)


def due_date(severity: Severity, as_of: date) -> date:
    return as_of + timedelta(days=DUE_DAYS[severity])


def owner_of(problem: MedicationTherapyProblem, chart: Chart, author: Person) -> Person:
    """Who should act: the author for education and monitoring, else primary care, else who prescribed."""
    if problem.recommend.action in PHARMACIST_ACTIONS:
        return author
    for member in chart.care_team:
        if any(word in member.role.lower() for word in PRIMARY_CARE_WORDS):
            return Person(name=member.name, reference=member.reference, role=member.role)
    concerned = (m for m in chart.medicines if m.id in problem.medicines and m.prescriber)
    prescriber = next((m.prescriber for m in concerned), "")
    return Person(name=prescriber or UNNAMED_PRESCRIBER, role="prescriber")


def monitoring_of(problem: MedicationTherapyProblem) -> str:
    """How the outcome will be seen: the measured value where the rule names one."""
    if problem.measure is not None:
        return f"Repeat {problem.measure.display or problem.measure.code} after the change"
    return "Ask at the next contact whether the change was made and how it went"


_AFTER_CHANGES = "Check that the agreed changes were made and did what they were meant to do"
_WITHOUT_CHANGES = "Ask how the medicines are taken, and whether anything has changed"


def first_touchpoint(worst: Severity | None, as_of: date) -> Touchpoint:
    """`worst` of the problems agreed on; None where there is none."""
    soonest, latest = FOLLOW_UP_DAYS[worst or Severity.LOW]
    return Touchpoint(
        key="touchpoint-1",
        earliest=as_of + timedelta(days=soonest),
        latest=as_of + timedelta(days=latest),
        format=TouchpointFormat.TELEPHONE,
        participants="Patient and clinical pharmacist",
        purpose=_AFTER_CHANGES if worst else _WITHOUT_CHANGES,
    )
