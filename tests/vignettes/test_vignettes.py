"""Every vignette shows what its source says it must, and nothing it must not."""

from functools import cache

import pytest

from app.assessment.loading import load_compiled
from app.domain.assessment import Assessment
from tests.vignettes.patients import assessed
from tests.vignettes.stories import Vignette, vignettes


@cache
def _assessed(id_: str) -> Assessment:
    vignette = next(v for v in vignettes() if v.id == id_)
    return assessed(vignette.chart, vignette.as_of)


def _named(vignette: Vignette) -> str:
    return vignette.id


def _rows() -> set[str]:
    return {rule.id[:3] for rule in load_compiled().knowledge.rules}


@pytest.mark.parametrize("vignette", [v for v in vignettes() if v.must], ids=_named)
def test_finds_what_the_source_calls_for(vignette: Vignette) -> None:
    assessment = _assessed(vignette.id)
    lacking = [
        wanted.said
        for wanted in vignette.must
        if not any(wanted.met_by(p, assessment) for p in assessment.problems)
    ]
    found = [(p.rule, *p.also_rules, p.severity.value) for p in assessment.problems]
    assert not lacking, f"{vignette.story} ({vignette.source}) found: {found}"


@pytest.mark.parametrize("vignette", [v for v in vignettes() if v.must_not], ids=_named)
def test_is_silent_where_the_source_is(vignette: Vignette) -> None:
    assessment = _assessed(vignette.id)
    wrong = [
        (problem.rule, problem.because)
        for unwanted in vignette.must_not
        for problem in assessment.problems
        if unwanted.met_by(problem, assessment)
    ]
    assert not wrong, f"{vignette.story} ({vignette.source})"


@pytest.mark.parametrize("vignette", vignettes(), ids=_named)
def test_reads_every_medicine_of_the_story(vignette: Vignette) -> None:
    assessment = _assessed(vignette.id)
    strange = [m.medicine.name for m in assessment.medicines if m.medicine.identity is None]
    assert not strange


def test_each_row_of_the_product_has_a_vignette_that_fires_and_a_near_miss() -> None:
    rows = _rows()
    fires = {row[:3] for v in vignettes() for e in v.must for row in e.rows}
    misses = {row for v in vignettes() for e in v.must_not for row in e.rows}
    assert rows <= fires
    assert rows <= misses


def test_there_are_at_least_150_and_no_two_are_the_same_patient() -> None:
    charts = [str(v.chart) for v in vignettes()]
    assert len(charts) >= 150
    assert len(set(charts)) == len(charts)
