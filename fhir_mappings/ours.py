"""What we wrote into the EHR ourselves and read back, told by the identifier that we gave it."""

from fhir_mappings.reading import Json, objects
from fhir_mappings.write_names import PART_IDENTIFIER


def written_here(resource: Json) -> bool:
    """
    Is it a part of a plan of ours? Read back it is no new word of the patient or of anyone else.

    The plan's CarePlan does not name its medicines, so the identifier alone tells.
    """
    return any(i.get("system") == PART_IDENTIFIER for i in objects(resource.get("identifier")))
