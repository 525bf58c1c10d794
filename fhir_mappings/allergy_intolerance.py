"""AllergyIntolerance -> Allergy."""

from app.domain.chart import Allergy
from app.domain.errors import Unmappable
from fhir_mappings.concept import concept, concepts, first_code, said
from fhir_mappings.reading import identified, objects, words


def allergy_intolerance(sent: object) -> Allergy:
    """
    Reads one allergy. Without a clinical status it counts as active: the other error can kill.

    Where the allergy itself has no code, the substance of its first reaction names it.
    """
    source, resource = identified(sent, "AllergyIntolerance")
    reactions = objects(resource.get("reaction"))
    substances = concepts([r.get("substance") for r in reactions])
    named = concept(resource.get("code"))
    if not said(named):
        if not substances:
            raise Unmappable("an allergy that does not say to what")
        named = substances[0]
    clinical = first_code(resource.get("clinicalStatus"))
    refuted = first_code(resource.get("verificationStatus")) == "refuted"
    return Allergy(
        source=source,
        concept=named,
        active=not refuted and clinical not in {"inactive", "resolved"},
        kind=words(resource.get("type")),
        criticality=words(resource.get("criticality")),
        reactions=tuple(c for r in reactions for c in concepts(r.get("manifestation"))),
        substances=substances,
    )
