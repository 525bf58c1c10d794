"""From hits to problems: one line a cause, with an id that stays; the gravest first."""

import hashlib
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import TypeVar

from app.assessment.causes import Cause, causes
from app.assessment.chart_index import ChartIndex
from app.assessment.findings import Finding, finding_of
from app.assessment.outcomes import Hit
from app.assessment.reasons import Reason, reason_of
from app.assessment.repeats import hits_together
from app.assessment.sentences import inside, listed, sentence
from app.domain.assessment import MedicationTherapyProblem, Need, Recommendation
from app.domain.codes import Coding
from app.knowledge.subjects import Subject

T = TypeVar("T")
_NEEDS = tuple(Need)
_FURTHER = 2
_Rank = tuple[int, bool, int, int, str, str]


def problems_of(
    hits: Iterable[Hit], index: ChartIndex, kinds: frozenset[Subject] = frozenset()
) -> tuple[MedicationTherapyProblem, ...]:
    """
    The problems of a chart, the gravest first.

    The id of a problem comes from the patient, the kind of thing it asks for and the medicines to
    act on: one reason more or less for stopping naproxen leaves the id as it is. A need without a
    medicine is named by its rule, a test that is due by the result.
    """
    found = [finding_of(hit, index) for hit in hits_together(hits, kinds)]
    grouped = causes(found, index.lines, kinds)
    return tuple(_problem(cause, index) for cause in sorted(grouped, key=_cause_rank))


def problem_of(hit: Hit, index: ChartIndex) -> MedicationTherapyProblem:
    """What one hit is on its own."""
    finding = finding_of(hit, index)
    return _problem(Cause(finding.key, finding.acted, [finding]), index)


def _cause_rank(cause: Cause) -> tuple[_Rank, str]:
    return _rank(cause.leader), cause.key


def _rank(finding: Finding) -> _Rank:
    """By harm, then by how sure it is, then by how much there is to do about it."""
    return (
        finding.severity.rank,
        bool(finding.hit.found.caveats) or not all(x.taken for x in finding.hit.lines),
        finding.strength,
        _NEEDS.index(finding.need),
        finding.rule,
        finding.key,
    )


def _problem(cause: Cause, index: ChartIndex) -> MedicationTherapyProblem:
    """The gravest finding speaks; the others are its further reasons."""
    first = cause.leader
    others = sorted((f for f in cause.findings if f is not first), key=_rank)
    reasons = [reason_of(f, index) for f in (first, *others)]
    leader, rule = reasons[0], first.hit.rule
    return MedicationTherapyProblem(
        id=_id(index, cause.key),
        rule=first.rule,
        title=leader.title,
        need=first.need,
        category=rule.rule.problem.category,
        rationale=rule.rule.problem.rationale,
        severity=first.severity,
        medicines=_joined(r.finding.medicines for r in reasons),
        conditions=_joined(r.finding.hit.found.conditions for r in reasons),
        because=leader.because,
        recommend=_recommendation(reasons),
        evidence=_joined(r.finding.hit.evidence for r in reasons),
        inputs=_joined(r.inputs for r in reasons),
        short=leader.short,
        measure=rule.measure,
        also=_also(reasons),
        also_rules=_joined((f.rule,) for f in others if f.rule != first.rule),
        act_on=tuple(x.id for x in index.lines if x.label in cause.acted),
        one_of=first.one_of,
        due=_due(first, (first, *others)),
        # One reason that is not held back keeps the whole problem in view.
        held_back=first.held if all(f.held for f in cause.findings) else "",
    )


def _id(index: ChartIndex, key: str) -> str:
    patient = index.chart.patient.id
    return f"mtp-{hashlib.sha256(f'{patient}|{key}'.encode()).hexdigest()[:10]}"


def _due(leader: Finding, every: Sequence[Finding]) -> tuple[Coding, ...]:
    """Every result that one order answers for; another kind of problem leaves that to its own line."""
    if not leader.kind.startswith("monitoring"):
        return ()
    found = {lab for f in every for lab in f.hit.labs}
    return tuple(sorted(found, key=lambda lab: lab.code))


def _joined(parts: Iterable[tuple[T, ...]]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(chain.from_iterable(parts)))


def _also(reasons: Sequence[Reason]) -> tuple[str, ...]:
    """Each further reason once, and none that says of the same values what was said before."""
    first, *others = reasons
    seen = {first.fact} if others else set()
    said: list[str] = []
    for other in others:
        fact = other.fact
        if fact not in seen and other.said != first.said:
            asides = (a for a in other.asides if a not in first.asides)
            said.append(" ".join((other.said, *asides)))
        seen.add(fact)
    return tuple(dict.fromkeys(said))


def _recommendation(reasons: Sequence[Reason]) -> Recommendation:
    first = reasons[0].recommendation
    text = _to_do(reasons, first.text)
    return Recommendation(first.action, text, first.plain, first.alternatives)


def _to_do(reasons: Sequence[Reason], text: str) -> str:
    """A stop settles every reason; tests and lesser changes are each done, two more at most."""
    first, others = reasons[0].finding, reasons[1:]
    if first.kind in {"adherence", "missing"}:
        return text
    if first.kind.startswith("monitoring"):
        return _to_order(first, others, text)
    if first.strength == 0 or (first.kind == "harm" and first.strength == 1):
        others = [r for r in others if r.finding.kind == "unneeded"]
    more = (r.to_do for r in others if r.finding.rule != first.rule)
    return " ".join(list(dict.fromkeys((text, *more)))[: 1 + _FURTHER])


def _to_order(first: Finding, others: Sequence[Reason], text: str) -> str:
    """One order: the results the others ask for besides, and what else they would have watched."""
    due = first.hit.labs
    more = {inside(lab.display) for r in others for lab in r.finding.hit.labs if lab not in due}
    watched = [r.to_do for r in others if not r.finding.hit.labs]
    texts = [text]
    texts += [sentence(f"Also due: {listed(sorted(more))}")] if more else []
    return " ".join(dict.fromkeys((*texts, *watched[:1])))
