"""The demo charts, read over HTTP from a server that refuses what it does not know, are whole."""

import asyncio
from typing import Any

import httpx
import pytest

from app.chart import chart_from_bundle
from app.chart.read import Patience, read_chart
from app.domain.chart import Chart
from app.ehr import EhrClient
from app.sandbox.patients import demo_bundles, demo_patients, demo_staff
from app.terminology.vocabulary import load_vocabulary
from tests.chart.charts import TODAY
from tests.sandbox import hospital
from tests.sandbox.hospital import BASE, Ehr, Token

PATIENTS = [p.id for p in demo_patients()]


@pytest.fixture(scope="module")
def ehr() -> Ehr:
    """Small pages, so that many `next` links are followed."""
    return Ehr(charts=demo_bundles(TODAY), staff=demo_staff(), page_size=7)


async def _read(ehr: Ehr, patient_id: str) -> Chart:
    hospital._TOKEN.set(Token(frozenset({"patient/*.rs"}), patient=patient_id))

    async def token() -> str:
        return "any"

    async with httpx.AsyncClient(transport=httpx.ASGITransport(ehr.app)) as http:
        client = EhrClient(BASE, token=token, http=http)
        vocabulary, patience = load_vocabulary(), Patience(60)
        return await read_chart(
            client, patient_id, as_of=TODAY, vocabulary=vocabulary, patience=patience
        )


def _lines(chart: Chart) -> dict[str, Any]:
    return {m.id: (m.name, m.status, m.sources, m.daily_dose) for m in chart.medicines}


def _gaps(chart: Chart) -> set[str]:
    return {g.what for g in chart.gaps if not g.what.startswith("Observation/")}


@pytest.mark.parametrize("patient_id", PATIENTS)
def test_a_chart_read_over_http_is_the_chart_of_the_file(ehr: Ehr, patient_id: str) -> None:
    (file,) = [b for b in demo_bundles(TODAY) if b["entry"][0]["resource"]["id"] == patient_id]
    read = asyncio.run(_read(ehr, patient_id))
    opened = chart_from_bundle(file, TODAY, load_vocabulary())
    assert _lines(read) == _lines(opened)
    assert set(read.measurements) == set(opened.measurements)
    assert _gaps(read) == _gaps(opened)
    assert read.refused == ()
