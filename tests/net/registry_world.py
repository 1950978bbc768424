"""A network with registries that answer whatever a test wants."""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

import trustme

from selfaudit.demo.other_servers import Page, WebRequest, WebServer
from selfaudit.demo.whois_server import WhoisServer
from selfaudit.net import Net, Route, Routes, open_net
from selfaudit.settings import (
    DnsSettings,
    LimitSettings,
    RegistrationSettings,
    RoutingSettings,
    ScopeSettings,
    Settings,
    TlsSettings,
)
from tests.net.peers import LIMITS, RESOLVER, name_server

CA = trustme.CA()
DATA, REGISTRY, REGISTRAR, WHOIS = "192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.43"
HOSTS = {
    "data.nic.test": DATA, "rdap.nic.test": REGISTRY, "rdap.registrar.test": REGISTRAR, "rdap.other.test": REGISTRAR,
    "whois.root.test": WHOIS, "whois.nic.test": WHOIS, "whois.registrar.test": WHOIS,
}  # fmt: skip
JSON = "application/rdap+json"


def services(entries: Mapping[str, str]) -> str:
    """A bootstrap file."""
    listed = [[[entry], [url]] for entry, url in entries.items()]
    return json.dumps({"version": "1.0", "publication": "2026-11-01T00:00:00Z", "services": listed})


BOOTSTRAP = {
    "data.nic.test/rdap/dns.json": services({"test": "https://rdap.nic.test/", "other": "https://rdap.other.test/"}),
    "data.nic.test/rdap/ipv4.json": services({"192.0.2.0/24": "https://rdap.nic.test/"}),
    "data.nic.test/rdap/ipv6.json": services({"2001:db8::/32": "https://rdap.nic.test/"}),
}


def document(name: str = "shop.test", **fields: Any) -> str:
    """An RDAP answer about a domain."""
    return json.dumps({"objectClassName": "domain", "ldhName": name, "status": ["active"], **fields})


class Web:
    """Pages by host and path; a list is given out in turn, its last one stays. Remembers what it was asked."""

    def __init__(self, pages: Mapping[str, str | Page | list[Page]]) -> None:
        self.pages: dict[str, str | Page | list[Page]] = {**BOOTSTRAP, **pages}
        self.asked: list[str] = []
        self.headers: list[Mapping[str, str]] = []

    def __call__(self, request: WebRequest) -> Page:
        key = request.host + request.path
        self.asked.append(key)
        self.headers.append(request.headers)
        found = self.pages.get(key, Page(404, JSON, ""))
        if isinstance(found, list):
            found = found.pop(0) if len(found) > 1 else found[0]
        return found if isinstance(found, Page) else Page(200, JSON, found)

    def count(self, key: str) -> int:
        """How often a page was asked for."""
        return self.asked.count(key)


@contextlib.asynccontextmanager
async def registry_world(
    web: Callable[[WebRequest], Page],
    tmp_path: Path,
    *,
    whois: Callable[[str], bytes | str | None] | None = None,
    whois_server: str = "",
    zone: Mapping[tuple[str, str], list[str]] | None = None,
    certificate: tuple[str, ...] = tuple(HOSTS),
    routing: RoutingSettings | None = None,
    **limits: Any,
) -> AsyncIterator[Net]:
    """The network of a run: all hosts of `HOSTS` on one HTTPS server, and one WHOIS server."""
    names = {(name, "A"): [address] for name, address in HOSTS.items()} | dict(zone or {})
    resolver = name_server(names)
    ca_file = tmp_path / "ca.pem"
    CA.cert_pem.write_to_path(str(ca_file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    CA.issue_cert(*certificate).configure_cert(context)
    server = WebServer(web, context)
    async with contextlib.AsyncExitStack() as stack:
        await resolver.start()
        stack.callback(resolver.close)
        await server.start()
        stack.callback(server.close)
        table = {(RESOLVER, 53, protocol): Route("127.0.0.1", resolver.port) for protocol in ("udp", "tcp")}
        for address in (DATA, REGISTRY, REGISTRAR):
            table[address, 443, "tcp"] = Route("127.0.0.1", server.port)
        if whois is not None:
            say = whois

            def octets(line: str) -> bytes | None:
                text = say(line)
                return text.encode() if isinstance(text, str) else text

            port43 = await stack.enter_async_context(WhoisServer(octets))
            table[WHOIS, 43, "tcp"] = Route("127.0.0.1", port43.port)
        settings = Settings(
            scope=ScopeSettings(allow_reserved=True),
            dns=DnsSettings(resolvers=(RESOLVER,)),
            tls=TlsSettings(ca_file=str(ca_file)),
            registration=RegistrationSettings(rdap_bootstrap="https://data.nic.test/rdap/", whois_server=whois_server),
            routing=routing or RoutingSettings(),
            limits=LimitSettings(**{**LIMITS, "http_timeout": 3.0, "registry_rate": 0.0, "registry_wait": 2.0, **limits}),
        )
        net = open_net(settings, routes=Routes(table, frozenset(address for address, _port, _protocol in table)), keys={})
        try:
            yield net
        finally:
            net.close()
            await asyncio.sleep(0)
