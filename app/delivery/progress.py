"""What the EHR has of a plan so far, kept beside the plan so that nothing is sent twice."""

from dataclasses import dataclass, field, replace
from typing import Literal

import msgspec

PLAN_KINDS = frozenset({"CarePlan", "DocumentReference", "QuestionnaireResponse", "Communication"})
"""Records that hold a whole plan; a plan is written as one of them."""


@dataclass(frozen=True, slots=True)
class Part:
    """One resource in the EHR, or why it is not there. `version` is the EHR's, where it tells one."""

    kind: str
    id: str = ""
    version: str = ""
    problem: str = ""

    @property
    def reference(self) -> str:
        return f"{self.kind}/{self.id}"


How = Literal["waiting", "closed", "over", "goes-on", "updated", "open", "old-words"]


@dataclass(frozen=True, slots=True)
class Ended:
    """
    What became of one record of an earlier version: `closed` by us, `over` there already, or it
    `goes-on`; `open` and `old-words` are for a person to see to, for the reason in `part.problem`.
    `waiting`: its turn has not come. `code` is why it was to end.
    """

    part: Part
    version: int
    how: How
    code: str = ""

    @property
    def by_hand(self) -> bool:
        return self.how in {"waiting", "open", "old-words"}


@dataclass(frozen=True, slots=True)
class Written:
    """
    The record that holds the plan as the EHR has it (a CarePlan, or a note in its place), all parts by
    their place in the bundle, and what to say of it.

    `how` says in which form the signer was told it would be written. `over` is what the signer chose
    to write over after a conflict; without an id there was nothing left. `by_system`: no person's access
    was used for the last of it.

    `carried` are the parts that are records of an earlier version, which go on, by their place in this
    bundle; None until that was looked at. `located` are places of earlier parts that no answer had told.
    `filed`: plan and signature are there, and what is left are the records of earlier versions: `ended`.
    """

    care_plan: Part | None = None
    parts: dict[str, Part] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    how: str = ""
    over: Part | None = None
    by_system: bool = False
    carried: dict[str, Part] | None = None
    located: dict[str, Part] = field(default_factory=dict)
    filed: bool = False
    ended: dict[str, Ended] = field(default_factory=dict)

    @property
    def has_plan(self) -> bool:
        """The EHR took this version of the plan, whatever else is still missing."""
        there = self.care_plan is not None
        return there and (self.filed or self.care_plan in self.parts.values())

    @property
    def to_close_by_hand(self) -> tuple[Ended, ...]:
        """Records of earlier versions that the EHR still shows as they were."""
        return tuple(ended for ended in self.ended.values() if ended.by_hand)

    def with_part(self, url: str, part: Part) -> "Written":
        care_plan = part if part.kind in PLAN_KINDS else self.care_plan
        return replace(self, care_plan=care_plan, parts={**self.parts, url: part})

    def to_json(self) -> str:
        return msgspec.json.encode(self).decode()

    @classmethod
    def from_json(cls, text: str) -> "Written":
        return msgspec.json.decode(text, type=cls)


def part_of(resource: dict[str, object]) -> Part:
    """A resource read from the EHR, as a part."""
    meta = resource.get("meta")
    version = meta.get("versionId") if isinstance(meta, dict) else ""
    return Part(str(resource["resourceType"]), str(resource.get("id", "")), str(version or ""))
