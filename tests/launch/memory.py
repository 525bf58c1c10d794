"""Both stores of a launch in this process's memory."""

from dataclasses import replace
from datetime import datetime

from launch.stores import Missing, StoredSession


class MemoryLaunchStates:
    def __init__(self) -> None:
        self.rows: dict[str, bytes | None] = {}

    async def put(self, key: str, sealed: bytes, expires_at: datetime) -> None:
        self.rows[key] = sealed

    async def take(self, key: str) -> bytes | Missing:
        if key not in self.rows:
            return Missing.NEVER_SEEN
        sealed, self.rows[key] = self.rows[key], None
        return Missing.USED if sealed is None else sealed


class MemorySessions:
    def __init__(self) -> None:
        self.rows: dict[str, StoredSession] = {}

    async def create(self, session: StoredSession) -> None:
        self.rows[session.key] = session

    async def load(self, key: str) -> StoredSession | None:
        return self.rows.get(key)

    async def replace_tokens(self, key: str, seen_version: int, tokens: bytes) -> bool:
        row = self.rows.get(key)
        if row is None or row.version != seen_version:
            return False
        self.rows[key] = replace(row, tokens=tokens, version=seen_version + 1)
        return True

    async def touch(self, key: str, at: datetime) -> None:
        if key in self.rows:
            self.rows[key] = replace(self.rows[key], last_seen_at=at)

    async def end(self, key: str) -> None:
        self.rows.pop(key, None)
