"""The patients of the vignettes: bundle bytes from clinic words, read and assessed as any chart file."""

import json
import re
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import msgspec
import yaml

from app.assessment import assess
from app.assessment.given_prices import prices_of
from app.assessment.loading import load_compiled, with_prices
from app.chart.from_bundle import chart_from_bundle, read_chart_file
from app.domain.assessment import Assessment
from app.knowledge.rule import Given, GivenPrice
from app.terminology import load_vocabulary
from tests.clinic_words import (
    KINDS,
    Json,
    allergy,
    bundle_of,
    concept,
    condition,
    facts,
    medicine,
    observation,
    person,
    procedure,
    quantity,
    stay,
    vaccine,
)

HERE = Path(__file__).parent
# Where an entry gives no day: long enough ago to be settled, recent enough to be in date.
ORDERED, SAID, SEEN, KNOWN = "2026-03-02", "2026-09-15", "2026-09-01", "2019-04-02"
MONTH = 30
_REPEATED = re.compile(r"(?:every (\d+) days|monthly) (\S+) to (\S+)")
_SEXES = {"man": "male", "woman": "female"}


@cache
def codes() -> Json:
    found: Json = yaml.safe_load((HERE / "codes.yaml").read_text("utf-8"))
    return found


def assessed(chart: Json, as_of: date) -> Assessment:
    """The whole path: bytes of a file, the chart read from them, the assessment."""
    listed = Given(prices=tuple(_price(p) for p in chart.get("prices", ())))
    return assessed_file(json.dumps(bundle(chart, as_of)).encode(), as_of, listed)


def assessed_file(raw: bytes, as_of: date, listed: Given = Given()) -> Assessment:  # noqa: B008 - frozen
    chart = chart_from_bundle(read_chart_file(raw), as_of, load_vocabulary())
    prices = prices_of(listed, load_vocabulary(), as_of)
    return assess(chart, with_prices(load_compiled(), prices), as_of)


def _price(entry: object) -> GivenPrice:
    """`LIPITOR 40 MG TABLET; B; 17.2; 0.032`: product, kind, price, price of the generic."""
    product, kind, cost, *generic = facts(entry)
    row = {"product": product, "kind": kind, "costs": float(cost)}
    return msgspec.convert(row | ({"generic": float(generic[0])} if generic else {}), GivenPrice)


def bundle(chart: Json, as_of: date) -> Json:
    sex, age = str(chart["who"]).split()
    resources = [person(_SEXES[sex], f"{as_of.year - int(age)}-02-11")]
    for kind in KINDS:
        every = [one for e in chart.get(kind, ()) for one in _repeated(str(e))]
        resources += [medicine(kind, _dated(e, kind)) for e in every]
    resources += [_condition(e) for e in chart.get("conditions", ())]
    resources += [_procedure(e) for e in chart.get("procedures", ())]
    resources += [_result(e) for e in chart.get("labs", ())]
    resources += [_answer(e) for e in chart.get("answers", ())]
    resources += [allergy(e) for e in chart.get("allergies", ())]
    resources += [vaccine(e) for e in chart.get("vaccines", ())]
    resources += [stay(e) for e in chart.get("stays", ())]
    return bundle_of(_numbered(resources))


def _numbered(resources: Iterable[Json]) -> Iterable[Json]:
    """The same words twice are two entries of the record."""
    for at, resource in enumerate(resources):
        yield resource if at == 0 else resource | {"id": f"r{at}"}


def _repeated(entry: str) -> Iterable[str]:
    """`drug; 30 days; monthly 2026-01-05 to 2026-09-20` is one fill after another."""
    if not (found := _REPEATED.search(entry)):
        return (entry,)
    step = timedelta(days=int(found[1] or MONTH))
    day, last = date.fromisoformat(found[2]), date.fromisoformat(found[3])
    count = (last - day) // step + 1
    return (entry.replace(found[0], (day + step * n).isoformat()) for n in range(count))


def _dated(entry: str, kind: str) -> str:
    return entry if len(facts(entry)) > 2 else f"{entry}; {SAID if kind == 'said' else ORDERED}"


def _condition(entry: object) -> Json:
    word, *on = facts(entry)
    system, code = codes()["conditions"][word]
    return condition("", concept(system, code, word), on[0] if on else KNOWN)


def _procedure(entry: object) -> Json:
    word, on = facts(entry)
    system, code = codes()["procedures"][word]
    return procedure("", concept(system, code, word), on)


def _result(entry: object) -> Json:
    """`potassium 4.2; day`; a blood pressure is a panel of two."""
    said, *on = facts(entry)
    word, number = said.split()
    day = on[0] if on else SEEN
    if word == "bp":
        panel = observation("", concept("loinc", "85354-9", "Blood pressure"), day)
        both = zip(("8480-6", "8462-4"), number.split("/"), strict=True)
        return panel | {"component": [_pressure(code, value) for code, value in both]}
    code, unit = codes()["results"][word]
    seen = observation("", concept("loinc", code, word), day)
    return seen | {"valueQuantity": quantity(number, unit)}


def _pressure(code: str, value: str) -> Json:
    return {
        "code": concept("loinc", code, "Blood pressure"),
        "valueQuantity": quantity(value, "mm[Hg]"),
    }


def _answer(entry: object) -> Json:
    word, *on = facts(entry)
    question, asked, system, value, said = codes()["answers"][word]
    seen = observation("", concept("loinc", question, asked), on[0] if on else SEEN)
    answer = {"text": said} if system == "text" else concept(system, value, said)
    return seen | {"valueCodeableConcept": answer}
