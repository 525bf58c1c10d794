"""Which entries and fills are the same medicine. Never fuzzy: two lines too many beat one too few."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from app.chart.standing import Standing, is_order, standing
from app.domain.codes import Concept
from app.domain.medicines import Administration, Fill, MedicationEntry, MedicineIdentity
from app.domain.values import Value
from app.terminology.identity import StrengthKey, clinical_drug_key, strength_key
from fhir_mappings.medication import UNKNOWN_MEDICINE

UNREADABLE = "unreadable medicine"

# Codes that say "no code": two medicines without a name are not the same medicine.
_NULLS = {
    "http://terminology.hl7.org/CodeSystem/data-absent-reason",
    "http://terminology.hl7.org/CodeSystem/v3-NullFlavor",
}


class Recorded(Value, frozen=True):
    """One entry, fill or dose given, with what it was recognised as."""

    record: MedicationEntry | Fill | Administration
    identity: MedicineIdentity | None

    @property
    def links(self) -> tuple[str, ...]:
        """The orders it says it belongs to."""
        match self.record:
            case Fill(prescriptions=links) | Administration(orders=links):
                return links
            case MedicationEntry(based_on=links):
                return links


@dataclass(frozen=True, slots=True)
class Likeness:
    """What two records must share to be one medicine; an empty field is not known and fits any."""

    ingredients: tuple[str, ...]
    form: str = ""
    route: str = ""
    release: str = ""
    strengths: StrengthKey = frozenset()

    @property
    def rank(self) -> tuple[int, "tuple[str, ...]"]:
        """The fully described first, so that the vague ones join them and never the reverse."""
        known = (self.form, self.route, self.release)
        return -sum(map(bool, known)), (*self.ingredients, *known)

    def fits(self, other: "Likeness") -> bool:
        pairs = (
            (self.form, other.form),
            (self.route, other.route),
            (self.release, other.release),
        )
        return self.ingredients == other.ingredients and all(
            not a or not b or a == b for a, b in pairs
        )

    def merged(self, other: "Likeness") -> "Likeness":
        return replace(
            self,
            form=self.form or other.form,
            route=self.route or other.route,
            release=self.release or other.release,
        )

    @property
    def key(self) -> str:
        amounts = sorted(" ".join(map(str, s)) for s in self.strengths)
        return "|".join((*self.ingredients, self.form, self.route, self.release, *amounts))


@dataclass(slots=True)
class Group:
    """The records of one medicine, and the key its line keeps from visit to visit."""

    key: str
    members: list[Recorded]
    beside: tuple[Recorded, ...] = ()  # active orders of its other strengths


def group(records: Iterable[Recorded], as_of: date) -> list[Group]:
    """Groups by identity first; what was not recognised joins by the same code, words or link."""
    ordered = sorted(records, key=lambda r: (r.record.source.resource, r.record.source.id))
    named = [r for r in ordered if r.identity]
    groups = [part for whole in _by_identity(named) for part in _by_strength(whole, as_of)]
    for cluster in _by_code_or_words([r for r in ordered if not r.identity]):
        home = _home(cluster, groups)
        if home:
            home.members.extend(cluster)
        else:
            groups.append(Group(_plain_key(cluster), cluster))
    return sorted(groups, key=lambda g: g.key)


@lru_cache(maxsize=4096)
def likeness(identity: MedicineIdentity) -> Likeness:
    """
    A product with a form that does not say "extended" or "delayed" is the immediate one; a bare
    name leaves the release open.
    """
    key = clinical_drug_key(identity)
    names, form, route, release = key or (frozenset(), "", "", "")
    return Likeness(
        ingredients=tuple(sorted(names)),
        form=form,
        route=route,
        release=release or ("immediate" if form else ""),
    )


def _by_identity(records: Sequence[Recorded]) -> list[tuple[Likeness, list[Recorded]]]:
    alike: dict[Likeness, list[Recorded]] = defaultdict(list)
    for record in records:
        if record.identity:
            alike[likeness(record.identity)].append(record)
    found: list[tuple[Likeness, list[Recorded]]] = []
    for like in sorted(alike, key=lambda k: k.rank):
        fitting = [i for i, (known, _) in enumerate(found) if known.fits(like)]
        if len(fitting) == 1:
            known, members = found[fitting[0]]
            found[fitting[0]] = (known.merged(like), members + alike[like])
        else:  # it fits none, or several and so none for certain
            found.append((like, alike[like]))
    return found


def _by_strength(whole: tuple[Likeness, list[Recorded]], as_of: date) -> list[Group]:
    """
    Two active orders of different strengths are two lines, since both may be taken; any other
    difference in strength is a disagreement within one line.
    """
    like, members = whole
    ordered = {_strengths(m) for m in members if _is_live_order(m, as_of)} - {frozenset()}
    if len(ordered) < 2:
        return [Group(like.key, members)]
    parts: dict[StrengthKey, list[Recorded]] = defaultdict(list)
    for m in members:
        own = _strengths(m)
        parts[own if own in ordered else frozenset()].append(m)
    return [
        Group(replace(like, strengths=own).key, part, _beside(own, members, as_of))
        for own, part in parts.items()
    ]


def _beside(own: StrengthKey, members: Sequence[Recorded], as_of: date) -> tuple[Recorded, ...]:
    """What names no strength fits them all, and stands beside none in particular."""
    if not own:
        return ()
    others = [m for m in members if _strengths(m) and _strengths(m) != own]
    return tuple(m for m in others if _is_live_order(m, as_of))


def _is_live_order(recorded: Recorded, as_of: date) -> bool:
    record = recorded.record
    return (
        isinstance(record, MedicationEntry)
        and is_order(record)
        and standing(record, as_of) is Standing.TAKEN
    )


def _strengths(recorded: Recorded) -> StrengthKey:
    return (strength_key(recorded.identity) if recorded.identity else None) or frozenset()


def _by_code_or_words(records: Sequence[Recorded]) -> list[list[Recorded]]:
    """A shared code makes one medicine; the same words do where codes do not contradict."""
    clusters: list[list[Recorded]] = []
    coded_first = sorted(records, key=lambda r: (not _codes(r), r.record.source))
    for record in coded_first:
        home = [c for c in clusters if any(_codes(record) & _codes(other) for other in c)]
        for merged in home[1:]:
            home[0].extend(merged)
        clusters = [c for c in clusters if c not in home[1:]]
        if not home:
            home = [c for c in clusters if any(_same_words(record, other) for other in c)]
            home = home if len(home) == 1 else []
        if home:
            home[0].append(record)
        else:  # new, or the words fit several and so none for certain
            clusters.append([record])
    return clusters


def _same(one: Recorded, other: Recorded) -> bool:
    return bool(_codes(one) & _codes(other)) or _same_words(one, other)


def _same_words(one: Recorded, other: Recorded) -> bool:
    contradicting = {system for system, _ in _codes(one)} & {system for system, _ in _codes(other)}
    return not contradicting and bool(_words(one)) and _words(one) == _words(other)


def _codes(recorded: Recorded) -> frozenset[tuple[str, str]]:
    return frozenset(
        (c.system, c.code)
        for c in recorded.record.concept.codings
        if c.system and c.code and c.system not in _NULLS
    )


def _words(recorded: Recorded) -> str:
    """The words as compared; a placeholder for "no name" is no words."""
    text = " ".join(recorded.record.concept.text.casefold().split())
    return "" if text == UNKNOWN_MEDICINE or text.startswith(UNREADABLE) else text


def _home(cluster: Sequence[Recorded], groups: Sequence[Group]) -> Group | None:
    """The one recognised group with the same words, or the one its links point to."""
    for belongs in (_shares_words, _is_linked):
        fitting = [g for g in groups if belongs(cluster, g)]
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            return None
    return None


def _shares_words(cluster: Sequence[Recorded], group_: Group) -> bool:
    return any(_same(a, b) for a in cluster for b in group_.members)


def _is_linked(cluster: Sequence[Recorded], group_: Group) -> bool:
    addresses = {m.record.source.reference for m in group_.members}
    return any(link in addresses for c in cluster for link in c.links)


def _plain_key(cluster: Sequence[Recorded]) -> str:
    codes = sorted(c for r in cluster for c in _codes(r))
    if codes:
        return f"code|{codes[0][0]}|{codes[0][1]}"
    text = next((w for r in cluster if (w := _words(r))), "")
    return f"words|{text}" if text else f"source|{cluster[0].record.source.reference}"


def unreadable(concept_: Concept) -> bool:
    return concept_.text.startswith(UNREADABLE)
