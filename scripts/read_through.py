"""
Findings drawn at random and laid out for a pharmacist to read against the chart and the sources.

`python -m scripts.read_through --seed 2026` takes the demo patients; charts can be named instead.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from app.assessment import CompiledKnowledge, assess, index
from app.assessment.asking import ask_everything
from app.assessment.chart_index import ChartIndex
from app.assessment.loading import load_compiled
from app.assessment.outcomes import Hit
from app.chart.from_bundle import chart_from_bundle
from app.commands.files import read_json
from app.domain.assessment import MedicationTherapyProblem
from app.knowledge.arguments import Fact
from app.knowledge.logic import calls, read_logic
from app.ops.rxnorm import rxnorm_file
from app.sandbox.patients import demo_bundles
from app.terminology import load_vocabulary

# The demo charts count back from the day they are opened on: a fixed day prints the same twice.
DAY = date(2026, 11, 22)


@dataclass(frozen=True)
class Raised:
    """One finding with the chart and the checks it comes from."""

    patient: str
    problem: MedicationTherapyProblem
    hits: tuple[Hit, ...]


def raised(bundles: Iterable[Any], as_of: date, knowledge: CompiledKnowledge) -> Iterator[Raised]:
    """Every finding of these charts."""
    vocabulary = load_vocabulary(rxnorm_file())
    for bundle in bundles:
        chart = chart_from_bundle(bundle, as_of, vocabulary)
        ready = index(chart, knowledge.lookups, as_of)
        for problem in assess(chart, knowledge, as_of).problems:
            hits = tuple(_hits_of(problem, ready, knowledge))
            yield Raised(f"{chart.patient.id}, {ready.age}, {chart.patient.sex}", problem, hits)


def drawn(findings: Iterable[Raised], seed: int, count: int) -> list[Raised]:
    """By each finding's own id: one that comes or goes after a correction moves no other."""
    return sorted(findings, key=lambda one: _lot(one, seed))[:count]


def _lot(one: Raised, seed: int) -> str:
    return sha256(f"{seed}|{one.problem.id}".encode()).hexdigest()


def _hits_of(
    problem: MedicationTherapyProblem, ready: ChartIndex, knowledge: CompiledKnowledge
) -> Iterator[Hit]:
    rules, medicines = {problem.rule, *problem.also_rules}, set(problem.medicines)
    for outcome in ask_everything(ready, knowledge):
        if not isinstance(outcome, Hit) or outcome.rule_id not in rules:
            continue
        if medicines.issuperset(line.id for line in outcome.lines):
            yield outcome


def facts(hits: Iterable[Hit], knowledge: CompiledKnowledge) -> Iterator[str]:
    """The table rows and the numbers that the finding stands on, each with its citation and status."""
    for hit in hits:
        rule = hit.rule.rule
        if hit.row is not None:
            cited = "; ".join(f"{c.citation}, {c.at}" for c in hit.row.evidence)
            status = "verified" if hit.row.verified else "unreviewed"
            yield f"{rule.over}:{hit.row.id} [{status}] {cited}"
        for call in calls(read_logic(rule.when)) if rule.when else ():
            for name in call.args.__struct_fields__:
                value = getattr(call.args, name)
                if isinstance(value, Fact):
                    row = knowledge.resolver.fact(value)
                    number = f"{row.value} {row.unit}".strip()
                    yield f"{row.id} = {number} [{row.status}] {row.source}, {row.at}"


def laid_out(one: Raised, knowledge: CompiledKnowledge) -> str:
    problem = one.problem
    lines = [
        f"patient    {one.patient}",
        f"rule       {', '.join((problem.rule, *problem.also_rules))} [{problem.severity}]",
        f"title      {problem.title}",
        f"because    {problem.because}",
        *(f"also       {said}" for said in problem.also),
        f"recommend  {problem.recommend.action}: {problem.recommend.text}",
        *(f"or         {other}" for other in problem.recommend.alternatives),
        *(f"cites      {c.citation}, {c.at or 'NO SECTION'}" for c in problem.evidence),
        *(f"fact       {fact}" for fact in dict.fromkeys(facts(one.hits, knowledge))),
        *(f"input      {i.resource}/{i.id} {i.label} {i.value} {i.date}" for i in problem.inputs),
    ]
    return "\n".join(lines)


def main(given: Sequence[str] | None = None) -> None:
    asked = _asked(given)
    knowledge = load_compiled()
    bundles = [read_json(path) for path in asked.chart] or demo_bundles(asked.as_of)
    found = list(raised(bundles, asked.as_of, knowledge))
    picked = drawn(found, asked.seed, asked.count)
    say = sys.stdout.write
    say(f"{len(picked)} of {len(found)} findings, seed {asked.seed}, as of {asked.as_of}\n\n")
    for number, one in enumerate(picked, 1):
        say(f"--- {number}\n{laid_out(one, knowledge)}\n\n")


def _asked(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m scripts.read_through")
    parser.add_argument("chart", nargs="*", type=Path, help="FHIR R4 Bundle of one patient")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--as-of", type=date.fromisoformat, default=DAY)
    return parser.parse_args(given)


if __name__ == "__main__":
    main()
