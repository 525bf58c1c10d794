"""The connection itself: no private network by surprise, no endless answer, no cookie."""

import asyncio
from ipaddress import ip_address
from typing import Any

import httpx
import pytest

from launch.errors import LaunchError
from launch.network import GuardedBackend, IPAddress, ehr_client, is_public
from launch.tenants import Tenants
from launch.wire import NoAnswerError, ask
from tests.launch.launch_support import ASYNC, tenant


class Network:
    """Keeps where a connection would have gone."""

    def __init__(self) -> None:
        self.connected: list[tuple[str, int]] = []

    async def connect_tcp(self, host: str, port: int, **_: Any) -> str:
        self.connected.append((host, port))
        return "stream"

    async def sleep(self, _: float) -> None:
        return


def resolves_to(*addresses: str) -> Any:
    async def look_up(_: str, __: int) -> list[IPAddress]:
        return [ip_address(address) for address in addresses]

    return look_up


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("127.0.0.1", False),
        ("127.9.9.9", False),
        ("0.0.0.0", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("fe80::1", False),
        ("fc00::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:10.0.0.1", False),
    ],
)
def test_knows_private_addresses(address: str, public: bool) -> None:
    assert is_public(ip_address(address)) is public


class TestTheGuard:
    pytestmark = ASYNC

    async def test_connects_to_the_address_that_was_checked(self) -> None:
        network = Network()
        guard = GuardedBackend(network, frozenset(), resolves_to("2606:2800::1", "93.184.215.14"))
        assert await guard.connect_tcp("ehr.example", 443, timeout=1.0) == "stream"
        await guard.sleep(0)
        assert network.connected == [("93.184.215.14", 443)]

    @pytest.mark.parametrize("addresses", [("127.0.0.1",), ("93.184.215.14", "10.0.0.1")])
    async def test_a_name_that_was_repointed_into_a_private_network_is_refused(
        self, addresses: tuple[str, ...]
    ) -> None:
        network = Network()
        guard = GuardedBackend(network, frozenset(), resolves_to(*addresses))
        with pytest.raises(LaunchError, match="CMM-1007"):
            await guard.connect_tcp("ehr.example", 443)
        assert network.connected == []

    @pytest.mark.parametrize(
        ("host", "port", "allowed"),
        [("ehr.local", 443, True), ("ehr.local", 8443, False), ("::1", 443, True)],
    )
    async def test_a_private_place_is_open_only_where_the_tenant_says_so(
        self, host: str, port: int, allowed: bool
    ) -> None:
        network = Network()
        places = frozenset({"ehr.local:443", "[::1]:443"})
        guard = GuardedBackend(network, places, resolves_to("10.0.0.1"))
        if allowed:
            await guard.connect_tcp(host, port)
            assert network.connected == [("10.0.0.1", port)]
            return
        with pytest.raises(LaunchError, match="CMM-1007"):
            await guard.connect_tcp(host, port)

    async def test_a_name_without_an_address_is_no_connection(self) -> None:
        guard = GuardedBackend(Network(), frozenset(), resolves_to())
        with pytest.raises(httpx.ConnectError):
            await guard.connect_tcp("ehr.example", 443)

    async def test_a_name_that_cannot_be_resolved_is_no_connection(self) -> None:
        async def gone(_: str, __: int) -> list[IPAddress]:
            raise OSError("no such name")

        guard = GuardedBackend(Network(), frozenset(), gone)
        with pytest.raises(httpx.ConnectError):
            await guard.connect_tcp("ehr.example", 443)

    async def test_a_slow_name_server_is_not_waited_for(self) -> None:
        async def slow(_: str, __: int) -> list[IPAddress]:
            await asyncio.sleep(5)
            return []

        guard = GuardedBackend(Network(), frozenset(), slow)
        with pytest.raises(httpx.ConnectTimeout):
            await guard.connect_tcp("ehr.example", 443, timeout=0.01)


class TestTheClient:
    """Over a real loopback socket: the guard sits where httpx really connects."""

    pytestmark = ASYNC

    async def test_reaches_a_sandbox_on_loopback_that_is_registered(self) -> None:
        server, port = await serve()
        async with server, ehr_client(sandbox(port)) as client:
            for host in ("127.0.0.1", "localhost"):
                answer = await ask(client, "GET", f"http://{host}:{port}/fhir/metadata")
                assert answer.json() == {"cookie": ""}

    async def test_refuses_loopback_that_is_not_registered(self) -> None:
        server, port = await serve()
        async with server, ehr_client(Tenants([tenant()])) as client:
            with pytest.raises(LaunchError, match="CMM-1007"):
                await ask(client, "GET", f"http://127.0.0.1:{port}/")

    async def test_keeps_no_cookie_from_one_call_to_the_next(self) -> None:
        server, port = await serve()
        async with server, ehr_client(sandbox(port)) as client:
            url = f"http://127.0.0.1:{port}/"
            answers = [(await ask(client, "GET", url)).json() for _ in range(2)]
        assert answers == [{"cookie": ""}, {"cookie": ""}]

    async def test_takes_no_proxy_from_the_environment(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
        monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
        server, port = await serve()
        async with server, ehr_client(sandbox(port)) as client:
            assert (await ask(client, "GET", f"http://127.0.0.1:{port}/")).status == 200


class TestAnAnswer:
    pytestmark = ASYNC

    async def test_that_drips_is_cut_off(self) -> None:
        async def drips(_: httpx.Request) -> httpx.Response:
            await asyncio.sleep(5)
            return httpx.Response(200)

        async with httpx.AsyncClient(transport=httpx.MockTransport(drips)) as client:
            with pytest.raises(NoAnswerError, match="no answer in time"):
                await ask(client, "GET", "https://ehr.example/", seconds=0.02)

    @pytest.mark.parametrize(("size", "read"), [(256 * 1024, True), (256 * 1024 + 1, False)])
    async def test_may_be_a_quarter_of_a_megabyte(self, size: int, read: bool) -> None:
        transport = httpx.MockTransport(lambda _: httpx.Response(200, content=b" " * size))
        async with httpx.AsyncClient(transport=transport) as client:
            if read:
                await ask(client, "GET", "https://ehr.example/")
                return
            with pytest.raises(NoAnswerError, match="too long"):
                await ask(client, "GET", "https://ehr.example/")


def sandbox(port: int) -> Tenants:
    base = f"http://127.0.0.1:{port}"
    return Tenants(
        [
            tenant(
                iss=f"{base}/fhir",
                issuers=(f"{base}/auth",),
                hosts=(f"localhost:{port}",),
                redirect_uri="http://127.0.0.1:8000/cb",
                allow_http_loopback=True,
            )
        ]
    )


async def serve() -> tuple[asyncio.Server, int]:
    """Sets a cookie and says which one it was sent."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        cookie = "yes" if "\r\ncookie:" in head else ""
        body = f'{{"cookie": "{cookie}"}}'
        writer.write(
            f"HTTP/1.1 200 OK\r\nSet-Cookie: sid=1\r\nContent-Length: {len(body)}\r\n"
            f"Connection: close\r\n\r\n{body}".encode()
        )
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    return server, server.sockets[0].getsockname()[1]


def test_a_connection_ends_here_before_a_server_ends_it() -> None:
    """Node, on which some EHRs run, does so after five seconds."""
    transport: Any = ehr_client(Tenants([tenant()]))._transport
    assert transport._pool._keepalive_expiry < 5
