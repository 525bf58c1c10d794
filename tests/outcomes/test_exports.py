"""What leaves: a table, rows for a spreadsheet, MeasureReports; none with a patient in it unless asked."""

import csv
import io
from datetime import timedelta
from typing import Any

from app.domain.dates import clinical_date
from app.outcomes.identified import identified_csv
from app.outcomes.measure_report import measure_reports
from app.outcomes.records import Programme, Visit
from app.outcomes.report import Report, part, report
from app.outcomes.words import as_csv, as_table, csv_text
from tests.outcomes.clinic import (
    LATER,
    NAMES,
    START,
    asked,
    both,
    many,
    noon,
    outcome,
    plan,
    signed,
)

STORY = (plan(agreed=["p", "q"]), plan(LATER, outcomes=(outcome("p"),), version=2))
PROGRAMME = both(many(20, *STORY), many(4, plan(agreed=["low:z"]), named="few"))
AT = noon(LATER)


def made(programme: Programme = PROGRAMME, smallest: int = 11) -> Report:
    return report(programme, asked(), NAMES, smallest)


def resource(id_: str, of: Report) -> dict[str, Any]:
    entries = measure_reports(of, AT)["entry"]
    found = [e["resource"] for e in entries if e["resource"]["measure"].endswith(f"/cmm-{id_}")]
    assert len(found) == 1
    return dict(found[0])


def test_the_table_says_counts_rates_and_that_some_are_not_shown() -> None:
    told = as_table(made(many(20, *STORY)))
    assert "Problems resolved" in told
    assert "20 of 40 (50 %)" in told
    assert "fewer than 11 patients" in told
    assert "Charts opened: 0" in told


def test_the_period_is_said_in_days_that_are_read_one_way() -> None:
    since, until = START, LATER
    told = as_table(report(PROGRAMME, asked(since=since, until=until), NAMES, 11))
    assert told.startswith(
        f"Programme outcomes from {clinical_date(since)} to {clinical_date(until)}"
    )


def test_a_chart_that_somebody_only_read_is_counted_as_opened_and_not_as_a_visit() -> None:
    read = tuple(Visit("north", f"read-{n}", AT) for n in range(20))
    found = made(both(PROGRAMME, Programme(visits=read)))
    rows = {r["column"]: r["count"] for r in csv.DictReader(io.StringIO(as_csv(found)))}
    assert rows["Charts opened"] == "20"
    assert "Charts opened: 20; with start and stop: 0" in as_table(found)
    assert "isits" not in as_table(found)


def test_each_count_of_the_spreadsheet_has_its_line() -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv(made(many(20, *STORY))))))
    found = {(r["table"], r["row"], r["column"]): r["count"] for r in rows}
    assert found["measure", "Problems resolved", "Percent"] == "50"
    assert found["problems", "Adverse event or risk", "Found"] == "40"


def test_no_export_without_a_choice_names_a_patient() -> None:
    everything = f"{as_table(made())}{as_csv(made())}{measure_reports(made(), AT)}"
    for of_patient in ("DOE", "000-1", "p1'", "1951"):
        assert of_patient not in everything


def test_a_measure_report_meets_r4b_and_says_its_period_and_score() -> None:
    found = report(many(20, *STORY), asked(since=START, site="north"), NAMES, 11)
    resolved = resource("resolved", found)
    assert resolved["period"] == {"start": "2026-01-10", "end": "2026-12-31"}
    assert resolved["reporter"] == {"display": "north"}
    (group,) = resolved["group"]
    assert group["measureScore"]["value"] == 50
    assert [p["count"] for p in group["population"]] == [40, 20]


def test_a_count_that_is_not_shown_is_masked_in_a_measure_report() -> None:
    (group,) = resource("agreed", made())["group"]
    low = next(s for s in group["stratifier"][0]["stratum"] if s["value"]["text"] == "Dose too low")
    assert "count" not in low["population"][0]
    assert low["population"][0]["_count"]["extension"][0]["valueCode"] == "masked"
    assert "measureScore" not in low


def test_a_list_of_problems_with_patients_says_how_each_stands() -> None:
    programme = Programme(signed(*STORY))
    rows = list(csv.DictReader(io.StringIO(identified_csv(part(programme, asked(), NAMES.classes_of), "problems"))))  # fmt: skip
    assert [(r["name"], r["mrn"], r["found"], r["outcome"]) for r in rows] == [
        ("DOE, Jane", "000-1", "2026-01-10", "resolved"),
        ("DOE, Jane", "000-1", "2026-01-10", ""),
    ]


def test_a_list_of_visits_has_start_stop_and_minutes() -> None:
    visit = Visit("north", "c1", AT - timedelta(minutes=45), AT, "medicare")
    chosen = part(Programme(signed(*STORY), (visit,)), asked(), NAMES.classes_of)
    (row,) = csv.DictReader(io.StringIO(identified_csv(chosen, "visits")))
    assert (row["minutes"], row["pharmacist"]) == ("45", "Practitioner/pharm-lee")
    assert row["start"] < row["stop"]
    assert row["payer"] == "Medicare"


def test_what_a_spreadsheet_would_run_is_text() -> None:
    assert "'=1+1" in csv_text(("a",), [("=1+1",)])
