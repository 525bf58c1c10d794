"""The tables. Everything that could tell about a patient is stored sealed; keys are ids or hashes."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

METADATA = MetaData()


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC moments, also on SQLite, which forgets the zone."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return value.replace(tzinfo=UTC) if value else None


LAUNCH_STATES = Table(
    "launch_states",
    METADATA,
    Column("key", String(64), primary_key=True),
    Column("sealed", LargeBinary),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
)
SESSIONS = Table(
    "sessions",
    METADATA,
    Column("key", String(64), primary_key=True),
    Column("context", LargeBinary, nullable=False),
    Column("tokens", LargeBinary, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("last_seen_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("version", Integer, nullable=False),
)
# One draft for each chart; `key` is the hash of tenant and patient id. Once it is signed its body is
# empty and its version goes on: who still has the old one before them must not find its number again.
DRAFTS = Table(
    "drafts",
    METADATA,
    Column("key", String(64), primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("version", Integer, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
)
# What a version was signed from, with who changed what: kept for good, as the version is.
SIGNED_DRAFTS = Table(
    "signed_drafts",
    METADATA,
    Column("version_id", String(64), ForeignKey("plans.version_id"), primary_key=True),
    Column("body", LargeBinary, nullable=False),
)
# `chart` is the hash of tenant and patient id: plans of one chart are found without storing the id.
PLANS = Table(
    "plans",
    METADATA,
    Column("version_id", String(64), primary_key=True),
    Column("plan_id", String(64), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("tenant", String(64), nullable=False),
    Column("chart", String(64), nullable=False, index=True),
    Column("signer", String(64), nullable=False),  # the hash of tenant, issuer and subject
    Column("body", LargeBinary, nullable=False),
    Column("signed_at", UtcDateTime, nullable=False),
    UniqueConstraint("plan_id", "version"),
)


def _on_its_way() -> list[Column[Any]]:
    """What a row needs to be sent once by one of several workers."""
    return [
        Column("tenant", String(64), nullable=False),
        Column("chart", String(64), nullable=False, index=True),
        Column("state", String(20), nullable=False, index=True),
        Column("bundle", LargeBinary, nullable=False),
        Column("session", LargeBinary, nullable=False),
        Column(
            "attempts", Integer, nullable=False
        ),  # only grows: a worker writes only under its own number
        Column("tries", Integer, nullable=False),  # since a person last asked for it
        Column("trying_since", UtcDateTime, nullable=False),
        Column("lease_until", UtcDateTime),
        Column("next_try_at", UtcDateTime),
        Column("doubtful", Boolean, nullable=False),  # an answer is missing: look before sending
        Column(
            "missed_since", UtcDateTime
        ),  # when the EHR first answered that it does not have the plan
        Column("written", Text, nullable=False),  # JSON: what the EHR answered for each resource
        Column("problem", Text, nullable=False),  # a sentence without patient data
        Column("created_at", UtcDateTime, nullable=False),
        Column("updated_at", UtcDateTime, nullable=False),
    ]


# States: pending -> sending -> done | in_doubt | conflict | rejected | waiting_for_user; superseded when
# a newer version of the plan was signed before this one was sent. by_hand -> downloaded where a person
# carries it over; conflict -> not_written where the signer keeps what the EHR holds.
OUTBOX = Table(
    "outbox",
    METADATA,
    Column("version_id", String(64), ForeignKey("plans.version_id"), primary_key=True),
    *_on_its_way(),
)
ATTEMPTS = Table(
    "attempts",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("version_id", String(64), ForeignKey("outbox.version_id"), nullable=False, index=True),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("outcome", String(20), nullable=False),
    Column("detail", Text, nullable=False),
)
# The message to the prescriber about one version of a plan, on its way as a plan is.
MESSAGES = Table(
    "messages",
    METADATA,
    Column("version_id", String(64), ForeignKey("plans.version_id"), primary_key=True),
    *_on_its_way(),
)
# Answers to recommendations; `plan_id` is the plan over all its versions.
RESPONSES = Table(
    "responses",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("key", String(64), nullable=False, unique=True),
    Column("chart", String(64), nullable=False, index=True),
    Column("plan_id", String(64), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
# One row when a chart was opened, one when it was closed, one for each payer that was chosen at
# signing; `visit` is the hash of the session.
VISITS = Table(
    "visits",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("visit", String(64), nullable=False, index=True),
    Column("tenant", String(64), nullable=False),
    Column("chart", String(64), nullable=False),
    Column("what", String(10), nullable=False),
    Column("payer", String(20), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
AUDIT = Table(
    "audit",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("at", UtcDateTime, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("tenant", String(64), nullable=False),
    Column("chart", String(64), nullable=False),
    Column("user", String(64), nullable=False),
    Column("detail", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)
