"""MedicationStatement -> MedicationEntry: what the patient is said to take."""

from app.domain.dates import PartialDate
from app.domain.medicines import MedicationEntry
from fhir_mappings.concept import codes, concepts
from fhir_mappings.dosage import dosages
from fhir_mappings.medication import named_medicine
from fhir_mappings.medication_request import adherence, note, reasons
from fhir_mappings.ours import written_here
from fhir_mappings.reading import Json, Lookup, identified, objects, partial_date, period, words
from fhir_mappings.reference import canonicals


def medication_statement(sent: object, lookup: Lookup) -> MedicationEntry:
    """
    Reads one statement. It has no prescriber, whoever entered it: a statement is not an order.

    `derivedFrom` counts as a link to an order like `basedOn`, since servers fill one or the other.
    """
    source, resource = identified(sent, "MedicationStatement")
    named = named_medicine(resource, lookup)
    starts, ends = _effective(resource)
    links = (*objects(resource.get("basedOn")), *objects(resource.get("derivedFrom")))
    return MedicationEntry(
        source=source,
        concept=named,
        status=words(resource.get("status")) or "unknown",
        reported=True,
        categories=codes(resource.get("category")),
        dosages=dosages(resource.get("dosage")),
        reasons=reasons(resource, lookup),
        authored=partial_date(resource.get("dateAsserted")),
        starts=starts,
        ends=ends,
        adherence=adherence(resource),
        status_reasons=concepts(resource.get("statusReason")),
        note=note(resource),
        based_on=canonicals(list(links), lookup),
        ours=written_here(resource),
    )


def _effective(resource: Json) -> tuple[PartialDate | None, PartialDate | None]:
    match resource:
        case {"effectivePeriod": dict() as span}:
            return period(span)
        case {"effectiveDateTime": str(day)}:
            return partial_date(day), None
    return None, None
