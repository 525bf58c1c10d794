"""Names of what we write: code systems, identifier systems, stable references inside one bundle."""

import uuid
from dataclasses import dataclass
from typing import Any

from app.domain.people import Person
from app.domain.plan import ActionPlan, CodedLists

Json = dict[str, Any]

OURS = "https://concordance-cmm.org/fhir"
PLAN_IDENTIFIER = f"{OURS}/NamingSystem/medication-action-plan"
VERSION_IDENTIFIER = f"{OURS}/NamingSystem/medication-action-plan-version"
MESSAGE_IDENTIFIER = f"{OURS}/NamingSystem/message-to-prescriber"
PART_IDENTIFIER = f"{OURS}/NamingSystem/plan-part"
ENGINE_IDENTIFIER = f"{OURS}/NamingSystem/rules-engine"
CATEGORY = f"{OURS}/CodeSystem/mtp-category"
RATIONALE = f"{OURS}/CodeSystem/mtp-rationale"
ACTION = f"{OURS}/CodeSystem/mtp-action"
DISMISSAL = f"{OURS}/CodeSystem/mtp-dismissal"
EVIDENCE = f"{OURS}/CodeSystem/mtp-evidence"
BARRIER = f"{OURS}/CodeSystem/adherence-barrier"
TECHNIQUE = f"{OURS}/CodeSystem/adherence-technique"
RULE = f"{OURS}/rule"
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition"
SMP = "http://hl7.org/fhir/us/smp/StructureDefinition"


@dataclass(frozen=True, slots=True)
class Writing:
    """One plan being written. A part's reference is the same however often the plan is written."""

    plan: ActionPlan
    lists: CodedLists

    @property
    def patient(self) -> Json:
        return {"reference": f"Patient/{self.plan.patient.id}"}

    @property
    def signed_at(self) -> str:
        return self.plan.signed_at.isoformat(timespec="seconds")

    def url(self, kind: str, key: str) -> str:
        """The fullUrl of a part within the bundle."""
        return uuid.uuid5(uuid.UUID(self.plan.version_id), f"{kind}/{key}").urn

    def reference(self, kind: str, key: str) -> Json:
        return {"reference": self.url(kind, key)}

    def identifier(self, key: str) -> list[Json]:
        """The business identifier that makes a repeated create find what is already there."""
        return [{"system": PART_IDENTIFIER, "value": f"{self.plan.version_id}.{key}"}]

    def entry(self, resource: Json, key: str) -> Json:
        """A conditional create: writing the same part again changes nothing."""
        kind = resource["resourceType"]
        identifier = resource["identifier"][0]
        query = f"identifier={identifier['system']}|{identifier['value']}"
        request = {"method": "POST", "url": kind, "ifNoneExist": query}
        return {"fullUrl": self.url(kind, key), "resource": resource, "request": request}

    def rationale_title(self, code: str) -> str:
        return self.lists.title("rationales", code)

    def action_title(self, code: str) -> str:
        return self.lists.title("actions", code)


def person(who: Person) -> Json:
    """A reference where the chart knows the person; a name is always there to read."""
    found: Json = {"display": who.name} if who.name else {}
    return {"reference": who.reference, **found} if who.reference else found


def narrative(status: str, body: str) -> Json:
    """`body` is already escaped XHTML inside one div."""
    return {"status": status, "div": body}


def coded(system: str, code: str, display: str, *more: Json) -> Json:
    return {
        "coding": [{"system": system, "code": code, "display": display}, *more],
        "text": display,
    }
