"""What a hit asks for, of which medicines, and how grave it is: everything but its sentences."""

from app.assessment.chart_index import ChartIndex
from app.assessment.outcomes import Hit
from app.domain.assessment import Need, Recommendation, Severity
from app.domain.values import Single

# What a problem asks for, whichever rule says it.
_KINDS = {
    "unnecessary-therapy": "unneeded",
    "needs-additional-therapy": "missing",
    "ineffective-drug": "effect",
    "dose-too-low": "effect",
    "needs-monitoring-effectiveness": "monitoring-effect",
    "adverse-event-risk": "harm",
    "dose-too-high": "harm",
    "needs-monitoring-safety": "monitoring-safety",
    "nonadherence": "adherence",
    "cannot-afford": "cost",
}
_EXPOSURE = frozenset({"adverse-event-risk", "dose-too-high", "unnecessary-therapy"})
_EFFECT = frozenset({"ineffective-drug", "dose-too-low"})
# A stop answers every reason there is; the weaker the action, the later it speaks.
_STRENGTH = {"discontinue-medication": 0, "change-medication": 1, "decrease-dose": 2}
CHANGED = _STRENGTH["change-medication"]
WEAKEST = 3
_STEPS = tuple(Severity)
# What holds for everybody of an age or after a reaction says least about this patient.
_GENERAL = frozenset({"age_cautions", "allergy_cross"})
# A dose that isn't taken can't be too low.
FIRST_TAKE_IT = Recommendation(
    "support-adherence",
    "Find out why it is not taken and agree to resume or replace it before any dose is changed.",
    "You told us that you do not take this medicine. Let us find out what would work for you.",
)


Speaks = tuple[int, bool, bool, int, bool, bool, int, str, str]


class Finding(Single, frozen=True):
    """One hit, ready to be set beside the others."""

    hit: Hit
    rule: str
    key: str  # tells it from every other finding of the same patient
    severity: Severity
    action: str
    kind: str
    acted: frozenset[str]  # the medicines to act on, by ingredients
    strength: int
    one_of: bool
    medicines: tuple[str, ...]  # the one to act on comes first
    speaks: Speaks  # of several about one cause, the least of these says it
    held: str = ""  # why it is held back, if it is

    @property
    def need(self) -> Need:
        return self.hit.rule.need

    @property
    def over(self) -> str | None:
        """The table it comes from, if any."""
        return self.hit.rule.rule.over


def finding_of(hit: Hit, index: ChartIndex) -> Finding:
    """
    Two strengths of one medicine are one medicine. Where it rests on a medicine that isn't taken,
    that one is to be decided on first.
    """
    acted, rule, action = hit.acted, hit.rule_id, _action(hit)
    labels = frozenset(x.label for x in [x for x in acted if not x.taken] or acted)
    key = "|".join((rule, *sorted({x.label for x in hit.lines}), hit.row.id if hit.row else ""))
    graded = _severity(hit)
    held = held_back(hit, index, graded)
    severity = Severity.LOW if held else graded
    kind = _kind(hit.rule.rule.problem.category, action)
    strength = _STRENGTH.get(action, WEAKEST)
    one_of = hit.one_of and bool(labels) and all(x.taken for x in hit.lines)
    medicines = tuple(x.id for x in dict.fromkeys((*acted, *hit.lines)))
    over = hit.rule.rule.over
    # The gravest speaks, then what asks for most; a rule says it better than a row of a table.
    speaks = (
        severity.rank,
        kind == "harm" and one_of,
        over in _GENERAL,
        strength,
        hit.row is not None,
        over != "drug_conditions",
        -len(medicines),
        rule,
        key,
    )
    return Finding(
        hit, rule, key, severity, action, kind, labels, strength, one_of, medicines, speaks, held
    )


def held_back(hit: Hit, index: ChartIndex, severity: Severity) -> str:
    reasons = (h.reason(hit.rule.rule, hit.rule_id, severity) for h in index.holds)
    return next(filter(None, reasons), "")


def by_exposure(hit: Hit) -> bool:
    """Whether the problem is there only while the medicine is taken."""
    rule = hit.rule.rule
    return rule.problem.category in _EXPOSURE or rule.over == "interactions"


def first_take_it(hit: Hit) -> bool:
    """Too little effect of what isn't taken."""
    untaken = bool(hit.lines) and not any(x.taken for x in hit.lines)
    return untaken and hit.rule.rule.problem.category in _EFFECT and not by_exposure(hit)


def _action(hit: Hit) -> str:
    if first_take_it(hit):
        return FIRST_TAKE_IT.action
    action = hit.rule.rule.recommend.action
    return hit.row.action if action == "row" and hit.row else action


def _kind(category: str, action: str) -> str:
    """Changing what is taken for what is missing settles both: it goes with the unneeded."""
    kind = _KINDS[category]
    return "unneeded" if kind == "missing" and action == "change-medication" else kind


def _severity(hit: Hit) -> Severity:
    """One step lower where it rests on a medicine that isn't taken."""
    severity = _taken_severity(hit)
    if by_exposure(hit) and not all(x.taken for x in hit.lines):
        return _STEPS[min(severity.rank + 1, len(_STEPS) - 1)]
    return severity


def _taken_severity(hit: Hit) -> Severity:
    rule = hit.rule.rule
    if rule.severity == "row":
        return hit.row.severity if hit.row else Severity.LOW
    return Severity(rule.severity)
