"""MedicationDispense -> Fill."""

from decimal import Decimal

from app.domain.medicines import Fill
from fhir_mappings.dosage import dosages, duration_days
from fhir_mappings.medication import named_medicine
from fhir_mappings.reading import Lookup, identified, member, number, partial_date, words
from fhir_mappings.reference import canonicals


def medication_dispense(sent: object, lookup: Lookup) -> Fill:
    """Reads one fill. Only the hand-over dates it: what was prepared may never have been fetched."""
    source, resource = identified(sent, "MedicationDispense")
    return Fill(
        source=source,
        concept=named_medicine(resource, lookup),
        status=words(resource.get("status")) or "unknown",
        handed_over=partial_date(resource.get("whenHandedOver")),
        days_supply=_days_supply(resource.get("daysSupply")),
        quantity=number(member(resource.get("quantity"), "value")),
        prescriptions=canonicals(resource.get("authorizingPrescription"), lookup),
        dosages=dosages(resource.get("dosageInstruction")),
    )


def _days_supply(value: object) -> Decimal | None:
    """The element is called daysSupply: without a unit its number is days, and nothing is invented."""
    if not isinstance(value, dict):
        return None
    if words(value.get("code")) or words(value.get("unit")):
        return duration_days(value)
    days = number(value.get("value"))
    return days if days is not None and days >= 0 else None
