"""One TCP connection, one UDP packet, one question to a name server: whatever the peer does, bounded, and on the record."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Callable
from typing import Any, cast

import dns.flags
import dns.message
import dns.rcode
import pytest

from selfaudit.case import Case, Target
from selfaudit.demo.tcp_servers import GARBAGE, StreamServer
from selfaudit.demo.tcp_servers import Connection as ServerSide
from selfaudit.facts.exposure import PortOutcome, Recursion, RecursionOutcome, RecursionTry
from selfaudit.net import Net, Route, Routes, open_net, tcp, udp
from selfaudit.net.gate import Gate, NotPermittedError
from selfaudit.net.tcp import Connection, LineTooLong
from selfaudit.probes import recursion as recursion_probe
from selfaudit.settings import DnsSettings, LimitSettings, ScopeSettings, Settings
from tests.net.fakes import FakeServer, Handler, reply
from tests.net.peers import ADDRESS, LIMITS, RESOLVER, STATED, Peer, name_server

SOON = 0.2
PATIENT = 5.0


def gate(port: int = 0, protocol: str = "tcp", *, alive: bool = True, route: Route | None = None) -> Gate:
    """A gate behind which ADDRESS has one port, the number 25, that leads to a port of this machine."""
    table = {(ADDRESS, 25, protocol): route or Route("127.0.0.1", port)} if port or route else {}
    return Gate(allow_reserved=True, routes=Routes(table, frozenset({ADDRESS} if alive else ())))


async def connect(to: Gate, timeout: float = PATIENT) -> tuple[PortOutcome, Connection | None]:
    state, connection = await tcp.connect(to, ADDRESS, 25, timeout, purpose="test", authority=STATED)
    assert state.port == 25
    assert bool(state.detail) is (state.outcome is not PortOutcome.OPEN)
    return state.outcome, connection


@contextlib.asynccontextmanager
async def connected(talk: Callable[[ServerSide], Any]) -> AsyncIterator[Connection]:
    """Our end of a connection to such a peer."""
    async with Peer(talk) as peer:
        outcome, connection = await connect(gate(peer.port))
        assert outcome is PortOutcome.OPEN
        assert connection is not None
        try:
            yield connection
        finally:
            connection.close()
            await asyncio.sleep(0)


# --- What a connection attempt meets ---


async def test_open_closed_silent_and_unreachable() -> None:
    async with Peer(lambda c: c.drain_input()) as peer:
        outcome, connection = await connect(gate(peer.port))
        assert (outcome, connection is None) == (PortOutcome.OPEN, False)
        assert connection is not None
        assert connection.local_address == "127.0.0.1"
        connection.close()
    assert await connect(gate()) == (PortOutcome.CLOSED, None)
    assert await connect(gate(alive=False), SOON) == (PortOutcome.SILENT, None)
    far = Gate(allow_reserved=True, routes=Routes({}, unreachable=frozenset({ADDRESS})))
    assert await connect(far) == (PortOutcome.UNREACHABLE, None)


async def test_a_port_of_this_machine_that_nobody_listens_on() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        assert await connect(gate(taken.getsockname()[1])) == (PortOutcome.CLOSED, None)


async def test_a_backlog_that_is_full_is_silence() -> None:
    """The operating system drops what it has no room for, as a firewall does."""
    with socket.socket() as full, contextlib.ExitStack() as stack:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _attempt in range(3):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        assert await connect(gate(full.getsockname()[1]), SOON) == (PortOutcome.SILENT, None)


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (ConnectionRefusedError(111, "refused"), PortOutcome.CLOSED),
        (ConnectionResetError(104, "reset"), PortOutcome.CLOSED),
        (OSError(110, "timed out"), PortOutcome.SILENT),
        (OSError(113, "no route to host"), PortOutcome.UNREACHABLE),
        (OSError(101, "network unreachable"), PortOutcome.UNREACHABLE),
        (PermissionError(13, "denied here"), PortOutcome.ERROR),
        (OSError(24, "too many open files"), PortOutcome.ERROR),
        (OSError(97, "no such family"), PortOutcome.ERROR),
        (OSError("no number"), PortOutcome.ERROR),
    ],
)
async def test_what_the_operating_system_says(error: OSError, outcome: PortOutcome, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_arguments: object, **_options: object) -> None:
        raise error

    monkeypatch.setattr(asyncio, "open_connection", fail)
    assert await connect(gate(1)) == (outcome, None)


async def test_every_attempt_is_on_the_record() -> None:
    to = gate()
    for _attempt in range(3):
        await connect(to)
    assert dict(to.sent) == {(ADDRESS, 25, "tcp", "test", STATED): 3}


# --- Reading ---


async def test_lines_however_they_are_cut() -> None:
    async def talk(c: ServerSide) -> None:
        for part in (b"on", b"e\r", b"\ntwo\nthree\r\n\r\nfo", b"ur\r\r\n", b"rest"):
            await c.send(part)
            await asyncio.sleep(0.01)

    async with connected(talk) as connection:
        deadline = asyncio.get_running_loop().time() + PATIENT
        assert [await connection.read_line(100, deadline) for _line in range(5)] == [b"one", b"two", b"three", b"", b"four\r"]
        with pytest.raises(ConnectionResetError, match="hung up"):
            await connection.read_line(100, deadline)
        assert await connection.read(2, PATIENT) == b"re"
        assert await connection.read_all(100, PATIENT) == b"st"
        assert await connection.read(100, PATIENT) == b""


@pytest.mark.parametrize("flood", [b"x" * 1_000_000, b"x" * 2001 + b"\n", GARBAGE * 100])
async def test_a_line_without_end_is_given_up_early(flood: bytes) -> None:
    """Counted where it is read: the rest of the flood stays where it is."""
    reader = asyncio.StreamReader(limit=2**21)
    reader.feed_data(flood)
    connection = Connection(reader, cast("asyncio.StreamWriter", None))
    with pytest.raises(LineTooLong):
        await connection.read_line(2000, asyncio.get_running_loop().time() + PATIENT)
    reader.feed_eof()
    assert len(flood) - len(await reader.read()) <= 2000 + 2 * 4096


async def test_a_line_of_just_the_limit() -> None:
    async with connected(lambda c: c.send(b"x" * 100 + b"\n" + b"y" * 101 + b"\n")) as connection:
        deadline = asyncio.get_running_loop().time() + PATIENT
        assert await connection.read_line(100, deadline) == b"x" * 100
        with pytest.raises(LineTooLong):
            await connection.read_line(100, deadline)


async def test_half_a_line_is_not_lost_when_the_time_is_up() -> None:
    async def talk(c: ServerSide) -> None:
        await c.send(b"half")
        await c.some()
        await c.send(b" and the rest\n")

    async with connected(talk) as connection:
        loop = asyncio.get_running_loop()
        with pytest.raises(TimeoutError):
            await connection.read_line(100, loop.time() + SOON)
        with pytest.raises(TimeoutError):
            await connection.read_line(100, loop.time() - 1)
        await connection.write(b"go on")
        assert await connection.read_line(100, loop.time() + PATIENT) == b"half and the rest"


async def test_octets_one_by_one_do_not_move_the_deadline() -> None:
    async with connected(lambda c: c.send(b"x" * 1000, 0.01)) as connection:
        with pytest.raises(TimeoutError):
            await connection.read_line(2000, asyncio.get_running_loop().time() + SOON)
        assert 0 < len(await connection.read_all(1000, SOON)) < 1000


@pytest.mark.parametrize("limit", [1, 512, 4096])
async def test_no_more_than_asked_for(limit: int) -> None:
    async def endless(c: ServerSide) -> None:
        while True:
            await c.send(b"x" * 65_536)

    async with connected(endless) as connection:
        assert 1 <= len(await connection.read(limit, PATIENT)) <= limit
        assert len(await connection.read_all(limit, PATIENT)) == limit


async def test_reading_from_somebody_who_breaks_off() -> None:
    async def reset(c: ServerSide) -> None:
        await c.send(b"some")
        c._writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        c.abort()

    async with connected(reset) as connection:
        assert await connection.read_all(100, PATIENT) in (b"some", b"")


async def test_writing_to_somebody_who_does_not_read() -> None:
    stop = asyncio.Event()

    async def deaf(c: ServerSide) -> None:
        c._reader._transport.pause_reading()  # type: ignore[attr-defined]
        await stop.wait()

    async with connected(deaf) as connection:
        with pytest.raises(TimeoutError):
            await connection.write(b"x" * 50_000_000, SOON)
        stop.set()


async def test_pending_octets_are_seen_wherever_they_are() -> None:
    async def talk(c: ServerSide) -> None:
        await c.send(b"one\nmore")
        await c.drain_input()

    async with connected(talk) as connection:
        assert await connection.read_line(10, asyncio.get_running_loop().time() + PATIENT) == b"one"
        assert await connection.pending() == b"more"
        assert await connection.read(10, PATIENT) == b"more"
        assert await connection.pending() == b""
    reader = asyncio.StreamReader()
    reader.feed_data(b"left")
    alone = Connection(reader, cast("asyncio.StreamWriter", None))
    assert await alone.pending()
    assert await alone.read_all(4, PATIENT) == b"left"


# --- Active: with authority, a few at once ---


@contextlib.asynccontextmanager
async def net_with(
    servers: dict[int, StreamServer] | None = None, extra: dict[tuple[str, int, str], Route] | None = None, **limits: Any
) -> AsyncIterator[Net]:
    """A run that may probe ADDRESS."""
    async with contextlib.AsyncExitStack() as stack:
        table = dict(extra or {})
        for port, server in (servers or {}).items():
            await stack.enter_async_context(server)
            table[ADDRESS, port, "tcp"] = Route("127.0.0.1", server.port)
        settings = Settings(
            scope=ScopeSettings(allow_reserved=True),
            dns=DnsSettings(resolvers=(RESOLVER,)),
            limits=LimitSettings(**{**LIMITS, **limits}),
        )
        net = open_net(settings, routes=Routes(table, frozenset({ADDRESS})), keys={})
        net.gate.permitted[ADDRESS] = STATED
        try:
            yield net
        finally:
            net.close()


async def test_without_authority_nothing_goes_out() -> None:
    peer = Peer(lambda c: c.drain_input())
    async with net_with({25: peer}) as net:
        net.gate.permitted.clear()
        asked: list[Callable[[], Any]] = [
            lambda: net.active.port_state(ADDRESS, 25),
            lambda: net.active.greeting(ADDRESS, 25),
            lambda: net.active.ask_tcp(ADDRESS, 25, "x", "x", b"x", purpose="test"),
            lambda: net.active.ask_udp(ADDRESS, 25, "x", b"x", purpose="test"),
            lambda: net.ask_recursion(ADDRESS, 53, "x.", "A", tcp=False),
            lambda: net.ask_recursion(ADDRESS, 53, "x.", "A", tcp=True),
        ]
        for ask in asked:
            with pytest.raises(NotPermittedError):
                await ask()
        assert not net.gate.sent
        assert peer.connections == 0


async def test_few_connections_at_once() -> None:
    now, most = 0, 0
    async with net_with({25: Peer(lambda c: c.drain_input())}, target_in_flight=2) as net:

        async def one() -> None:
            nonlocal now, most
            async with net.active.connection(ADDRESS, 25, "test") as (_state, connection):
                assert connection is not None
                now += 1
                most = max(most, now)
                await asyncio.sleep(0.01)
                now -= 1

        await asyncio.gather(*(one() for _connection in range(8)))
        assert sum(net.gate.sent.values()) == 8
    assert most == 2


@pytest.mark.parametrize(
    ("talk", "reply"),
    [
        (lambda c: c.send(b"+PONG\r\n"), "+PONG\r\n"),
        (lambda c: c.send(b"x" * 1_000_000), "x" * 512),
        (lambda c: c.send(GARBAGE), GARBAGE[:512].decode("latin-1")),
        (lambda c: c.drain_input(), ""),
        (lambda c: asyncio.sleep(0), ""),
    ],
    ids=["an answer", "a flood", "garbage", "silence", "hang-up"],
)
async def test_a_service_gets_one_question_and_room_for_a_short_answer(talk: Callable[[ServerSide], Any], reply: str) -> None:
    peer = Peer(talk)
    async with net_with({6379: peer}) as net:
        answer = await net.active.ask_tcp(ADDRESS, 6379, "redis", "PING", b"PING\r\n", wait=SOON, purpose="test")
    assert (answer.outcome, answer.reply) == (PortOutcome.OPEN, reply)
    assert bool(answer.detail) is (reply == "")
    assert peer.connections == 1


# --- UDP ---


class Datagrams(asyncio.DatagramProtocol):
    """A socket that answers each packet by a function of (the socket, the data, the sender)."""

    def __init__(self, answer: Callable[[asyncio.DatagramTransport, bytes, tuple[str, int]], None]) -> None:
        self.answer = answer
        self.got: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.got.append(data)
        self.answer(self.transport, data, addr)


@contextlib.asynccontextmanager
async def datagrams(answer: Callable[..., None], address: str = "127.0.0.1") -> AsyncIterator[tuple[Datagrams, int]]:
    made = Datagrams(answer)
    transport, _protocol = await asyncio.get_running_loop().create_datagram_endpoint(lambda: made, local_addr=(address, 0))
    try:
        yield made, transport.get_extra_info("sockname")[1]
    finally:
        transport.close()
        await asyncio.sleep(0)


async def exchange(port: int, timeout: float = PATIENT) -> udp.Datagrams:
    return await udp.exchange(gate(port, "udp"), ADDRESS, 25, b"question", timeout, purpose="test", authority=STATED)


async def test_one_packet_and_its_answer() -> None:
    async with datagrams(lambda t, _data, sender: t.sendto(b"answer", sender)) as (peer, port):
        got = await exchange(port)
        assert (got.payloads, got.closed, got.detail) == ([b"answer"], False, "")
        assert got.seconds > 0
        assert peer.got == [b"question"]


async def test_answers_from_another_port_are_not_seen() -> None:
    def from_elsewhere(_transport: asyncio.DatagramTransport, _data: bytes, sender: tuple[str, int]) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind(("127.0.0.1", 0))
            other.sendto(b"not mine", sender)

    async with datagrams(from_elsewhere) as (peer, port):
        assert (await exchange(port, SOON)).payloads == []
        assert peer.got == [b"question"]


async def test_answers_from_another_address_are_not_seen() -> None:
    async with datagrams(lambda *_args: None) as (_peer, port):

        def from_elsewhere(_transport: asyncio.DatagramTransport, _data: bytes, sender: tuple[str, int]) -> None:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
                other.bind(("127.0.0.9", 0))
                other.sendto(b"not mine", sender)
                # The same port, but another address.
                with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as twin:
                    twin.bind(("127.0.0.9", port))
                    twin.sendto(b"not mine either", sender)

        _peer.answer = from_elsewhere
        assert (await exchange(port, SOON)).payloads == []


async def test_the_right_answer_among_forged_ones() -> None:
    def both(transport: asyncio.DatagramTransport, _data: bytes, sender: tuple[str, int]) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind(("127.0.0.9", 0))
            for _turn in range(50):
                other.sendto(b"forged", sender)
        transport.sendto(b"right", sender)

    async with datagrams(both) as (_peer, port):
        assert (await exchange(port)).payloads == [b"right"]


@pytest.mark.parametrize(("size", "most"), [(10, 100), (0, 100), (5000, 41)])
async def test_a_flood_is_cut_off(size: int, most: int) -> None:
    def flood(transport: asyncio.DatagramTransport, _data: bytes, sender: tuple[str, int]) -> None:
        for _turn in range(1000):
            # Not transport.sendto, which leaves out what is empty.
            transport._sock.sendto(b"x" * size, sender)  # type: ignore[attr-defined]

    async with datagrams(flood) as (_peer, port):
        got = await exchange(port, 1.0)
    assert 1 <= len(got.payloads) <= most
    assert sum(map(len, got.payloads)) <= 200_000 + size


async def test_a_slow_flood_ends_too() -> None:
    """Always one more within the pause that would end it: the time for all of them together is limited."""
    stop: list[asyncio.Task[None]] = []

    def slowly(transport: asyncio.DatagramTransport, _data: bytes, sender: tuple[str, int]) -> None:
        async def go_on() -> None:
            while True:
                transport.sendto(b"more", sender)
                await asyncio.sleep(0.05)

        stop.append(asyncio.get_running_loop().create_task(go_on()))

    async with datagrams(slowly) as (_peer, port):
        got = await exchange(port, SOON)
        stop[0].cancel()
        await asyncio.gather(*stop, return_exceptions=True)
    assert 2 <= len(got.payloads) <= 100


async def test_nobody_listens_there() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    got = await exchange(port)
    assert (got.payloads, got.closed) == ([], True)
    assert got.detail
    assert (await udp.exchange(gate(), ADDRESS, 25, b"x", SOON, purpose="test", authority=STATED)).closed
    silent = await udp.exchange(gate(alive=False), ADDRESS, 25, b"x", SOON, purpose="test", authority=STATED)
    assert (silent.payloads, silent.closed, silent.detail) == ([], False, "")


async def test_a_packet_that_cannot_be_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_arguments: object, **_options: object) -> None:
        raise OSError(101, "Network is unreachable")

    monkeypatch.setattr(asyncio.get_running_loop(), "create_datagram_endpoint", fail)
    got = await exchange(9)
    assert (got.payloads, got.closed, got.detail) == ([], False, "Network is unreachable")


async def test_udp_packets_are_counted_with_their_authority() -> None:
    async with contextlib.AsyncExitStack() as stack:
        answering = datagrams(lambda t, _data, sender: t.sendto(b"a" * 600, sender))
        peer, port = await stack.enter_async_context(answering)
        net = await stack.enter_async_context(net_with(extra={(ADDRESS, 123, "udp"): Route("127.0.0.1", port)}))
        answer = await net.active.ask_udp(ADDRESS, 123, "ntp", b"12345678", purpose="test")
        assert dict(net.gate.sent) == {(ADDRESS, 123, "udp", "test", STATED): 1}
    assert (answer.octets_out, answer.octets_in, answer.datagrams, len(answer.sample)) == (8, 600, 1, 512)
    assert len(peer.got) == 1


# --- Questions with RD=1 ---

NAME, RIGHT = "dns.google.", "8.8.8.8"


@contextlib.asynccontextmanager
async def name_servers(handler: Handler, **limits: Any) -> AsyncIterator[tuple[Net, FakeServer]]:
    """A run in which ADDRESS is that name server, and the resolver knows the right answer."""
    server, resolver = FakeServer(handler), name_server({("dns.google", "A"): (RIGHT,)})
    await server.start()
    await resolver.start()
    extra = {
        (address, 53, protocol): Route("127.0.0.1", fake.port)
        for address, fake in ((ADDRESS, server), (RESOLVER, resolver))
        for protocol in ("udp", "tcp")
    }
    try:
        async with net_with(extra=extra, **limits) as net:
            yield net, server
    finally:
        server.close()
        resolver.close()
        await asyncio.sleep(0)


async def ask(handler: Handler, *, over_tcp: bool) -> RecursionTry:
    async with name_servers(handler, udp_timeout=SOON) as (net, _server):
        return await net.ask_recursion(ADDRESS, 53, NAME, "A", tcp=over_tcp)


def plain(*records: str, rcode: int = 0, flags: int = dns.flags.RA, drop: int = 0) -> Handler:
    def handler(query: dns.message.Message, _tcp: bool) -> list[bytes]:
        message = dns.message.from_wire(reply(query, *records, rcode=rcode, aa=False))
        message.flags |= flags
        return [message.to_wire()]

    return handler


ANSWERS: dict[str, tuple[Handler, RecursionOutcome]] = {
    "answer": (plain(f"{NAME} A {RIGHT}"), RecursionOutcome.ANSWER),
    "empty": (plain(), RecursionOutcome.EMPTY),
    "referral": (plain(". NS a.root-servers.net."), RecursionOutcome.REFERRAL),
    "NXDOMAIN": (plain(rcode=dns.rcode.NXDOMAIN), RecursionOutcome.NXDOMAIN),
    "SERVFAIL": (plain(rcode=dns.rcode.SERVFAIL), RecursionOutcome.SERVFAIL),
    "REFUSED": (plain(rcode=dns.rcode.REFUSED), RecursionOutcome.REFUSED),
    "NOTIMP": (plain(rcode=dns.rcode.NOTIMP), RecursionOutcome.ERROR),
    "a code that nobody gave a meaning": (plain(rcode=13), RecursionOutcome.ERROR),
    "truncated": (plain(flags=dns.flags.TC), RecursionOutcome.TRUNCATED),
    "answer of another type": (plain(f"{NAME} TXT x"), RecursionOutcome.EMPTY),
}


@pytest.mark.parametrize("over_tcp", [False, True], ids=["udp", "tcp"])
@pytest.mark.parametrize("what", list(ANSWERS))
async def test_answers_of_name_servers(what: str, over_tcp: bool) -> None:
    handler, outcome = ANSWERS[what]
    got = await ask(handler, over_tcp=over_tcp)
    assert got.outcome is outcome
    assert got.protocol == ("tcp" if over_tcp else "udp")
    assert got.octets_out > 12
    assert got.octets_in > 12


def raw(*make: Callable[[bytes], bytes]) -> Handler:
    """Answers made from the octets of the question."""

    def handler(query: dns.message.Message, _tcp: bool) -> list[bytes]:
        return [one(query.to_wire()) for one in make]

    return handler


def as_reply(question: bytes, flags: int = 0x8180) -> bytes:
    return question[:2] + struct.pack("!H", flags) + question[4:]


MALFORMED: dict[str, Handler] = {
    "garbage": raw(lambda _q: GARBAGE[:200]),
    "nothing in it": raw(lambda _q: b"\x00"),
    "another id": raw(lambda q: bytes([q[0] ^ 1]) + as_reply(q)[1:]),
    "the question back": raw(lambda q: q),
    "another question": raw(lambda q: as_reply(q).replace(b"\x06google", b"\x06gxxgle")),
    "no question": raw(lambda q: as_reply(q)[:4] + bytes(8)),
    "only a header": raw(lambda q: as_reply(q)[:12]),
    "counts that are not true": raw(lambda q: as_reply(q)[:6] + b"\xff\xff\xff\xff\xff\xff" + q[12:]),
    "names that point at themselves": raw(lambda q: as_reply(q)[:6] + b"\x00\x01\x00\x00\x00\x00" + q[12:] + b"\xc0\x1c" * 20),
}


@pytest.mark.parametrize("over_tcp", [False, True], ids=["udp", "tcp"])
@pytest.mark.parametrize("what", list(MALFORMED))
async def test_malformed_answers_of_name_servers(what: str, over_tcp: bool) -> None:
    got = await ask(MALFORMED[what], over_tcp=over_tcp)
    assert got.outcome is RecursionOutcome.MALFORMED
    assert got.records == ()


async def test_a_forged_answer_before_the_right_one_does_not_count() -> None:
    forged = [lambda q: bytes([q[0] ^ 1]) + as_reply(q)[1:]] * 20

    def handler(query: dns.message.Message, over_tcp: bool) -> list[bytes]:
        return [*raw(*forged)(query, over_tcp), *plain(f"{NAME} A {RIGHT}")(query, over_tcp)]

    got = await ask(handler, over_tcp=False)
    assert (got.outcome, got.records) == (RecursionOutcome.ANSWER, (RIGHT,))


async def test_an_answer_with_hundreds_of_records_is_kept_in_part() -> None:
    records = [f"{NAME} A 192.0.2.{number}" for number in range(1, 255)]
    got = await ask(plain(*records), over_tcp=True)
    assert (got.outcome, len(got.records)) == (RecursionOutcome.ANSWER, 8)


@pytest.mark.parametrize(
    "talk",
    [
        lambda c: c.drain_input(),
        lambda c: asyncio.sleep(0),
        lambda c: c.send(b"\x00"),
        lambda c: c.send(b"\x00\x00"),
        lambda c: c.send(b"\xff\xff" + b"x" * 10),
        lambda c: c.send(b"\x00\x40" + b"x" * 0x40, 0.05),
    ],
    ids=["silence", "hang-up", "half a length", "no length", "a length that is not true", "octet by octet"],
)
async def test_name_servers_that_break_off_over_tcp(talk: Callable[[ServerSide], Any]) -> None:
    async with net_with({53: Peer(talk)}, udp_timeout=0.1) as net:
        got = await net.ask_recursion(ADDRESS, 53, NAME, "A", tcp=True)
    assert got.outcome in (RecursionOutcome.TIMEOUT, RecursionOutcome.MALFORMED)
    assert got.detail


async def test_closed_and_silent_name_servers() -> None:
    async with net_with(udp_timeout=0.1, connect_timeout=0.1) as net:
        for over_tcp in (False, True):
            got = await net.ask_recursion(ADDRESS, 53, NAME, "A", tcp=over_tcp)
            assert got.outcome is RecursionOutcome.CLOSED
        net.gate.permitted["192.0.2.99"] = STATED
        for over_tcp in (False, True):
            got = await net.ask_recursion("192.0.2.99", 53, NAME, "A", tcp=over_tcp)
            assert got.outcome is RecursionOutcome.TIMEOUT


async def recursion_of(net: Net) -> Recursion:
    target = Target("address", ADDRESS)
    fact = await recursion_probe.collect(recursion_probe.request(target, Case((target,))), net)
    assert isinstance(fact, Recursion)
    return fact


@pytest.mark.parametrize(("drops", "asked"), [(0, 1), (1, 2), (2, 3), (9, 3)])
async def test_three_tries_where_answers_are_dropped_now_and_then(drops: int, asked: int) -> None:
    seen = 0

    def handler(query: dns.message.Message, over_tcp: bool) -> list[bytes]:
        nonlocal seen
        if over_tcp:
            return plain(rcode=dns.rcode.REFUSED, flags=0)(query, over_tcp)
        seen += 1
        return [] if seen <= drops else plain(rcode=dns.rcode.REFUSED, flags=0)(query, over_tcp)

    async with name_servers(handler, udp_timeout=0.1) as (net, _server):
        fact = await recursion_of(net)
        packets = sum(n for (address, *_rest), n in net.gate.sent.items() if address == ADDRESS)
    over_udp = [t.outcome for t in fact.tries if t.protocol == "udp"]
    assert over_udp == [RecursionOutcome.TIMEOUT] * min(drops, 3) + [RecursionOutcome.REFUSED] * (drops < 3)
    assert (seen, packets) == (asked, asked + 1)


async def test_the_right_answer_is_what_the_world_says() -> None:
    async with name_servers(plain(f"{NAME} A {RIGHT}")) as (net, server):
        fact = await recursion_of(net)
    assert [(e.name, e.rdtype, e.records) for e in fact.expected] == [(NAME, "A", (RIGHT,))]
    assert {t.name for t in fact.tries} == {NAME}
    assert [asked for asked in server.asked if asked[0] != NAME] == []
