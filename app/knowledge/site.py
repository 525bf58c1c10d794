"""The knowledge as one site uses it: its changes applied, or refused with one line each."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import msgspec

from app.knowledge.arguments import Fact
from app.knowledge.changes import (
    Change,
    Disable,
    Rank,
    Review,
    SetValue,
    changes_hash,
    refusal,
)
from app.knowledge.library import TABLES, Knowledge, Tables
from app.knowledge.logic import calls
from app.knowledge.rows import CitedRow, ConstantRow, GoalRow
from app.knowledge.rule import Rule
from app.knowledge.rule_files import logic_of

Thing = Rule | CitedRow
HERE = "changed by this site"


def with_changes(knowledge: Knowledge, changes: tuple[Change, ...], as_of: date) -> Knowledge:
    """Raises CMM-0311 where an entry can't be applied; nothing is applied in part."""
    held = _held(knowledge)
    mistakes = [f"{c.place}: {wrong}" for c in changes if (wrong := _mistake(c, held, as_of))]
    mistakes += _repeated(changes)
    if mistakes:
        raise refusal(mistakes)
    changed = _applied(held, changes)
    site = _rebuilt(knowledge, changed, changes)
    if mistakes := [*_unsure(changes, changed), *_unsure_rules(site), *_emptied(knowledge, site)]:
        raise refusal(mistakes)
    return site


def _held(knowledge: Knowledge) -> dict[str, Thing]:
    """Everything a change can be of: rules by id, rows as `table:id`."""
    held: dict[str, Thing] = {rule.id: rule for rule in knowledge.rules}
    for name, row_type in TABLES.items():
        if issubclass(row_type, CitedRow):
            held |= {f"{name}:{row.id}": row for row in getattr(knowledge.tables, name)}
    return held


def _mistake(change: Change, held: dict[str, Thing], as_of: date) -> str:
    thing = held.get(change.of)
    if thing is None:
        return f"there is no rule {change.of!r} and no such row (a row is given as table:id)"
    if change.day > as_of:
        return f"the day {change.day} is still to come"
    return _wrong_number(change, thing) if isinstance(change, SetValue) else _unfit(change, thing)


def _unfit(change: Change, thing: Thing) -> str:
    match change:
        case Disable() if not isinstance(thing, Rule | GoalRow) and not _ranked(thing):
            return f"{change.of} is used by rules and can't be left out: disable the rule"
        case Rank() if not _ranked(thing):
            return f"{change.of} has no severity of its own"
        case Review() if thing.status == "row":
            return f"each row of {change.of} is reviewed by itself: name it as table:id"
        case _:
            return ""


def _ranked(thing: Thing) -> bool:
    return getattr(thing, "severity", "row") != "row"


def _wrong_number(change: SetValue, thing: Thing) -> str:
    if not isinstance(thing, GoalRow | ConstantRow):
        return f"{change.of} is neither a goal nor a constant, which alone can be given a number"
    if change.value is None and change.high is None:
        return "a new `value` is needed, or `high` for the upper end of a range"
    if isinstance(thing, ConstantRow) or thing.comparator != "between":
        return f"{change.of} has no upper end" if change.high is not None else ""
    low = thing.value if change.value is None else change.value
    high = thing.high if change.high is None else change.high
    return f"{low} to {high} is no range" if high is not None and low >= high else ""


def _repeated(changes: Iterable[Change]) -> list[str]:
    seen: dict[tuple[str, type[Change]], str] = {}
    wrong = []
    for change in changes:
        first = seen.setdefault((change.of, type(change)), change.place)
        if first != change.place:
            wrong.append(f"{change.place}: {change.of} was changed that way in {first} already")
    return wrong


def _applied(held: dict[str, Thing], changes: Iterable[Change]) -> dict[str, Thing | None]:
    """What each changed thing is now; None where it is not used. Reviews see it as changed."""
    now: dict[str, Thing | None] = {}
    for change in sorted(changes, key=lambda c: isinstance(c, Review)):
        before = now.get(change.of, held[change.of])
        now[change.of] = None if before is None else _after(change, before)
    return now


def _after(change: Change, thing: Thing) -> Thing | None:
    new = msgspec.structs.replace
    match change:
        case Disable():
            return None
        case Rank():
            return new(thing, severity=change.severity)
        case SetValue():
            given = {"value": change.value, "high": change.high}
            numbers = {name: number for name, number in given.items() if number is not None}
            # The cited source does not say this number: it is unreviewed until somebody stands for it.
            at = f"{thing.at}; {HERE}" if isinstance(thing, CitedRow) and thing.at else HERE
            return new(thing, **numbers, status="unreviewed", reviewer="", reviewed=None, at=at)
        case Review():
            return new(thing, status="verified", reviewer=change.by, reviewed=change.day)


def _rebuilt(
    knowledge: Knowledge, changed: dict[str, Thing | None], changes: tuple[Change, ...]
) -> Knowledge:
    touched = {of.partition(":")[0] for of in changed if ":" in of}
    tables: dict[str, tuple[Thing, ...]] = {
        name: _kept(changed, ((f"{name}:{row.id}", row) for row in getattr(knowledge.tables, name)))
        for name in touched
    }
    rules = _kept(changed, ((rule.id, rule) for rule in knowledge.rules))
    return Knowledge(
        replace(knowledge.tables, **tables),  # type: ignore[arg-type]
        tuple(rule for rule in rules if isinstance(rule, Rule)),
        f"{knowledge.version}+site.{changes_hash(changes)}",
        changes,
    )


def _kept(
    changed: dict[str, Thing | None], things: Iterable[tuple[str, Thing]]
) -> tuple[Thing, ...]:
    now = (changed.get(of, thing) for of, thing in things)
    return tuple(thing for thing in now if thing is not None)


def _unsure(changes: Iterable[Change], changed: dict[str, Thing | None]) -> list[str]:
    """Nobody is alarmed by what nobody has read."""
    return [
        f"{change.place}: {change.of} would be of high severity and nobody has reviewed it: "
        "add a change `reviewed` with who and when"
        for change in changes
        if isinstance(change, Rank) and _unsure_alarm(changed[change.of])
    ]


def _unsure_alarm(thing: Thing | None) -> bool:
    if thing is None or getattr(thing, "severity", "") != "high":
        return False
    return thing.status == "unreviewed"


def _unsure_rules(site: Knowledge) -> list[str]:
    """A rule of high severity is no surer than the numbers it stands on."""
    unsure = {f"constants:{c.id}" for c in site.tables.constants if c.status == "unreviewed"}
    wrong = []
    for rule in site.rules:
        stands_on = _facts(rule) if rule.severity == "high" else frozenset()
        wrong += [
            f"{change.place}: {rule.id} is of high severity and stands on {change.of}: add a change "
            "`reviewed` for that number with who and when, or re-rank the rule"
            for change in site.changes
            if change.of in unsure & stands_on or (change.of == rule.id and unsure & stands_on)
        ]
    return wrong


def _facts(rule: Rule) -> frozenset[str]:
    logic = logic_of(rule)
    args = [call.args for call in calls(logic)] if logic else []
    refs = [getattr(a, name) for a in args for name in a.__struct_fields__]
    return frozenset(f"constants:{ref.fact}" for ref in refs if isinstance(ref, Fact))


def _emptied(before: Knowledge, site: Knowledge) -> list[str]:
    """A rule whose last row is taken away would never speak again, and nobody would know."""
    gone = {c.of: c.place for c in site.changes if isinstance(c, Disable) and ":" in c.of}
    return [
        f"{gone[of]}: {of} is all that {rule.id} has to say: disable the rule"
        for rule in site.rules
        if rule.only and rule.over and not _rows_of(rule, site.tables)
        for of in (f"{rule.over}:{id_}" for id_ in _rows_of(rule, before.tables))
        if of in gone
    ]


def _rows_of(rule: Rule, tables: Tables) -> list[str]:
    named = getattr(tables, str(rule.over), ())
    return [
        row.id
        for row in named
        if all(getattr(row, column) in values for column, values in rule.only.items())
    ]
