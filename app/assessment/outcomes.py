"""What a rule comes to on one chart: a hit, something looked at, or an open question."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, Self

from app.assessment.answers import Found
from app.assessment.chart_index import ChartIndex, Line
from app.assessment.resolving import Predicate
from app.domain.assessment import Citation, Need, Severity
from app.domain.codes import Coding
from app.domain.values import Value
from app.knowledge.rule import Rule
from app.knowledge.subjects import Subject
from app.knowledge.vocabulary import MedicineTaking


@dataclass(frozen=True, slots=True, eq=False)
class CompiledRule:
    """A rule with its names resolved and its logic as one closure."""

    rule: Rule
    need: Need
    evidence: tuple[Citation, ...]
    ask: Predicate | None  # what is left to ask once the medicine is known to be meant
    subjects: tuple[Subject, ...] = ()  # empty: every medicine, or a rule per patient
    which: MedicineTaking | None = None
    attach: tuple[Subject, ...] = ()
    measure: Coding | None = None
    acts_on: tuple[
        Subject, ...
    ] = ()  # what the recommendation is about; empty: every line of a hit
    labs: frozenset[Coding] = frozenset()  # results the rule asks for when they are missing
    adds: tuple[Subject, ...] = ()  # what the rule asks for when it is missing

    @property
    def id(self) -> str:
        return self.rule.id


class GradedRow(Protocol):
    """A table row that says how grave it is and which rule it speaks for."""

    @property
    def id(self) -> str: ...
    @property
    def severity(self) -> str: ...
    @property
    def rule(self) -> str: ...
    @property
    def status(self) -> str: ...


class RowFacts(Value, frozen=True):
    """What a table row adds to the rule that runs over it."""

    id: str
    severity: Severity
    rule: str = ""
    action: str = ""
    verified: bool = True
    words: Mapping[str, str] = field(default_factory=dict)
    evidence: tuple[Citation, ...] = ()
    labs: frozenset[Coding] = frozenset()  # results that are due

    @classmethod
    def of(
        cls,
        row: GradedRow,
        words: Mapping[str, str],
        evidence: tuple[Citation, ...],
        action: str = "",
    ) -> Self:
        """A row as it stands, at its own severity."""
        verified = row.status == "verified"
        severity = Severity(row.severity)
        return cls(row.id, severity, row.rule, action, verified, words, evidence)


class Hit(Value, frozen=True):
    """
    A problem found, for these medicines (none: for the patient).

    `on` are the medicines that something is to be done about: in "naproxen with apixaban" it is
    naproxen. With `choice` it is enough to do it about one of them.
    """

    rule: CompiledRule
    lines: tuple[Line, ...]
    found: Found
    row: RowFacts | None = None
    on: tuple[Line, ...] = ()
    choice: bool = False

    @property
    def acted(self) -> tuple[Line, ...]:
        if self.on:
            return self.on
        wanted = frozenset(self.rule.acts_on)
        return tuple(x for x in self.lines if wanted & x.keys) or self.lines

    @property
    def one_of(self) -> bool:
        return self.choice or self.rule.rule.one_of

    @property
    def labs(self) -> frozenset[Coding]:
        return self.row.labs if self.row and self.row.labs else self.rule.labs

    @property
    def evidence(self) -> tuple[Citation, ...]:
        """What the row rests on, then the rule."""
        return tuple(dict.fromkeys((*(self.row.evidence if self.row else ()), *self.rule.evidence)))

    @property
    def rule_id(self) -> str:
        return (self.row.rule if self.row else "") or self.rule.id


class Looked(Value, frozen=True):
    """
    A check answered with no. `base` is false for checks that are made on every medicine alike
    (allergy, age): alone they don't let anyone say that a medicine was looked at.
    """

    rule: CompiledRule
    line: Line | None
    said: str
    base: bool = True


class Open(Value, frozen=True):
    """A check that can't be answered, with what is missing."""

    rule: CompiledRule
    line: Line | None
    missing: tuple[str, ...]
    unread: bool = False


Outcome = Hit | Looked | Open
Check = Callable[[ChartIndex], Iterable[Outcome]]
