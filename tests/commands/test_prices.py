"""`cmm prices`: what is kept of a NADAC file, what is said of the rest, and what a failed load leaves."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.cli import main
from app.commands.nadac import newest_week
from app.commands.prices import load, show
from app.domain.errors import CmmError
from app.store.prices import read_prices
from app.terminology import load_vocabulary
from tests.clinic_words import bundle_of, medicine, person

HEADINGS = (
    "NDC Description,NDC,NADAC Per Unit,Effective Date,Pricing Unit,Pharmacy Type Indicator,OTC,"
    "Explanation Code,Classification for Rate Setting,Corresponding Generic Drug NADAC Per Unit,"
    "Corresponding Generic Drug Effective Date,As of Date"
)
BRAND = (
    'LIPITOR 40 MG TABLET,00071015723,17.2,11/11/2026,EA,C/I,N,"1, 5",B,0.032,11/11/2026,11/18/2026'
)
GENERIC = "ATORVASTATIN 40 MG TABLET,00378395277,0.032,11/11/2026,EA,C/I,N,1,G,,,11/18/2026"
OTHER_PACKAGE = GENERIC.replace("00378395277", "00378395205")


def listed(folder: Path, *rows: str, headings: str = HEADINGS) -> Path:
    file = folder / "nadac.csv"
    file.write_text("\n".join((headings, *rows)) + "\n", "utf-8-sig")
    return file


def loaded(folder: Path, *rows: str) -> Path:
    database = folder / "prices.sqlite3"
    assert load(listed(folder, *rows), database, load_vocabulary()) == 0
    return database


def test_a_brand_and_its_generic_are_held_with_the_day_of_the_list(tmp_path: Path) -> None:
    prices = read_prices(loaded(tmp_path, BRAND, GENERIC))
    assert prices is not None
    assert (prices.name, prices.as_of) == ("NADAC", date(2026, 11, 18))
    found = {p.description: p for p in prices.of(frozenset({"atorvastatin"}))}
    brand, generic = found["LIPITOR 40 MG TABLET"], found["ATORVASTATIN 40 MG TABLET"]
    assert (brand.branded, brand.identity.brand) == (True, "Lipitor")
    assert (brand.per_unit, brand.generic_per_unit) == (Decimal("17.2"), Decimal("0.032"))
    assert (generic.branded, generic.unit, generic.effective) == (False, "EA", date(2026, 11, 11))
    assert [(s.value, s.unit) for s in generic.identity.strengths] == [(Decimal(40), "mg")]


def test_packages_of_one_product_at_one_price_are_one_price(tmp_path: Path) -> None:
    prices = read_prices(loaded(tmp_path, GENERIC, OTHER_PACKAGE))
    assert prices is not None
    assert len(prices.of(frozenset({"atorvastatin"}))) == 1


@pytest.mark.parametrize(
    ("description", "ingredient"),
    [
        ("MONTELUKAST SOD 10 MG TABLET", "montelukast"),
        ("PANTOPRAZOLE SOD DR 40 MG TAB", "pantoprazole"),
        ("METOPROLOL SUCC ER 25 MG TAB", "metoprolol"),
        ("AMLODIPINE BESYLATE 5 MG TAB", "amlodipine"),
        ("ROSUVASTATIN CALCIUM 10 MG TAB", "rosuvastatin"),
    ],
)
def test_a_product_is_known_by_the_words_of_the_list(
    description: str, ingredient: str, tmp_path: Path
) -> None:
    row = GENERIC.replace("ATORVASTATIN 40 MG TABLET", description).replace("00378", "99999")
    prices = read_prices(loaded(tmp_path, row))
    assert prices is not None
    (found,) = prices.of(frozenset({ingredient}))
    assert (found.description, found.identity.form) == (description, "tablet")


def test_headings_with_underscores_and_days_with_hyphens_are_read_too(tmp_path: Path) -> None:
    headings = HEADINGS.replace(" ", "_").replace("NDC_Description", "NDC Description")
    file = listed(tmp_path, GENERIC.replace("11/18/2026", "2026-11-18"), headings=headings)
    assert newest_week(file).as_of == date(2026, 11, 18)


def test_of_a_file_of_a_year_the_newest_week_is_taken_wherever_it_stands(tmp_path: Path) -> None:
    older = BRAND.replace("11/18/2026", "11/11/2026").replace("17.2", "16.9")
    gone = GENERIC.replace("11/18/2026", "11/11/2026")
    week = newest_week(listed(tmp_path, older, BRAND, gone))
    assert [(r.ndc, r.per_unit) for r in week.rows.values()] == [("00071015723", Decimal("17.2"))]
    assert week.older == 2


def test_the_price_that_came_into_effect_last_counts(tmp_path: Path) -> None:
    newer = GENERIC.replace("0.032,11/11/2026", "0.030,11/18/2026")
    week = newest_week(listed(tmp_path, newer, GENERIC))
    assert [r.per_unit for r in week.rows.values()] == [Decimal("0.030")]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (GENERIC.replace("00378395277", "378395277"), "eleven digits"),
        (GENERIC.replace("0.032", ""), "no nadac per unit"),
        (GENERIC.replace("0.032", "n/a"), "no number"),
        (GENERIC.replace("0.032", "0"), "not above zero"),
        (GENERIC.replace("0.032", "NaN"), "not above zero"),
        (GENERIC.replace(",EA,", ",BX,"), "pricing unit"),
        (GENERIC.replace(",G,", ",X,"), "classification"),
        (GENERIC.replace("11/11/2026", "31/31/2026"), "effective date"),
        (GENERIC.replace("11/18/2026", ""), "no as of date"),
        ("ATORVASTATIN 40 MG TABLET,00378395277", "no as of date"),
        (BRAND.replace("17.2", "18.0"), "twice with different content"),
        (
            GENERIC.replace("ATORVASTATIN 40 MG TABLET", "TBD DO NOT DELETE OR RELEASE"),
            "placeholder",
        ),
    ],
)
def test_a_row_that_cannot_be_used_is_said_by_its_line(row: str, why: str, tmp_path: Path) -> None:
    week = newest_week(listed(tmp_path, BRAND, row))
    assert list(week.bad) == [3]
    assert why in week.bad[3]
    assert list(week.rows) == ["00071015723"]


def test_what_was_left_out_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    older = BRAND.replace("11/18/2026", "11/11/2026")
    loaded(tmp_path, BRAND, older, GENERIC.replace("0.032", "?"), "XYZZY 1 MG,00000001235,1,11/11/2026,EA,C/I,N,1,G,,,11/18/2026")  # fmt: skip
    said = capsys.readouterr()
    assert "NADAC of 2026-11-18, 2 NDCs, 1 products, 1 NDCs not recognised" in said.out
    assert "left out: 1 rows of earlier weeks" in said.err
    assert "not used: 1 rows\n  line 4: a price is no number" in said.err


def test_of_many_bad_rows_the_first_are_named_and_the_rest_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    loaded(tmp_path, BRAND, *[GENERIC.replace("0.032", "?")] * 23)
    assert "  line 22: a price is no number\n  and 3 more" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("NDC,Price\n1,2\n", "no column 'ndc description'"),
        (HEADINGS + "\n", "no row that can be used"),
        (f"{HEADINGS}\n{GENERIC.replace('0.032', '?')}\n", "no row that can be used"),
    ],
)
def test_a_file_that_is_no_such_list_is_refused(content: str, why: str, tmp_path: Path) -> None:
    file = tmp_path / "prices.csv"
    file.write_text(content, "utf-8")
    with pytest.raises(CmmError, match=why) as refused:
        newest_week(file)
    assert refused.value.code == "CMM-6015"


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "prices.zip").write_bytes(b"PK\x03\x04\xff\xfe\x00")
    with pytest.raises(CmmError, match="is no text"):
        newest_week(tmp_path / "prices.zip")


def test_a_load_that_fails_leaves_the_old_list_in_use(tmp_path: Path) -> None:
    database = loaded(tmp_path, BRAND)
    (tmp_path / "prices.sqlite3.loading").mkdir()
    with pytest.raises(CmmError) as failed:
        load(listed(tmp_path, GENERIC), database, load_vocabulary())
    assert failed.value.code == "CMM-6016"
    prices = read_prices(database)
    assert prices is not None
    assert [p.kind for p in prices.of(frozenset({"atorvastatin"}))] == ["B"]


def test_what_a_stopped_load_left_does_not_hinder_the_next(tmp_path: Path) -> None:
    (tmp_path / "prices.sqlite3.loading").write_bytes(b"half a database")
    assert read_prices(loaded(tmp_path, BRAND)) is not None


def test_where_no_list_was_loaded_there_is_none(tmp_path: Path) -> None:
    assert read_prices(tmp_path / "prices.sqlite3") is None


@pytest.mark.parametrize("content", [b"no database", b""])
def test_a_file_that_is_no_price_list_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "prices.sqlite3").write_bytes(content)
    for read in (read_prices, lambda file: show("Lipitor", file, load_vocabulary())):
        with pytest.raises(CmmError) as refused:
            read(tmp_path / "prices.sqlite3")
        assert refused.value.code == "CMM-6014"


@pytest.mark.parametrize("asked", ["Lipitor", "atorvastatin 10 mg", "00071-0157-23", "lipitor 40"])
def test_a_medicine_is_shown_by_name_or_ndc(
    asked: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = loaded(tmp_path, BRAND, GENERIC, OTHER_PACKAGE)
    assert main(["prices", "show", asked, "--to", str(database)]) == 0
    said = capsys.readouterr().out
    assert "NADAC of 2026-11-18: what pharmacies pay, before rebates" in said
    assert "LIPITOR 40 MG TABLET: brand (B), 17.2 per EA since 2026-11-11, generic 0.032" in said


def test_what_was_not_recognised_is_shown_by_its_description(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = loaded(tmp_path, BRAND, GENERIC.replace("ATORVASTATIN", "XYZZY"))
    assert main(["prices", "show", "xyzzy", "--to", str(database)]) == 0
    assert "XYZZY 40 MG TABLET: generic" in capsys.readouterr().out


def test_what_the_list_does_not_hold_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONCORDANCE_PRICES", str(loaded(tmp_path, BRAND)))
    assert main(["prices", "show", "metformin"]) == 1
    assert "CMM-6017" in capsys.readouterr().err
    assert main(["prices", "show", "metformin", "--to", str(tmp_path / "none")]) == 1
    assert "There is no price list" in capsys.readouterr().err


def test_the_command_loads_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONCORDANCE_PRICES", str(tmp_path / "prices.sqlite3"))
    assert main(["prices", "load", str(listed(tmp_path, BRAND))]) == 0
    assert read_prices(tmp_path / "prices.sqlite3") is not None


def _assessed(folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    order = medicine("orders", "Lipitor 40 mg tablet; 1 tablet daily; 2026-03-02")
    chart = folder / "chart.json"
    chart.write_text(json.dumps(bundle_of([person("male", "1969-02-11"), order])), "utf-8")
    assert main(["assess", str(chart), "--as-of", "2026-11-21"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_a_loaded_list_reaches_the_assessment(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONCORDANCE_PRICES", str(tmp_path / "prices.sqlite3"))
    before = _assessed(tmp_path, capsys)
    assert "C01" not in {p["rule"] for p in before["problems"]}
    assert "What medicines cost was not looked up." in {g["what"] for g in before["gaps"]}
    loaded(tmp_path, BRAND, GENERIC)
    capsys.readouterr()
    after = _assessed(tmp_path, capsys)
    (because,) = (p["because"] for p in after["problems"] if p["rule"] == "C01")
    assert "$516 for 30 days against $0.96 for 30 days" in because
    assert "NADAC of 18-Nov-2026, what pharmacies pay before rebates" in because
    assert not after["gaps"]
