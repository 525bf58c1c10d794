"""In which form the plan of this visit goes into the chart, and under which contact."""

from dataclasses import dataclass
from datetime import date

from app.delivery import (
    Chosen,
    Paper,
    Refused,
    Rung,
    beside_plan,
    choose,
    is_signer,
    possible_rungs,
    refused,
)
from app.delivery.ladder import ENCOUNTER, PRACTITIONER, habits_of
from app.domain.chart import Encounter
from app.web.visit import OpenVisit, Visit
from fhir_mappings.capability_statement import ServerCapabilities
from fhir_mappings.write_names import Json
from launch.choices import Dialect, NoteBody

MOST_CONTACTS = 10
NOT_HELD = {"cancelled", "planned", "entered-in-error"}


@dataclass(frozen=True, slots=True)
class Filing:
    """`contacts` are offered only where the form needs one and the launch brought none."""

    chosen: Chosen
    habits: Dialect
    note_type: str
    note_body: NoteBody
    contacts: tuple[Encounter, ...]

    @property
    def by_hand(self) -> bool:
        """No program will write it: a person copies it, or it stays here."""
        return self.chosen.rung is None or self.chosen.rung.mode == "download"

    def paper(self, before: str) -> Paper:
        return Paper(self.habits, self.note_type, before, self.note_body)


async def filing_of(visit: OpenVisit) -> Filing:
    tenant = visit.services.tenants.by_name(visit.context.tenant)
    server, rungs = await _ways(visit)
    contacts = () if visit.context.encounter else recent_contacts(visit.chart.encounters)
    chosen = choose(rungs, _at_hand(visit, contacts))
    needs = chosen.rung.needs if chosen.rung else frozenset()
    return Filing(
        chosen=chosen,
        habits=habits_of(server, tenant.dialect),
        note_type=tenant.note_type or "",
        note_body=tenant.note_body,
        contacts=contacts if ENCOUNTER in needs else (),
    )


async def _ways(visit: Visit) -> tuple[ServerCapabilities | None, tuple[Rung, ...]]:
    """Asks the EHR what it offers; where it does not say, what was granted at launch decides."""
    tenant = visit.services.tenants.by_name(visit.context.tenant)
    server = await visit.services.courier.offers.of(visit.context.tenant, visit.session_id)
    can = visit.context.capabilities.can
    rungs = possible_rungs(server, can, tenant.write_modes, tenant.dialect, beside_plan(tenant))
    return server, rungs


@dataclass(frozen=True, slots=True)
class NoteInstead:
    """A plan that the EHR refused, and exactly what would be sent in its place."""

    refused: Refused
    bundle: Json


async def note_instead(visit: Visit) -> NoteInstead | None:
    """None where nothing was refused, a note is no open way, or somebody else signed the plan."""
    services, key = visit.services, visit.chart_key
    found = await services.database.read(lambda c: refused(c, services.seal, key))
    if found is None or not is_signer(visit.context, found.row["signer"]):
        return None
    server, rungs = await _ways(visit)
    note = choose([r for r in rungs if r.mode == "document"], found.at_hand).rung
    if note is None:
        return None
    tenant = services.tenants.by_name(visit.context.tenant)
    habits = habits_of(server, tenant.dialect)
    paper = Paper(habits, tenant.note_type or "", note_body=tenant.note_body)
    return NoteInstead(found, found.as_note(note, services.lists, paper))


def _at_hand(visit: OpenVisit, contacts: tuple[Encounter, ...]) -> frozenset[str]:
    found = {ENCOUNTER} if visit.context.encounter or contacts else set()
    if visit.author.reference.startswith("Practitioner/"):
        found.add(PRACTITIONER)
    return frozenset(found)


def recent_contacts(encounters: tuple[Encounter, ...]) -> tuple[Encounter, ...]:
    """Those that took place, the newest first; one without a date is not known to be recent."""
    held = [e for e in encounters if e.status not in NOT_HELD]
    return tuple(sorted(held, key=_when, reverse=True)[:MOST_CONTACTS])


def _when(encounter: Encounter) -> date:
    return encounter.starts.latest if encounter.starts else date.min
