"""Collects what a calculation needs from the chart: each value with its source, each miss in words."""

from dataclasses import dataclass, field
from decimal import Decimal

from app.assessment.answers import CannotTell
from app.assessment.chart_index import ChartIndex
from app.assessment.predicates_lab import latest_within, why_missing
from app.assessment.predicates_patient import condition_input
from app.domain.assessment import Input
from app.knowledge import Knowledge
from app.knowledge.durations import Duration
from app.knowledge.subjects import Subject


@dataclass
class Gathering:
    """The chart as one calculation asks it. `period` is how old a result may be."""

    index: ChartIndex
    knowledge: Knowledge
    period: Duration
    inputs: list[Input] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    unread: bool = False

    def lab(self, family: str) -> Decimal | None:
        """The latest result, where it is exact and above zero."""
        reading = latest_within(self.index, family, self.period)
        title = self.knowledge.lab_name(family)
        if reading is None:
            why = why_missing(self.index, family, title, self.period)
            self._without(*why.missing, unread=why.unread)
            return None
        if reading.comparator or reading.value <= 0:
            self._without(f"{title} {reading.said} is not exact enough")
            return None
        self._use(reading.input)
        return reading.value

    def age(self) -> int | None:
        if self.index.age is None:
            self._without("the patient's age")
        return self.index.age

    def sex(self) -> str | None:
        sex = self.index.chart.patient.sex
        if sex not in {"female", "male"}:
            self._without("the patient's sex")
            return None
        return sex

    def has(self, *families: str) -> bool:
        """Is one of them active on the problem list? A list that was not read leaves it open."""
        return self._condition(families, ("active",))

    def had(self, *families: str) -> bool:
        return self._condition(families, ("active", "past"))

    def takes(self, *classes: str) -> bool:
        lines = self.index.taken([Subject("class", c) for c in classes])
        for line in lines:
            self._use(line.input)
        return bool(lines)

    def finding(self, family: str) -> str | None:
        """The meaning of the latest answer."""
        answers = self.index.findings.get(family, ())
        if not answers:
            self._without(f"no answer recorded on {family.replace('-', ' ')}")
            return None
        shown = answers[0].finding
        value = shown.value.text or answers[0].meaning
        on = shown.taken.text[:10] if shown.taken else ""
        self._use(Input(shown.source.resource, shown.source.id, shown.concept.text, value, date=on))
        return answers[0].meaning

    def cannot_tell(self) -> CannotTell:
        return CannotTell(tuple(dict.fromkeys(self.missing)), unread=self.unread)

    def _condition(self, families: tuple[str, ...], when: tuple[str, ...]) -> bool:
        if self.index.unread("Condition"):
            self._without("the problem list was not read", unread=True)
            return False
        lists = (getattr(self.index, kind) for kind in when)
        found = [c for of in lists for family in families for c in of.get(family, ())]
        for condition in found[:1]:
            self._use(condition_input(condition))
        return bool(found)

    def _use(self, used: Input) -> None:
        if used not in self.inputs:
            self.inputs.append(used)

    def _without(self, *missing: str, unread: bool = False) -> None:
        self.missing += missing
        self.unread |= unread
