"""Codes as a chart gives them: systems, codings, concepts and where they were read."""

from msgspec import Struct

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
NDC = "http://hl7.org/fhir/sid/ndc"
SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
CVX = "http://hl7.org/fhir/sid/cvx"
UCUM = "http://unitsofmeasure.org"
ATC = "http://www.whocc.no/atc"


class Coding(Struct, frozen=True, cache_hash=True, gc=False):
    """One code of one system, as sent."""

    system: str
    code: str
    display: str = ""


class Concept(Struct, frozen=True, cache_hash=True, gc=False):
    """What the chart calls something: its words and all its codes. Words may be empty, codes may be none."""

    text: str
    codings: tuple[Coding, ...] = ()

    def codes(self, system: str) -> tuple[str, ...]:
        return tuple(c.code for c in self.codings if c.system == system)


class Source(Struct, frozen=True, order=True, gc=False):
    """The chart resource a fact was read from."""

    resource: str
    id: str

    @property
    def reference(self) -> str:
        return f"{self.resource}/{self.id}"
