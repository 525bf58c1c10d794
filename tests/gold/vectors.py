"""Published figures beside ours: each set is checked by the test that already compares it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from tests.assessment import test_calculators as calculators
from tests.assessment import test_mme_vectors as opioids
from tests.gold import test_adherence_vectors as adherence

FOLDER = Path("data") / "gold" / "vectors"
CQF = "opioid MME calculator of the CQF"


@dataclass(frozen=True, slots=True)
class Figures:
    title: str
    source: str
    count: int
    agree: bool


def figures(shared: Path) -> Iterator[Figures]:
    """Each set with the number of its figures and whether all of them agree."""
    kidney = len(calculators.vectors_of(shared))
    mme = len(_read(shared, "mme_vectors.json")["vectors"])
    covered = _read(shared, "adherence_vectors.json")
    measures, episodes = sum(map(len, covered["expected"].values())), len(covered["episodes_CMA9"])
    shifts = len(_read(shared, "pqa_fill_shift_vectors.json")["cases"])
    of_2016: dict[str, Decimal | None] = {**opioids.OTHERWISE_2016}
    of_2022 = opioids.OTHERWISE_2022
    by_opioid = opioids.test_agrees_with_the_published_vectors
    for title, source, count, compared in (
        ("eGFR, clearance, ideal and adjusted weight", "admiral and others, named in each", kidney,
         partial(calculators.test_every_reference_vector, shared)),
        (_mme("2016", of_2016), CQF, mme, partial(by_opioid, opioids.CDC_2016, of_2016)),
        (_mme("2022", of_2022), CQF, mme, partial(by_opioid, opioids.CDC_2022, of_2022)),
        ("Possession and days covered", "AdhereR", measures,
         partial(adherence.test_every_published_measure_of_adherer, shared)),
        ("Treatment episodes", "AdhereR", episodes,
         partial(adherence.test_every_published_treatment_episode_of_adherer, shared)),
        ("Shift of early refills", "Pharmacy Quality Alliance", shifts,
         partial(adherence.test_every_published_shift_of_pqa, shared)),
    ):  # fmt: skip
        yield Figures(title, source, count, _agrees(compared))


def _mme(year: str, otherwise: dict[str, Any]) -> str:
    named = f"{len(otherwise)} by another factor, named in the test"
    return f"Morphine equivalents, factors of {year} ({named})"


def _read(shared: Path, name: str) -> Any:
    return json.loads((shared / FOLDER / name).read_text("utf-8"))


def _agrees(compared: Callable[[], None]) -> bool:
    try:
        compared()
    except AssertionError:
        return False
    return True
