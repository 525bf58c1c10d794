"""Templates: one environment, strict about undefined names, escaping everything."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.assessment.sentences import counted
from app.domain.medicines import DailyDose, FillHistory, Medicine
from app.web import words
from app.web.line_detail import fill_short
from app.web.look import look

TEMPLATES = Path(__file__).parent / "templates"


def daily_dose(dose: DailyDose) -> str:
    """`1,000 mg a day`, a range, or why it is not known."""
    return dose.text or f"not known: {dose.unknown or 'no dosing instruction'}"


def fill_line(history: FillHistory) -> str:
    """`94 % of days covered, 6 fills` or what stands in the way."""
    fills = counted(history.fills, "fill")
    if history.pdc is not None:
        return f"{words.number(round(history.pdc * 100, 0))} % of days covered, {fills}"
    if history.fills:
        return f"{fills}; {history.unknown}"
    return history.unknown


def source_kinds(medicine: Medicine) -> list[tuple[str, int]]:
    return list(words.source_kinds(medicine).items())


FILTERS: dict[str, Callable[..., Any]] = {
    "birth": words.birth,
    "concept": words.concept,
    "counted": words.counted,
    "daily_dose": daily_dose,
    "contact": words.contact,
    "day": words.day,
    "days_ago": words.days_ago,
    "fill_line": fill_line,
    "fill_short": fill_short,
    "medicine_name": words.medicine_name,
    "medicine_parts": words.medicine_parts,
    "number": words.number,
    "progress_mark": words.progress_mark,
    "recorded": words.recorded,
    "resource_words": words.resource_words,
    "several": counted,
    "source_kinds": source_kinds,
    "source_line": words.source_line,
    "unit": words.unit,
    "when": words.when,
}


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(FILTERS)
    environment.globals["look"] = look
    environment.globals["status_words"] = words.STATUS_WORDS
    return environment


ENVIRONMENT = _environment()


def page(template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """Renders one template as an answer."""
    return HTMLResponse(ENVIRONMENT.get_template(template).render(**values), status_code=status)
