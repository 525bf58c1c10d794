"""The medicine list as a page: what is to settle first, then every line, one of them in detail beside it."""

from dataclasses import dataclass, field
from typing import Any

from fastapi import Response

from app.chart.adding import ORIGINS
from app.chart.settling import lapsed
from app.planning.draft import Draft
from app.web.line_detail import line_view
from app.web.list_groups import GROUPINGS, grouped
from app.web.pages import page
from app.web.questions import to_settle
from app.web.regimen import RegimenView, regimen_view
from app.web.suggesting import Suggestions
from app.web.visit import OpenVisit

DONE = {
    "settled": "Settled. The medicines are assessed anew.",
    "open": "Taken back. The question is open again.",
    "said": "Noted as the patient's word. The medicines are assessed anew.",
    "removed": "Taken back. The medicines are assessed anew.",
    "added": "Added to the list. The medicines are assessed anew.",
}


@dataclass(frozen=True, slots=True)
class Adding:
    """The form of a medicine that the chart lacks, as it stands."""

    name: str = ""
    sig: str = ""
    note: str = ""
    origin: str = ""
    id: str = ""  # of the one that is changed
    error: str = ""
    found: Suggestions = field(default_factory=Suggestions)


@dataclass(frozen=True, slots=True)
class View:
    """What of the page is shown: the grouping, the medicine beside the list, what was just done."""

    by: str = "condition"
    line: str = ""
    done: str = ""
    error: str = ""


def list_page(
    visit: OpenVisit, draft: Draft, view: View, adding: Adding, status: int = 200
) -> Response:
    medicines, knowledge = visit.chart.medicines, visit.services.knowledge.knowledge
    prices = visit.services.knowledge.lookups.prices
    by = view.by if view.by in GROUPINGS else "condition"
    chosen = next((m for m in medicines if m.id == view.line), None)
    questioned = to_settle(medicines)
    return page(
        "medicines.html",
        status=status,
        **visit.page_values("medicines"),
        **add_values(by, adding),
        groupings=GROUPINGS,
        groups=grouped(by, visit.assessment, knowledge),
        questioned=questioned,
        open_count=sum(len(q.questions) for q in questioned),
        settled_count=sum(len(m.settled) for m in medicines),
        unrecognised=[m for m in medicines if m.identity is None],
        lapsed=lapsed(medicines, draft.settlements),
        names={m.id: m.name for m in medicines},
        detail=line_view(chosen, draft.told, prices) if chosen else None,
        next_line=next((q.medicine.id for q in questioned if q.medicine is not chosen), ""),
        regimen=None if chosen else _regimen(visit),
        done=DONE.get(view.done, ""),
        error=view.error,
    )


def _regimen(visit: OpenVisit) -> RegimenView:
    services = visit.services
    knowledge = services.knowledge.knowledge
    return regimen_view(visit.chart, knowledge, services.vocabulary, visit.case.as_of)


def add_values(by: str, adding: Adding) -> dict[str, Any]:
    return {"by": by, "adding": adding, "origins": ORIGINS, "chosen_now": False}
