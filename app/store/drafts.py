"""Drafts of plans: saved at every decision, sealed, never overwritten unseen."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.domain.errors import CmmError
from app.store.schema import DRAFTS, SIGNED_DRAFTS
from launch.seal import TokenSeal

COLUMN = "draft"
_OF_CHART = select(DRAFTS).where(DRAFTS.c.key == bindparam("of"))
CHANGED = "CMM-4002"
NEW = 0


@dataclass(frozen=True, slots=True)
class StoredDraft:
    """
    The draft's bytes and the version that a save must have seen. Empty where the last one was signed and
    no new one was begun.
    """

    body: bytes
    version: int


def load(connection: Connection, seal: TokenSeal, key: str) -> StoredDraft | None:
    row = connection.execute(_OF_CHART, {"of": key}).mappings().first()
    return StoredDraft(seal.open(row["body"], key, COLUMN), row["version"]) if row else None


def is_begun(connection: Connection, seal: TokenSeal, key: str) -> bool:
    """Whether something was decided or written since the last signature."""
    stored = load(connection, seal, key)
    return stored is not None and bool(stored.body)


def save(
    connection: Connection, seal: TokenSeal, key: str, body: bytes, *, seen: int, at: datetime
) -> int:
    """Writes over the version that was seen and returns the new one; raises CMM-4002 when there is a newer."""
    sealed = seal.close(body, key, COLUMN)
    row = {"key": key, "body": sealed, "version": seen + 1, "updated_at": at}
    try:
        if seen == NEW:
            connection.execute(insert(DRAFTS).values(row))
            return seen + 1
    except IntegrityError:
        raise _changed() from None
    same = (DRAFTS.c.key == key) & (DRAFTS.c.version == seen)
    if connection.execute(update(DRAFTS).where(same).values(row)).rowcount != 1:
        raise _changed()
    return seen + 1


def sign(
    connection: Connection, seal: TokenSeal, key: str, version_id: str, *, at: datetime
) -> None:
    """The draft is kept with the version that was signed from it, and a new one can begin."""
    draft = load(connection, seal, key)
    if draft is None or not draft.body:
        return
    sealed = seal.close(draft.body, version_id, COLUMN)
    connection.execute(insert(SIGNED_DRAFTS).values(version_id=version_id, body=sealed))
    save(connection, seal, key, b"", seen=draft.version, at=at)


def signed(connection: Connection, seal: TokenSeal, version_id: str) -> bytes | None:
    """What a version was signed from; None where it was signed without a draft, or before these were kept."""
    found = select(SIGNED_DRAFTS.c.body).where(SIGNED_DRAFTS.c.version_id == version_id)
    body = connection.execute(found).scalar()
    return seal.open(body, version_id, COLUMN) if body is not None else None


def _changed() -> CmmError:
    return CmmError(
        CHANGED,
        "This review was changed in another window: reload the page to see it, then make your change again.",
        409,
    )
