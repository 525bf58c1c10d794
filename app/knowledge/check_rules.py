"""Content faults of rules: words that are missing, logic that never holds, tests that can't fail."""

from collections.abc import Callable, Iterable, Iterator
from itertools import combinations

from app.knowledge.arguments import Fact, Limits, Which
from app.knowledge.library import Knowledge
from app.knowledge.logic import Call, Group, Malformed, Node, calls
from app.knowledge.rule import Given, Rule
from app.knowledge.rule_files import logic_of

_LOW, _HIGH = ("above", "at_least"), ("below", "at_most")


def wordless(knowledge: Knowledge) -> Iterator[str]:
    for rule in knowledge.rules:
        said = {"because": rule.because, "recommend.text": rule.recommend.text}
        for name, words in (said | {"recommend.plain": rule.recommend.plain}).items():
            if not words.strip():
                yield f"{rule.id}.yaml: `{name}` is empty; write the sentence that is shown"


def misplaced(knowledge: Knowledge) -> Iterator[str]:
    """The rationale is coded in the plan under its category: both have to say the same."""
    for rule in knowledge.rules:
        rationale = knowledge.rationales.get(rule.problem.rationale)
        if rationale and rationale.category != rule.problem.category:
            yield (
                f"{rule.id}.yaml: the rationale {rationale.code!r} belongs to the category "
                f"{rationale.category!r}, not to {rule.problem.category!r}; correct one of them"
            )


def untested(knowledge: Knowledge) -> Iterator[str]:
    for rule in knowledge.rules:
        if not rule.over and "cannot_assess" not in {test.expect for test in rule.tests}:
            yield (
                f"{rule.id}.yaml: no test expects cannot_assess; "
                "add a chart that lacks what the rule needs"
            )


def idle_tests(knowledge: Knowledge) -> Iterator[str]:
    """A near-miss that has nothing of what sets the rule off passes whatever the rule says."""
    for rule in knowledge.rules:
        found, quiet = (
            [_touched(test.given, knowledge) for test in rule.tests if test.expect == answer]
            for answer in ("problem", "none_found")
        )
        triggers = set[str]().union(*found)
        if triggers and not any(triggers & touched for touched in quiet):
            yield (
                f"{rule.id}.yaml: no near-miss shares anything with a chart that sets the rule off, "
                "so it can't fail; add such a chart with one thing changed"
            )


def _touched(given: Given, knowledge: Knowledge) -> set[str]:
    """What a chart is about: medicines and their classes, labs, conditions, findings, allergies."""
    names = [(m if isinstance(m, str) else m.name).split()[0].lower() for m in given.medicines]
    entries = knowledge.membership.entries
    conditions = [c if isinstance(c, str) else c.family for c in given.conditions]
    procedures = [p if isinstance(p, str) else p.family for p in given.procedures]
    return {
        *names,
        *(f"class {entry.class_}" for name in names for entry in entries.get(name, ())),
        *(f"lab {lab}" for lab in given.labs),
        *(f"condition {family}" for family in (*conditions, *procedures)),
        *(f"finding {family}" for family in given.findings),
        *(f"allergy {name}" for name in given.allergies),
    }


def never_true(knowledge: Knowledge) -> Iterator[str]:
    """Logic that no chart can meet, and branches that add nothing."""
    for rule in knowledge.rules:
        try:
            logic = logic_of(rule)
        except Malformed:  # told where the rule is compiled
            continue
        if logic is None:
            continue
        for call in calls(logic):
            yield from _wrong_call(rule, call, knowledge)
        for group in _groups(logic):
            yield from _wrong_group(rule, group)


def _wrong_call(rule: Rule, call: Call, knowledge: Knowledge) -> Iterator[str]:
    if isinstance(call.args, Limits) and _contradict(call.args, knowledge):
        yield f"{rule.id}.yaml: no value is inside the bounds of {call.name}; put the facts right"
    if isinstance(call.args, Which) and call.args.class_:
        class_ = call.args.class_
        if class_ in knowledge.membership.known and not knowledge.membership.members(class_):
            yield (
                f"{rule.id}.yaml: the class {class_!r} of {call.name} has no members, so it never "
                "speaks; add them to classes.csv"
            )


def _contradict(limits: Limits, knowledge: Knowledge) -> bool:
    def ends(names: tuple[str, ...]) -> list[tuple[object, bool]]:
        refs = [(getattr(limits, name), name) for name in names]
        return [
            (knowledge.constants[ref.fact].value, name in {"at_least", "at_most"})
            for ref, name in refs
            if isinstance(ref, Fact) and ref.fact in knowledge.constants
        ]

    return any(
        low > high or (low == high and not (low_in and high_in))  # type: ignore[operator]
        for low, low_in in ends(_LOW)
        for high, high_in in ends(_HIGH)
    )


def _groups(node: Node) -> Iterator[Group]:
    if isinstance(node, Group):
        yield node
        for part in node.parts:
            yield from _groups(part)


def _wrong_group(rule: Rule, group: Group) -> Iterator[str]:
    if group.kind == "at_least" and group.count > len(group.parts):
        yield (
            f"{rule.id}.yaml: at_least asks for {group.count} of {len(group.parts)}, which never "
            "holds; lower the count"
        )
    for one, two in combinations(group.parts, 2):
        if one == two:
            yield f"{rule.id}.yaml: a branch of `{group.kind}` stands there twice; delete one"
    if group.kind == "all":
        denied = {part for g in _nones(group) for part in g.parts}
        for part in group.parts:
            if part in denied:
                yield f"{rule.id}.yaml: `all` asks for what its `none` denies; delete one of them"


def _nones(group: Group) -> Iterator[Group]:
    return (part for part in group.parts if isinstance(part, Group) and part.kind == "none")


def rowless(knowledge: Knowledge) -> Iterator[str]:
    """A rule over a table whose rows all belong to other rules is never asked."""
    for rule in (r for r in knowledge.rules if r.over and not r.only):
        rows = getattr(knowledge.tables, str(rule.over), ())
        others = [r for r in knowledge.rules if r.over == rule.over and r.only]
        if rows and all(any(takes(other, row) for other in others) for row in rows):
            yield (
                f"{rule.id}.yaml: every row of {rule.over}.csv belongs to another rule, so it never "
                "speaks; delete the rule or leave it rows"
            )


def takes(rule: Rule, row: object) -> bool:
    return all(getattr(row, column, "") in values for column, values in rule.only.items())


CHECKS: Iterable[Callable[[Knowledge], Iterator[str]]] = (
    wordless,
    misplaced,
    untested,
    idle_tests,
    never_true,
    rowless,
)
