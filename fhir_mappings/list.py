"""List -> RecordedList: a list of medicines, and what it says of each entry it holds."""

from app.domain.codes import LOINC, Concept
from app.domain.errors import Unmappable
from app.domain.medicines import ListedItem, RecordedList
from fhir_mappings.concept import concept, first_code
from fhir_mappings.medication import medication
from fhir_mappings.ours import written_here
from fhir_mappings.reading import Json, Lookup, identified, member, objects, partial_date, words
from fhir_mappings.reference import canonical, reference

# The codes of the SMP example lists: a primary care list, and one of hospital administrations.
MEDICATION_LISTS = frozenset({"10160-0", "104207-6"})
_MEDICINES = {
    "Medication",
    "MedicationAdministration",
    "MedicationDispense",
    "MedicationRequest",
    "MedicationStatement",
}


def medication_list(sent: object, lookup: Lookup) -> RecordedList | None:
    """
    Reads a list of medicines; None for a list of anything else, and for one no longer in force.

    Only what it says of an entry counts. A medicine it leaves out may be on another list.
    """
    source, resource = identified(sent, "List")
    named = concept(resource.get("code"))
    items = [_item(e, lookup) for e in objects(resource.get("entry"))]
    about = MEDICATION_LISTS & set(named.codes(LOINC))
    kept = tuple(i for i in items if i and (about or _is_medicine(i)))
    if words(resource.get("status")) == "retired" or not (about or kept):
        return None
    return RecordedList(
        source=source,
        title=words(resource.get("title")) or named.text,
        items=kept,
        dated=partial_date(resource.get("date")),
        ours=written_here(resource),
    )


def _item(entry: Json, lookup: Lookup) -> ListedItem | None:
    """None for what is on a mixed list and is no medicine."""
    item = entry.get("item")
    address = canonical(item, lookup)
    kind = address.partition("/")[0]
    if "/" in address and kind not in _MEDICINES:
        return None
    return ListedItem(
        entry="" if kind == "Medication" else address,
        concept=_named(item, lookup),
        flag=first_code(entry.get("flag")),
        deleted=entry.get("deleted") is True,
        dated=partial_date(entry.get("date")),
    )


def _named(item: object, lookup: Lookup) -> Concept | None:
    sent = reference(item)
    try:
        return medication(lookup(sent) if sent else None)
    except Unmappable:
        shown = words(member(item, "display"))
        return Concept(shown) if shown else None


def _is_medicine(item: ListedItem) -> bool:
    return item.entry.partition("/")[0] in _MEDICINES
