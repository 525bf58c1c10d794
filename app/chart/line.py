"""The members of one medicine -> its line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.chart.directions import directions
from app.chart.disagreements import disagreements
from app.chart.given import dose_recency, given_notes
from app.chart.matching import Group, Recorded
from app.chart.naming import line_id, line_name
from app.chart.own_list import apart
from app.chart.sides import Line
from app.chart.speaking import best_identity, fill_recency, instructions, line_status, speaker
from app.chart.standing import Standing, by_recency, dated, ends_on, is_order, standing
from app.domain.codes import Concept
from app.domain.dates import PartialDate, clinical_date
from app.domain.medicines import (
    Administration,
    DailyDose,
    Dosage,
    Fill,
    ListMark,
    MedicationEntry,
    Medicine,
    MedicineIdentity,
)
from app.terminology.dose import daily_dose


@dataclass(frozen=True, slots=True)
class Around:
    """What a line must know of the rest of the chart."""

    as_of: date
    fills_known: bool  # does the chart hold any fill at all?
    marks: tuple[ListMark, ...] = ()


def medicine_line(group: Group, around: Around) -> Medicine:
    """The line of a medicine from those of its records that are on it; its fills are counted later."""
    as_of = around.as_of
    members, ours = apart(group.members)
    identity = best_identity(members, as_of)
    line = _sources(Group(group.key, members, group.beside), identity, around)
    entries = line.entries
    fills = sorted(line.fills, key=fill_recency)
    given = sorted(line.given, key=dose_recency)
    dosages = instructions(entries, fills, as_of)
    live = [e for e in entries if standing(e, as_of).on_list]
    orders = [e for e in live if is_order(e)]
    return Medicine(
        id=line_id(group.key),
        name=line_name(identity, _recorded(entries, fills, given)),
        identity=identity,
        status=line_status(entries, fills, as_of),
        entries=entries,
        fills=tuple(fills),
        daily_dose=daily_dose(
            identity, tuple(dosages), started=_course_began(entries, dosages), as_of=as_of
        ),
        sig=directions(dosages),
        as_needed=bool(dosages) and all(d.as_needed for d in dosages),
        prescriber=next((o.prescriber for o in reversed(orders) if o.prescriber), ""),
        reasons=tuple(dict.fromkeys(r for e in live for r in e.reasons)),
        started=_started(live),
        disagreements=disagreements(line),
        notes=tuple(dict.fromkeys((*_notes(entries, as_of), *given_notes(given)))),
        administrations=tuple(given),
        marks=line.marks,
        settled_here=tuple(
            by_recency(m.record for m in ours if isinstance(m.record, MedicationEntry))
        ),
    )


def _sources(group: Group, identity: MedicineIdentity | None, around: Around) -> Line:
    """The members by what they are. The dose of an entry alone is ever held against another."""
    by_source = {m.record.source: m for m in group.members}
    records = [m.record for m in group.members]
    return Line(
        members=tuple(group.members),
        entries=tuple(by_recency(r for r in records if isinstance(r, MedicationEntry))),
        fills=tuple([r for r in records if isinstance(r, Fill)]),
        given=tuple([r for r in records if isinstance(r, Administration)]),
        dose=lambda entry: dose_of(by_source[entry.source], identity, around.as_of),
        as_of=around.as_of,
        fills_known=around.fills_known,
        marks=_of_line(around.marks, group.members),
        beside=group.beside,
    )


def _recorded(
    entries: Sequence[MedicationEntry], fills: Sequence[Fill], given: Sequence[Administration]
) -> Concept:
    told = speaker(entries)
    if told:
        return told.concept
    return fills[-1].concept if fills else given[-1].concept


def _of_line(marks: Sequence[ListMark], members: Sequence[Recorded]) -> tuple[ListMark, ...]:
    if not marks:
        return ()
    addresses = {m.record.source.reference for m in members}
    return tuple(m for m in marks if m.entry in addresses)


def dose_of(member: Recorded, identity: MedicineIdentity | None, as_of: date) -> DailyDose:
    """Its own strength counts; a source that names none borrows the line's."""
    own = member.identity if member.identity and member.identity.strengths else identity
    record = member.record
    if isinstance(record, Administration):
        return daily_dose(own, ())  # one dose given is no regimen: nothing daily follows from it
    began = course_began(record) if isinstance(record, MedicationEntry) else None
    return daily_dose(own, record.dosages, started=began, as_of=as_of)


def course_began(entry: MedicationEntry) -> date | None:
    """The first day of a dose that changes over time: only a start that was said, never the order's date."""
    return entry.starts.exact if entry.starts else None


def _course_began(entries: Sequence[MedicationEntry], dosages: Sequence[Dosage]) -> date | None:
    told = speaker(entries)
    return course_began(told) if told and tuple(dosages) == told.dosages else None


def _started(entries: Sequence[MedicationEntry]) -> PartialDate | None:
    days = [d for e in entries if (d := e.starts or dated(e))]
    return min(days, key=lambda d: (d.earliest, d.latest), default=None)


def _notes(entries: Sequence[MedicationEntry], as_of: date) -> list[str]:
    return [note for e in entries for note in _entry_notes(e, as_of)]


def _entry_notes(entry: MedicationEntry, as_of: date) -> list[str]:
    """What a reader of the list must know of an entry that its status does not say."""
    stands, notes = standing(entry, as_of), []
    ended = ends_on(entry)
    if stands is Standing.ENDED and ended:
        notes.append(f"Listed as active, but by its own dates it ended on {clinical_date(ended)}.")
    if entry.do_not_perform:
        notes.append("An order says that this must not be given.")
    if entry.intent in {"proposal", "option"} and stands is Standing.UNKNOWN:
        notes.append("Proposed, not ordered.")
    if entry.status == "intended":
        notes.append("Intended, not yet started.")
    return notes
