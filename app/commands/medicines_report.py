"""The reconciled list as the fixed JSON of `cmm medicines`, and as a table for people."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from app.assessment.report import medicine_json
from app.assessment.sentences import written
from app.chart.accounting import Whereabouts, past_records, resolution, whereabouts
from app.chart.answers import fingerprint, questions
from app.commands.adherence_report import adherence_json, classes_json, refills_json
from app.commands.regimen_report import regimen_json
from app.domain.chart import Chart
from app.domain.codes import Source
from app.domain.medicines import (
    Administration,
    DailyDose,
    Disagreement,
    Fill,
    MedicationEntry,
    Medicine,
)
from app.terminology import Vocabulary
from app.web.words import STATUS_WORDS, day
from fhir_mappings.concept import name_of

Json = dict[str, Any]


def as_json(resource: Json, chart: Chart, as_of: date, vocabulary: Vocabulary) -> Json:
    """One object with fixed keys: other systems read it, so keys are only ever added."""
    found = resolution(chart, vocabulary)
    placed = whereabouts(resource, chart)
    return {
        "patient": chart.patient.id,
        "asOf": as_of.isoformat(),
        "medicines": [_medicine(m) for m in chart.medicines],
        "adherenceByClass": classes_json(chart, as_of, vocabulary),
        "refills": refills_json(chart, as_of),
        "regimen": regimen_json(chart, as_of),
        "history": [_past(record) for record in past_records(chart)],
        "gaps": [{"what": g.what, "why": g.why, "effect": g.effect} for g in chart.gaps],
        "counts": {
            "input": placed.total(),
            **{place.value: placed[place] for place in Whereabouts},
            "lines": len(chart.medicines),
        },
        "resolution": {
            "coded": {"entries": found.coded, "resolved": found.coded_resolved},
            "textOnly": {"entries": found.text_only, "resolved": found.text_only_resolved},
        },
        "unresolved": [
            {
                "name": name_of(u.concept),
                "codes": [{"system": c.system, "code": c.code} for c in u.concept.codings],
                "why": u.why,
                "sources": list(u.sources),
            }
            for u in found.unresolved
        ],
    }


def _medicine(medicine: Medicine) -> Json:
    return medicine_json(medicine) | {
        "dailyDose": _daily(medicine.daily_dose),
        "conflicts": [_conflict(d) for d in medicine.disagreements],
        "adherence": adherence_json(medicine),
        "notes": list(medicine.notes),
    }


def _daily(dose: DailyDose) -> Json:
    """Of a combination no single number is the dose: each ingredient has its own."""
    if dose.unknown or not dose.per_ingredient:
        return {"unknown": dose.unknown or "no dosing instruction"}
    parts = [
        {"name": p.ingredient, "low": _number(p.low), "high": _number(p.high), "unit": p.unit}
        for p in dose.per_ingredient
    ]
    single = len(parts) == 1
    return {
        "low": parts[0]["low"] if single else None,
        "high": parts[0]["high"] if single else None,
        "unit": parts[0]["unit"] if single else "",
        "per": "day",
        "text": dose.text,
        "basis": dose.basis.value if dose.basis else "",
        "ingredients": parts,
    }


def _conflict(found: Disagreement) -> Json:
    question = questions().get(found.kind)
    return {
        "kind": found.kind,
        "text": found.text,
        "sources": [_source(s) for s in found.sources],
        "fingerprint": fingerprint(found),
        "asks": question.asks if question else "",
        "answers": [
            {"code": c.code, "says": c.says} for c in (question.choices if question else ())
        ],
    }


def _past(record: MedicationEntry | Fill | Administration) -> Json:
    return {
        **_source(record.source),
        "name": name_of(record.concept),
        "status": record.status,
    }


def _source(source: Source) -> Json:
    return {"resource": source.resource, "id": source.id}


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def as_table(found: Json, chart: Chart, as_of: date) -> str:
    """A line a medicine with what disagrees below it, then what is off the list and what it counted."""
    parts = [f"Medicines of {chart.patient.name or chart.patient.id} on {day(as_of)}"]
    for m in found["medicines"]:
        daily = m["dailyDose"].get("text") or f"daily dose not known: {m['dailyDose']['unknown']}"
        status = STATUS_WORDS.get(m["status"], m["status"])
        parts.append(f"{written(m['name'])}  [{status}]  {m['dose']}  ({daily})")
        parts += [f"  ! {c['text']}" for c in m["conflicts"]]
        parts += [f"  - {note}" for note in m["notes"]]
    parts += [f"History: {h['name']} ({h['status'].replace('-', ' ')})" for h in found["history"]]
    parts += [f"Not recognised: {u['name']}: {u['why']}." for u in _off_the_list(found)]
    parts += [f"Not read: {g.headed} {g.why} {g.effect}" for g in chart.gaps]
    return "\n".join([*parts, _counted(found["counts"])]) + "\n"


def _off_the_list(found: Json) -> Iterator[Json]:
    """What is on the list and was not recognised is a gap, and said there."""
    listed = {(s["resource"], s["id"]) for m in found["medicines"] for s in m["sources"]}
    for unresolved in found["unresolved"]:
        if not listed & {tuple(source.split("/", 1)) for source in unresolved["sources"]}:
            yield unresolved


_COUNTED = {
    "input": "entries in the file",
    "onLines": "on the list",
    "lines": "lines of the list",
    "history": "in the history",
    "gaps": "not read",
    "enteredInError": "entered in error",
    "otherPatient": "of another patient",
    "repeated": "repeated or older",
    "lost": "lost",
}


def _counted(counts: dict[str, int]) -> str:
    told = [f"{words} {counts[name]}" for name, words in _COUNTED.items() if counts[name]]
    return f"Counted: {', '.join(told) or 'nothing'}"
