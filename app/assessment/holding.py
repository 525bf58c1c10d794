"""What is known of the person holds advice back: care for comfort, a short life ahead, their own wish."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from app.assessment.sentences import inside
from app.domain.assessment import Severity
from app.domain.chart import Condition
from app.knowledge.durations import months
from app.knowledge.holding_rows import SuppressorRow
from app.knowledge.library import Tables
from app.knowledge.rule import Rule

_STATED = "as said in the visit"


@dataclass(frozen=True, slots=True)
class Hold:
    """One suppressor that applies to this person, and how that is known."""

    row: SuppressorRow
    known: str
    benefits: Mapping[str, Decimal]  # rule id -> months until its benefit

    def reason(self, rule: Rule, id_: str, severity: Severity) -> str:
        """Why the advice of a rule is held back; empty where it isn't."""
        if self.row.ask or severity.rank < Severity(self.row.up_to).rank:
            return ""
        if wait := self._late(id_):
            return f"Held back: {self._title}, {self.known}; its benefit takes about {wait} months."
        return f"Held back: {self._title}, {self.known}." if self._about(rule) else ""

    def beside(self, rule: Rule, severity: Severity) -> str:
        """What is said beside advice that stays in view; empty where nothing is."""
        if not self._about(rule):
            return ""
        if self.row.ask:
            return f"On record: {self._title}, {self.known}. {self.row.ask}"
        graver = severity.rank < Severity(self.row.up_to).rank
        return f"{self.row.title}, {self.known}: talk about it first." if graver else ""

    @property
    def _title(self) -> str:
        return inside(self.row.title)

    def _late(self, id_: str) -> str:
        expected, wait = self.row.expectancy_months, self.benefits.get(id_)
        if "benefit" not in self.row.holds.split("|") or expected is None or wait is None:
            return ""
        return f"{wait:f}" if wait > expected else ""

    def _about(self, rule: Rule) -> bool:
        kinds = {f"category:{rule.problem.category}", f"over:{rule.over}"}
        if rule.preventive:
            kinds.add("preventive")
        return not kinds.isdisjoint(self.row.holds.split("|"))


@dataclass(frozen=True, slots=True)
class HoldRows:
    """The suppressors, and how long the benefit of a rule takes."""

    suppressors: tuple[SuppressorRow, ...] = ()
    benefits: Mapping[str, Decimal] = field(default_factory=dict)


def hold_rows(tables: Tables) -> HoldRows:
    benefits = {id_: row.months for row in tables.time_to_benefit for id_ in row.rules.split("|")}
    return HoldRows(tables.suppressors, benefits)


def holds_of(
    rows: HoldRows,
    active: Mapping[str, Sequence[Condition]],
    answers: Mapping[str, str],
    stated: Iterable[str],
    as_of: date,
) -> tuple[Hold, ...]:
    """What holds advice back for this person: on the problem list, as an answer, or said in the visit."""
    said = frozenset(stated)
    return tuple(
        Hold(row, known, rows.benefits)
        for row in rows.suppressors
        if (known := _known(row, active, answers, said, as_of))
    )


def _known(
    row: SuppressorRow,
    active: Mapping[str, Sequence[Condition]],
    answers: Mapping[str, str],
    said: frozenset[str],
    as_of: date,
) -> str:
    if row.stated and row.id in said:
        return _STATED
    for condition in active.get(row.family, ()):
        if _recent(condition, row.record_months, as_of):
            return _recorded(condition)
    family, _, meaning = row.finding.partition(":")
    return "as recorded in the chart" if family and answers.get(family) == meaning else ""


def _recent(condition: Condition, within: int | None, as_of: date) -> bool:
    if within is None:
        return True
    when = condition.recorded or condition.onset
    return when is not None and when.earliest >= months(within).before(as_of)


def _recorded(condition: Condition) -> str:
    named = condition.concept.text or next((c.display for c in condition.concept.codings), "")
    when = condition.recorded or condition.onset
    on = f" (recorded {when.said})" if when else ""
    return f"{inside(named)}{on} on the problem list" if named else f"on the problem list{on}"
