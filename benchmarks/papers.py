"""
How long a signed plan takes to become the patient's pages and the note, as PDF.

Each time with other words in every row, as for another patient: what was laid out once is remembered.
"""

from dataclasses import replace
from itertools import count

from app.domain.plan import ActionPlan, CodedLists
from app.planning.papers import clinician_note, language_of, patient_pages
from app.printing import paper_pdf

TARGET_MS = 500.0
_PATIENTS = count(1)


def pages(plan: ActionPlan) -> int:
    return len(paper_pdf(patient_pages(_of_another(plan), language_of("es"))))


def note(plan: ActionPlan) -> int:
    return len(paper_pdf(clinician_note(_of_another(plan), CodedLists())))


def _of_another(plan: ActionPlan) -> ActionPlan:
    mark = f" {next(_PATIENTS)}"
    medicines = tuple(
        replace(m, name=m.name + mark, sig=m.sig and f"{m.sig}{mark}") for m in plan.medicines
    )
    actions = tuple(replace(a, plain=a.plain + mark, text=a.text + mark) for a in plan.actions)
    return replace(plan, medicines=medicines, actions=actions)
