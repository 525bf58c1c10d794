"""One cause, one line: what asks for the same thing of the same medicine becomes one problem."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from app.assessment.chart_index import Line
from app.assessment.findings import CHANGED, WEAKEST, Finding, Speaks
from app.knowledge.subjects import Subject

_ROW = 3  # letters of a rule's id that name its row in the rule list: S10c belongs to S10
# Fewer of these can each be asked about; more of them say that fills are recorded elsewhere.
_UNFILLED = "A02"
_UNFILLED_TOGETHER = 3


@dataclass(slots=True, eq=False)
class Cause:
    """Findings that one decision settles. Its key does not depend on how many reasons there are."""

    key: str
    acted: frozenset[str]
    findings: list[Finding] = field(default_factory=list)

    @property
    def leader(self) -> Finding:
        return min(self.findings, key=_speaks)

    @property
    def rank(self) -> int:
        return self.leader.severity.rank

    @property
    def stops(self) -> bool:
        return self.leader.strength <= CHANGED

    def take(self, other: "Cause") -> None:
        self.findings += other.findings


def _speaks(finding: Finding) -> Speaks:
    return finding.speaks


def causes(
    findings: Iterable[Finding], lines: Sequence[Line], kinds: frozenset[Subject]
) -> list[Cause]:
    by_kind: dict[str, list[Finding]] = {}
    for finding in findings:
        by_kind.setdefault(finding.kind, []).append(finding)
    alike = _alike(lines, kinds)
    found: list[Cause] = []
    for kind, of_kind in by_kind.items():
        if kind == "missing":
            found += _by_addition(of_kind)
        elif kind.startswith("monitoring"):
            found += _by_result(of_kind)
        else:
            found += _by_medicine(kind, of_kind, alike)
    return _unfilled_together(_taught_together(_watched_together(found)))


def _alike(lines: Sequence[Line], kinds: frozenset[Subject]) -> list[frozenset[str]]:
    """The medicines of each class on the list: two anti-inflammatories are stopped together."""
    members: dict[Subject, set[str]] = {}
    for line in lines:
        for key in line.keys & kinds:
            members.setdefault(key, set()).add(line.label)
    return [frozenset(names) for names in members.values() if len(names) > 1]


def _by_addition(findings: Iterable[Finding]) -> list[Cause]:
    """One medicine that is started answers every reason to start one of its kind."""
    named = [f for f in findings if f.hit.rule.adds]
    found: dict[str, Cause] = {}
    for finding in named:
        key = f"missing|{'|'.join(str(s) for s in finding.hit.rule.adds)}"
        cause = found.setdefault(key, Cause(key, frozenset()))
        cause.acted |= finding.acted
        cause.findings.append(finding)
    return [*found.values(), *_by_key(f for f in findings if not f.hit.rule.adds)]


def _by_key(findings: Iterable[Finding]) -> list[Cause]:
    found: dict[str, Cause] = {}
    for finding in findings:
        found.setdefault(finding.key, Cause(finding.key, finding.acted)).findings.append(finding)
    return list(found.values())


def _by_medicine(
    kind: str, findings: Sequence[Finding], alike: Sequence[frozenset[str]]
) -> list[Cause]:
    of_nobody = [f for f in findings if not f.acted]
    certain = [f for f in findings if f.acted and not f.one_of]
    found = _narrow_into_broad(_by_acted(kind, certain), kind, alike)
    either = _by_acted(kind, [f for f in findings if f.acted and f.one_of])
    for choice in sorted(either, key=lambda c: (c.rank, -len(c.acted), c.key)):
        _place(choice, kind, found)
    return found + _by_key(of_nobody)


def _by_acted(kind: str, findings: Iterable[Finding]) -> list[Cause]:
    found: dict[frozenset[str], Cause] = {}
    for finding in findings:
        key = f"{kind}|{'|'.join(sorted(finding.acted))}"
        found.setdefault(finding.acted, Cause(key, finding.acted)).findings.append(finding)
    return list(found.values())


def _narrow_into_broad(
    found: list[Cause], kind: str, alike: Sequence[frozenset[str]]
) -> list[Cause]:
    """What is said of one of two medicines of a kind belongs to what is said of both."""
    kept: list[Cause] = []
    for cause in sorted(found, key=lambda c: (-len(c.acted), c.key)):
        home = next((b for b in kept if cause.acted < b.acted and _one(b, kind, alike)), None)
        if home is None:
            kept.append(cause)
        else:
            home.take(cause)
    return kept


def _one(broad: Cause, kind: str, alike: Sequence[frozenset[str]]) -> bool:
    if any(broad.acted <= names for names in alike):
        return True
    # What makes one of them weak is a reason why the goal is missed on all of them.
    return kind == "effect"


def _place(choice: Cause, kind: str, found: list[Cause]) -> None:
    """
    Where it is enough to act on one of several: stopping one of them for a reason at least as
    grave settles it; otherwise the lesser reasons to stop one of them are said with it.
    """
    same = next((c for c in found if c.acted == choice.acted), None)
    within = [c for c in found if c.acted < choice.acted and (c.stops or kind == "unneeded")]
    settles = min((c for c in within if c.rank <= choice.rank), key=_gravest, default=None)
    if same is not None:
        same.take(choice)
    elif settles is not None and kind != "unneeded":
        settles.take(choice)
    else:
        for lesser in within:
            choice.take(lesser)
            found.remove(lesser)
        found.append(choice)


def _gravest(cause: Cause) -> tuple[int, int, str]:
    return cause.rank, cause.leader.strength, cause.key


def _by_result(findings: Iterable[Finding]) -> list[Cause]:
    """One blood draw answers for every medicine and every rule that asks for the same result."""
    groups: list[list[Finding]] = []
    for finding in findings:
        joined = [g for g in groups if any(_same_draw(finding, other) for other in g)]
        groups = [g for g in groups if g not in joined]
        groups.append([member for g in joined for member in g] + [finding])
    found = []
    for group in groups:
        cause = Cause("", frozenset().union(*(f.acted for f in group)), group)
        labs = sorted(lab.code for lab in cause.leader.hit.labs)
        cause.key = f"{cause.leader.kind}|{labs[0]}" if labs else cause.leader.key
        found.append(cause)
    return found


def _same_draw(one: Finding, other: Finding) -> bool:
    return bool(one.hit.labs & other.hit.labs or one.acted & other.acted)


def _watched_together(found: list[Cause]) -> list[Cause]:
    """A harm that only asks for a test of a medicine joins the other tests of that medicine."""
    draws = [c for c in found if c.leader.kind == "monitoring-safety"]
    draws.sort(key=lambda c: c.key)
    kept: list[Cause] = []
    for cause in found:
        tests = all(f.action == "order-lab" for f in cause.findings)
        home = next((d for d in draws if cause.acted & d.acted), None)
        # A draw that took a graver harm is led by it, and is no harm to be taken again.
        if cause not in draws and cause.leader.kind == "harm" and tests and home is not None:
            home.take(cause)
        else:
            kept.append(cause)
    return kept


def _taught_together(found: list[Cause]) -> list[Cause]:
    """Pairs that may stay, with the same thing to watch for and a medicine in common."""
    stay = [c for c in found if _pair_stays(c)]
    kept: list[Cause] = []
    for cause in sorted(stay, key=lambda c: (c.rank, c.key)):
        home = next((k for k in kept if _same_watch(k, cause)), None)
        if home is None:
            kept.append(cause)
        else:
            home.take(cause)
    return [c for c in found if c not in stay] + kept


def _pair_stays(cause: Cause) -> bool:
    return all(f.strength == WEAKEST and f.over == "interactions" for f in cause.findings)


def _same_watch(one: Cause, other: Cause) -> bool:
    lines = {x for f in one.findings for x in f.hit.lines}
    shared = any(x in lines for f in other.findings for x in f.hit.lines)
    rows = {cause.leader.rule[:_ROW] for cause in (one, other)}
    return shared and len(rows) == 1


def _unfilled_together(found: list[Cause]) -> list[Cause]:
    unfilled = [c for c in found if all(f.rule == _UNFILLED for f in c.findings)]
    if len(unfilled) < _UNFILLED_TOGETHER:
        return found
    one = Cause("adherence|unfilled", frozenset().union(*(c.acted for c in unfilled)))
    for cause in unfilled:
        one.take(cause)
    return [c for c in found if c not in unfilled] + [one]
