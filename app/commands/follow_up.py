"""`cmm follow-up`: a signed plan and a later chart in, a proposed outcome for each problem out."""

import json
from datetime import date
from pathlib import Path

from app.commands.assess import assessed
from app.commands.files import read_json
from app.commands.here import knowledge_here
from app.domain.errors import CmmError, Unmappable
from app.followup import between, follow_up, recognised
from app.followup.report import as_json
from app.knowledge.lists import coded_lists
from app.terminology import load_vocabulary
from fhir_mappings.read_plan import read_plan


def run(chart_file: Path, plan_file: Path, as_of: date) -> int:
    """Raises CMM-2005 where the file holds no plan of ours, CMM-2006 where it is another patient's."""
    compiled = knowledge_here()
    chart, assessment = assessed(chart_file, as_of, compiled)
    bundle = read_json(plan_file, "give the Bundle that `cmm plan` printed")
    try:
        plan = read_plan(bundle, coded_lists(compiled.knowledge.tables))
    except Unmappable as problem:
        raise CmmError(
            "CMM-2005",
            f"{plan_file.name} holds {problem}: give the Bundle that `cmm plan` printed or that was "
            "read from the EHR.",
        ) from None
    if plan.patient.id != chart.patient.id:
        raise CmmError(
            "CMM-2006",
            f"{plan_file.name} and {chart_file.name} are of different patients: give both of one.",
        )
    found = follow_up(between(recognised(plan, load_vocabulary()), chart, assessment, compiled))
    print(json.dumps(as_json(found, plan, assessment), indent=2))
    return 0
