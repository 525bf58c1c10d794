"""What a session may do in the EHR, and whose it is, also when no request of its browser is at hand."""

from dataclasses import dataclass

from pydantic import TypeAdapter

from app.store.database import Database, person_key
from app.store.sessions import SqlSessions
from launch.context import LaunchContext
from launch.errors import LaunchError
from launch.seal import TokenSeal, key_of

COLUMN = "context"


@dataclass(frozen=True)
class _Held:
    """The part of a stored session that is read here."""

    context: LaunchContext


_HELD = TypeAdapter(_Held)


async def context_of(database: Database, seal: TokenSeal, session_id: str) -> LaunchContext | None:
    """None when the session has ended or can't be opened any more."""
    key = key_of(session_id)
    stored = await SqlSessions(database).load(key)
    if stored is None:
        return None
    try:
        return _HELD.validate_json(seal.open(stored.context, key, COLUMN)).context
    except LaunchError:
        return None


def signer_key(context: LaunchContext) -> str:
    """Who is signed in. A name is only for reading, and an EHR need not know a user as a practitioner."""
    return person_key(context.tenant, context.user.issuer, context.user.subject)


def is_signer(context: LaunchContext, signer: str) -> bool:
    """
    A plan goes out with the access of the person who signed it, not of whoever opens the chart. `signer`
    is the key that was kept with it.
    """
    return signer == signer_key(context)
