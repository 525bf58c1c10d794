"""Content faults of what holds advice back: names that lead nowhere, rows that never speak."""

from collections.abc import Callable, Iterable, Iterator

from app.knowledge.library import Knowledge

_PLAIN = frozenset({"preventive", "benefit"})


def dead_holds(knowledge: Knowledge) -> Iterator[str]:
    known = _PLAIN | {f"category:{code}" for code in knowledge.categories}
    known |= {f"over:{rule.over}" for rule in knowledge.rules if rule.over}
    for row in knowledge.tables.suppressors:
        where = f"suppressors.csv, {row.id}"
        for kind in row.holds.split("|"):
            if kind not in known:
                yield f"{where}: nothing can be held back by {kind!r}; correct it"
        if row.family and row.family not in knowledge.families:
            yield f"{where}: there is no family {row.family!r}; correct it"
        if row.finding and tuple(row.finding.split(":")) not in knowledge.findings:
            yield f"{where}: no answer is {row.finding!r}; write family:meaning"
        if not (row.family or row.finding or row.stated):
            yield f"{where}: nothing ever says it; name a family or a finding, or set `stated`"


def dead_benefits(knowledge: Knowledge) -> Iterator[str]:
    for row in knowledge.tables.time_to_benefit:
        for id_ in row.rules.split("|"):
            if knowledge.rule(id_) is None:
                yield f"time_to_benefit.csv, {row.id}: there is no rule {id_!r}; correct it"


CHECKS: Iterable[Callable[[Knowledge], Iterator[str]]] = (dead_holds, dead_benefits)
