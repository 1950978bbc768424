"""Asking to be passed on, of proxies, of servers that are none, and of peers that misbehave; and the endpoint that proves it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import pytest

from selfaudit.case import Case, Target
from selfaudit.demo.proxy_server import ProxyKind, ProxyServer
from selfaudit.demo.tcp_servers import GARBAGE, StreamServer
from selfaudit.demo.tcp_servers import Connection as ServerSide
from selfaudit.facts.exposure import ProxyAttempt, ProxyAttempts, ProxyOutcome
from selfaudit.net import Net
from selfaudit.net.endpoint import Endpoint
from selfaudit.net.gate import NotPermittedError
from selfaudit.net.proxy import HTTP_METHODS, SOCKS_METHODS, Destination, ProxyTest
from selfaudit.probes import proxy
from tests.net.peers import ADDRESS, Peer, world

METHODS = (*HTTP_METHODS, *SOCKS_METHODS)
WAIT = 5.0
SHORT = 0.2
OTHER = "192.0.2.26"


def to_loopback(_host: str, port: int) -> tuple[str, int]:
    return "127.0.0.1", port


@contextlib.asynccontextmanager
async def endpoint() -> AsyncIterator[Endpoint]:
    made = Endpoint("192.0.2.77")
    await made.open("127.0.0.1")
    try:
        yield made
    finally:
        made.close()
        await asyncio.sleep(0)


async def attempt(
    server: StreamServer, method: str, *, wait: float = WAIT, make: Callable[[Endpoint], Destination] = proxy._ours
) -> ProxyAttempt:
    """One request through a server to an endpoint of ours."""
    async with endpoint() as ours, world({3128: server}) as net:
        return await ProxyTest(net.active, ADDRESS, wait, embedded=True).attempt(3128, method, make(ours))


P, T, R, N, U = ProxyOutcome.PROVEN, ProxyOutcome.TRIED, ProxyOutcome.REFUSED, ProxyOutcome.NOT_A_PROXY, ProxyOutcome.NO_ANSWER
# GET, CONNECT, SOCKS5, SOCKS4, SOCKS4a. A server that hangs up on what it does not understand is none of that kind.
KINDS: dict[ProxyKind, tuple[ProxyOutcome, ...]] = {
    "http": (P, P, N, N, N),
    "http-get-only": (P, R, N, N, N),
    "http-connect-only": (R, P, N, N, N),
    "http-auth": (R, R, N, N, N),
    "http-forbidden": (R, R, N, N, N),
    "web-200": (N, N, N, N, N),
    "web-404": (N, N, N, N, N),
    "socks4": (U, N, N, P, P),
    "socks5": (U, N, P, N, N),
    "socks5-auth": (U, N, R, N, N),
    "socks5-refuses": (U, N, R, N, N),
    "garbage": (N, N, N, N, N),
}


@pytest.mark.parametrize(("kind", "method"), [(kind, method) for kind in KINDS for method in METHODS])
async def test_kinds_of_proxies(kind: ProxyKind, method: str) -> None:
    server = ProxyServer(kind, to_loopback)
    wait = WAIT if KINDS[kind][METHODS.index(method)] is P else SHORT
    got = await attempt(server, method, wait=wait)
    expected = KINDS[kind][METHODS.index(method)]
    if expected is U or (expected is N and not got.reply):
        # A hang-up without a word, or a server that waits for the end of a request in another protocol: no proof of anything.
        assert got.outcome in (ProxyOutcome.SILENT, ProxyOutcome.NO_ANSWER, ProxyOutcome.NOT_A_PROXY)
        assert got.reply == ""
    else:
        assert got.outcome is expected
    assert server.connections == 1
    assert len(got.reply) <= 300


@pytest.mark.parametrize(
    ("kind", "method", "outcome"),
    [
        ("http", "GET", ProxyOutcome.TRIED),
        ("http", "CONNECT", ProxyOutcome.TRIED),
        ("socks5", "SOCKS5", ProxyOutcome.TRIED),
        # Version 4 has one word for "not allowed" and "cannot be reached".
        ("socks4", "SOCKS4", ProxyOutcome.UNCLEAR),
        ("socks4", "SOCKS4a", ProxyOutcome.UNCLEAR),
    ],
)
async def test_proxies_that_cannot_reach_us(kind: ProxyKind, method: str, outcome: ProxyOutcome) -> None:
    assert (await attempt(ProxyServer(kind), method)).outcome is outcome


@pytest.mark.parametrize("method", METHODS)
async def test_what_the_proof_rests_on(method: str) -> None:
    """A tunnel to a server that is not ours proves nothing, however politely it answers."""
    elsewhere = ProxyServer("web-200")
    await elsewhere.start()
    kind: ProxyKind = "http" if method in HTTP_METHODS else "socks5" if method == "SOCKS5" else "socks4"
    server = ProxyServer(kind, lambda _host, _port: ("127.0.0.1", elsewhere.port))
    try:
        got = await attempt(server, method, wait=SHORT)
    finally:
        elsewhere.close()
        await elsewhere.wait_closed()
    assert got.outcome in (ProxyOutcome.NOT_A_PROXY, ProxyOutcome.UNCLEAR)


# --- Peers that misbehave ---


async def echo(c: ServerSide) -> None:
    while True:
        await c.send(await c.some())


async def welcome_and_echo(c: ServerSide) -> None:
    """Grants everything and gives back what it is told: the nonce comes back, the proof does not."""
    await c.until(b"\r\n\r\n")
    await c.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
    await echo(c)


async def grant_socks_and_echo(c: ServerSide) -> None:
    await c.some()
    await c.send(b"\x05\x00")
    await c.some()
    await c.send(b"\x05\x00\x00\x01" + bytes(6))
    await echo(c)


async def flood(c: ServerSide) -> None:
    await c.some()
    while True:
        await c.send(b"x" * 65_536)


async def endless_headers(c: ServerSide) -> None:
    await c.some()
    await c.send(b"HTTP/1.1 200 OK\r\n")
    while True:
        await c.send(b"X-More: 1\r\n" * 100)


async def drip(c: ServerSide) -> None:
    """Something comes every moment, and never the end of it."""
    await c.send(b"HTTP/1.1 200 OK\r\n" + b"x" * 10_000, 0.02)


async def silence(c: ServerSide) -> None:
    await c.drain_input()


async def hang_up(c: ServerSide) -> None:
    c.abort()


async def granted_and_silent(c: ServerSide) -> None:
    await c.some()
    await c.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
    await c.drain_input()


async def granted_with_a_page(c: ServerSide) -> None:
    await c.some()
    await c.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>Welcome</p>")
    await c.drain_input()


async def granted_with_a_late_page(c: ServerSide) -> None:
    await c.some()
    await c.send(b"HTTP/1.1 200 OK\r\n\r\n")
    await c.some()
    await c.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")


async def binary(c: ServerSide) -> None:
    await c.some()
    await c.send(GARBAGE)


HOSTILE = (
    echo,
    welcome_and_echo,
    grant_socks_and_echo,
    flood,
    endless_headers,
    drip,
    silence,
    hang_up,
    granted_and_silent,
    binary,
)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("talk", HOSTILE, ids=[talk.__name__ for talk in HOSTILE])
async def test_hostile_peers_prove_nothing(talk: Callable[[ServerSide], Any], method: str) -> None:
    peer = Peer(talk)
    got = await attempt(peer, method, wait=SHORT)
    odd = {(grant_socks_and_echo, "SOCKS5"): ProxyOutcome.TRIED}
    nothing = (ProxyOutcome.NOT_A_PROXY, ProxyOutcome.NO_ANSWER, ProxyOutcome.UNCLEAR, ProxyOutcome.SILENT)
    assert got.outcome in (*nothing, odd.get((talk, method)))
    assert len(got.reply) <= 300
    assert len(got.detail) <= 300
    assert peer.connections == 1


@pytest.mark.parametrize(
    ("talk", "outcome"),
    [
        (granted_and_silent, ProxyOutcome.UNCLEAR),
        (granted_with_a_page, ProxyOutcome.NOT_A_PROXY),
        (granted_with_a_late_page, ProxyOutcome.NOT_A_PROXY),
        (silence, ProxyOutcome.SILENT),
        (hang_up, ProxyOutcome.NO_ANSWER),
    ],
)
async def test_connect_that_leads_nowhere(talk: Callable[[ServerSide], Any], outcome: ProxyOutcome) -> None:
    assert (await attempt(Peer(talk), "CONNECT", wait=SHORT)).outcome is outcome


async def test_a_reply_that_comes_in_pieces() -> None:
    """Each octet on its own, as slow links and some programs do: still the same proxy."""
    tunnel = ProxyServer("socks5", to_loopback)
    await tunnel.start()

    async def in_pieces(c: ServerSide) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", tunnel.port)
        try:
            for count in (2, 10):
                writer.write(await c.some())
                await c.send(await reader.readexactly(count), 0.002)
            writer.write(await c.some())
            await c.send(await reader.read(4096))
        finally:
            writer.transport.abort()

    try:
        got = await attempt(Peer(in_pieces), "SOCKS5")
    finally:
        tunnel.close()
        await tunnel.wait_closed()
    assert got.outcome is ProxyOutcome.PROVEN


async def test_without_authority_nothing_is_asked() -> None:
    server = ProxyServer("http", to_loopback)
    async with endpoint() as ours, world({3128: server}, permitted=()) as net:
        test = ProxyTest(net.active, ADDRESS, WAIT, embedded=True)
        with pytest.raises(NotPermittedError):
            await test.attempt(3128, "GET", proxy._ours(ours))
        with pytest.raises(NotPermittedError):
            await test.plain_status(3128)
        assert not net.gate.sent
    assert server.connections == 0


# --- The endpoint ---


async def told(ours: Endpoint, *said: bytes, more: float = 0.0) -> bytes:
    """What a stranger gets who says this."""
    reader, writer = await asyncio.open_connection("127.0.0.1", ours.port)
    try:
        for part in said:
            writer.write(part)
            await asyncio.sleep(more)
        if writer.can_write_eof():
            writer.write_eof()
        with contextlib.suppress(ConnectionError):
            return await reader.read(65_536)
        return b""
    finally:
        writer.transport.abort()
        await asyncio.sleep(0)


STRANGERS = {
    "nothing": b"",
    "an ordinary request": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "no nonce of ours": b"GET /selfaudit-" + b"0" * 32 + b" HTTP/1.1\r\n\r\n",
    "half a request": b"GET /",
    "binary": GARBAGE,
    "a line without end": b"GET /" + b"x" * 100_000,
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(100) + b"\r\n\r\n",
}


@pytest.mark.parametrize("said", list(STRANGERS.values()), ids=list(STRANGERS))
async def test_strangers_get_nothing(said: bytes) -> None:
    async with endpoint() as ours:
        nonce = ours.nonce()
        assert await told(ours, said) == b""
        assert not ours.reached(nonce)


async def test_a_nonce_proves_itself_and_no_other() -> None:
    async with endpoint() as ours:
        first, second = ours.nonce(), ours.nonce()
        answer = await told(ours, f"GET http://x/selfaudit-{first} HTTP/1.0\r\n".encode(), b"Host: x\r\n\r\n", more=0.01)
        assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
        assert answer.endswith(b"\r\n\r\n" + ours.proof(first).encode())
        assert ours.proof(second).encode() not in answer
        assert (ours.reached(first), ours.reached(second)) == ("127.0.0.1", "")
        # A nonce serves once; whoever saw it on the way learns nothing.
        assert await told(ours, f"GET /selfaudit-{first} HTTP/1.0\r\n\r\n".encode()) == b""
        # Nobody can work the proof out from what is on the way there.
        assert first not in ours.proof(first)
        assert await told(ours, f"GET /selfaudit-{first[:-1]} HTTP/1.0\r\n\r\n".encode()) == b""


async def test_visitors_that_stay_do_not_use_everything_up() -> None:
    async with endpoint() as ours:
        idle = [await asyncio.open_connection("127.0.0.1", ours.port) for _number in range(40)]
        await asyncio.sleep(0.05)
        assert len(ours._open) == 32
        for _reader, writer in idle:
            writer.transport.abort()
        while ours._open:
            await asyncio.sleep(0.01)
        nonce = ours.nonce()
        assert ours.proof(nonce).encode() in await told(ours, f"GET /selfaudit-{nonce} HTTP/1.0\r\n\r\n".encode())


async def test_closing_hangs_up_on_visitors() -> None:
    ours = Endpoint("127.0.0.1")
    await ours.open("127.0.0.1")
    reader, writer = await asyncio.open_connection("127.0.0.1", ours.port)
    while not ours._open:
        await asyncio.sleep(0.01)
    ours.close()
    with contextlib.suppress(ConnectionError):
        assert await reader.read(1) == b""
    writer.transport.abort()


async def test_somebody_else_who_comes_by_proves_nothing() -> None:
    """A filter on the way fetches what it sees: the visitor is not the tested server."""

    async def scanned(c: ServerSide) -> None:
        head = await c.until(b"\r\n\r\n")
        path = head.split(b"/", 3)[3].split(b" ")[0]
        await told(ours, b"GET /" + path + b" HTTP/1.0\r\n\r\n")
        await c.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    peer = Peer(scanned)
    async with endpoint() as ours, world({3128: peer}) as net:
        got = await ProxyTest(net.active, ADDRESS, WAIT, embedded=False).attempt(3128, "GET", proxy._ours(ours))
    assert got.outcome is ProxyOutcome.UNCLEAR
    assert "127.0.0.1" in got.detail


async def test_two_endpoints_do_not_prove_each_other() -> None:
    async with endpoint() as ours, endpoint() as theirs:
        nonce = ours.nonce()
        assert await told(theirs, f"GET /selfaudit-{nonce} HTTP/1.0\r\n\r\n".encode()) == b""
        assert ours.proof(nonce) != theirs.proof(nonce)
        assert not ours.reached(nonce)


async def test_a_closed_endpoint_takes_nobody() -> None:
    ours = Endpoint("2001:db8::1")
    await ours.open("127.0.0.1")
    assert ours.authority == f"[2001:db8::1]:{ours.port}"
    ours.close()
    ours.close()
    await asyncio.sleep(0)
    with pytest.raises(OSError):
        await asyncio.open_connection("127.0.0.1", ours.port)


# --- The probe ---


async def collect(net: Net, *others: str) -> ProxyAttempts:
    targets = tuple(Target("address", address) for address in (ADDRESS, *others))
    fact = await proxy.collect(proxy.request(targets[0], Case(targets)), net)
    assert isinstance(fact, ProxyAttempts)
    return fact


def outcomes(fact: ProxyAttempts, port: int) -> list[tuple[str, ProxyOutcome]]:
    return [(a.method, a.outcome) for a in fact.attempts if a.port == port]


async def test_each_open_port_is_tried_until_one_way_is_proven() -> None:
    servers: Mapping[int, StreamServer] = {
        80: ProxyServer("web-200"), 1080: ProxyServer("socks5", to_loopback), 3128: ProxyServer("http-connect-only", to_loopback),
        8080: ProxyServer("http-auth"), 22: Peer(silence),
    }  # fmt: skip
    async with world(servers, connect_timeout=0.3) as net:
        fact = await collect(net)
        proxied = {a.port for a in fact.attempts}
    assert proxied == {80, 1080, 3128, 8080}
    assert outcomes(fact, 1080) == [("SOCKS5", ProxyOutcome.PROVEN)]
    assert outcomes(fact, 3128) == [("GET", ProxyOutcome.REFUSED), ("CONNECT", ProxyOutcome.PROVEN)]
    assert [method for method, _outcome in outcomes(fact, 8080)] == list(METHODS)
    assert {outcome for _method, outcome in outcomes(fact, 80)[:2]} == {ProxyOutcome.NOT_A_PROXY}
    assert fact.endpoint.startswith("192.0.2.77:")
    assert fact.second == ""


async def test_a_web_server_in_trouble_decides_nothing() -> None:
    """502 to everything, so 502 to our request means nothing; a proxy says it to that one only, or it cannot speak otherwise."""

    async def trouble(c: ServerSide) -> None:
        await c.until(b"\r\n\r\n")
        await c.send(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")

    async with world({80: Peer(trouble), 3128: ProxyServer("http")}, connect_timeout=0.3) as net:
        fact = await collect(net)
    assert dict(outcomes(fact, 80))["GET"] is ProxyOutcome.UNCLEAR
    assert dict(outcomes(fact, 80))["CONNECT"] is ProxyOutcome.UNCLEAR
    assert dict(outcomes(fact, 3128))["GET"] is ProxyOutcome.TRIED


@pytest.mark.parametrize("permitted", [(ADDRESS, OTHER), (ADDRESS,)])
async def test_the_second_host_proves_where_nobody_can_come_back_to_us(
    permitted: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def none(_self: Net, _source: str) -> None:
        return None

    monkeypatch.setattr(Net, "endpoint", none)
    second = Peer(lambda c: c.send(b"SSH-2.0-OpenSSH_9.2p1 of the second host\r\n"))
    await second.start()
    door = ProxyServer("http-connect-only", lambda _host, _port: ("127.0.0.1", second.port))
    greeter = Peer(lambda c: c.send(b"SSH-2.0-OpenSSH_9.2p1 of the second host\r\n"))
    servers = {(ADDRESS, 3128): door, (OTHER, 22): greeter}
    try:
        async with world(servers, permitted=permitted, connect_timeout=0.3) as net:
            fact = await collect(net, OTHER)
    finally:
        second.close()
        await second.wait_closed()
    if OTHER in permitted:
        assert (fact.endpoint, fact.second) == ("", f"{OTHER}:22")
        assert outcomes(fact, 3128)[-1] == ("CONNECT", ProxyOutcome.PROVEN)
        assert door.targets == [(OTHER, 22)]
    else:
        assert (fact.endpoint, fact.second, greeter.connections) == ("", "", 0)
        assert ProxyOutcome.PROVEN not in dict(outcomes(fact, 3128)).values()


@pytest.mark.parametrize("talk", [flood, drip, silence, hang_up, echo], ids=lambda talk: talk.__name__)
async def test_one_hostile_port_does_not_spoil_the_others(talk: Callable[[ServerSide], Any]) -> None:
    servers = {80: Peer(talk), 8888: ProxyServer("http", to_loopback)}
    async with world(servers, connect_timeout=0.15) as net:
        fact = await collect(net)
    assert outcomes(fact, 8888) == [("GET", ProxyOutcome.PROVEN)]
    assert ProxyOutcome.PROVEN not in dict(outcomes(fact, 80)).values()
    assert len(outcomes(fact, 80)) == len(METHODS)
