"""Each kind of content fault of a fact table, planted in a copy of the knowledge, is told."""

import pytest

from tests.knowledge.planting import (
    CITED,
    DOSE,
    GENE,
    PAIR,
    Fault,
    Garden,
    all_of,
    check,
    constant,
    goal,
    listed,
    pair,
    renal,
    row,
    source,
)

PLANTED = {
    "fact without a citation": Fault(
        constant(source=""),
        "constants.csv line",
        "(planted): the cell source is empty; fill it in",
    ),
    "source that is not there": Fault(
        constant(source="nowhere"),
        "constants.csv, planted",
        "no source 'nowhere'; add it to sources.yaml",
    ),
    "number that is none": Fault(constant(value="many"), "constants.csv line", "correct that cell"),
    "goal in another unit": Fault(
        goal(unit="mmol/L"),
        "goals.csv, goal-planted",
        "hba1c is in %, the goal in mmol/L; convert it",
    ),
    "unknown unit": Fault(
        constant(unit="mgg"),
        "constants.csv, planted",
        "the unit 'mgg' is not in units.csv; correct it",
    ),
    "overlapping kidney bands": Fault(
        all_of(renal("one", below=30), renal("two", at_least=20, below=40)),
        "renal_dosing.csv, two",
        "its band overlaps that of one; let one end",
    ),
    "bounds that hold nothing": Fault(
        renal("one", at_least=40, below=30),
        "renal_dosing.csv, one",
        "nothing is between 40 to 30; put the bounds right",
    ),
    "range that holds nothing": Fault(
        goal(comparator="between", value=7, high=6),
        "goals.csv, goal-planted",
        "nothing is between 7 and 6",
    ),
    "goals for the same people": Fault(
        all_of(goal(), goal(id="again", value=8)),
        "goals.csv, again",
        "holds for the same people as goal-planted; give",
    ),
    "ingredient nobody knows": Fault(
        pair("planted", "metformni", "warfarin"),
        "interactions.csv, planted",
        "no medicine is recognised as 'metformni'; correct the name",
    ),
    "unreviewed fact at high severity": Fault(
        row(
            "interactions",
            **(PAIR | {"severity": "high", "status": "unreviewed"}),
            id="planted",
            a="ingredient:metformin",
            b="ingredient:warfarin",
        ),
        "interactions.csv, planted",
        "an unreviewed fact may not be of high severity",
    ),
    "row id twice": Fault(
        all_of(constant(), constant()),
        "constants.csv, planted",
        "the id is used twice; give one of the rows another",
    ),
    "retired id used again": Fault(
        row(
            "age_cautions",
            **CITED,
            id="age-ppi",
            drug="class:ppi",
            age_min=65,
            severity="low",
            reason="x",
            management="x",
            action="monitor",
        ),
        "age_cautions.csv, age-ppi",
        "the id was retired with 2026.11; choose another",
    ),
    "item held by a row that is gone": Fault(
        listed("interactions:gone"),
        "listed_items.csv, item",
        "there is no interactions:gone; name what holds the item now",
    ),
    "family that is not there": Fault(
        goal(family="gone"),
        "goals.csv, goal-planted",
        "there is no family 'gone'; add it to families.csv",
    ),
    "lab that is not there": Fault(
        goal(lab="gone"),
        "goals.csv, goal-planted",
        "there is no lab 'gone'; add it to lab_families.csv",
    ),
    "action that is not there": Fault(
        renal("one", action="gone"),
        "renal_dosing.csv, one",
        "no action 'gone' in actions.csv",
    ),
    "unknown class in a row": Fault(
        row("duplicates", **CITED, id="dup-gone", **{"class": "gone"}, severity="low", text="x"),
        "duplicates.csv, dup-gone",
        "there is no class 'gone'; correct it",
    ),
    "edition that ran out": Fault(
        source("planted: {citation: X, review_by: 2026-11-21}\n"),
        "sources.yaml, planted",
        "a new edition was due by 2026-11-21; read it",
    ),
    "edition still to come": Fault(
        source("planted: {citation: X, year: '2027'}\n"),
        "sources.yaml, planted",
        "the year 2027 is still to come",
    ),
    "pair in both orders": Fault(
        all_of(pair("one", "metformin", "warfarin"), pair("two", "warfarin", "metformin")),
        "interactions.csv, two",
        "names the same two sides as one; keep one of the rows",
    ),
    "highest dose below the usual one": Fault(
        all_of(
            row(
                "max_daily_dose",
                **DOSE,
                id="max-planted",
                ingredient="nebivolol",
                age_min=99,
                value=5,
            ),
            row(
                "hf_target_doses", **CITED, id="target", ingredient="nebivolol", value=10, unit="mg"
            ),
        ),
        "max_daily_dose.csv, max-planted",
        "5 mg is below the 10 mg of hf_target_doses.csv",
    ),
    "highest dose twice": Fault(
        all_of(
            *(
                row("max_daily_dose", **DOSE, id=id_, ingredient="nebivolol", age_min=99, value=40)
                for id_ in ("one", "two")
            )
        ),
        "max_daily_dose.csv, two",
        "says again what one says of nebivolol",
    ),
    "interval of nothing": Fault(
        row(
            "monitoring",
            **CITED,
            id="mon-planted",
            drug="ingredient:metformin",
            lab="b12",
            within_months=0,
            severity="low",
            text="x",
        ),
        "monitoring.csv, mon-planted",
        "an interval of 0 months is always overdue; give the months",
    ),
    "row that no rule takes": Fault(
        row("pharmacogenomics", **GENE, phenotype="poor metabolizer"),
        "pharmacogenomics.csv, pgx-planted",
        "no rule over pharmacogenomics.csv takes it, so it never speaks; name one",
    ),
    "row reported under another rule": Fault(
        renal("one", below=30, rule="I02"),
        "renal_dosing.csv, one",
        "it is reported under I02, which does not take it; name the rule that does",
    ),
    "phenotype that no result says": Fault(
        row("pharmacogenomics", **GENE, rule="I07b", phenotype="low-dose genotype (-1639A)"),
        "pharmacogenomics.csv, pgx-planted",
        "no result is read as 'low-dose genotype (-1639A)'; word it as the results are",
    ),
    "number that no rule asks for": Fault(
        constant(),
        "constants.csv, planted",
        "no rule asks for it; delete it or use it",
    ),
    "target dose that nothing is held against": Fault(
        row("hf_target_doses", **CITED, id="target", ingredient="ivabradine", value=15, unit="mg"),
        "hf_target_doses.csv, target",
        "no rule holds ivabradine against it; delete it or name the medicine",
    ),
    "family without codes": Fault(
        row("families", family="planted", title="Planted"),
        "families.csv, planted",
        "no code and no words lead to it; add some",
    ),
    "code in two families that exclude each other": Fault(
        all_of(
            *(
                row(
                    "condition_families",
                    family=f,
                    system="snomed",
                    code="1234567",
                    source="snomed-ips",
                )
                for f in ("hypothyroidism", "hyperthyroidism")
            )
        ),
        "condition_families.csv, 1234567",
        "is in hypothyroidism and in hyperthyroidism",
    ),
    "advice held back by nothing": Fault(
        row("suppressors", **CITED, id="hold-planted", title="X", holds="preventive"),
        "suppressors.csv, hold-planted",
        "nothing ever says it; name a family or a finding, or set `stated`",
    ),
    "nothing that can be held back": Fault(
        row("suppressors", **CITED, id="hold-planted", title="X", stated="true", holds="tests"),
        "suppressors.csv, hold-planted",
        "nothing can be held back by 'tests'; correct it",
    ),
    "family that holds back and is not there": Fault(
        row("suppressors", **CITED, id="hold-x", title="X", family="nowhere", holds="preventive"),
        "suppressors.csv, hold-x",
        "there is no family 'nowhere'; correct it",
    ),
    "answer that holds back and is not there": Fault(
        row("suppressors", **CITED, id="hold-x", title="X", finding="hospice", holds="preventive"),
        "suppressors.csv, hold-x",
        "no answer is 'hospice'; write family:meaning",
    ),
    "benefit of no rule": Fault(
        row("time_to_benefit", **CITED, id="benefit-x", title="X", rules="N99", months=3),
        "time_to_benefit.csv, benefit-x",
        "there is no rule 'N99'; correct it",
    ),
    "class nobody named": Fault(
        row("classes", **{"class": "planted"}, ingredient="metformin", source="fda-label"),
        "planted",
        "nothing names it for the reader; give it a title",
    ),
}


@pytest.mark.parametrize("fault", PLANTED.values(), ids=PLANTED)
def test_a_planted_fault_is_found(garden: Garden, fault: Fault) -> None:
    check(garden, fault)
