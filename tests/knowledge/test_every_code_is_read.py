"""Each code, unit, word and weight of the tables is read off a chart as what the table says it is."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from app.assessment.chart_index import index
from app.assessment.families import family_matcher
from app.assessment.given import chart_of
from app.assessment.loading import load_compiled
from app.assessment.readings import read_measurements
from app.assessment.regimen_measures import RegimenMeasures, regimen_measures
from app.domain.chart import Finding, Measurement
from app.domain.codes import ICD10CM, LOINC, SNOMED, Coding, Concept, Source
from app.domain.dates import PartialDate
from app.domain.medicines import Ingredient, Medicine, MedicineIdentity
from app.knowledge.library import HERE
from app.knowledge.monographs import monographs
from app.knowledge.rows import ComplexityRow, InhaledSteroidRow
from app.knowledge.rule import Given, GivenMedicine
from app.terminology import load_vocabulary
from tests.assessment.charts import TODAY, chart

COMPILED = load_compiled()
TABLES = COMPILED.knowledge.tables
VOCABULARY = load_vocabulary()
SYSTEMS = {"snomed": SNOMED, "icd10cm": ICD10CM}
NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
DAY = date(2026, 10, 4)


def medicine(given: str | GivenMedicine) -> Medicine:
    case = Given(medicines=(given,))
    return chart_of(case, COMPILED.knowledge, VOCABULARY, TODAY).medicines[0]


def measured(given: str | GivenMedicine, sig: str = "") -> RegimenMeasures:
    known = medicine(given)
    return regimen_measures([replace(known, sig=sig) if sig else known], COMPILED.knowledge)


def dosed(ingredient: str, amount: object, unit: str, route: str = "") -> GivenMedicine:
    dose = {ingredient: f"{amount} {unit}"}
    return GivenMedicine(name=ingredient, ingredients=(ingredient,), daily_dose=dose, route=route or None)  # fmt: skip


def test_every_condition_code_leads_to_its_family() -> None:
    matcher = family_matcher(COMPILED.knowledge)
    for row in TABLES.condition_families:
        concept = Concept("", (Coding(SYSTEMS[row.system], row.code),))
        assert row.family in matcher.families_of(concept), row


def test_every_condition_in_words_leads_to_its_family() -> None:
    matcher = family_matcher(COMPILED.knowledge)
    for row in TABLES.condition_words:
        assert row.family in matcher.families_of(Concept(row.phrase)), row


def test_every_result_code_is_read_in_its_unit() -> None:
    for row in TABLES.lab_families:
        assert reading(row.family, row.loinc, row.unit) is not None, row


def test_every_conversion_of_a_unit_is_used() -> None:
    codes = {row.family: row.loinc for row in reversed(TABLES.lab_families)}
    for row in TABLES.unit_conversions:
        of_unit = [f for f, u in COMPILED.knowledge.lab_units.items() if u == row.to_unit]
        families = of_unit if row.family == "*" else [row.family]
        expected = 10 * row.factor + row.offset
        found = [reading(family, codes[family], row.from_unit) for family in families]
        assert any(abs(f - expected) <= abs(expected) / 1000 for f in found if f is not None), row


def reading(family: str, loinc: str, unit: str) -> Decimal | None:
    concept = Concept("", (Coding(LOINC, loinc),))
    sent = Measurement(Source("Observation", "o"), concept, Decimal(10), unit, DAY)
    found = read_measurements([sent], COMPILED.lookups.labs).by_family.get(family, ())
    return found[0].value if found else None


def test_every_coded_finding_is_found() -> None:
    taken = PartialDate(DAY.isoformat(), DAY, DAY)
    for row in TABLES.finding_families:
        concept = Concept("", (Coding(LOINC, row.loinc),))
        value = Concept("", (Coding(row.value_system, row.value_code),))
        finding = Finding(Source("Observation", "o"), concept, value, taken)
        ready = index(replace(chart(), findings=(finding,)), COMPILED.lookups, TODAY)
        assert row.meaning in {known.meaning for known in ready.findings[row.family]}, row


@pytest.mark.parametrize(
    ("names", "own"),
    [
        (
            {row.family for row in TABLES.families},
            {"families", "condition_families", "condition_words", "exclusive_families"},
        ),
        (
            {row.family for row in TABLES.lab_families},
            {"lab_families", "lab_titles", "unit_conversions"},
        ),
        ({row.family for row in TABLES.finding_families}, {"finding_families"}),
        (set(TABLES.sources), set()),
    ],
    ids=["families", "results", "findings", "sources"],
)
def test_nothing_is_recognised_that_nobody_asks_for(names: set[str], own: set[str]) -> None:
    """By a rule, by another table, or by a calculator."""
    files = [*HERE.glob("rules/*/*.yaml"), *HERE.parent.glob("assessment/*.py")]
    files += [path for path in HERE.glob("data/*.csv") if path.stem not in own]
    asked = {word for path in files for word in NAME.findall(path.read_text("utf-8"))}
    genes = {row.gene.lower() for row in TABLES.pharmacogenomics}
    assert names - asked - genes == set()


def test_every_class_holds_the_product_its_row_names() -> None:
    for row in TABLES.classes:
        identity = MedicineIdentity(
            (Ingredient(row.ingredient),), route=row.route.split("|")[0], release=row.release
        )
        assert row.class_ in COMPILED.knowledge.membership.classes_of(identity), row


def test_every_statement_stands_in_the_monograph() -> None:
    known = monographs(COMPILED.knowledge)
    for row in TABLES.drug_statements:
        held = known[row.ingredient].section(row.topic).held_in
        assert f"drug_statements:{row.id}" in held, row


def test_every_genotype_is_what_some_advice_or_the_usual_dose_is_for() -> None:
    asked = {p for row in TABLES.pharmacogenomics for p in row.phenotype.split("|")}
    for gene in {row.gene for row in TABLES.genotypes}:
        meant = {row.meaning for row in TABLES.genotypes if row.gene == gene}
        assert meant & asked
        assert len(meant - asked) == 1  # the usual dose


def test_forms_routes_and_releases_are_ones_that_a_product_can_have() -> None:
    words = VOCABULARY.forms.values()
    for name, known in (
        ("form", {w.form for w in words}),
        ("route", {w.route for w in words}),
        ("release", {w.release for w in words}),
    ):
        for table in ("classes", "max_daily_dose", "mme_factors", "regimen_complexity", "pharmacogenomics"):  # fmt: skip
            held = getattr(TABLES, table)
            asked = {part for row in held for part in getattr(row, name, "").split("|")} - {""}
            assert asked <= known, table


@pytest.mark.parametrize(
    ("table", "measure"),
    [("anticholinergic_burden", "anticholinergic"), ("sedative_load", "sedative")],
)
def test_every_point_of_a_scale_is_counted(table: str, measure: str) -> None:
    for row in getattr(TABLES, table):
        found = getattr(measured(GivenMedicine(name=row.ingredient)), measure)
        assert [part.high for part in found.parts] == [row.score], row


def test_every_opioid_factor_is_used() -> None:
    for row in TABLES.mme_factors:
        unit = "mcg/hour" if row.unit == "mcg/h" else row.unit
        strong = f"{row.ingredient} 25 {unit}"
        patch = f"{strong} transdermal patch apply 1 patch every 72 hours"
        given = patch if row.route == "transdermal" else dosed(row.ingredient, 25, unit, row.route)
        assert measured(given).morphine.value == 25 * row.factor, row


def test_every_statin_dose_has_its_intensity() -> None:
    for row in TABLES.statin_intensity:
        for dose in (row.low, row.high):
            found = measured(dosed(row.ingredient, dose, row.unit)).statins
            assert [level.level for level in found] == [row.intensity], row


@pytest.mark.parametrize("row", TABLES.inhaled_steroid_doses, ids=lambda r: r.id)
def test_every_band_of_an_inhaled_steroid_is_reached(row: InhaledSteroidRow) -> None:
    doses = {"low": row.low_from, "high": row.high_above + 1}
    if row.medium_above is not None:
        doses["medium"] = row.medium_above + 1
    name = f"{row.ingredient} {row.told_by.split('|')[0]} inhaler"
    for level, dose in doses.items():
        given = GivenMedicine(
            name=name,
            ingredients=(row.ingredient,),
            daily_dose={row.ingredient: f"{dose} {row.unit}"},
            route="inhaled",
            form="inhaler",
        )
        assert [found.level for found in measured(given).inhaled_steroids] == [level]


SAID = {
    "less-than-daily": "every other day",
    "prn": "as needed",
    "direction-break": "take half a tablet daily",
    "direction-several": "take 2 tablets daily",
    "direction-variable": "take 1 to 2 tablets daily",
    "direction-time": "take 1 tablet in the morning",
    "direction-directed": "take as directed",
    "direction-taper": "take 4 tablets daily for 3 days then 2 tablets daily for 3 days",
    "direction-alternate": "take 1 tablet in the morning and 2 tablets in the evening",
}


def ways(row: ComplexityRow) -> Iterator[tuple[str | GivenMedicine, str]]:
    """The product and its directions for one item of the index."""
    if row.part == "form":
        for form in row.form.split("|"):
            name = f"x {row.cue.split('|')[0]}"
            yield GivenMedicine(name=name, ingredients=("timolol",), form=form, route=row.route or None), ""  # fmt: skip
        return
    often = f"take 1 tablet every {row.hours} hours" if row.hours else f"take 1 tablet {row.times} times a day"  # fmt: skip
    often += " as needed" if row.as_needed == "yes" else ""
    cues = [f"take 1 tablet with {cue}" for cue in row.cue.split("|") if cue]
    for sig in [SAID[row.id]] if row.id in SAID else cues or [often]:
        yield f"acetaminophen 325 mg tablet {sig}", sig


@pytest.mark.parametrize("row", TABLES.regimen_complexity, ids=lambda r: r.id)
def test_every_item_of_the_complexity_index_is_counted(row: ComplexityRow) -> None:
    for given, sig in ways(row):
        parts = measured(given, sig).complexity.parts
        assert any(p.name.endswith(row.item) and p.high == row.weight for p in parts), (sig, parts)
