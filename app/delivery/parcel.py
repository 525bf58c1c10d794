"""One signed version of a plan, ready to go, with what is known of the versions before it."""

from dataclasses import dataclass
from datetime import datetime

from app.delivery.bundles import kind_of, plan_entry
from app.delivery.progress import Part, Written
from app.domain.plan import ActionPlan
from fhir_mappings.reading import Json
from fhir_mappings.write_names import MESSAGE_IDENTIFIER, PLAN_IDENTIFIER, VERSION_IDENTIFIER


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier version: what was to be written, and what is known of where it is."""

    version: int
    version_id: str
    bundle: Json
    written: Written
    doubtful: bool = False

    def is_in(self, care_plan: Json) -> bool:
        record = plan_entry(self.bundle)["resource"]
        return self.version_id in versions(care_plan) or _same_content(care_plan, record)


@dataclass(frozen=True, slots=True)
class Parcel:
    """
    `doubtful`: an earlier attempt may have written it. `missed`: the EHR has said for long enough
    that it has no such plan. `base`: the CarePlan as it was when the signer last knew it; `over`: the
    signer chose to write over it. `replaced` are the plans of earlier versions that may have been written
    without our knowing where: an EHR that drops identifiers shows them only by their content.
    """

    bundle: Json
    version_id: str
    base: Part | None = None
    earlier: frozenset[str] = frozenset()
    replaced: tuple[Json, ...] = ()
    doubtful: bool = False
    missed: bool = False
    over: bool = False
    plan: ActionPlan | None = None
    before: tuple[Earlier, ...] = ()
    found: Json | None = None

    @property
    def kind(self) -> str:
        return kind_of(plan_entry(self.bundle))

    @property
    def record(self) -> Json:
        """The record that holds the plan."""
        resource: Json = plan_entry(self.bundle)["resource"]
        return resource

    @property
    def patient(self) -> str:
        return str(self.record["subject"]["reference"])

    @property
    def identifier(self) -> Json:
        """A CarePlan's own identifier, the same for every version; a note is of one version."""
        systems = (
            {PLAN_IDENTIFIER}
            if self.kind == "CarePlan"
            else {VERSION_IDENTIFIER, MESSAGE_IDENTIFIER}
        )
        return next(i for i in _listed(self.record["identifier"]) if i["system"] in systems)

    def is_this_plan(self, resource: Json) -> bool:
        """A server may ignore the parameters of a search, so each answer is looked at."""
        wanted = (self.identifier["system"], self.identifier["value"])
        return wanted in identifiers(resource) and self.same_patient(resource)

    def is_twin(self, resource: Json) -> bool:
        """The same version, kept by an EHR that drops identifiers of others: same moment, same title."""
        return _same_content(resource, self.record) and self.same_patient(resource)

    def holds_this_version(self, resource: Json) -> bool:
        return self.version_id in versions(resource) or self.is_twin(resource)

    def holds_earlier_version(self, resource: Json) -> bool:
        return bool(self.earlier & versions(resource)) or self.is_replaced(resource)

    def is_replaced(self, resource: Json) -> bool:
        found = any(_same_content(resource, plan) for plan in self.replaced)
        return found and self.same_patient(resource)

    def same_patient(self, resource: Json) -> bool:
        subject = resource.get("subject")
        reference = subject.get("reference", "") if isinstance(subject, dict) else ""
        return str(reference) == self.patient or str(reference).endswith(f"/{self.patient}")


def _same_content(resource: Json, plan: Json) -> bool:
    same = all(resource.get(k) == plan.get(k) for k in ("title", "period"))
    created = same_moment(resource.get("created"), plan["created"])
    return same and created and not is_named(resource)


def identifiers(resource: Json) -> set[tuple[str, str]]:
    found = _listed(resource.get("identifier"))
    return {(str(i.get("system")), str(i.get("value"))) for i in found}


def _listed(value: object) -> list[Json]:
    """Of most kinds a list, of some (QuestionnaireResponse) one alone."""
    found = value if isinstance(value, list) else [value]
    return [i for i in found if isinstance(i, dict)]


def is_named(resource: Json) -> bool:
    """Does it carry an identifier of ours?"""
    systems = {system for system, _ in identifiers(resource)}
    return bool(systems & {PLAN_IDENTIFIER, VERSION_IDENTIFIER, MESSAGE_IDENTIFIER})


def versions(resource: Json) -> set[str]:
    """Ids of the plan versions a record says it is."""
    return {value for system, value in identifiers(resource) if system == VERSION_IDENTIFIER}


def same_moment(one: object, other: str) -> bool:
    """A server may write the same instant in another zone or with other digits."""
    try:
        return datetime.fromisoformat(str(one)) == datetime.fromisoformat(other)
    except (ValueError, TypeError):
        return False
