"""A reported phenotype is read in any of the ways laboratories word it, and nothing is guessed."""

from dataclasses import replace
from typing import Any

import pytest

from app.assessment.chart_index import index
from app.assessment.genes import gene_result
from app.assessment.loading import load_compiled
from app.domain.assessment import CellState, Need
from app.domain.chart import Finding
from app.domain.codes import LOINC, Coding, Concept, Source
from app.domain.dates import PartialDate
from tests.assessment.charts import TODAY, assessed, cell, chart, rules


def _phenotype(gene: str, **given: Any) -> str | None:
    compiled = load_compiled()
    ready = index(chart(**given), compiled.lookups, TODAY)
    found = gene_result(ready, gene, compiled.knowledge.tables.genotypes)
    return found.phenotype if found else None


@pytest.mark.parametrize(
    ("named", "said", "gene", "phenotype"),
    [
        ("CYP2C19", "Poor metabolizer", "CYP2C19", "poor metabolizer"),
        ("CYP2C19 metabolizer status", "CYP2C19 Poor Metaboliser", "CYP2C19", "poor metabolizer"),
        ("Genotype", "CYP2C19 Likely Intermediate Metabolizer", "CYP2C19", "intermediate metabolizer"),
        ("Genotype display name", "CYP2C19*2/*2", "CYP2C19", ""),  # no phenotype is made of it
        ("CYP2C19", "Poor metabolizer", "CYP2C9", None),
        ("SLCO1B1 interpretation", "Decreased function", "SLCO1B1", "decreased function"),
        ("HLA-B*57:01", "Positive", "HLA-B*57:01", "HLA-B*57:01 carrier"),
        ("HLA-B*57:01", "Not detected", "HLA-B*57:01", "no HLA-B*57:01 carrier"),
        ("HLA-B*57:01", "Positive", "HLA-B*58:01", None),
        ("VKORC1 c.-1639G>A", "A/A", "VKORC1", "-1639 AA"),
        ("VKORC1 \u20131639G>A", "GA", "VKORC1", "-1639 AG"),  # as the table is printed
        ("Genotype display name", "VKORC1 rs9923231 C/T", "VKORC1", "-1639 AG"),
        ("Genotype display name", "VKORC1 rs9923231 T/T", "VKORC1", "-1639 AA"),
        ("VKORC1", "-1639 GG", "VKORC1", "-1639 GG"),
        ("VKORC1 (rs9923231)", "C/C", "VKORC1", "-1639 GG"),
        ("VKORC1 1173C>T", "T/T", "VKORC1", ""),  # another position
        ("VKORC1 genotype", "A/A", "VKORC1", ""),  # of which position?
        ("VKORC1 -1639G>A", "Detected", "VKORC1", ""),  # on one or on both?
        ("VKORC1 -1639G>A", "A/A or A/G", "VKORC1", ""),
        ("VKORC1 rs9923231", "High warfarin sensitivity", "VKORC1", ""),
    ],
)  # fmt: skip
def test_reads_what_was_reported(named: str, said: str, gene: str, phenotype: str | None) -> None:
    assert _phenotype(gene, genes={named: said}) == phenotype


def test_reads_a_coded_result() -> None:
    code = Concept("", (Coding(LOINC, "79716-7"),))
    value = Concept("", (Coding(LOINC, "LA9657-3"),))
    when = PartialDate("2025-01-03", TODAY.replace(year=2025), TODAY.replace(year=2025))
    subject = replace(chart(), findings=(Finding(Source("Observation", "o1"), code, value, when),))
    found = gene_result(index(subject, load_compiled().lookups, TODAY), "CYP2C9")
    assert found is not None
    assert found.phenotype == "poor metabolizer"


def test_a_genotype_that_is_not_interpreted_leaves_the_question_open() -> None:
    found = assessed(
        medicines=["clopidogrel 75 mg daily"],
        conditions=["cad"],
        genes={"Genotype display name": "CYP2C19*2/*2"},
    )
    state = cell(found, "clopidogrel", Need.EFFECTIVENESS)
    assert state.state is CellState.CANNOT_ASSESS
    assert any("CYP2C19 phenotype" in text for text in state.missing)


def test_a_vkorc1_genotype_with_a_low_dose_speaks_beside_warfarin() -> None:
    found = assessed(medicines=["warfarin 5 mg daily"], genes={"VKORC1 -1639G>A": "A/G"})
    said = [p.because for p in found.problems if p.rule == "I07b"]
    assert said == ["Warfarin 5 mg with VKORC1 -1639 AG (A/G on 03-Nov-2025), CPIC level A."]


def test_a_vkorc1_genotype_with_the_usual_dose_was_looked_at() -> None:
    found = assessed(medicines=["warfarin 5 mg daily"], genes={"VKORC1 -1639G>A": "G/G"})
    assert "I07b" not in rules(found)
    checked = cell(found, "warfarin", Need.SAFETY).checked
    assert "VKORC1 -1639 GG: nothing to change" in checked


def test_a_vkorc1_result_without_its_alleles_leaves_the_question_open() -> None:
    genes = {"VKORC1 -1639G>A": "Warfarin sensitive"}
    found = assessed(medicines=["warfarin 5 mg daily"], genes=genes)
    assert "I07b" not in rules(found)
    missing = cell(found, "warfarin", Need.SAFETY).missing
    assert "VKORC1 phenotype (recorded: Warfarin sensitive on 03-Nov-2025)" in missing


def test_two_alleles_of_one_gene_are_two_questions() -> None:
    genes = {"HLA-B*57:01": "negative", "HLA-B*58:01": "positive"}
    found = assessed(
        medicines=["allopurinol 100 mg daily", "abacavir 300 mg twice daily"], genes=genes
    )
    assert [p.because for p in found.problems if p.rule == "S22"] != []
    assert all("Abacavir" not in p.because for p in found.problems if p.rule == "S22")


def test_who_was_never_tested_hears_nothing_of_genes() -> None:
    assert not {"I07", "I07b", "S22"} & rules(assessed(medicines=["clopidogrel 75 mg daily"]))
