"""Launch context -> Chart: every search in parallel, each failure a gap with its effect in words."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, datetime

from app.chart.assemble import Raw, assemble
from app.chart.gaps import not_read, partly_read
from app.chart.hearing import Failure, Heard, failure
from app.chart.plan import AUTO, Plan, Query, plan_for, planned
from app.chart.searches import SEARCHES, Search
from app.chart.warned import incomplete, left_out, said_by_number
from app.domain.chart import Chart
from app.domain.errors import CmmError
from app.ehr import EhrClient, SearchResult
from app.ehr.errors import no_answer
from app.ehr.links import local
from app.terminology.vocabulary import Vocabulary
from fhir_mappings.bundle import Entry, newest
from fhir_mappings.capability_statement import ServerCapabilities
from fhir_mappings.lookup import lookup_in
from fhir_mappings.patient import patient
from fhir_mappings.reading import Json
from fhir_mappings.reference import reference
from launch.errors import LaunchError
from launch.scopes import Interaction

Progress = Callable[[str, str], None]
Can = Callable[[str, Interaction], bool]
CHART_SECONDS = 15.0
_STATEMENT_SECONDS = 4.0
_PARALLEL_MEDICATIONS = 5
_MOST_MEDICATIONS = 200


class Patience:
    """How long a chart is waited for. With `enough` what still has not answered is not waited for any more."""

    def __init__(self, seconds: float = CHART_SECONDS) -> None:
        self._clock = asyncio.get_running_loop().time
        self._until = self._clock() + seconds
        self._waits: set[asyncio.Timeout] = set()

    def enough(self) -> None:
        self._until = self._clock()
        for wait in self._waits:
            wait.reschedule(self._until)

    @asynccontextmanager
    async def lasts(self) -> AsyncIterator[None]:
        """Raises TimeoutError at its end."""
        async with asyncio.timeout_at(self._until) as wait:
            self._waits.add(wait)
            try:
                yield
            finally:
                self._waits.discard(wait)


def _unlimited(_resource: str, _interaction: Interaction) -> bool:
    return True


def _unseen(_label: str, _state: str) -> None:
    pass


async def read_chart(
    client: EhrClient,
    patient_id: str,
    *,
    as_of: date,
    vocabulary: Vocabulary,
    capabilities: ServerCapabilities | None = None,
    dialect: str = AUTO,
    can: Can = _unlimited,
    progress: Progress = _unseen,
    read_at: datetime | None = None,
    patience: Patience | None = None,
) -> Chart:
    """
    Reads one patient's chart.

    Without the Patient there is no chart: that failure is raised. Any other read that fails, is not
    offered, not granted or late is a gap, its type is `unread`, and the rest goes on. `dialect` is
    what the tenant says of its EHR, `can` what the scopes allow; `progress` hears one line per search.
    """
    patience = patience or Patience()
    offered = asyncio.create_task(_server(client, capabilities))
    try:
        person = await _patient(client, patient_id, progress, patience)
    except BaseException:
        offered.cancel()
        raise
    server = await offered
    plan = plan_for(dialect, server)
    reading = _Reading(client, patient_id, plan, server, can, progress, patience)
    reading.heard.entries.append(Entry(person))
    await reading.all()
    heard = reading.heard
    raw = Raw(
        patient=patient(person),
        patient_references=frozenset(
            {f"Patient/{patient_id}", f"{client.base}/Patient/{patient_id}"}
        ),
        entries=newest(heard.entries),
        lookup=lookup_in(heard.entries, client.base),
        gaps=heard.all_gaps(),
        unread=frozenset(heard.unread),
        read_at=read_at,
    )
    # Mapping a long chart takes tens of milliseconds that other sessions would wait for.
    chart = await asyncio.to_thread(assemble, raw, as_of=as_of, vocabulary=vocabulary)
    return replace(chart, incomplete=heard.incomplete)


async def _patient(
    client: EhrClient, patient_id: str, progress: Progress, patience: Patience
) -> Json:
    progress("Patient", "reading")
    try:
        async with patience.lasts():
            person = await client.read("Patient", patient_id)
    except TimeoutError:
        progress("Patient", "failed")
        raise no_answer("it took too long", in_doubt=False) from None
    except (CmmError, LaunchError):
        progress("Patient", "failed")
        raise
    progress("Patient", "done 1")
    return person


async def _server(client: EhrClient, known: ServerCapabilities | None) -> ServerCapabilities | None:
    """A server that does not say what it offers, or not soon, is asked for everything."""
    if known is not None:
        return known
    try:
        async with asyncio.timeout(_STATEMENT_SECONDS):
            return await client.capabilities()
    except (CmmError, TimeoutError):
        return None


class _Reading:
    """One chart while it is read."""

    def __init__(
        self,
        client: EhrClient,
        patient_id: str,
        plan: Plan,
        server: ServerCapabilities | None,
        can: Can,
        progress: Progress,
        patience: Patience,
    ) -> None:
        self._client = client
        self._patient_id = patient_id
        self._plan = plan
        self._server = server
        self._can = can
        self._progress = progress
        self._patience = patience
        self.heard = Heard()

    async def all(self) -> None:
        for search in SEARCHES:
            self._leave_out(search)
        asked = planned(self._plan, self._patient_id, self._server)
        await asyncio.gather(*(self._search(s, q) for s, q in asked if not self._missing(s)))
        if self._plan.reads_medications(self._server):
            await self._medications()

    def _leave_out(self, search: Search) -> None:
        why = self._missing(search)
        if why:
            self._progress(search.label, "not offered")
            unread = self._plan.unread_as(search)
            self.heard.miss(unread, not_read(search.called, why, search.effect))

    def _missing(self, search: Search) -> str:
        """Why a search is not made at all; empty where it is."""
        server = self._server
        if server and server.types and not server.offers(search.type, "search-type"):
            return "This EHR does not offer them."
        if not (self._can(search.type, "search") or self._can(search.type, "read")):
            return "The access granted to this app does not cover them."
        return self._plan.unasked.get(search.label, "")

    async def _search(self, search: Search, queries: tuple[Query, ...]) -> None:
        self._progress(search.label, "reading")
        answers = await asyncio.gather(*(self._ask(search, q) for q in queries))
        failed = [(q, a) for q, a in zip(queries, answers, strict=True) if isinstance(a, Failure)]
        for query, why in failed:
            await self._failed(search, query, why, alone=len(queries) == 1)
        for query, result in zip(queries, answers, strict=True):
            if isinstance(result, SearchResult):
                self._keep(search, query, result)
        found = [a for a in answers if isinstance(a, SearchResult)]
        count = sum(_count(result, search.type) for result in found)
        self._progress(search.label, f"done {count}" if found else "failed")

    async def _ask(self, search: Search, query: Query) -> SearchResult | Failure:
        try:
            async with self._patience.lasts():
                return await self._client.search(search.type, query.params)
        except TimeoutError:
            return Failure("The EHR took too long.")
        except (CmmError, LaunchError) as error:
            return failure(error)

    async def _failed(self, search: Search, query: Query, why: Failure, *, alone: bool) -> None:
        narrower: tuple[Query, ...] = ()
        if why.narrowable and alone:
            narrower = self._plan.narrower(search, self._patient_id, self._server)
        if narrower:
            await self._narrowed(search, narrower, why)
            return
        called = search.called if alone else f"{search.called} ({query.part})"
        self.heard.miss(query.unread_as, not_read(called, why.words, search.effect))

    async def _narrowed(self, search: Search, queries: tuple[Query, ...], why: Failure) -> None:
        """Whatever comes back, the list stays incomplete: what broke the whole is in no part."""
        answers = await asyncio.gather(*(self._ask(search, q) for q in queries))
        broken = [q.part for q, a in zip(queries, answers, strict=True) if isinstance(a, Failure)]
        for query, result in zip(queries, answers, strict=True):
            if isinstance(result, SearchResult):
                self._keep(search, query, result)
        if len(broken) == len(queries):
            self.heard.miss(search.type, not_read(search.called, why.words, search.effect))
            return
        self.heard.miss(search.type, partly_read(search.called, why.words, broken))

    def _keep(self, search: Search, query: Query, result: SearchResult) -> None:
        heard = self.heard
        heard.entries += result.entries
        heard.answered.add(query.unread_as)
        gaps = [*result.gaps]
        gaps += left_out(search.called, result.codes)
        gaps += [incomplete(search.called, w) for w in result.warnings if not said_by_number(w)]
        for text in result.notes:
            heard.note(text, search.called)
        for gap in gaps:
            # An incomplete list is no proof of absence, so rules must not take it for one.
            heard.miss(query.unread_as, gap)

    async def _medications(self) -> None:
        """Medications that no search included. One that can't be read leaves its order's own words."""
        gate = asyncio.Semaphore(_PARALLEL_MEDICATIONS)

        async def read(address: str) -> Entry | None:
            id_ = address.removeprefix("Medication/")
            try:
                async with gate, self._patience.lasts():
                    return Entry(await self._client.read("Medication", id_))
            except (TimeoutError, CmmError, LaunchError):
                return None

        wanted = sorted(self._unresolved())[:_MOST_MEDICATIONS]
        found = await asyncio.gather(*(read(address) for address in wanted))
        self.heard.entries += [entry for entry in found if entry]

    def _unresolved(self) -> set[str]:
        """`Medication/id` of this EHR only: elsewhere the same id is another medicine."""
        sent = {reference(e.resource.get("medicationReference")) for e in self.heard.entries} - {""}
        addresses = {local(self._client.base, pointer) for pointer in sent}
        return {a for a in addresses if a.startswith("Medication/")} - self.heard.addresses()


def _count(result: SearchResult, type_: str) -> int:
    return sum(e.kind == type_ for e in result.entries)
