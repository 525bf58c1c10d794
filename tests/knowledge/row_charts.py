"""For a row of a fact table the smallest charts on which it should speak, made from the row itself."""

from collections.abc import Callable, Iterator
from itertools import combinations, islice, product
from typing import Any

from msgspec.structs import replace

from app.knowledge import load_knowledge
from app.knowledge.rows import (
    AgeCautionRow,
    AllergyRow,
    DrugConditionRow,
    DuplicateRow,
    GoalRow,
    ImmunizationRow,
    InteractionRow,
    MaxDoseRow,
    MonitoringRow,
    PharmacogenomicRow,
    RenalRow,
)
from app.knowledge.rule import Given, GivenLab, GivenMedicine, GivenVaccine
from app.knowledge.subjects import Subject, parse_subjects

KNOWLEDGE = load_knowledge()
Charts = Iterator[Given]
# What a dose can be above: more than any limit of the table.
_MUCH = 10
_LONG_AGO, _LATELY = "P11Y", "P1M"
# Cockcroft-Gault at 60 years: (140 - 60) x 0.85 / 72 for each kg, so 72 kg makes 68 / creatinine.
_KG, _CLEARED = 72.0, 68.0


def medicines(cell: str, at_most: int = 8) -> list[GivenMedicine]:
    """Products that are what a cell names: the ingredient, or members of the class."""
    found = [m for subject in parse_subjects(cell) for m in _of(subject)]
    return found[:at_most]


def _of(subject: Subject) -> Iterator[GivenMedicine]:
    if subject.kind == "ingredient":
        yield GivenMedicine(name=subject.name, ingredients=(subject.name,))
    if subject.kind == "class":
        above = KNOWLEDGE.membership.above
        for row in KNOWLEDGE.tables.classes:
            if subject.name in {row.class_, *above.get(row.class_, ())}:
                yield GivenMedicine(
                    name=row.ingredient,
                    ingredients=(row.ingredient,),
                    route=row.route.split("|")[0] or None,
                    release=row.release or None,
                )


def _taking(medicine: GivenMedicine, amount: object, unit: str) -> GivenMedicine:
    return replace(medicine, daily_dose={medicine.ingredients[0]: f"{amount} {unit}"})


def interactions(row: InteractionRow) -> Charts:
    for a, b in product(medicines(row.a), medicines(row.b)):
        if a.ingredients != b.ingredients:
            yield Given(medicines=(a, b))
            # Some pairs are only meant from a dose on.
            yield Given(medicines=(a, _taking(b, 1000, "mg")))


def drug_conditions(row: DrugConditionRow) -> Charts:
    for medicine, age in product(medicines(row.drug), (60, 80)):
        patient = Given(medicines=(medicine,), conditions=(row.family,), age=age)
        yield from (patient, replace(patient, sex="male"))


def age_cautions(row: AgeCautionRow) -> Charts:
    for medicine in medicines(row.drug):
        yield Given(medicines=(medicine,), age=row.age_min)


def allergy_cross(row: AllergyRow) -> Charts:
    subjects = parse_subjects(row.allergen)
    named = [s.name for s in subjects if s.kind != "class"]
    named += [m.name for s in subjects if s.kind == "class" for m in _of(s)]
    for allergy, medicine in product(named[:8], medicines(row.drug)):
        yield Given(medicines=(medicine,), allergies=(allergy,))


def duplicates(row: DuplicateRow) -> Charts:
    for several in islice(combinations(medicines(f"class:{row.class_}", 99), row.min), 99):
        yield Given(medicines=several)


def max_daily_dose(row: MaxDoseRow) -> Charts:
    for route in row.route.split("|"):
        named = GivenMedicine(name=row.ingredient, ingredients=(row.ingredient,))
        routed = replace(named, route=route or None)
        medicine = _taking(routed, row.value * _MUCH, row.unit)
        yield Given(medicines=(medicine,), age=row.age_min or 60)


def renal_dosing(row: RenalRow) -> Charts:
    value = float(row.below - 1 if row.below is not None else (row.at_least or 0) + 1)
    labs = {"egfr": value}
    if row.metric == "crcl":
        labs = {"creatinine": round(_CLEARED / value, 3), "weight": _KG}
    for medicine, started in product(medicines(row.drug), (_LONG_AGO, _LATELY)):
        taken = replace(medicine, started=started)
        if row.max_value is not None:
            taken = _taking(taken, row.max_value * _MUCH, row.max_unit)
        yield Given(medicines=(taken,), labs=dict(labs))


def monitoring(row: MonitoringRow) -> Charts:
    for medicine in medicines(row.drug):
        yield Given(medicines=(replace(medicine, started=_LONG_AGO),), conditions=("diabetes",))


def goals(row: GoalRow) -> Charts:
    """A value on either side of the goal, with and without a medicine for it."""
    value = float(row.value)
    beside = [part.strip() for part in row.with_.split("|")]
    drugs: list[GivenMedicine | None] = list(medicines(row.drug)) if row.drug else [None]
    rules = [rule for rule in KNOWLEDGE.rules if rule.over == "goals"]
    drugs += [m for rule in rules for text in rule.attach for m in medicines(text, 2)]
    for off, extra, drug in product((value * 2 + 1, value / 2), beside, drugs):
        yield Given(
            medicines=(drug,) if drug else (),
            conditions=(row.family, *((extra,) if extra else ())),
            labs={row.lab: GivenLab(value=off)},
            age=row.age_min or row.age_max or 60,
        )


def immunizations(row: ImmunizationRow) -> Charts:
    """Another vaccine is on record, so that the list is one; or one of its own, long ago."""
    series = [part.split(":")[0] for part in row.complete_by.replace("&", "|").split("|")]
    other = "influenza" if "influenza" not in series else "rzv"
    for vaccine in (other, "tdap"):
        given = (GivenVaccine(vaccine=vaccine, ago=_LONG_AGO),)
        for context in row.with_.split("|"):
            kind, _, name = context.partition(":")
            yield Given(
                age=row.age_min,
                vaccines=given,
                conditions=(name,) if kind == "family" and "&" not in name else (),
                medicines=tuple(medicines(context, 1)) if kind == "class" else (),
            )


def pharmacogenomics(row: PharmacogenomicRow) -> Charts:
    medicine = GivenMedicine(
        name=row.ingredient,
        ingredients=(row.ingredient,),
        route=row.route.split("|")[0] or None,
    )
    for phenotype in row.phenotype.split("|"):
        allele = phenotype.removesuffix(" carrier")
        said = {row.gene: phenotype} if allele == phenotype else {allele: "positive"}
        yield Given(medicines=(medicine,), genes=said)


CHARTS: dict[str, Callable[[Any], Charts]] = {
    "interactions": interactions,
    "drug_conditions": drug_conditions,
    "age_cautions": age_cautions,
    "allergy_cross": allergy_cross,
    "duplicates": duplicates,
    "max_daily_dose": max_daily_dose,
    "renal_dosing": renal_dosing,
    "monitoring": monitoring,
    "goals": goals,
    "immunizations": immunizations,
    "pharmacogenomics": pharmacogenomics,
}
