"""Drafts never overwrite each other unseen; the audit trail shows tampering."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert

from app.audit.trail import AuditEvent, first_broken, record
from app.domain.errors import CmmError
from app.store import drafts
from app.store.database import Database
from app.store.schema import PLANS
from launch.seal import TokenSeal

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SEAL = TokenSeal({"k1": b"x" * 32})


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(f"sqlite:///{tmp_path}/t.sqlite3")


def test_two_windows_on_one_draft_do_not_overwrite_each_other(database: Database) -> None:
    with database.begin() as connection:
        drafts.save(connection, SEAL, "k", b"first", seen=0, at=NOW)
        drafts.save(connection, SEAL, "k", b"second", seen=1, at=NOW)
    with pytest.raises(CmmError, match="another window"), database.begin() as connection:
        drafts.save(connection, SEAL, "k", b"late", seen=1, at=NOW)
    with database.begin() as connection:
        stored = drafts.load(connection, SEAL, "k")
    assert stored == drafts.StoredDraft(b"second", 2)


def test_a_second_new_draft_is_refused(database: Database) -> None:
    with database.begin() as connection:
        drafts.save(connection, SEAL, "k", b"first", seen=0, at=NOW)
    with pytest.raises(CmmError), database.begin() as connection:
        drafts.save(connection, SEAL, "k", b"other", seen=0, at=NOW)


def test_draft_words_are_not_readable_in_the_database_file(
    database: Database, tmp_path: Path
) -> None:
    with database.begin() as connection:
        drafts.save(connection, SEAL, "k", b"ZZPHI takes metformin", seen=0, at=NOW)
    database.close()
    assert not any(b"ZZPHI" in path.read_bytes() for path in tmp_path.iterdir())


def test_a_changed_audit_row_is_found(database: Database) -> None:
    with database.begin() as connection:
        for kind in ("launched", "dismissed", "plan-signed"):
            record(connection, AuditEvent(kind, NOW, "sandbox", "c", "u", {"rule": "S13a"}))
        assert first_broken(connection) is None
        connection.exec_driver_sql("UPDATE audit SET detail = '{}' WHERE number = 2")
        assert first_broken(connection) == 2


def test_a_removed_audit_row_is_found(database: Database) -> None:
    with database.begin() as connection:
        for kind in ("launched", "dismissed", "plan-signed"):
            record(connection, AuditEvent(kind, NOW))
        connection.exec_driver_sql("DELETE FROM audit WHERE number = 2")
        assert first_broken(connection) == 3


def test_a_signed_draft_is_kept_and_its_number_never_comes_back(database: Database) -> None:
    """Who still has the old draft before them must not be taken for somebody who has the new one."""
    plan = {
        "version_id": "v1",
        "plan_id": "p",
        "version": 1,
        "tenant": "t",
        "chart": "k",
        "signer": "d",
    }
    with database.begin() as connection:
        connection.execute(insert(PLANS).values(**plan, body=b"", signed_at=NOW))
        seen = drafts.save(connection, SEAL, "k", b"first", seen=drafts.NEW, at=NOW)
        drafts.sign(connection, SEAL, "k", "v1", at=NOW)
        assert drafts.signed(connection, SEAL, "v1") == b"first"
        assert not drafts.is_begun(connection, SEAL, "k")
        begun = drafts.load(connection, SEAL, "k")
        assert begun is not None
        assert begun.version > seen
        with pytest.raises(CmmError, match="changed in another window"):
            drafts.save(connection, SEAL, "k", b"late", seen=seen, at=NOW)
        drafts.save(connection, SEAL, "k", b"second", seen=begun.version, at=NOW)
        assert drafts.is_begun(connection, SEAL, "k")


def test_signing_without_a_draft_keeps_none(database: Database) -> None:
    with database.begin() as connection:
        drafts.sign(connection, SEAL, "k", "v1", at=NOW)
        assert drafts.signed(connection, SEAL, "v1") is None
