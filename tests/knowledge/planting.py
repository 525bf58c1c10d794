"""A copy of the knowledge in which a test plants one fault and takes it out again."""

import csv
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import NamedTuple

from app.commands.knowledge_check import faults_in
from app.knowledge.library import HERE

# A rule without a fault, for faults of rules to be planted in.
RULE = """\
id: S99
title: Metformin with eGFR below 30
problem: {need: safety, category: adverse-event-risk, rationale: contraindication, short: eGFR}
severity: high
status: verified
when:
  all:
    - medicine.taking: {ingredient: metformin}
    - lab.latest: {family: egfr, within: P12M, below: {fact: renal.metformin.stop}}
because: "{medicine} ({dose}) with eGFR {egfr}."
recommend: {action: discontinue-medication, text: Stop metformin., plain: Stop taking metformin.}
cite: [{source: fda-dsc-metformin-2016}]
tests:
  - {given: {medicines: [metformin 500 mg twice daily], labs: {egfr: 29.9}}, expect: problem}
  - {given: {medicines: [metformin 500 mg twice daily], labs: {egfr: 30}}, expect: none_found}
  - {given: {medicines: [metformin 500 mg twice daily]}, expect: cannot_assess}
"""


@dataclass
class Garden:
    """The copy; `restore` makes it as it was."""

    home: Path
    _before: dict[Path, bytes | None] = field(default_factory=dict)

    def row(self, table: str, /, **cells: object) -> None:
        """One more line at the end of a table; a cell that isn't named is empty."""
        path = self.home / "data" / f"{table}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            header = next(csv.reader(file))
        assert set(cells) <= set(header), (
            f"{table}.csv has no column for {set(cells) - set(header)}"
        )
        self._keep(path)
        with path.open("a", encoding="utf-8", newline="") as file:
            csv.writer(file).writerow([cells.get(column, "") for column in header])

    def source(self, text: str) -> None:
        path = self.home / "data" / "sources.yaml"
        self._keep(path)
        with path.open("a", encoding="utf-8") as file:
            file.write(text)

    def rule(self, *changes: tuple[str, str], folder: str = "safety", name: str = "S99") -> None:
        """The rule above with some of its words changed."""
        text = RULE
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path = self.home / "rules" / folder / f"{name}.yaml"
        self._keep(path)
        path.write_text(text, "utf-8")

    def restore(self) -> None:
        for path, content in self._before.items():
            if content is None:
                path.unlink()
            else:
                path.write_bytes(content)
        self._before.clear()

    def _keep(self, path: Path) -> None:
        self._before.setdefault(path, path.read_bytes() if path.exists() else None)


def copied(folder: Path) -> Garden:
    for part in ("data", "rules"):
        shutil.copytree(HERE / part, folder / part)
    return Garden(folder)


Plant = Callable[[Garden], None]
TODAY = date(2026, 11, 22)


class Fault(NamedTuple):
    """What is planted, the place the sentence begins with, and words it says."""

    plant: Plant
    place: str
    said: str


CITED: dict[str, object] = {"source": "fda-label", "at": "section 4", "status": "verified"}
METFORMIN: dict[str, object] = {
    "drug": "ingredient:metformin",
    "metric": "egfr",
    "effect": "stop",
    "text": "Stop.",
}
RENAL = {**CITED, **METFORMIN, "severity": "low", "action": "monitor"}
GOAL = {**CITED, "family": "copd", "lab": "hba1c", "comparator": "<", "within_months": 12}
PAIR = {**CITED, "severity": "low", "consequence": "x", "management": "x", "action": "monitor"}
GENE = {
    **CITED,
    "id": "pgx-planted",
    "gene": "VKORC1",
    "ingredient": "warfarin",
    "level": "A",
    "advice": "x",
    "action": "monitor",
    "severity": "low",
}
DOSE = {**CITED, "route": "oral", "unit": "mg", "severity": "low"}


def constant(**cells: object) -> Plant:
    row = {**CITED, "id": "planted", "value": 1, "unit": "mg", "title": "Planted"}
    return lambda garden: garden.row("constants", **(row | cells))


def goal(**cells: object) -> Plant:
    row = {**GOAL, "id": "goal-planted", "value": 7, "unit": "%"}
    return lambda garden: garden.row("goals", **(row | cells))


def rule(*changes: tuple[str, str], folder: str = "safety") -> Plant:
    return lambda garden: garden.rule(*changes, folder=folder)


def source(text: str) -> Plant:
    return lambda garden: garden.source(text)


def over_table(effects: str, name: str = "S99") -> Plant:
    """The rule over the kidney limits, for the rows with these effects."""
    when = RULE[RULE.index("when:") : RULE.index("because:")]
    only = f"only: {{effect: [{effects}]}}\n" if effects else ""
    over = (when, f"over: renal_dosing\n{only}")
    return lambda garden: garden.rule(over, ("id: S99", f"id: {name}"), name=name)


def row(table: str, /, **cells: object) -> Plant:
    return lambda garden: garden.row(table, **cells)


def all_of(*plants: Plant) -> Plant:
    def plant(garden: Garden) -> None:
        for each in plants:
            each(garden)

    return plant


def pair(id_: str, a: str, b: str) -> Plant:
    return row("interactions", **PAIR, id=id_, a=f"ingredient:{a}", b=f"ingredient:{b}")


def renal(id_: str, **cells: object) -> Plant:
    return row("renal_dosing", **(RENAL | {"id": id_, "drug": "ingredient:tizanidine"} | cells))


def listed(held_by: str) -> Plant:
    return row("listed_items", **CITED, id="item", list="beers-2023", title="X", held_by=held_by)


def check(garden: Garden, fault: Fault) -> None:
    """The fault is told, in one line, by a sentence that begins with its place."""
    fault.plant(garden)
    faults = faults_in(garden.home, TODAY)
    told = [sentence for sentence in faults if sentence.startswith(fault.place)]
    assert any(fault.said in sentence for sentence in told), faults
    assert all("\n" not in sentence for sentence in faults)
