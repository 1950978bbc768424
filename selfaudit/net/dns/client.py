"""The DNS client of a run: every question is asked once, whoever wants the answer."""

from __future__ import annotations

import asyncio
import ipaddress
import secrets
import time
from collections.abc import Awaitable, Callable, Hashable, Iterable
from dataclasses import dataclass, replace
from typing import Any, TypeVar, cast

from selfaudit.facts.dns import DnsAnswer, DnsStatus, View, absolute
from selfaudit.i18n import phrase
from selfaudit.net.dns import wire
from selfaudit.net.dns.udp import UdpChannel, Unreachable, ask_tcp
from selfaudit.net.dns.wire import BadName, Question
from selfaudit.net.gate import Gate, NotPermittedError

T = TypeVar("T")

_LOCAL_IN_FLIGHT = 192  # more at once would overflow the receive buffer of a server that is a moment late


@dataclass(frozen=True, slots=True)
class DnsConfig:
    """How to ask.

    Attributes:
        resolvers: addresses, in order of preference.
        port: of every name server.
        timeout: seconds for one try.
        tries: tries before a question counts as unanswered.
        in_flight: questions under way at a resolver.
        server_in_flight: questions under way at any other server.
    """

    resolvers: tuple[str, ...]
    port: int = 53
    timeout: float = 2.0
    tries: int = 3
    in_flight: int = 128
    server_in_flight: int = 32


@dataclass(frozen=True, slots=True)
class Exchange:
    """The raw result of asking one server: octets, or why there are none."""

    data: bytes | None
    status: DnsStatus
    detail: str = ""


class Memo:
    """Shares work under way and results between whoever asks for the same key, for the length of a run."""

    def __init__(self) -> None:
        self._futures: dict[Hashable, asyncio.Future[Any]] = {}

    def under_way(self, key: Hashable) -> bool:
        """Whether somebody is at it."""
        future = self._futures.get(key)
        return future is not None and not future.done()

    async def get(self, key: Hashable, make: Callable[[], Awaitable[T]]) -> T:
        """Returns the result for a key; only the first caller does the work. If it is cancelled, the next one takes over."""
        while True:
            future = self._futures.get(key)
            if future is None:
                return await self._lead(key, make)
            try:
                return cast("T", await asyncio.shield(future))
            except asyncio.CancelledError:
                task = asyncio.current_task()
                if future.cancelled() and not (task and task.cancelling()):
                    continue
                raise

    async def _lead(self, key: Hashable, make: Callable[[], Awaitable[T]]) -> T:
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._futures[key] = future
        try:
            result = await make()
        except BaseException:
            del self._futures[key]
            future.cancel()
            raise
        future.set_result(result)
        return result


class DnsClient:
    """Asks resolvers and single servers. Answers live as long as the client: one run."""

    def __init__(self, config: DnsConfig, gate: Gate) -> None:
        self.config = config
        self.gate = gate
        self.memo = Memo()
        self.sent = 0
        self._asked: set[tuple[str, bytes, int]] = set()
        self._channels: dict[str, UdpChannel] = {}
        self._closed = False
        self._opening: dict[str, asyncio.Lock] = {}
        self._slots: dict[str, asyncio.Semaphore] = {}
        self._no_edns: set[str] = set()
        self._timeouts: dict[str, int] = {}
        self._local: dict[str, bool] = {}
        limit = min((self._limit(server) for server in config.resolvers), default=config.in_flight)
        self._guesses = asyncio.Semaphore(max(1, limit * 5 // 8))

    async def lookup(self, name: str, rdtype: str, *, dnssec: bool = False, checking_disabled: bool = False) -> DnsAnswer:
        """Asks the resolver. Answers that this network puts in place of "does not exist" are `rewritten`."""
        answer = await self._resolve(absolute(name), rdtype, dnssec=dnssec, checking_disabled=checking_disabled)
        if answer.exists and rdtype in ("A", "AAAA"):
            if set(answer.records) <= {"0.0.0.0", "::"}:  # noqa: S104 - how filters say no
                return _rewritten(answer, phrase("an address that filters put in place of an answer"))
            rewriting = await self.rewriting()
            if rewriting and set(answer.records) <= rewriting:
                return _rewritten(answer, phrase("the address that this network gives for every unknown name"))
        return answer

    async def guess(self, name: str, rdtype: str) -> DnsAnswer:
        """Like `lookup`, for the bulk of names that are only tried: it never takes up the whole line to the resolver."""
        async with self._guesses:
            return await self.lookup(name, rdtype)

    async def rewriting(self) -> frozenset[str]:
        """Addresses that the resolver gives for names that cannot exist."""
        controls = await self.random_names()
        return frozenset(record for answer in controls for record in answer.records)

    async def random_names(self) -> tuple[DnsAnswer, ...]:
        """Look-ups of two random names under stable zones; they must not exist."""

        async def ask() -> tuple[DnsAnswer, ...]:
            names = [f"selfaudit-{secrets.token_hex(10)}.{zone}." for zone in ("com", "org")]
            return tuple(await asyncio.gather(*(self._resolve(name, "A") for name in names)))

        return await self.memo.get("random-names", ask)

    async def ask(
        self, server: str, name: str, rdtype: str, *, recursion: bool = False, dnssec: bool = False, tries: int = 2
    ) -> DnsAnswer:
        """Asks one named server, once in a run."""
        name = absolute(name)

        async def work() -> DnsAnswer:
            try:
                question = wire.make_question(name, rdtype, recursion=recursion, dnssec=dnssec)
            except BadName:
                return _not_a_name(name, rdtype, View.SERVER)
            at, started = time.time(), time.monotonic()
            exchange = await self.exchange(server, question, tries=tries)
            return to_answer(exchange, question, View.SERVER, server, at, started)

        return await self.memo.get((server, name, rdtype, recursion, dnssec), work)

    async def _resolve(self, name: str, rdtype: str, *, dnssec: bool = False, checking_disabled: bool = False) -> DnsAnswer:
        async def work() -> DnsAnswer:
            try:
                question = wire.make_question(name, rdtype, recursion=True, dnssec=dnssec, checking_disabled=checking_disabled)
            except BadName:
                return _not_a_name(name, rdtype, View.RESOLVER)
            return await self._ask_resolvers(question)

        return await self.memo.get(("resolver", name, rdtype, dnssec, checking_disabled), work)

    async def _ask_resolvers(self, question: Question) -> DnsAnswer:
        at, started = time.time(), time.monotonic()
        answer = DnsAnswer(
            question.name, question.rdtype, DnsStatus.UNREACHABLE, detail=phrase("no resolver is configured"), at=at
        )
        refused: set[str] = set()
        for attempt in range(self.config.tries):
            usable = [r for r in self._by_health(self.config.resolvers) if r not in refused]
            if not usable:
                break
            server = usable[attempt % len(usable)]
            exchange = await self.exchange(server, question, tries=1)
            answer = to_answer(exchange, question, View.RESOLVER, server, at, started)
            if answer.definite or answer.status is DnsStatus.TRUNCATED:
                break
            if exchange.data is not None or answer.status is DnsStatus.UNREACHABLE:
                refused.add(server)  # it has spoken; asking it again would only repeat the question
        return answer

    def _by_health(self, servers: Iterable[str]) -> list[str]:
        return sorted(servers, key=lambda s: self._timeouts.get(s, 0) >= 3)

    def by_health(self, servers: Iterable[str]) -> list[str]:
        """Servers in order, those that have been silent last; IPv4 before IPv6, which many homes lack."""
        return sorted(servers, key=lambda s: (self._timeouts.get(s, 0) > 0, ":" in s))

    async def exchange(self, server: str, question: Question, *, tries: int) -> Exchange:
        """Asks one server over UDP, over TCP if the answer is cut, without EDNS if the server does not know it."""
        if self._closed:
            return Exchange(None, DnsStatus.UNREACHABLE, phrase("the run is over"))
        try:
            self.gate.check_passive(server)
        except NotPermittedError as error:
            return Exchange(None, DnsStatus.UNREACHABLE, str(error))
        if server in self._no_edns and not question.dnssec:
            question = question.without_edns()
        self._asked.add((server, question.section, question.flags))
        async with self._slot(server):
            exchange = Exchange(None, DnsStatus.TIMEOUT)
            for _attempt in range(max(1, tries)):
                exchange = await self._udp(server, question)
                if exchange.status is not DnsStatus.TIMEOUT:
                    break
            data = exchange.data
            if data is not None and question.edns and not question.dnssec and wire.rcode_of(data) in (1, 4):
                # Only if the plain question fares better is EDNS the trouble. Questions for signatures are never asked without:
                # their absence would then prove nothing.
                plain = await self._udp(server, question.without_edns())
                if plain.data is not None and wire.rcode_of(plain.data) != wire.rcode_of(data):
                    self._no_edns.add(server)
                    exchange, data = plain, plain.data
            if data is not None and wire.is_truncated(data):
                return await self._tcp(server, question)
            return exchange

    def _slot(self, server: str) -> asyncio.Semaphore:
        slot = self._slots.get(server)
        if slot is None:
            slot = self._slots[server] = asyncio.Semaphore(self._limit(server))
        return slot

    def _limit(self, server: str) -> int:
        """Questions that may be under way at a server."""
        limit = self.config.in_flight if server in self.config.resolvers else self.config.server_in_flight
        return max(limit, _LOCAL_IN_FLIGHT) if self._is_local(server) else limit

    def _is_local(self, server: str) -> bool:
        """Whether a server is on this machine; those of the embedded internet are."""
        known = self._local.get(server)
        if known is None:
            known = self._local[server] = self.gate.routes is not None or ipaddress.ip_address(server).is_loopback
        return known

    async def _udp(self, server: str, question: Question) -> Exchange:
        self._count(server, "udp")
        channel = self._channels.get(server)
        try:
            if channel is None or channel.worn:
                channel = await self._open(server)
            if channel is None:
                await asyncio.sleep(self.config.timeout)
                raise TimeoutError
            data = await channel.ask(question, self.config.timeout)
        except TimeoutError:
            self._timeouts[server] = self._timeouts.get(server, 0) + 1
            return Exchange(None, DnsStatus.TIMEOUT, phrase("no answer"))
        except Unreachable as error:
            self._timeouts[server] = self._timeouts.get(server, 0) + 1
            return Exchange(None, DnsStatus.UNREACHABLE, str(error))
        self._timeouts.pop(server, None)
        return Exchange(data, DnsStatus.ANSWER)

    async def _open(self, server: str) -> UdpChannel | None:
        """The channel to a server; None if the embedded internet has nothing at that address."""
        route = self.gate.route(server, self.config.port, "udp")
        if route is None:
            return None
        async with self._opening.setdefault(server, asyncio.Lock()):
            channel = self._channels.get(server)
            if channel is None or channel.worn:
                if channel is not None:
                    channel.retire()
                channel = self._channels[server] = await UdpChannel.open(route.address, route.port)
            return channel

    async def _tcp(self, server: str, question: Question) -> Exchange:
        self._count(server, "tcp")
        route = self.gate.route(server, self.config.port, "tcp")
        try:
            if route is None:
                await asyncio.sleep(self.config.timeout)
                raise TimeoutError
            return Exchange(await ask_tcp(route.address, route.port, question, self.config.timeout * 2), DnsStatus.ANSWER)
        except (TimeoutError, Unreachable) as error:
            return Exchange(
                None, DnsStatus.TRUNCATED, phrase("truncated, and TCP failed: {error}", error=str(error) or "no answer")
            )

    def _count(self, server: str, protocol: str) -> None:
        self.sent += 1
        self.gate.count(server, self.config.port, protocol, "DNS")

    @property
    def distinct(self) -> int:
        """Different questions (server, name, type, flags) that were asked; `sent` counts every packet."""
        return len(self._asked)

    def close(self) -> None:
        """Closes all sockets."""
        self._closed = True
        for channel in self._channels.values():
            channel.close()
        self._channels.clear()


def to_answer(exchange: Exchange, question: Question, view: View, server: str, at: float, started: float) -> DnsAnswer:
    """Makes the recorded answer from what a server sent."""
    ms = round((time.monotonic() - started) * 1000, 1)
    name, rdtype = question.name, question.rdtype
    data = exchange.data
    if data is None:
        asked = server if view is View.SERVER else ""
        return DnsAnswer(name, rdtype, exchange.status, view, asked, detail=exchange.detail, at=at, ms=ms)
    aa, ad, ra = bool(data[2] & 4), bool(data[3] & 0x20), bool(data[3] & 0x80)
    if (negative := wire.plain_negative(data, question)) is not None:
        return DnsAnswer(name, rdtype, negative[0], view, server, (), (), negative[1], aa, ad, ra, at=at, ms=ms)
    if rdtype == "A" and (plain := wire.plain_addresses(data, question)) is not None:
        return DnsAnswer(name, rdtype, DnsStatus.ANSWER, view, server, plain[0], (), plain[1], aa, ad, ra, at=at, ms=ms)
    message = wire.parse(data)
    if message is None:
        return DnsAnswer(name, rdtype, DnsStatus.MALFORMED, view, server, detail=phrase("cannot be read"), at=at, ms=ms)
    reply = wire.read(message, question)
    status, detail = reply.status, reply.detail
    if view is View.RESOLVER and detail == "referral":
        status, detail = DnsStatus.ERROR, phrase("the resolver does not look things up for us")
    return DnsAnswer(
        name, rdtype, status, view, server, reply.records, reply.chain, reply.ttl, reply.authoritative, reply.validated,
        reply.recursion, reply.signatures, detail, at, ms,
    )  # fmt: skip


def _not_a_name(name: str, rdtype: str, view: View) -> DnsAnswer:
    return DnsAnswer(name, rdtype, DnsStatus.ERROR, view, detail=phrase("not a name that can be asked for"), at=time.time())


def _rewritten(answer: DnsAnswer, detail: str) -> DnsAnswer:
    """The answer without what was put into it, so that nobody can take it for a record."""
    return replace(answer, status=DnsStatus.REWRITTEN, records=(), chain=(), detail=f"{detail}: {', '.join(answer.records)}")
