"""`cmm tenant`: what will work with an EHR, and the sheet to register the app there."""

import asyncio
import os
from pathlib import Path
from typing import Any

from app.commands.files import TENANTS, must_be_tenants, must_be_text, read_json
from app.commands.tenant_report import launches, report
from app.commands.tenant_sheet import sheet
from app.domain.errors import CmmError, Unmappable
from app.ehr import EhrClient
from fhir_mappings.capability_statement import ServerCapabilities, capability_statement
from launch.client_auth import published_keys
from launch.discovery import Published, ask_published, published_in_metadata
from launch.errors import LaunchError
from launch.network import ehr_client
from launch.tenants import Tenant, Tenants, load_tenants

_METADATA = "save what the EHR answers to [base]/metadata as JSON"
_SMART = "save what the EHR answers to [base]/.well-known/smart-configuration as JSON"
Found = tuple[Published | None, ServerCapabilities | None]


def check(name: str, tenants_file: Path | None, metadata: Path | None, smart: Path | None) -> int:
    """Prints what will and will not work; 1 when the chart can't be opened."""
    tenants, tenant = tenant_named(name, tenants_file)
    offline = metadata is not None or smart is not None
    published, server = (
        _from_files(metadata, smart) if offline else asyncio.run(_live(tenants, tenant))
    )
    sections = report(tenant, published, server)
    who = f"{server.publisher} {server.software}".strip() if server else ""
    print(f"{tenant.name} [{tenant.key}] at {tenant.iss}{f', {who}' if who else ''}")
    for section in sections:
        print(f"\n{section.title}")
        for finding in section.findings:
            print(f"  {finding}")
    opens = launches(sections)
    print(f"\nA launch will open the chart: {opens}.")
    return 1 if opens == "no" else 0


def print_sheet(name: str, tenants_file: Path | None) -> int:
    """Prints the registration sheet as Markdown."""
    _, tenant = tenant_named(name, tenants_file)
    try:
        keys = published_keys([tenant])
    except LaunchError as error:
        raise CmmError(error.code, error.message, 500) from None
    except (ValueError, AttributeError):
        message = f"[{tenant.key}] its key file holds no keys as JWK or JWKS."
        raise CmmError("CMM-6003", message, 500) from None
    print(sheet(tenant, keys), end="")
    return 0


def tenant_named(name: str, file: Path | None) -> tuple[Tenants, Tenant]:
    if file:
        must_be_text(file, TENANTS)
    path = file or _of_environment()
    try:
        tenants = load_tenants(path)
    except LaunchError as error:
        raise CmmError(error.code, error.message, 500) from None
    found = next((tenant for tenant in tenants if tenant.key == name), None)
    if found is None:
        known = ", ".join(tenant.key for tenant in tenants)
        raise CmmError("CMM-6003", f"The tenant file has no table [{name}]; it has: {known}.")
    return tenants, found


def _of_environment() -> Path:
    path = os.environ.get("CONCORDANCE_TENANTS")
    if not path:
        raise CmmError("CMM-6003", "Name the tenant file: --tenants FILE or CONCORDANCE_TENANTS.")
    must_be_tenants(Path(path))
    return Path(path)


def _from_files(metadata: Path | None, smart: Path | None) -> Found:
    statement = read_json(metadata, _METADATA) if metadata else None
    if smart:
        document = read_json(smart, _SMART)
        return Published("well-known", document), _server(metadata, statement)
    return published_in_metadata(statement or {}), _server(metadata, statement)


def _server(file: Path | None, statement: Any) -> ServerCapabilities | None:
    if file is None:
        return None
    try:
        return capability_statement(statement)
    except Unmappable:
        raise CmmError("CMM-2002", f"{file.name} holds no CapabilityStatement.") from None


async def _live(tenants: Tenants, tenant: Tenant) -> Found:
    async def nobody() -> str:
        return ""

    async with ehr_client(tenants) as http:
        try:
            published: Published | None = await ask_published(http, tenant)
        except LaunchError:
            published = None
        try:
            client = EhrClient(tenant.iss, token=nobody, http=http)
            server: ServerCapabilities | None = await client.capabilities()
        except (CmmError, LaunchError):
            server = None
    return published, server
