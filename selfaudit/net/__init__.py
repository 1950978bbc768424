"""The only room that opens sockets."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from collections.abc import Awaitable, Callable, Generator, Hashable, Iterable, Mapping
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from selfaudit.catalogue import Catalogue, load_catalogue
from selfaudit.errors import UserError
from selfaudit.facts.dns import DnsAnswer, DnsStatus, View, absolute
from selfaudit.facts.exposure import RecursionTry
from selfaudit.facts.host import HostReport
from selfaudit.facts.http import HttpFetch, HttpStatus
from selfaudit.facts.ledger import LedgerReport
from selfaudit.facts.message import SampleMessage
from selfaudit.facts.smtp import Certificate
from selfaudit.facts.vantage import ControlConnection
from selfaudit.i18n import _, phrase
from selfaudit.net import bootstrap, controls, sntp, udp
from selfaudit.net.active import Active, source_towards
from selfaudit.net.blocking import BlockingPool
from selfaudit.net.dns import Cut, DnsClient, DnsConfig, Iterator, read_root_hints, recursion
from selfaudit.net.dns.transfer import try_transfer
from selfaudit.net.endpoint import Endpoint
from selfaudit.net.gate import Gate, Route, Routes
from selfaudit.net.pace import Pace, off_the_clock
from selfaudit.net.profile import INTERCEPTION_ADDRESS, NetProfile, make_profile
from selfaudit.net.registries import Registries
from selfaudit.net.system import has_ipv6_route, is_own_address
from selfaudit.secrets import list_key
from selfaudit.settings import Settings, split_server

if TYPE_CHECKING:
    from selfaudit.net.http import Reply, Want

__all__ = ["INTERCEPTION_ADDRESS", "Gate", "Net", "NetProfile", "Route", "Routes", "is_own_address", "make_profile", "open_net"]

T = TypeVar("T")

_SWEEP_IN_FLIGHT = 192
_HIGH_PORT = 47_113  # nothing is known to live there


class Net:
    """Everything that a probe may use. One per run.

    Attributes:
        host_reports: what collectors wrote down on the case's servers, by the server's name; it came before the run.
        messages, ledgers: sample messages and ledgers of consent as they were read before the run, by name.
    """

    def __init__(
        self,
        settings: Settings,
        profile: NetProfile,
        gate: Gate,
        catalogue: Catalogue,
        keys: Mapping[str, str] | None = None,
        host_reports: Mapping[str, HostReport] | None = None,
    ) -> None:
        limits = settings.limits
        self.settings = settings
        self.profile = profile
        self.gate = gate
        self.catalogue = catalogue
        self.keys = dict(keys or {})
        self.host_reports = dict(host_reports or {})
        self.messages: dict[str, SampleMessage] = {}
        self.ledgers: dict[str, LedgerReport] = {}
        self.dns = DnsClient(
            DnsConfig(
                profile.resolvers, profile.port, limits.dns_timeout, limits.dns_tries, limits.dns_in_flight,
                limits.server_in_flight,
            ),
            gate,
        )  # fmt: skip
        self.roots = _root_hints(settings) if profile.iterates else {}
        self.iterator = Iterator(self.dns, self.roots) if self.roots else None
        self.pace = Pace(limits.list_rate)
        self.active = Active(gate, limits)
        self._pool = BlockingPool()
        self.registries = Registries(self)
        self._sweeps = 0
        self._endpoints: list[Endpoint] = []
        self._cuts: dict[str, tuple[Cut | None, bool]] = {}
        gate.own = frozenset({*profile.resolvers, profile.silent_address, *(a for group in self.roots.values() for a in group)})

    async def once(self, key: Hashable, make: Callable[[], Awaitable[T]]) -> T:
        """Work that several probes need, done once in a run. It runs on the clock of whoever asked first."""
        if self.dns.memo.under_way(("once", key)):
            async with off_the_clock():
                return await self.dns.memo.get(("once", key), make)
        return await self.dns.memo.get(("once", key), make)

    async def published(self, name: str, rdtype: str) -> DnsAnswer | None:
        """What the authoritative servers say now, past every cache; None where direct iteration is not set up."""
        return await self.iterator.lookup(name, rdtype) if self.iterator else None

    async def authoritative(self, name: str, rdtype: str, *, dnssec: bool = False) -> DnsAnswer:
        """Like `published`, or the resolver's view where direct iteration is not set up or does not get through."""
        if self.iterator:
            answer = await self.iterator.lookup(name, rdtype, dnssec=dnssec)
            if answer.definite:
                return answer
        return await self.dns.lookup(name, rdtype, dnssec=dnssec)

    async def https(self, url: str, addresses: tuple[str, ...]) -> HttpFetch:
        """Fetches a URL from the first of the addresses that answers, at most two."""
        return (await self.https_reply(url, addresses)).fetch

    async def https_reply(
        self, url: str, addresses: tuple[str, ...], want: Want | None = None, *, patience: float = 0.0
    ) -> Reply:
        """The same with the whole body and the headers.

        With `patience`, it lasts at most that many seconds, and a second address is tried only where the first refuses.
        """
        from selfaudit.net import http  # requests and its parts take as long to load as everything else together

        limits, tls = self.settings.limits, self.settings.tls
        port, seconds = urlsplit(url).port or tls.port, min(patience or limits.http_timeout, limits.http_timeout)
        again = (HttpStatus.CONNECTION_FAILED,) if patience else (HttpStatus.CONNECTION_FAILED, HttpStatus.TIMEOUT)
        asked = want or http.Want()
        reply = http.Reply(HttpFetch(url, "", HttpStatus.NO_ADDRESS, detail=phrase("the host name has no address")))
        for address in addresses[:2]:

            def work(address: str = address) -> Reply:
                return http.get(self.gate, url, address, asked, port=port, timeout=seconds, ca_file=tls.ca_file)

            try:
                reply = await self._pool.run(work, seconds)
            except TimeoutError:
                reply = http.Reply(HttpFetch(url, address, HttpStatus.TIMEOUT, detail=phrase("not done in time")))
            if reply.fetch.outcome not in again:
                break
        return reply

    async def host_addresses(self, host: str) -> tuple[str, ...]:
        """The addresses of a host that can be used from here, looked up once in a run; those of IPv4 first."""
        if _is_address(host):
            return (host,)
        answers = await asyncio.gather(self.dns.lookup(host, "A"), self.dns.lookup(host, "AAAA"))
        return tuple(r for a in answers for r in a.records if ":" not in r or self.has_ipv6())

    async def time_offset(self, server: str) -> tuple[float, float]:
        """Asks one time server ("host", "address" or "address:port"). Raises OSError with the reason."""
        parts = split_server(server, 123)
        if parts is None:
            raise OSError(phrase("not a time server"))
        host, port = parts
        address = host
        if not _is_address(host):
            answer = await self.dns.lookup(host, "A")
            if not answer.records:
                raise OSError(phrase("its name cannot be looked up ({status})", status=answer.status))
            address = answer.records[0]
        return await sntp.exchange(self.gate, address, port, self.settings.limits.dns_timeout)

    async def control(self, server: str, port: int, *, greeting: bool) -> ControlConnection:
        """Connects to a server that has nothing to do with the case ("host", "address" or "address:port")."""
        parts = split_server(server, port)
        host, number = parts if parts else (server, port)
        address = host
        if not _is_address(host):
            answer = await self.dns.lookup(host, "A")
            if not answer.records:
                return ControlConnection(host, "", number, "no-address", str(answer.status))
            address = answer.records[0]
        limits = self.settings.limits
        patience = min(10.0, limits.smtp_timeout) if greeting else 0.0
        return await controls.connect(self.gate, host, address, number, limits.connect_timeout, patience)

    async def forged_refusals(self) -> tuple[str, ...]:
        """By which protocols something refuses packets to an address where no server is: "tcp", "udp".

        Firewalls may answer in the name of whoever was asked. In a laboratory the address is on this machine, which is right to refuse.
        """
        if self.profile.laboratory and self.gate.routes is None:
            return ()
        address, limits = self.profile.silent_address, self.settings.limits
        tcp, packet = await asyncio.gather(
            self.control(address, _HIGH_PORT, greeting=False),
            udp.exchange(self.gate, address, _HIGH_PORT, b"\0", limits.udp_timeout, purpose=controls.PURPOSE, authority=""),
        )
        return tuple(name for name, refused in (("tcp", tcp.outcome == "closed"), ("udp", packet.closed)) if refused)

    async def egress(self) -> tuple[DnsAnswer, ...]:
        """Look-ups that are answered with the address that asks, asked of the zones' own servers; once in a run."""

        async def ask() -> tuple[DnsAnswer, ...]:
            parts = [entry.split(" ") for entry in self.profile.egress_names]
            # Through the resolver they would tell its address, not ours.
            found = [await self.published(name, rdtype) for name, rdtype in parts]
            return tuple(a for a in found if a is not None)

        return await self.once("egress", ask)

    async def ask_recursion(self, address: str, port: int, name: str, rdtype: str, *, tcp: bool) -> RecursionTry:
        """Asks a target about somebody else's name; see `net.dns.recursion`."""
        if tcp:
            return await recursion.ask_tcp(self.active, address, port, name, rdtype)
        return await recursion.ask_udp(self.gate, self.active, address, port, name, rdtype)

    async def endpoint(self, source: str) -> Endpoint | None:
        """A socket of our own that others can be asked to reach, opened once in a run; None where they cannot reach it.

        Args:
            source: our own address towards them.
        """
        if self.gate.routes is None and not self.profile.laboratory and not ipaddress.ip_address(source).is_global:
            return None  # behind address translation nobody can come back to us

        async def make() -> Endpoint | None:
            endpoint = Endpoint(source)
            try:
                await endpoint.open("127.0.0.1" if self.gate.routes is not None else source)
            except OSError:
                return None
            self._endpoints.append(endpoint)
            return endpoint

        return await self.once(("endpoint", source), make)

    @staticmethod
    def egress_addresses(answers: tuple[DnsAnswer, ...], like: str) -> tuple[str, ...]:
        """The addresses in such answers, of the family of another address."""
        return controls.addresses_in(answers, 6 if ":" in like else 4)

    def stand(self, address: str) -> tuple[str, bool]:
        """(our own address towards another one or "" without a way, whether that one is ours too). Nothing is sent."""
        if self.gate.routes is not None:
            return self.gate.routes.source_towards(address), False
        if ":" in address and not self.has_ipv6():
            return "", False
        return source_towards(address), is_own_address(address)

    def shown_certificate(self, tls: ssl.SSLObject, now: float) -> tuple[Certificate | None, str]:
        """The certificate of a finished handshake, or None and why it cannot be read."""
        from selfaudit.net.certificates import shown_certificate  # takes as long to load as http

        return shown_certificate(tls, self.settings.tls.ca_file, now)

    async def transfer(self, address: str, zone: str) -> tuple[str, int, str]:
        """Tries a zone transfer; see `net.dns.transfer`. Raises NotPermittedError without authority."""
        return await try_transfer(self.gate, address, self.profile.port, zone, self.settings.limits.dns_timeout * 2)

    async def interception(self) -> DnsAnswer:
        """Asks an address where no server is. Any answer means that port 53 is intercepted on this network."""
        at_root = absolute("selfaudit-interception-control.com")
        return await self.dns.ask(self.profile.silent_address, at_root, "A", recursion=True, tries=2)

    async def interception_tcp(self) -> DnsAnswer | None:
        """The same over TCP: whether anything takes the connection; None where that would show nothing."""
        if not self.profile.silence_known:
            return None
        at_root, port = absolute("selfaudit-interception-control.com"), self.profile.port
        control = await self.control(self.profile.silent_address, port, greeting=False)
        status = {"open": DnsStatus.ERROR, "silent": DnsStatus.TIMEOUT}.get(control.outcome, DnsStatus.UNREACHABLE)
        detail = phrase("it takes connections to port {port}", port=port) if control.outcome == "open" else control.greeting
        return DnsAnswer(at_root, "A", status, View.SERVER, self.profile.silent_address, detail=detail)

    async def root_soa(self) -> DnsAnswer | None:
        """The root's SOA with its signatures from a root server; None where direct iteration is not set up."""
        if not self.iterator:
            answer = await self.dns.lookup(".", "SOA", dnssec=True)
            return answer if answer.status is not DnsStatus.UNREACHABLE else None
        return await self.iterator.lookup(".", "SOA", dnssec=True)

    async def list_lookup(self, name: str, zone: str, view: View) -> DnsAnswer:
        """One blocklist question by the given way, at the pace that the list allows."""
        if view is View.RESOLVER or self.iterator is None:
            if not self._is_local(self.profile.resolvers):
                await self.pace.wait(zone)
            return await self.dns.lookup(name, "A")
        cut, local = self._cuts.get(zone, (None, False))
        if cut is None:
            cut = await self.iterator.cut_for(zone, whole=True)
            local = self._is_local(tuple(a for group in cut.glue.values() for a in group))
            self._cuts[zone] = (cut, local)
        if not local:
            await self.pace.wait(zone)
        return await self.iterator.ask_list(cut, name)

    @contextmanager
    def sweeping(self) -> Generator[Callable[[], int]]:
        """While several targets are swept at once, tells each how many questions it may keep under way."""
        self._sweeps += 1
        try:
            yield lambda: max(1, _SWEEP_IN_FLIGHT // self._sweeps)
        finally:
            self._sweeps -= 1

    async def list_text(self, name: str, view: View) -> str:
        """The TXT record beside a listing, only for showing."""
        if view is View.RESOLVER or self.iterator is None:
            answer = await self.dns.lookup(name, "TXT")
        else:
            answer = await self.iterator.lookup(name, "TXT")
        return answer.texts()[0][:300] if answer.records else ""

    def has_ipv6(self) -> bool:
        """Whether this machine has a way to IPv6 addresses. No packet is sent."""
        return self.gate.routes is not None or self.profile.laboratory or has_ipv6_route()

    def _is_local(self, addresses: tuple[str, ...]) -> bool:
        return bool(addresses) and (self.gate.routes is not None or all(a.startswith("127.") or a == "::1" for a in addresses))

    def close(self) -> None:
        """Closes sockets and the pool."""
        for endpoint in self._endpoints:
            endpoint.close()
        self.dns.close()
        self._pool.close()


def _is_address(text: str) -> bool:
    return text.replace(".", "").isdigit() or ":" in text


def _root_hints(settings: Settings) -> dict[str, tuple[str, ...]]:
    if settings.dns.root_hints:
        return read_root_hints(Path(settings.dns.root_hints))
    with resources.as_file(resources.files("selfaudit_resources") / "dns/root.hints") as path:
        return read_root_hints(path)


def list_keys(settings: Settings) -> dict[str, str]:
    """The keys of lists that need one, from the environment or the keyring, which may take its time.

    Raises:
        UserError: the catalogue is broken.
    """
    entries = load_catalogue(settings.blocklists).entries
    return {e.zone: key for e in entries if e.access == "key" and (key := list_key(e.zone))}


def open_net(
    settings: Settings,
    *,
    routes: Routes | None = None,
    keys: Mapping[str, str] | None = None,
    hosts: Iterable[HostReport] = (),
    messages: Iterable[SampleMessage] = (),
    ledgers: Iterable[LedgerReport] = (),
) -> Net:
    """Sets up a run's network. Sends nothing yet. Without `keys` they are looked up here. `hosts`, `messages` and `ledgers` were read before.

    Raises:
        UserError: a settings, catalogue or root hints file is broken, or there is no way to ask the DNS at all.
    """
    profile = make_profile(settings, embedded=routes is not None)
    if not profile.resolvers:
        raise UserError(
            _("This computer names no DNS resolver. Connect it to a network, or set [dns] resolvers in a settings file.")
        )
    if settings.tls.ca_file:
        from selfaudit.net import http

        http.check_ca_file(settings.tls.ca_file)
    if profile.rdap_bootstrap and "://" not in profile.rdap_bootstrap:
        bootstrap.check_folder(profile.rdap_bootstrap)
    gate = Gate(allow_reserved=settings.scope.allow_reserved, routes=routes)
    catalogue = load_catalogue(settings.blocklists)
    reports = {report.name: report for report in hosts}
    net = Net(settings, profile, gate, catalogue, list_keys(settings) if keys is None else keys, reports)
    net.messages |= {m.name: m for m in messages}
    net.ledgers |= {ledger.name: ledger for ledger in ledgers}
    return net
