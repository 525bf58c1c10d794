"""The message to the prescriber on the receipt: whether it can be sent, how, and where it is."""

from dataclasses import dataclass, replace

from app.delivery import is_signer
from app.delivery.message import (
    Asking,
    Held,
    held,
    message_in_form,
    message_of,
    way,
    ways,
    why_not,
)
from app.delivery.message_told import MessageTold, message_told
from app.store import messages
from app.web.visit import Visit
from fhir_mappings.write_message import names_of

BY_SIGNER = "Only who signed the plan can send it."
COPY = "Copy its text instead: the buttons are below."


@dataclass(frozen=True, slots=True)
class Offered:
    """`asking` is exactly what the button sends; without it `why_not` says why there is none."""

    asking: Asking | None = None
    to: str = ""
    why_not: str = ""


async def offered(visit: Visit) -> Offered:
    services = visit.services
    found = await services.database.read(
        lambda c: held(c, services.seal, visit.chart_key, visit.signed_before(c)[1])
    )
    if found is None:
        return Offered()
    why = why_not(found)
    if not why and not is_signer(visit.context, found.signer):
        why = BY_SIGNER
    return Offered(why_not=why) if why else await _offer(visit, found)


async def _offer(visit: Visit, found: Held) -> Offered:
    services, context = visit.services, visit.context
    tenant = services.tenants.by_name(context.tenant)
    server = await services.courier.offers.of(context.tenant, visit.session_id)
    chosen = way(ways(server, context.capabilities.can, tenant.dialect), found.plan)
    if chosen.rung is None:
        return Offered(why_not=f"It can't be sent: {chosen.because}. {COPY}")
    message = message_of(found, services.lists, visit.clock())
    note_type = tenant.note_type or ""
    bundle = message_in_form(chosen.rung, message, server, tenant.dialect, note_type)
    asking = Asking(message, bundle, context.tenant, visit.chart_key, visit.session_id, chosen.said)
    return Offered(asking, names_of(message.recipients))


async def told(visit: Visit, ehr: str) -> tuple[MessageTold, ...]:
    """The message of the version signed last first; one of an earlier version says whose it is."""
    key = visit.chart_key
    rows = await visit.services.database.read(lambda c: messages.of_chart(c, key))
    newest = await visit.services.database.read(lambda c: visit.signed_before(c)[0])
    version = newest.version if newest else 0
    every = [(row["version"], message_told(row, ehr)) for row in rows]
    return tuple(m if v == version else _earlier(m, v) for v, m in every)


def _earlier(message: MessageTold, version: int) -> MessageTold:
    return replace(message, sentence=f"Version {version}: {message.sentence}", can_retry=False)
