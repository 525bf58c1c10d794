"""Problems and visits one by one, with who the patient is: leaves only by an explicit, recorded choice."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from app.audit.trail import AuditEvent, record
from app.outcomes.payers import NOT_RECORDED, payers
from app.outcomes.records import SignedPlan
from app.outcomes.report import Part
from app.outcomes.words import csv_text

IDENTIFIED_EXPORT = "identified-export"
Line = tuple[str, ...]
_WHO = ("site", "patient", "name", "mrn")


def leaving(connection: Connection, part: Part, which: str, export: AuditEvent) -> str:
    """The list as CSV, written into the audit trail before it is given."""
    told = {"list": which, **(export.detail or {}), "charts": len(part.charts)}
    record(connection, replace(export, detail=told))
    return identified_csv(part, which)


def identified_csv(part: Part, which: str) -> str:
    header, lines = LISTS[which]
    return csv_text((*_WHO, *header), lines(part))


def _problems(part: Part) -> Iterator[Line]:
    latest = _latest(part)
    for course in part.courses:
        yield (
            *_who(course.tenant, latest.get(course.chart)),
            course.problem.title,
            course.problem.category,
            "; ".join(course.classes),
            course.author.name,
            course.found.isoformat(),
            course.agreed.isoformat() if course.agreed else "",
            course.response.value if course.agreed else "",
            course.outcome.value if course.outcome else "",
            course.outcome_on.isoformat() if course.outcome_on else "",
        )


def _visits(part: Part) -> Iterator[Line]:
    """What a payer asks of each visit: start, stop and minutes; empty where they can't be told."""
    latest = _latest(part)
    for timed in part.visits:
        yield (
            *_who(timed.visit.tenant, latest.get(timed.visit.chart)),
            timed.signed_by,
            payers().get(timed.visit.payer, NOT_RECORDED),
            _moment(timed.visit.opened),
            _moment(timed.stop) if timed.stop else "",
            "" if timed.minutes is None else str(timed.minutes),
        )


LISTS: Mapping[str, tuple[Line, Callable[[Part], Iterator[Line]]]] = {
    "problems": (
        ("problem", "category", "classes", "pharmacist", "found", "agreed", "prescriber", "outcome", "on"),
        _problems,
    ),
    "visits": (("pharmacist", "payer", "start", "stop", "minutes"), _visits),
}  # fmt: skip


def _latest(part: Part) -> dict[str, SignedPlan]:
    return {versions[-1].chart: versions[-1] for versions in part.charts}


def _who(tenant: str, signed: SignedPlan | None) -> Line:
    """A chart that was opened and never signed is known here by its hash alone."""
    if signed is None:
        return (tenant, "", "", "")
    patient = signed.plan.patient
    return (tenant, patient.id, patient.name, patient.mrn)


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
