"""A reconciled medicine as an SMP MedicationStatement, so that problems can point at it."""

from dataclasses import replace

from app.domain.medicines import LineStatus, MedicationEntry, Medicine
from fhir_mappings.write_names import SMP, Json, Writing, narrative
from fhir_mappings.write_narrative import short_narrative

NOT_LISTED = "Not on the list at this review; a problem that is still open is about it."
PROFILE = f"{SMP}/smp-medicationstatement"
STATUS = {
    LineStatus.CURRENT: "active",
    LineStatus.ON_HOLD: "on-hold",
    LineStatus.NOT_TAKEN: "not-taken",
    LineStatus.STOPPED: "stopped",
    LineStatus.UNKNOWN: "unknown",
}


def medication_statement(writing: Writing, medicine: Medicine) -> Json:
    """
    The medicine as settled at this review, with the orders it rests on, who settled what, and what
    the sources still disagree on.
    """
    sentence = f"{medicine.name}. {medicine.sig}".strip()
    statement: Json = {
        "resourceType": "MedicationStatement",
        "meta": {"profile": [PROFILE]},
        "text": narrative("generated", short_narrative(sentence)),
        "identifier": writing.identifier(medicine.id),
        "status": STATUS[medicine.status],
        "medicationCodeableConcept": _concept(medicine),
        "subject": writing.patient,
        "effectiveDateTime": writing.plan.as_of.isoformat(),
        "dateAsserted": writing.signed_at,
    }
    orders = [
        e.source.reference for e in medicine.entries if e.source.resource == "MedicationRequest"
    ]
    if orders:
        statement["basedOn"] = [{"reference": order} for order in sorted(set(orders))]
    if medicine.sig:
        statement["dosage"] = [{"text": medicine.sig}]
    notes = _notes(medicine)
    if notes:
        statement["note"] = [{"text": text} for text in notes]
    return statement


def past_statement(writing: Writing, medicine: Medicine) -> Json:
    """A medicine of an earlier version that is off the list while a problem about it is open."""
    statement = medication_statement(writing, replace(medicine, status=LineStatus.UNKNOWN))
    return {**statement, "note": [{"text": NOT_LISTED}, *statement.get("note", [])]}


def _notes(medicine: Medicine) -> list[str]:
    settled = [f"{s.disagreement.text} {s.text}" for s in medicine.settled]
    told = [e.note for e in medicine.entries if e.source.resource == "PatientReported" and e.note]
    return settled + [f"Not settled: {d.text}" for d in medicine.unsettled] + told


def _concept(medicine: Medicine) -> Json:
    """The codes of the entry that has most, as they were read; nothing is coded that was not."""
    recorded: list[MedicationEntry] = sorted(
        medicine.entries, key=lambda e: -len(e.concept.codings)
    )
    concepts = [e.concept for e in recorded] + [f.concept for f in medicine.fills]
    codings = next((c.codings for c in concepts if c.codings), ())
    written = [
        {"system": c.system, "code": c.code, **({"display": c.display} if c.display else {})}
        for c in codings
        if c.system and c.code
    ]
    return {**({"coding": written} if written else {}), "text": medicine.name}
