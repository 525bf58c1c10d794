"""The web application, put together once: settings in, FastAPI app out."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import date

import httpx
from fastapi import FastAPI

from app.assessment.loading import load_for_site, with_prices
from app.audit.knowledge import record_knowledge
from app.audit.verify import AuditWatch
from app.chart.read import Patience, read_chart
from app.delivery import Courier, SystemDoor
from app.delivery.ladder import Can
from app.domain.chart import Chart
from app.domain.errors import CmmError
from app.ehr import DEFAULT_PER_MINUTE, EhrClient, Ehrs
from app.knowledge.lists import coded_lists
from app.ops import clock as clocks
from app.ops import memory
from app.ops.clock import Clock
from app.ops.logs import configure
from app.ops.settings import Settings
from app.store.database import Database
from app.store.prices import read_prices
from app.store.sealing import seal_of
from app.store.sessions import SqlLaunchStates, SqlSessions
from app.terminology import Vocabulary, load_vocabulary
from app.web import assets, style
from app.web.cases import Cases, Progress, ReadChart
from app.web.protection import ProtectionHeaders
from app.web.routes import (
    about,
    answering,
    charting,
    following,
    health,
    launching,
    listing,
    planning,
    programme,
    reviewing,
    signing,
)
from app.web.services import Services
from app.web.style import Styles
from app.web.trouble import handle_errors
from launch.assembly import SmartClient, smart_client
from launch.client_auth import ClientAuth, client_auths, published_keys, system_auths
from launch.context import LaunchContext
from launch.errors import LaunchError
from launch.network import ehr_client
from launch.tenant import Tenant
from launch.tenants import Tenants, load_tenants

Auths = dict[str, ClientAuth]
Token = Callable[[], Awaitable[str]]
Renew = Callable[[str], Awaitable[str]]
ROUTERS = (
    *(launching, charting, listing, reviewing, planning, signing, following, answering),
    *(programme, about, health, assets, style),
)


def create_app(
    settings: Settings,
    *,
    http: httpx.AsyncClient | None = None,
    clock: Clock = clocks.now,
    today: Callable[[], date] = clocks.today,
) -> FastAPI:
    """Builds everything and fails with one sentence when a setting can't be used."""
    configure(settings.log_level)
    services = _services(settings, http, clock, today)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        known, at = services.knowledge.knowledge, services.clock()
        await services.database.run(lambda c: record_knowledge(c, known, at))
        await services.courier.recover()
        background = [
            asyncio.create_task(services.courier.run()),
            asyncio.create_task(services.audit.run()),
        ]
        memory.settle()
        yield
        await services.courier.stop()
        for task in background:
            task.cancel()
        await asyncio.gather(*background, return_exceptions=True)
        services.database.close()

    app = FastAPI(
        title="Concordance", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan
    )
    app.state.services = services
    app.add_middleware(ProtectionHeaders)
    handle_errors(app)
    for module in ROUTERS:
        app.include_router(module.router)
    return app


def _services(
    settings: Settings, http: httpx.AsyncClient | None, clock: Clock, today: Callable[[], date]
) -> Services:
    seal = seal_of(settings)
    tenants, auths, system = _tenants(settings)
    database = Database(settings.database_url)
    shared = http or ehr_client(tenants)
    smart = smart_client(
        tenants,
        auths,
        shared,
        launch_states=SqlLaunchStates(database, clock),
        session_store=SqlSessions(database),
        seal=seal,
        clock=clock,
        system_auths=system,
    )
    ehr = _EhrClients(tenants, smart, http)
    door = SystemDoor(smart.system.registered, ehr.without_a_person)
    changed = load_for_site(settings.site_changes, today())
    knowledge = with_prices(changed, read_prices(settings.prices))
    vocabulary = load_vocabulary(settings.rxnorm)

    read = _chart_reader(ehr, tenants, vocabulary, clock, today)
    return Services(
        settings=settings,
        clock=clock,
        today=today,
        tenants=tenants,
        smart=smart,
        database=database,
        seal=seal,
        knowledge=knowledge,
        lists=coded_lists(knowledge.knowledge.tables),
        vocabulary=vocabulary,
        cases=Cases(read, knowledge, vocabulary, today),
        courier=Courier(database, seal, ehr, clock, door=door),
        audit=AuditWatch(database, clock),
        styles=Styles(shared, clock),
        jwks=published_keys(tenants),
    )


def _chart_reader(
    ehr: "_EhrClients",
    tenants: Tenants,
    vocabulary: Vocabulary,
    clock: Clock,
    today: Callable[[], date],
) -> ReadChart:
    async def read(
        session_id: str, context: LaunchContext, progress: Progress, patience: Patience
    ) -> Chart:
        client = await ehr(context.tenant, session_id)
        return await read_chart(
            client,
            context.patient,
            dialect=tenants.by_name(context.tenant).dialect,
            can=context.capabilities.can,
            as_of=today(),
            vocabulary=vocabulary,
            progress=progress,
            read_at=clock(),
            patience=patience,
        )

    return read


class _EhrClients:
    """An EHR client for one session: its tenant's base address and its own access."""

    def __init__(
        self, tenants: Tenants, smart: SmartClient, http: httpx.AsyncClient | None
    ) -> None:
        self._tenants = tenants
        self._smart = smart
        self._http = http
        self._pools: dict[str, httpx.AsyncClient] = {}
        self._shared = Ehrs()  # one for all sessions: an EHR gets few calls at a time from us

    async def __call__(self, tenant: str, session_id: str) -> EhrClient:
        tokens = self._smart.tokens

        async def token() -> str:
            return await tokens.access_token(session_id)

        async def renew(rejected: str) -> str:
            return await tokens.renew(session_id, rejected)

        return self._client(tenant, token, renew)

    async def without_a_person(self, tenant: str) -> tuple[Can, EhrClient]:
        """With the app's own access, for delivery alone; raises LaunchError where there is none."""
        system = self._smart.system
        granted = (await system.token(tenant)).capabilities

        async def token() -> str:
            return (await system.token(tenant)).access

        async def renew(rejected: str) -> str:
            return (await system.renew(tenant, rejected)).access

        return granted.can, self._client(tenant, token, renew)

    def _client(self, tenant: str, token: Token, renew: Renew) -> EhrClient:
        row = self._tenants.by_name(tenant)
        shared = self._shared.of(
            row.iss,
            parallel=row.parallel_requests,
            per_minute=row.requests_per_minute or DEFAULT_PER_MINUTE,
        )
        http = self._http or self._pool(row)
        return EhrClient(row.iss, token=token, renew=renew, http=http, shared=shared)

    def _pool(self, tenant: Tenant) -> httpx.AsyncClient:
        """Connections of its own: an EHR that hangs must not hold those of the others."""
        if tenant.key not in self._pools:
            self._pools[tenant.key] = ehr_client(Tenants([tenant]))
        return self._pools[tenant.key]


def _tenants(settings: Settings) -> tuple[Tenants, Auths, Auths]:
    try:
        tenants = load_tenants(settings.tenants)
        return tenants, client_auths(tenants), system_auths(tenants)
    except LaunchError as error:
        raise CmmError(error.code, error.message, 500) from None
    except ValueError as error:  # the tenant file's own errors: one line each, no secrets
        raise CmmError("CMM-6003", f"The tenant file can't be used: {error}", 500) from None
