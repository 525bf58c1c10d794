"""A worker as a process of its own, which ends itself with SIGKILL at the place it is told."""

import asyncio
import os
import signal
from datetime import datetime

import httpx

from app.delivery import Courier
from app.ehr import EhrClient, Limits
from app.store.database import Database
from tests.delivery.clinic import SEAL, unmetered
from tests.faults.mortal import Life, MortalDatabase, MortalLine


def work(database: str, ehr: str, version_id: str, now: datetime, place: str, times: int) -> None:
    """Delivers one plan and dies at the place, when it is there for the last of so many times."""
    left = times

    def dies(passed: str) -> bool:
        nonlocal left
        left -= passed == place
        return left == 0

    life = Life(dies, end=lambda: os.kill(os.getpid(), signal.SIGKILL))
    asyncio.run(_deliver(database, ehr, version_id, now, life))


async def _deliver(database: str, ehr: str, version_id: str, now: datetime, life: Life) -> None:
    engine = Database(database).engine
    async with httpx.AsyncClient() as wire:
        line = MortalLine(wire.send, life)
        http = httpx.AsyncClient(transport=line)

        async def client(_tenant: str, _session_id: str) -> EhrClient:
            async def token() -> str:
                return "token"

            return EhrClient(
                ehr, token=token, http=http, limits=Limits(attempts=1), shared=unmetered()
            )

        courier = Courier(MortalDatabase(engine, life), SEAL, client, lambda: now)
        await courier.recover()
        await courier.deliver_soon(version_id, 30)
