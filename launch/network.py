"""The HTTP client for EHRs: no proxy from the environment, no cookies, no unexpected private network.

A host name may be re-pointed after it was registered. So names are resolved here, every address is
checked, and the connection goes to the very address that was checked.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable
from http.cookiejar import CookieJar, DefaultCookiePolicy
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any

import httpx

from launch.errors import LaunchError, Why
from launch.tenants import Tenants

IPAddress = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Awaitable[list[IPAddress]]]

# Some servers close a connection after 5 s without a call (Node's default). What is sent into one that is
# just being closed is lost, and a write is then in doubt, so ours end first.
KEPT_SECONDS = 3.0


async def resolve(host: str, port: int) -> list[IPAddress]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]


# RFC 6052: a translator passes these on to the IPv4 address in their last 32 bits.
_TRANSLATED = IPv6Network("64:ff9b::/96")


def is_public(address: IPAddress) -> bool:
    """False for loopback, link-local, private and shared ranges, also written as IPv6."""
    real = _inner(address) if isinstance(address, IPv6Address) else address
    return real.is_global and not real.is_multicast


def _inner(address: IPv6Address) -> IPAddress:
    """The IPv4 address that an IPv6 one leads to: mapped, translated (NAT64) or tunnelled (6to4)."""
    if address in _TRANSLATED:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or address


class GuardedBackend:
    """Stands between the connection pool and the network; TLS still checks the host's name."""

    def __init__(self, inner: Any, private_places: frozenset[str], look_up: Resolve) -> None:
        self._inner = inner
        self._private_places = private_places
        self._look_up = look_up

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the backend's own signature
        **options: Any,
    ) -> Any:
        address = await self._checked(host, port, timeout)
        return await self._inner.connect_tcp(str(address), port, timeout=timeout, **options)

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)

    async def _checked(self, host: str, port: int, seconds: float | None) -> IPAddress:
        try:
            async with asyncio.timeout(seconds):
                found = await self._look_up(host, port)
        except TimeoutError:
            raise httpx.ConnectTimeout("the host name was not resolved in time") from None
        except OSError:
            raise httpx.ConnectError("the host name cannot be resolved") from None
        if not found:
            raise httpx.ConnectError("the host name has no address")
        if f"{_written(host)}:{port}" not in self._private_places:
            _refuse_private(found)
        # IPv4 first: `localhost` also resolves to ::1, where a sandbox need not listen.
        return min(found, key=lambda address: address.version)


def _refuse_private(found: Iterable[IPAddress]) -> None:
    if not all(is_public(address) for address in found):
        raise LaunchError.of(Why.PRIVATE_ADDRESS)


def _written(host: str) -> str:
    """IPv6 hosts are pinned with their brackets; the pool hands them over without."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


class GuardedTransport(httpx.AsyncHTTPTransport):
    """httpx's transport with the guard beneath its pool, so that TLS and pooling stay by name."""

    def __init__(self, private_places: frozenset[str], look_up: Resolve = resolve) -> None:
        limits = httpx.Limits(
            max_connections=40, max_keepalive_connections=10, keepalive_expiry=KEPT_SECONDS
        )
        super().__init__(limits=limits, trust_env=False)
        pool: Any = self._pool
        pool._network_backend = GuardedBackend(  # noqa: SLF001 - httpx has no public way
            pool._network_backend,  # noqa: SLF001
            private_places,
            look_up,
        )


def ehr_client(tenants: Tenants, look_up: Resolve = resolve) -> httpx.AsyncClient:
    """One client for all EHRs. It keeps no cookie: one launch must not speak in another's name."""
    return httpx.AsyncClient(
        transport=GuardedTransport(tenants.private_places, look_up),
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        follow_redirects=False,
        trust_env=False,
    )
