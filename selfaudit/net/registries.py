"""Asking registries: RDAP (RFC 7480, RFC 9082) with its redirects and refusals, and WHOIS, at the pace that they take."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from selfaudit.case.targets import is_reserved_address
from selfaudit.facts.http import HttpFetch, HttpStatus
from selfaudit.facts.registration import BootstrapUse, LookupOutcome, RegistryExchange
from selfaudit.i18n import phrase
from selfaudit.net import bootstrap, whois
from selfaudit.net.bootstrap import Kind, Loaded
from selfaudit.net.profile import RDAP_BOOTSTRAP
from selfaudit.net.registry_pace import RegistryPace, WaitTooLong
from selfaudit.protocols import rate_limit
from selfaudit.protocols.bootstrap import for_address, for_domain, host_names
from selfaudit.protocols.registries import additions
from selfaudit.settings import split_server

if TYPE_CHECKING:
    from selfaudit.net import Net
    from selfaudit.net.http import Reply, Want

MAX_DOCUMENT = 2_000_000
_KEPT = 16_384
_MAX_REDIRECTS = 3
_ATTEMPTS = 3
_FIRST_WAIT = 5.0  # seconds after a refusal that does not say how long
_ACCEPT = "application/rdap+json, application/json;q=0.8"
_MAX_URL = 500
_PATIENCE = 10.0  # seconds for one question
_REDIRECTS = (301, 302, 303, 307, 308)
_TRANSPORT = {
    HttpStatus.NO_ADDRESS: LookupOutcome.NO_ADDRESS,
    HttpStatus.REFUSED_SCOPE: LookupOutcome.REFUSED_SCOPE,
    HttpStatus.TIMEOUT: LookupOutcome.TIMEOUT,
    HttpStatus.CONNECTION_FAILED: LookupOutcome.CONNECTION_FAILED,
    HttpStatus.TLS_FAILED: LookupOutcome.TLS_FAILED,
    HttpStatus.PROTOCOL_ERROR: LookupOutcome.PROTOCOL_ERROR,
    HttpStatus.TOO_LARGE: LookupOutcome.TOO_LARGE,
}


@dataclass(frozen=True, slots=True)
class Services:
    """Where to ask about a name or address.

    Attributes:
        urls: base addresses of RDAP servers, empty if none is named.
        use: by which list they were found.
        hosts: names of all servers that the list names; redirects may lead to these.
    """

    urls: tuple[str, ...]
    use: BootstrapUse
    hosts: frozenset[str]


class Registries:
    """One per run."""

    def __init__(self, net: Net) -> None:
        limits = net.settings.limits
        self._net = net
        self._patience = limits.registry_wait
        self._pace = RegistryPace(limits.registry_rate, limits.registry_wait)

    @property
    def _usual(self) -> bool:
        """Whether the real registries are asked, to which the shipped additions belong."""
        return self._net.profile.rdap_bootstrap == RDAP_BOOTSTRAP

    async def _loaded(self, kind: Kind) -> Loaded | None:
        return await self._net.once(("rdap bootstrap", kind), lambda: bootstrap.load(self._net, kind))

    async def domain_services(self, domain: str) -> Services:
        """The RDAP servers of the registry of a domain; our own additions come after IANA's list."""
        loaded = await self._loaded("dns")
        added = additions() if self._usual else {}
        hosts = host_names(loaded.file) if loaded else frozenset()
        hosts |= {name for entry in added.values() if entry.rdap and (name := host_of(entry.rdap))}
        found = for_domain(loaded.file, domain) if loaded else None
        if loaded and found:
            return Services(found[1], BootstrapUse(loaded.source, loaded.file.publication, found[0]), hosts)
        tld = domain.rpartition(".")[2]
        if tld in added and added[tld].rdap:
            return Services((added[tld].rdap,), BootstrapUse("addition", "", tld), hosts)
        return Services((), BootstrapUse("", loaded.file.publication if loaded else ""), hosts)

    async def address_services(self, address: str) -> Services:
        """The RDAP servers of the registry of an address. Registries of both families may be redirected to."""
        four, six = await asyncio.gather(self._loaded("ipv4"), self._loaded("ipv6"))
        hosts: frozenset[str] = frozenset()
        for file in (four, six):
            hosts |= host_names(file.file) if file else frozenset()
        loaded = six if ":" in address else four
        found = for_address(loaded.file, address) if loaded else None
        if loaded and found:
            return Services(found[1], BootstrapUse(loaded.source, loaded.file.publication, found[0]), hosts)
        return Services((), BootstrapUse("", loaded.file.publication if loaded else ""), hosts)

    async def rdap(self, url: str, hosts: frozenset[str]) -> tuple[RegistryExchange, bytes]:
        """Asks one RDAP address, follows redirects to named hosts, waits when it is told to.

        Args:
            url: https.
            hosts: names of hosts that it may redirect to, besides its own.

        Returns:
            The exchange, and the document if there is one (also with a 404, which may explain itself).
        """
        allowed = hosts | {host_of(url)}
        visited: list[str] = []
        current, attempts, ms = url, 0, 0.0
        at = time.time()
        while True:
            reply, tries, wait = await self._ask(current, hosts)
            attempts, ms = attempts + tries, ms + reply.fetch.ms
            fetch = reply.fetch
            exchange = RegistryExchange(
                "rdap", host_of(current), fetch.address, url, _outcome(fetch), fetch.code, wait, attempts, tuple(visited),
                fetch.body[:_KEPT], fetch.detail, at, round(ms, 1),
            )  # fmt: skip
            if fetch.outcome is not HttpStatus.ANSWERED or fetch.code not in _REDIRECTS:
                return exchange, reply.body
            target = _joined(current, _header(reply, "location"))
            problem = self._redirect_problem(target, allowed, [url, *visited])
            visited.append(target[:500])
            if problem:
                refused = replace(exchange, outcome=LookupOutcome.REDIRECT_REFUSED, redirects=tuple(visited), detail=problem)
                return refused, b""
            current = target

    def may_follow(self, url: str, ports: tuple[int, ...] = ()) -> bool:
        """Whether an answer may lead us to a URL at all: https, a host by its name, the port of HTTPS or one of these."""
        return is_web_address(url, (443, self._net.settings.tls.port, *ports))

    def _redirect_problem(self, target: str, allowed: frozenset[str], visited: list[str]) -> str:
        if len(visited) > _MAX_REDIRECTS:
            return phrase("more than {limit} redirects", limit=_MAX_REDIRECTS)
        if target in visited:
            return phrase("it redirects in a circle")
        first = urlsplit(visited[0])
        ports = (first.port,) if first.port and host_of(target) == host_of(visited[0]) else ()
        if len(target) > _MAX_URL or not self.may_follow(target, ports):
            return phrase("it redirects to something that is no https address of a host")
        if host_of(target) not in allowed:
            return phrase("it redirects to {host}, which no list of registries names", host=host_of(target)[:100])
        return ""

    def _outside(self, addresses: tuple[str, ...], host: str, named: frozenset[str]) -> bool:
        """Whether a laboratory would leave its own network: for a host that its settings do not name."""
        if not self._net.profile.laboratory or self._net.gate.routes is not None or host in named:
            return False
        return not all(map(is_reserved_address, addresses))

    async def _ask(self, url: str, named: frozenset[str]) -> tuple[Reply, int, float]:
        """One address, asked again when it refuses for too many questions. Returns the reply, attempts, seconds to wait."""
        from selfaudit.net import http

        host, tries, wait = host_of(url), 0, 0.0
        want = http.Want("RDAP", _ACCEPT, most=MAX_DOCUMENT)
        addresses = await self._net.host_addresses(host)
        reply = http.Reply(HttpFetch(url, "", HttpStatus.NO_ADDRESS, detail=phrase("the host name has no address")))
        if self._outside(addresses, host, named):
            why = phrase("a laboratory asks only the registries that its settings name")
            return http.Reply(HttpFetch(url, "", HttpStatus.REFUSED_SCOPE, detail=why, at=time.time())), 1, 0.0
        while tries < _ATTEMPTS:
            try:
                epoch = await self._pace.turn(host)
            except WaitTooLong as refused:
                why = phrase("it takes no more questions for {seconds} s", seconds=f"{refused.seconds:.0f}")
                late = replace(reply.fetch, outcome=HttpStatus.ANSWERED, code=429, detail=why)
                return http.Reply(late), tries, refused.seconds
            announced, refused_for = None, None
            try:
                reply = await self._net.https_reply(url, addresses, want, patience=_PATIENCE)
                tries += 1
                now = time.time()
                announced = rate_limit.read(reply.headers, now)
                asked = rate_limit.retry_after(_header(reply, "retry-after"), now)
                if reply.fetch.code == 429 or (reply.fetch.code == 503 and asked is not None):
                    wait = refused_for = asked if asked is not None else _FIRST_WAIT * 2 ** (tries - 1)
            finally:
                self._pace.done(host, epoch, announced, refused=refused_for)
            if refused_for is None or refused_for > self._patience:
                return reply, tries, wait
        return reply, tries, wait

    async def whois(self, server: str, line: str) -> tuple[RegistryExchange, str]:
        """Asks a WHOIS server ("host" or "host:port") one line; see `net.whois`."""
        host, port = split_server(server, 43) or (server, 43)
        key, root = f"whois {host}", split_server(self._net.profile.whois_server, 43)
        if self._outside(await self._net.host_addresses(host), host, frozenset({root[0]} if root else ())):
            why = phrase("a laboratory asks only the registries that its settings name")
            return RegistryExchange("whois", host, "", line, LookupOutcome.REFUSED_SCOPE, detail=why, at=time.time()), ""
        try:
            epoch = await self._pace.turn(key, factor=2.0)
        except WaitTooLong as refused:
            why = phrase("it takes no more questions for {seconds} s", seconds=f"{refused.seconds:.0f}")
            exchange = RegistryExchange(
                "whois",
                host,
                "",
                line,
                LookupOutcome.THROTTLED,
                retry_after=refused.seconds,
                attempts=0,
                detail=why,
                at=time.time(),
            )
            return exchange, ""
        try:
            return await whois.ask(self._net, host, port, line)
        finally:
            self._pace.done(key, epoch)

    async def page(self, url: str, want: Want) -> HttpFetch:
        """One page of a public service that is asked for many addresses, at a pace that it will hardly notice."""
        host = urlsplit(url).hostname or ""
        addresses = await self._net.host_addresses(host)
        epoch = await self._pace.turn(host, factor=0.25)
        try:
            return (await self._net.https_reply(url, addresses, want, patience=_PATIENCE)).fetch
        finally:
            self._pace.done(host, epoch)

    def whois_refused(self, server: str, seconds: float) -> None:
        """Notes that a WHOIS server has said that it was asked too much; its next answer takes this long at least."""
        host, _port = split_server(server, 43) or (server, 43)
        self._pace.block(f"whois {host}", seconds)

    def whois_server(self, tld: str) -> str:
        """The WHOIS server of a registry as far as it is known without asking, "" if not."""
        known = additions().get(tld) if self._usual else None
        return known.whois if known else ""


def host_of(url: str) -> str:
    """The host of a URL in lower case, "" if it has none."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".").lower()
    except ValueError:
        return ""


def is_web_address(url: str, ports: tuple[int, ...]) -> bool:
    """Whether a URL is https, names its host by a name, and no other port than these."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    host = (parts.hostname or "").rstrip(".")
    by_name = "." in host and not host.rpartition(".")[2].isdigit() and ":" not in host
    return parts.scheme == "https" and by_name and not parts.username and (port is None or port in ports)


def _joined(base: str, location: str) -> str:
    try:
        return urljoin(base, location)
    except ValueError:
        return location


def _outcome(fetch: HttpFetch) -> LookupOutcome:
    if fetch.outcome is not HttpStatus.ANSWERED:
        return _TRANSPORT[fetch.outcome]
    code = fetch.code
    known = {200: LookupOutcome.ANSWERED, 404: LookupOutcome.NOT_FOUND, 429: LookupOutcome.THROTTLED}
    if code in known:
        return known[code]
    if code in (400, 405, 501):
        return LookupOutcome.NOT_SUPPORTED
    if code >= 500:
        return LookupOutcome.UNAVAILABLE
    if code in _REDIRECTS:
        return LookupOutcome.REDIRECT_REFUSED
    return LookupOutcome.REFUSED if code >= 400 else LookupOutcome.PROTOCOL_ERROR


def _header(reply: Reply, name: str) -> str:
    return next((value for key, value in reply.headers.items() if key.lower() == name), "")
