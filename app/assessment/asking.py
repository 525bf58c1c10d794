"""Runs every rule and table over one indexed chart."""

from collections.abc import Iterable

from app.assessment.answers import Answer, CannotTell, Found, NotFound
from app.assessment.chart_index import ChartIndex
from app.assessment.compiling import CompiledKnowledge, TableCheck, rules_for, tables_for
from app.assessment.outcomes import CompiledRule, Hit, Looked, Open, Outcome
from app.assessment.resolving import Predicate, Scope, narrowed
from app.assessment.sentences import unfilled

# What isn't taken calls for no protection beside it and for no test.
_ONLY_WHEN_TAKEN = frozenset(
    {"needs-additional-therapy", "needs-monitoring-effectiveness", "needs-monitoring-safety"}
)
# A harm that only a result can show isn't excluded where it was never measured. An effect has its goal,
# and a test that is due its own rule.
_SEEN_BY_RESULT = frozenset({"adverse-event-risk", "dose-too-high"})


def ask_everything(index: ChartIndex, compiled: CompiledKnowledge) -> list[Outcome]:
    outcomes: list[Outcome] = []
    for line in index.lines:
        scope = Scope(index, line)
        for rule in rules_for(compiled, line.keys):
            outcome = ask_medicine(rule, scope)
            if outcome is not None:
                outcomes.append(outcome)
    person = Scope(index)
    for rule in compiled.per_patient:
        outcomes += ask_patient(rule, person)
    for table in tables_for(compiled, (line.keys for line in index.lines)):
        outcomes += ask_table(table, index)
    return outcomes


def ask_medicine(rule: CompiledRule, scope: Scope) -> Outcome | None:
    """What a rule comes to for one medicine; None where it is not about this medicine or patient."""
    line = scope.bound
    if rule.which is not None and not narrowed(rule.which, line):
        return None
    if not line.taken and rule.rule.problem.category in _ONLY_WHEN_TAKEN:
        return Looked(rule, line, line.untaken, base=False)
    answer: Answer = rule.ask(scope) if rule.ask else Found()
    match answer:
        case Found():
            return Hit(rule, (line,), answer)
        case CannotTell():
            return Open(rule, line, answer.missing, answer.unread)
    if answer.unmeasured and rule.rule.problem.category in _SEEN_BY_RESULT:
        return Open(rule, line, answer.unmeasured)
    return None if answer.elsewhere else Looked(rule, line, _no(rule, answer))


def ask_patient(rule: CompiledRule, scope: Scope) -> Iterable[Outcome]:
    """A rule about the person: what it finds goes to the medicines it names, or to a row of its own."""
    answer: Answer = rule.ask(scope) if rule.ask else Found()
    if isinstance(answer, NotFound) and answer.elsewhere:
        return ()
    on_list = scope.index.of(rule.attach)
    lines = tuple(x for x in on_list if x.taken) or on_list
    match answer:
        case Found():
            return (Hit(rule, lines, answer),)
        case NotFound():
            said = _no(rule, answer)
            return [Looked(rule, line, said) for line in lines]
    return [Open(rule, line, answer.missing, answer.unread) for line in lines or (None,)]


def ask_table(table: TableCheck, index: ChartIndex) -> Iterable[Outcome]:
    outcomes = table.check(index)
    return outcomes if table.gate is None else _gated(table.rule, table.gate, outcomes, index)


def _gated(
    rule: CompiledRule, gate: Predicate, outcomes: Iterable[Outcome], index: ChartIndex
) -> Iterable[Outcome]:
    for outcome in outcomes:
        if not isinstance(outcome, Hit):
            yield outcome
            continue
        line = outcome.lines[0] if outcome.lines else None
        match gate(Scope(index, line)):
            case Found():
                yield outcome
            case CannotTell(missing=missing, unread=unread):
                yield Open(rule, line, missing, unread)


def _no(rule: CompiledRule, answer: NotFound) -> str:
    said = "; ".join(answer.looked_at)
    title = unfilled(rule.rule.title)
    answered = "not measured" if answer.unmeasured else "no"
    return f"{title}: {answered} ({said})" if said else f"{title}: {answered}"
