"""What a medicine costs, beside the list: only with a price list, and with the list's day."""

import asyncio
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from app.commands.prices import load
from app.domain.codes import Concept
from app.domain.medicines import Medicine
from app.domain.prices import Price, PriceList, price_list
from app.terminology import identify, load_vocabulary
from app.web.money import cost_facts
from tests.assessment.charts import chart
from tests.commands.test_prices import HEADINGS
from tests.web.listing import Listing, line_of


def _listed(*rows: tuple[str, str, str]) -> PriceList:
    day = date(2026, 11, 18)
    found = []
    for product, kind, cost in rows:
        identity = identify(Concept(product), load_vocabulary())
        assert identity is not None
        found.append(Price(product, identity, kind, Decimal(cost), "EA", day))
    return price_list("NADAC", day, found)


def _medicine(name: str) -> Medicine:
    return chart(medicines=[name]).medicines[0]


BOTH = _listed(("LIPITOR 40 MG TABLET", "B", "17.2"), ("ATORVASTATIN 40 MG TABLET", "G", "0.04"))


def test_brand_and_generic_are_said_with_the_day_of_the_list() -> None:
    found = dict(cost_facts(_medicine("atorvastatin 40 mg tablet daily"), BOTH))
    assert found == {
        "Lipitor": "$516 for 30 days",
        "Generic": "$1.20 for 30 days",
        "Source": "NADAC of 18-Nov-2026, what pharmacies pay before rebates",
    }


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("atorvastatin 40 mg tablet", "not known: the directions don't say how much a day"),
        ("metformin 500 mg tablet daily", "not known: it is not in NADAC of 18-Nov-2026"),
        ("atorvastatin 20 mg tablet daily", "not known: it is not in NADAC of 18-Nov-2026"),
        ("lightvastatin 20 mg daily", "not known: it is not in NADAC of 18-Nov-2026"),
    ],
)
def test_what_is_not_known_is_said(name: str, said: str) -> None:
    assert said in dict(cost_facts(_medicine(name), BOTH)).values()


def test_without_a_list_nothing_is_said() -> None:
    assert not list(cost_facts(_medicine("atorvastatin 40 mg tablet daily"), None))


def test_the_page_of_a_medicine_shows_its_price(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = "FUROSEMIDE 40 MG TABLET,00378395277,0.05,11/11/2026,EA,C/I,N,1,G,,,11/18/2026"
    (tmp_path / "nadac.csv").write_text(f"{HEADINGS}\n{row}\n", "utf-8")
    load(tmp_path / "nadac.csv", tmp_path / "prices.sqlite3", load_vocabulary())
    for prices, shown in ((tmp_path / "none", False), (tmp_path / "prices.sqlite3", True)):
        monkeypatch.setenv("CONCORDANCE_PRICES", str(prices))
        folder = tmp_path / str(shown)
        folder.mkdir()
        detail = asyncio.run(_detail(Listing(folder)))
        assert ("<h3>Cost</h3>" in detail) is shown
        assert ("NADAC of 18-Nov-2026" in detail) is shown


async def _detail(listing: Listing) -> str:
    return await listing.show(f"?line={line_of(await listing.open(), 'furosemide')}")
