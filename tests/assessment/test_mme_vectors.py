"""Published test vectors of morphine equivalents, against both sets of conversion factors."""

import csv
import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.assessment.doses import mme_factors
from app.domain.codes import RXNORM, Coding, Concept
from app.domain.medicines import Dosage
from app.knowledge import load_knowledge
from app.terminology import (
    MmeFactor,
    Total,
    daily_dose,
    identify,
    load_vocabulary,
    morphine_equivalents,
)
from app.terminology.sums import Factors

SHARED = Path(os.environ.get("CONCORDANCE_SHARED", Path(__file__).parents[3] / "shared"))
VECTORS = SHARED / "data" / "gold" / "vectors" / "mme_vectors.json"
CDC_2022 = mme_factors(load_knowledge().tables.mme_factors)


def _older() -> Factors:
    """The factors of 2016 and 2018, which nobody's dose is converted with any more."""
    found: dict[tuple[str, str], tuple[MmeFactor, ...]] = {}
    with Path(__file__).with_name("mme_factors_2016.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            upto = Decimal(row["upto"]) if row["upto"] else None
            step = MmeFactor(row["unit"], Decimal(row["factor"]), upto)
            key = (row["ingredient"], row["route"])
            found[key] = (*found.get(key, ()), step)
    return found


CDC_2016 = _older()

# Where a set of factors says something other than the vectors, and why. By RxNorm code.
OTHERWISE_2016 = {
    # The vectors count the sublingual spray with the factor of the nasal one (0.16 per mcg); the
    # CDC file of 2018 gives 0.18 for it: 3 x 100 mcg x 0.18.
    "1237050": Decimal(54),
}
OTHERWISE_2022 = {
    # One factor of 4.7 (CDC 2022, table of conversion factors) in place of 4 to 12 by dose: 60 mg x 4.7.
    "864706": Decimal(282),
    # The 2022 table has fentanyl only as a patch: nasal and sublingual sprays are not converted.
    "1115577": None,
    "1237050": None,
}


def total_of(vector: dict[str, Any], factors: Factors) -> Total | None:
    vocabulary = load_vocabulary()
    identity = identify(Concept("", (Coding(RXNORM, vector["rxcui"]),)), vocabulary)
    if identity is None:
        return None
    amount = vector["dose"].removesuffix(" q3d").replace("actuat", "spray").replace("tab", "tablet")
    often = "every 3 days" if vector["per_day"] < 1 else f"{vector['per_day']} times daily"
    dose = daily_dose(identity, (Dosage(text=f"{amount} {often}"),))
    return morphine_equivalents([(identity, dose)], factors)


@pytest.mark.shared
@pytest.mark.skipif(not VECTORS.is_file(), reason="the reference data folder is not here")
@pytest.mark.parametrize(
    ("factors", "otherwise"), [(CDC_2016, OTHERWISE_2016), (CDC_2022, OTHERWISE_2022)]
)
def test_agrees_with_the_published_vectors(
    factors: Factors, otherwise: dict[str, Decimal | None]
) -> None:
    for vector in json.loads(VECTORS.read_text(encoding="utf-8"))["vectors"]:
        total = total_of(vector, factors)
        expected = otherwise.get(vector["rxcui"], vector["mme"])
        found = total.value if total else None
        assert found == (None if expected is None else Decimal(expected)), vector["name"]


def test_the_older_factors_of_methadone_rise_with_the_dose() -> None:
    steps = CDC_2016["methadone", "oral"]
    assert sorted((s.upto is None, s.upto or 0, s.factor) for s in steps) == [
        (False, Decimal(20), Decimal(4)),
        (False, Decimal(40), Decimal(8)),
        (False, Decimal(60), Decimal(10)),
        (True, 0, Decimal(12)),
    ]
