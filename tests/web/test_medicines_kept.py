"""What was settled on the medicine list is kept: remembered at the next visit, written where wanted."""

import asyncio
import html
import re
from collections.abc import Callable

from app.sandbox.fhir.store import Unit
from tests.web.listing import HAROLD, Listing, line_of, row_of, to_settle

OURS = "Medication list, reconciled"


class TestTheNextVisit:
    def test_remembers_what_was_settled_and_what_was_added(
        self, listing: Callable[..., Listing]
    ) -> None:
        at = listing()

        async def go() -> tuple[str, str]:
            await at.open()
            await at.settle("potassium chloride", "Not taken")
            before = await at.send("add", name="turmeric", sig="1 capsule daily")
            await at.sign()
            return before, await at.open()

        before, again = asyncio.run(go())
        assert to_settle(again) == to_settle(before)
        assert "✓ settled" in row_of(again, "potassium chloride")
        assert "told here" in row_of(again, "turmeric")

    def test_does_not_take_the_list_it_wrote_for_the_patients_word(
        self, listing: Callable[..., Listing]
    ) -> None:
        at = listing(write_medication_list=True)

        async def go() -> tuple[str, str, str]:
            await at.open()
            before = await at.settle("potassium chloride", "Not taken")
            await at.sign()
            again = await at.open()
            return before, again, await at.show(f"?line={line_of(again, 'potassium chloride')}")

        before, again, detail = asyncio.run(go())
        assert to_settle(again) == to_settle(before)
        assert "no longer hold" not in again
        assert again.count("patient (") == before.count("patient (")
        assert "settled here" in row_of(again, "potassium chloride")
        assert "settled here, " in detail

    def test_does_not_remember_what_was_taken_back(self, listing: Callable[..., Listing]) -> None:
        at = listing()

        async def go() -> str:
            await at.open()
            added = await at.send("add", name="turmeric", sig="1 capsule daily")
            told = re.search(r"/told/(\w+)/remove", added)
            assert told
            await at.sign()
            await at.open()
            await at.send(f"told/{told[1]}/remove")
            return await at.open()

        assert "turmeric" not in asyncio.run(go())

    def test_asks_again_where_the_sources_say_something_else(
        self, listing: Callable[..., Listing]
    ) -> None:
        at = listing()

        async def go() -> tuple[str, str]:
            await at.open()
            before = await at.settle("potassium chloride", "Taken")
            await at.sign()
            unit = Unit(at.ehr.state.store)
            for told in at.of("MedicationStatement"):
                if "potassium" in str(told) and told["subject"]["reference"].endswith(HAROLD):
                    unit.write(
                        "MedicationStatement", told["id"], {**told, "dateAsserted": "2026-11-20"}
                    )
            unit.commit()
            return before, await at.open()

        before, again = asyncio.run(go())
        assert to_settle(again) == to_settle(before) + 1
        assert "Earlier answers that no longer hold (1)" in again


class TestWritingTheList:
    def _signed(self, at: Listing) -> str:
        async def go() -> str:
            await at.open()
            await at.settle("potassium chloride", "Not taken")
            before = html.unescape((await at.browser.step("sign")).text)
            await at.sign()
            return before

        return asyncio.run(go())

    def test_a_site_that_wants_it_gets_every_line_and_the_list(
        self, listing: Callable[..., Listing]
    ) -> None:
        at = listing(write_medication_list=True)
        assert "with the settled medication list" in self._signed(at)
        (held,) = [r for r in at.of("List") if r.get("title") == OURS]
        assert len(held["entry"]) == 17
        ids = {e["item"]["reference"].rpartition("/")[2] for e in held["entry"]}
        written = {s["id"]: s for s in at.of("MedicationStatement")}
        assert ids <= set(written)
        (potassium,) = [written[i] for i in ids if "potassium" in str(written[i]["text"])]
        assert potassium["status"] == "not-taken"
        assert "by Dana Lee, PharmD: Not taken." in str(potassium["note"])

    def test_any_other_site_gets_no_list(self, listing: Callable[..., Listing]) -> None:
        at = listing()
        assert "medication list" not in self._signed(at)
        assert not [r for r in at.of("List") if r.get("title") == OURS]

    def test_what_was_not_granted_is_said_before_signing(
        self, listing: Callable[..., Listing]
    ) -> None:
        scopes = ["patient/*.rs", "patient/CarePlan.crus", "patient/Goal.crus"]
        at = listing(write_medication_list=True, scopes=scopes)
        assert "without the medication list: no permission to create" in self._signed(at)
