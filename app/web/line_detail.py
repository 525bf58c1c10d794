"""One medicine beside the list: what each source says, what the patient says, and what the fills say."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.chart.adding import RESOURCE
from app.chart.directions import directions
from app.chart.patient_answers import PatientAnswer, patient_answers
from app.domain.medicines import (
    Administration,
    DoseBasis,
    Fill,
    FillHistory,
    MedicationEntry,
    Medicine,
    PatientReported,
)
from app.domain.prices import PriceList
from app.web.money import cost_facts
from app.web.questions import QuestionView, SettledView, answered, label_of, open_questions
from app.web.words import concept, counted, day, number, records_of, when

BASIS_WORDS = {
    DoseBasis.AGREED: "The coded directions and the words say the same.",
    DoseBasis.STRUCTURED: "Read from the coded directions alone.",
    DoseBasis.MIXED: "The coded directions and the words complete each other.",
    DoseBasis.TEXT: "Read from the words alone.",
}
_TOLD_WORDS = {
    "added": "Added",
    "taking": "Taken as listed",
    "taking-differently": "Taken differently",
    "not-taking": "Not taken",
}
_MOST_FILLS = 3  # the newest; the history below counts them all


@dataclass(frozen=True, slots=True)
class SourceView:
    label: str
    says: str


@dataclass(frozen=True, slots=True)
class ToldView:
    """What was told during this or an earlier review, and can be taken back."""

    id: str
    says: str
    added: bool


@dataclass(frozen=True, slots=True)
class LineView:
    medicine: Medicine
    basis: str
    questions: tuple[QuestionView, ...]
    settled: tuple[SettledView, ...]
    told: tuple[ToldView, ...]
    sources: tuple[SourceView, ...]
    adherence: tuple[tuple[str, str], ...]
    answers: tuple[str, ...]
    costs: tuple[tuple[str, str], ...]


def line_view(
    medicine: Medicine, told: Iterable[PatientReported], prices: PriceList | None
) -> LineView:
    here = {e.source.id for e in medicine.entries if e.source.resource == RESOURCE}
    basis = medicine.daily_dose.basis
    return LineView(
        medicine=medicine,
        basis=BASIS_WORDS[basis] if basis else "",
        questions=open_questions(medicine),
        settled=answered(medicine),
        told=tuple(_told(t) for t in told if t.id in here),
        sources=tuple(_sources(medicine)),
        adherence=tuple(adherence_facts(medicine.fill_history)),
        answers=tuple(filter(None, map(_answer, _recorded_answers(medicine)))),
        costs=tuple(cost_facts(medicine, prices)),
    )


def _told(told: PatientReported) -> ToldView:
    said = f": {told.sig}" if told.sig else ""
    note = f" {told.note}" if told.note else ""
    words = f"{_TOLD_WORDS[told.kind]}{said}.{note} {told.by}, {day(told.at)}."
    return ToldView(told.id, words, told.kind == "added")


def _sources(medicine: Medicine) -> Iterable[SourceView]:
    older = max(len(medicine.fills) - _MOST_FILLS, 0)
    for record in records_of(medicine):
        if not (isinstance(record, Fill) and record in medicine.fills[:older]):
            yield SourceView(label_of(record), _says(record))
    if older:
        yield SourceView(f"and {counted('older fill', older)}", "")
    for mark in medicine.marks:
        yield SourceView(f"list of {when(mark.dated)}", mark.says.replace("-", " "))


def _says(record: MedicationEntry | Fill | Administration) -> str:
    parts = [record.status, directions(record.dosages)]
    if isinstance(record, MedicationEntry):
        parts += [record.prescriber, record.note]
    if isinstance(record, Fill) and record.days_supply is not None:
        parts.append(f"for {number(record.days_supply)} days")
    named = concept(record.concept)
    return "; ".join(p for p in (named, *parts) if p)


def adherence_facts(history: FillHistory) -> Iterable[tuple[str, str]]:
    """What the fills say, each with its name; what can't be said says why."""
    if history.pdc is not None:
        days = f" ({history.days_covered} of {history.days_observed} days)"
        yield "Days covered", f"{number(round(history.pdc * 100, 0))} %{days}"
    elif history.unknown:
        yield "Days covered", f"not known: {history.unknown}"
    if history.fills:
        yield "Fills", f"{history.fills}, the last on {when(history.last)}"
    if history.supply_ends is not None:
        yield "Supply", f"{supply_words(history)}, the last day {day(history.supply_ends)}"
    if history.possession is not None:
        yield "Supplied", f"{number(round(history.possession * 100, 0))} % of the days observed"
    if history.hospital_days:
        yield "In hospital", f"{counted('day', history.hospital_days)}, left out"
    for gap in history.gaps:
        yield "Gap", f"{counted_days(gap.days)}, {day(gap.first)} to {day(gap.last)}"
    for caveat in history.caveats:
        yield "Note", caveat


def supply_words(history: FillHistory) -> str:
    left = history.days_left
    if left is None:
        return ""
    if left > 0:
        return f"{counted_days(left)} left"
    return "none left"


def fill_short(history: FillHistory) -> str:
    """`94 % · 6 fills · 12 days left`; the detail says what stands in the way of a number."""
    if not history.fills:
        return "none in the chart"
    covered = f"{number(round(history.pdc * 100, 0))} %" if history.pdc is not None else ""
    fills = counted("fill", history.fills) if history.fills > 1 else "1 fill"
    return " · ".join(p for p in (covered, fills, supply_words(history)) if p)


def counted_days(number_: int) -> str:
    return f"{number_} day" if number_ == 1 else f"{number_} days"


def _recorded_answers(medicine: Medicine) -> Iterable[PatientAnswer]:
    """Those of the chart: what was told here stands above them."""
    return (a for a in patient_answers(medicine) if a.source.resource != RESOURCE)


def _answer(answer: PatientAnswer) -> str:
    said = [concept(answer.said)] if answer.said else []
    said += [answer.status] if answer.status else []
    said += [concept(r) for r in answer.reasons]
    return f"{'; '.join(said)} ({when(answer.dated)})" if said else ""
