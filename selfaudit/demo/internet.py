"""Building one of the three worlds from the same data, and serving it on loopback."""

from __future__ import annotations

import asyncio
import datetime
import ssl
import tempfile
import time
from functools import partial
from importlib import resources
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Literal

import dns.dnssec
import dns.dnssectypes
import dns.name
import dns.rdataset
import dns.rdatatype
import dns.zone
import msgspec
import trustme
from cryptography.hazmat.primitives.asymmetric import ec

from selfaudit.case import HOSTED, Authority, Case, Selector, Target
from selfaudit.case.model import NamedPage
from selfaudit.demo.dns_server import Authority as AuthoritativeAnswers
from selfaudit.demo.dns_server import DnsServer, RecursiveAuthority, Resolver, ZoneData
from selfaudit.demo.hosts import host_text
from selfaudit.demo.obstacles import OBSTACLES, Between, Obstacle, ObstructedRoutes, in_between
from selfaudit.demo.other_servers import Page, TimeServer, WebServer
from selfaudit.demo.registry import Registries
from selfaudit.demo.registry_data import Calendar, RegistrantSpec
from selfaudit.demo.services import WORLDS, Certificates, CertificateSpec, HostSpec, Services, ServiceSpec, Table
from selfaudit.demo.websites import websites
from selfaudit.demo.worlds import lines_of_world
from selfaudit.net import Route, Routes
from selfaudit.settings import (
    BlocklistSettings,
    DnsSettings,
    LimitSettings,
    RegistrationSettings,
    RoutingSettings,
    ScopeSettings,
    Settings,
    SmtpSettings,
    TlsSettings,
    VantageSettings,
    read_toml,
)

World = Literal["broken", "fixed", "suspended"]


class _Zone(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    file: str
    servers: tuple[str, ...]
    also: tuple[str, ...] = ()  # further zones with the same content
    worlds: tuple[str, ...] = WORLDS
    sign: Literal["", "good", "expired"] = ""
    sign_in: tuple[str, ...] = WORLDS
    expired_in: tuple[str, ...] = ()
    transfer_in: tuple[str, ...] = ()


class _Server(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    address: str
    silent_in: tuple[str, ...] = ()
    not_serving: dict[str, tuple[str, ...]] = {}
    resolves_in: tuple[str, ...] = ()


class _Page(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    url: str
    address: str
    worlds: tuple[str, ...] = WORLDS
    status: int = 200
    content_type: str = "text/plain"
    body: str = ""
    location: str = ""


class _Stale(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    rdtype: str
    ttl: int
    records: tuple[str, ...]
    worlds: tuple[str, ...] = WORLDS


class _CaseData(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    number: str
    provider: str
    domains: tuple[str, ...]
    addresses: tuple[str, ...]
    sending_ips: tuple[str, ...]
    selectors: tuple[str, ...]
    person: str
    role: str
    hosted: tuple[str, ...]
    not_registrant: tuple[str, ...]
    suspended_days_ago: int
    registrant: RegistrantSpec
    unsubscribe: tuple[str, ...]


class _Data(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    case: _CaseData
    resolver: str
    time_server: str
    port25_controls: tuple[str, ...]
    egress_names: tuple[str, ...]
    rdap_bootstrap: str
    whois_server: str
    origin_zone: str
    rpki_url: str
    server: dict[str, _Server]
    zone: tuple[_Zone, ...]
    page: tuple[_Page, ...] = ()
    stale: tuple[_Stale, ...] = ()
    host: tuple[HostSpec, ...] = ()
    service: tuple[ServiceSpec, ...] = ()
    certificate: tuple[CertificateSpec, ...] = ()


def _folder() -> Any:
    return resources.files("selfaudit_resources") / "demo"


def load_data() -> _Data:
    """The data of all worlds."""
    with resources.as_file(_folder() / "internet.toml") as path:
        data = msgspec.convert(read_toml(path), _Data)
    zones = (msgspec.structs.replace(z, name=name, also=()) for z in data.zone for name in (z.name, *z.also))
    return msgspec.structs.replace(data, zone=tuple(zones))


def named_hosts() -> dict[str, str]:
    """Name -> address of the hosts that have nothing to do with the demo's case."""
    return {h.name: h.address for h in load_data().host if h.name}


def demo_case(world: str) -> Case:
    """The case of the demo's customer."""
    data = load_data().case
    targets = [Target("domain", d) for d in data.domains] + [Target("address", a) for a in data.addresses]
    targets += [Target("domain", d, HOSTED) for d in data.hosted]
    calendar = Calendar.of_now()
    selectors = []
    for item in data.selectors:
        name, _at, domain = item.partition("@")
        selectors.append(Selector(name, domain))
    return Case(
        tuple(targets),
        data.sending_ips,
        tuple(selectors),
        authority=Authority(data.person, data.role),
        number=data.number,
        provider=data.provider,
        laboratory=True,
        demo=world,
        suspended=calendar.day(-data.suspended_days_ago),
        registrant=data.registrant.declared(world, calendar),
        not_registrant=data.not_registrant,
        pages=tuple(NamedPage("unsubscribe", url) for url in data.unsubscribe),
    )


def _limits(times: float) -> LimitSettings:
    """These servers are near and need no manners. They usually start in 0.4 s; an exchange over HTTPS has at most 10 s."""
    return LimitSettings(dns_timeout=times, dns_tries=2, http_timeout=3 * times, connect_timeout=times, udp_timeout=times / 2,
        smtp_timeout=4 * times, probe_pause=0.0, registry_rate=0.0, registry_wait=5.0)  # fmt: skip


class Internet:
    """A world, served. Use as an async context manager; `settings` and `routes` then lead the engine into it.

    Args:
        world: "broken", "fixed" or "suspended".
        delay: seconds before every DNS answer, for measurements.
        obstacle: what stands between us and it, see `obstacles`; "" for nothing.

    Attributes:
        patience: how many times longer than usual an answer is waited for, at least; on a machine that starts slowly, more.
        services: the hosts' services and what they were asked.
        registries: the registries and what they were asked.
    """

    patience: ClassVar[float] = 1.0

    def __init__(self, world: str, *, delay: float = 0.0, obstacle: Obstacle = "") -> None:
        if world not in WORLDS:
            raise ValueError(world)
        if obstacle and obstacle not in OBSTACLES:
            raise ValueError(obstacle)
        self.world = world
        self.settings = Settings()
        self.routes = Routes({})
        self.resolver: Resolver | None = None
        self.servers: dict[str, DnsServer] = {}
        self.services: Services | None = None
        self.registries: Registries | None = None
        self._data = load_data()
        self._zone_specs = tuple(z for z in self._data.zone if world in z.worlds)
        self._delay, self._obstacle = delay, obstacle
        self._table: Table = {}
        self._alive: set[str] = set()
        self._closing: list[DnsServer | WebServer | TimeServer | Between] = []
        self._folder = tempfile.TemporaryDirectory(prefix="selfaudit-demo-")

    async def __aenter__(self) -> Internet:
        """Signs the zones and starts the servers. Stopped half-way, it leaves nothing open."""
        starting = asyncio.ensure_future(self._start())
        try:
            await asyncio.shield(starting)
        except BaseException:
            await asyncio.wait([starting])
            self._stop()
            raise
        return self

    async def _start(self) -> None:
        began = time.perf_counter()
        table = self._table
        authority = trustme.CA()
        certificates = Certificates(authority, self._data.certificate, self.world)
        elsewhere = await self._start_name_servers(self._zones(certificates.tlsa), table)
        ca_file = await self._start_web(authority, table)
        clock = TimeServer()
        await clock.start()
        self._closing.append(clock)
        table[(self._data.time_server, 123, "udp")] = Route("127.0.0.1", clock.port)
        self._alive.add(self._data.time_server)
        self.services = Services(elsewhere, certificates.contexts, self._find, partial(host_text, world=self.world))
        await self.services.start(self._data.service, self.world, table)
        self.registries = Registries(self.world, authority, Calendar.of_now())
        await self.registries.start(table)
        self._alive |= self.registries.alive
        self.routes = await self._lead(elsewhere)
        hints = Path(self._folder.name) / "root.hints"
        root = self._data.server["root"].address
        hints.write_text(f". 3600 IN NS a.root-servers.example.\na.root-servers.example. 3600 IN A {root}\n", encoding="ascii")
        with resources.as_file(_folder() / "blocklists.toml") as catalogue:
            catalogue_copy = Path(self._folder.name) / "blocklists.toml"
            catalogue_copy.write_bytes(catalogue.read_bytes())
        self.settings = Settings(
            dns=DnsSettings(resolvers=(self._data.resolver,), root_hints=str(hints)),
            registration=RegistrationSettings(rdap_bootstrap=self._data.rdap_bootstrap, whois_server=self._data.whois_server),
            routing=RoutingSettings(origin_zone=self._data.origin_zone, rpki_url=self._data.rpki_url),
            tls=TlsSettings(ca_file=str(ca_file)),
            blocklists=BlocklistSettings(catalogue=str(catalogue_copy)),
            scope=ScopeSettings(allow_reserved=True),
            smtp=SmtpSettings(port25_controls=self._data.port25_controls),
            vantage=VantageSettings(time_servers=(self._data.time_server,), egress_names=self._data.egress_names),
            limits=_limits(max(self.patience, min((time.perf_counter() - began) / 0.4, 3.3))),
        )

    async def _lead(self, elsewhere: Resolver) -> Routes:
        """The ways to the servers, as they are seen from where the obstacle lets us stand."""
        states = {h.address: h.in_world(self.world) for h in self._data.host}
        alive = frozenset(self._alive | {a for a, s in states.items() if s == "up"})
        unreachable = frozenset(a for a, s in states.items() if s == "unreachable")
        filtered = frozenset((h.address, port, "tcp") for h in self._data.host for port in h.filtered)
        between, ways = in_between(self._obstacle, elsewhere, self._find)
        if between:
            await between.start()
            self._closing.append(between)
        everywhere = {way: Route("127.0.0.1", between.port) for way in ways if between}
        return ObstructedRoutes(self._table, alive, unreachable, filtered, obstacle=self._obstacle, everywhere=everywhere)

    def _find(self, host: str, port: int) -> tuple[str, int] | None:
        """Where proxies of this internet really connect to."""
        if host == self.routes.source:
            return "127.0.0.1", port
        route = self._table.get((host, port, "tcp"))
        return (route.address, route.port) if route else None

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stops the servers."""
        self._stop()
        await asyncio.gather(*(s.wait_closed() for s in self._closing if isinstance(s, WebServer)))
        if self.services:
            await self.services.wait_closed()
        if self.registries:
            await self.registries.wait_closed()

    def _stop(self) -> None:
        for server in self._closing:
            server.close()
        if self.services:
            self.services.close()
        if self.registries:
            self.registries.close()
        self._folder.cleanup()

    def _zones(self, tlsa: list[tuple[str, str, str]]) -> dict[str, ZoneData]:
        parsed: dict[str, dns.zone.Zone] = {}
        for spec in self._zone_specs:
            text = lines_of_world((_folder() / "zones" / spec.file).read_text(encoding="ascii"), self.world)
            text += "".join(f"{owner}. 3600 IN TLSA {record}\n" for zone, owner, record in tlsa if zone == spec.name)
            parsed[spec.name] = dns.zone.from_text(text, origin=dns.name.from_text(spec.name), relativize=False)
        # Children first, so that their DS records stand in the parent before it is signed.
        for spec in sorted(self._zone_specs, key=lambda z: -len(dns.name.from_text(z.name))):
            if spec.sign and self.world in spec.sign_in:
                key = self._sign(parsed[spec.name], expired=self.world in spec.expired_in)
                self._delegate_securely(spec.name, parsed, key)
        return {s.name: ZoneData(parsed[s.name], transfer=self.world in s.transfer_in) for s in self._zone_specs}

    @staticmethod
    def _sign(zone: dns.zone.Zone, *, expired: bool) -> Any:
        private = ec.generate_private_key(ec.SECP256R1())
        # 257: one key for both jobs, the zone's keys and its data (RFC 4034 section 2.1.1, a combined signing key).
        key = dns.dnssec.make_dnskey(private.public_key(), dns.dnssectypes.Algorithm.ECDSAP256SHA256, flags=257)
        now = datetime.datetime.now(datetime.UTC)
        end = now - datetime.timedelta(days=9) if expired else now + datetime.timedelta(days=14)
        with zone.writer() as transaction:
            dns.dnssec.sign_zone(
                zone,
                transaction,
                keys=[(private, key)],
                dnskey_ttl=3600,
                inception=end - datetime.timedelta(days=15),
                expiration=end,
            )
        return key

    @staticmethod
    def _delegate_securely(name: str, zones: dict[str, dns.zone.Zone], key: Any) -> None:
        origin = dns.name.from_text(name)
        if origin == dns.name.root:
            return
        parents = [dns.name.from_text(n) for n in zones if dns.name.from_text(n) != origin]
        parent = max((p for p in parents if origin.is_subdomain(p)), key=len)
        zone = next(z for n, z in zones.items() if dns.name.from_text(n) == parent)
        ds = dns.dnssec.make_ds(origin, key, dns.dnssectypes.DSDigest.SHA256)
        with zone.writer() as transaction:
            transaction.add(origin, dns.rdataset.from_rdata(3600, ds))

    def _secure(self) -> frozenset[dns.name.Name]:
        """The zones with an unbroken chain of good signatures from the root."""
        good = {
            dns.name.from_text(z.name)
            for z in self._zone_specs
            if z.sign and self.world in z.sign_in and self.world not in z.expired_in
        }
        others = {dns.name.from_text(z.name) for z in self._zone_specs} - good
        return frozenset(z for z in good if not any(z.is_subdomain(o) for o in others))

    async def _start_name_servers(self, zones: dict[str, ZoneData], table: Table) -> Resolver:
        serving = {
            name: [z.name for z in self._zone_specs if name in z.servers and z.name not in spec.not_serving.get(self.world, ())]
            for name, spec in self._data.server.items()
            if self.world not in spec.silent_in
        }
        alive = {z for own in serving.values() for z in own}
        dead = {dns.name.from_text(z.name) for z in self._zone_specs if z.name not in alive}
        stale = {(s.name.lower(), s.rdtype): (s.ttl, list(s.records)) for s in self._data.stale if self.world in s.worlds}
        self.resolver = Resolver(list(zones.values()), dead, stale, self._secure())
        # Others do not share the cache at home.
        elsewhere = Resolver(list(zones.values()), dead, {}, self._secure())
        for name, own in serving.items():
            spec = self._data.server[name]
            served = [zones[z] for z in own]
            resolves = self.world in spec.resolves_in
            answers = RecursiveAuthority(served, elsewhere) if resolves else AuthoritativeAnswers(served)
            self.servers[name] = await self._listen(DnsServer(answers, delay=self._delay), spec.address, table)
        self.servers["resolver"] = await self._listen(DnsServer(self.resolver, delay=self._delay), self._data.resolver, table)
        return elsewhere

    async def _listen(self, server: DnsServer, address: str, table: Table) -> DnsServer:
        await server.start()
        self._closing.append(server)
        self._alive.add(address)
        for protocol in ("udp", "tcp"):
            table[(address, 53, protocol)] = Route("127.0.0.1", server.port)
        return server

    async def _start_web(self, authority: trustme.CA, table: Table) -> Path:
        ca_file = Path(self._folder.name) / "ca.pem"
        authority.cert_pem.write_to_path(str(ca_file))
        customer, theirs = websites(self.world, Calendar.of_now())
        pages = {customer: theirs} if theirs else {}
        for p in self._data.page:
            if self.world in p.worlds:
                pages.setdefault(p.address, {})[p.url] = Page(p.status, p.content_type, p.body, p.location)
        for address, here in sorted(pages.items()):
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            authority.issue_cert(*sorted({url.split("/")[0] for url in here})).configure_cert(context)
            server = WebServer(here, context)
            await server.start()
            self._closing.append(server)
            self._alive.add(address)
            table[(address, 443, "tcp")] = Route("127.0.0.1", server.port)
        return ca_file
