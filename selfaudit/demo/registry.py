"""The registries of the embedded internet, served on loopback: bootstrap lists, RDAP, WHOIS and a validator of route origins."""

from __future__ import annotations

import asyncio
import hashlib
import ipaddress
import json
import re
import ssl
from collections.abc import Callable
from urllib.parse import unquote

import trustme

from selfaudit.demo import registry_rdap as rdap
from selfaudit.demo import registry_whois as texts
from selfaudit.demo.other_servers import Page, WebRequest, WebServer
from selfaudit.demo.registry_data import Calendar, HttpsSpec, NetworkSpec, OddSpec, WhoisSpec, load_registrations
from selfaudit.demo.services import Table
from selfaudit.demo.tcp_servers import StreamServer
from selfaudit.demo.whois_server import WhoisServer
from selfaudit.net import Route

_RDAP = "application/rdap+json"
_DEPTH = 10_000
_TITLES = {
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    429: "Too Many Requests",
    501: "Not Implemented",
    503: "Service Unavailable",
}


class Registries:
    """The registries of a world.

    Args:
        world: which one.
        authority: signs the certificates of the servers.
        calendar: what "so many days ago" is counted from.

    Attributes:
        asked: host name -> what it was asked: paths of HTTPS, lines of WHOIS.
        alive: addresses of the servers.
    """

    def __init__(self, world: str, authority: trustme.CA, calendar: Calendar) -> None:
        self._world, self._authority, self._calendar = world, authority, calendar
        self._data = load_registrations()
        self._odd = {odd.name: odd for odd in self._data.odd}
        self._met: set[str] = set()
        self._servers: list[StreamServer] = []
        servers: tuple[HttpsSpec | WhoisSpec, ...] = (*self._data.https, *self._data.whois)
        self.asked: dict[str, list[str]] = {s.host: [] for s in servers}
        self.alive = frozenset(s.address for s in servers)

    async def start(self, table: Table) -> None:
        """Starts the servers and enters them into the table."""
        for https in self._data.https:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._authority.issue_cert(https.certificate or https.host).configure_cert(context)
            web = WebServer(self._page(https), context)
            await web.start()
            self._servers.append(web)
            table[(https.address, 443, "tcp")] = Route("127.0.0.1", web.port)
        for spec in self._data.whois:
            whois = WhoisServer(self._text(spec))
            await whois.start()
            self._servers.append(whois)
            table[(spec.address, 43, "tcp")] = Route("127.0.0.1", whois.port)

    def close(self) -> None:
        """Closes the sockets and every connection."""
        for server in self._servers:
            server.close()

    async def wait_closed(self) -> None:
        """Waits until nothing is left of the connections."""
        await asyncio.gather(*(s.wait_closed() for s in self._servers))

    # --- HTTPS ---

    def _page(self, spec: HttpsSpec) -> Callable[[WebRequest], Page]:
        roles: dict[str, Callable[[WebRequest], Page]] = {
            "bootstrap": self._bootstrap,
            "registry": lambda request: self._domain(request, by_registrar=False),
            "registrar": lambda request: self._domain(request, by_registrar=True),
            "network": self._network,
            "validator": self._validity,
        }

        def answer(request: WebRequest) -> Page:
            self.asked[spec.host].append(request.path)
            return roles[spec.role](request)

        return answer

    def _bootstrap(self, request: WebRequest) -> Page:
        match = re.fullmatch(r"/rdap/(dns|ipv4|ipv6|asn)\.json", request.path)
        if match is None:
            return _error(404)
        body = json.dumps(rdap.bootstrap_document(match[1], self._data, self._calendar), indent=1)
        tag = f'"{hashlib.sha256(body.encode()).hexdigest()[:16]}"'
        headers = (("ETag", tag), ("Cache-Control", "max-age=86400"))
        if request.headers.get("if-none-match") == tag:
            return Page(304, "application/json", "", headers=headers)
        return Page(200, "application/json", body, headers=headers)

    def _domain(self, request: WebRequest, *, by_registrar: bool) -> Page:
        match = re.fullmatch(r"/domain/([^/?]{1,253})", unquote(request.path))
        if match is None:
            return _error(400)
        name = match[1].lower().rstrip(".")
        odd = None if by_registrar else self._odd.get(name)
        if odd and odd.host == request.host and not (odd.once and name in self._met):
            self._met.add(name)
            return _odd_page(odd)
        spec = self._data.find(name, self._world)
        if spec is None or (by_registrar and self._data.registrar[spec.registrar].rdap != request.host):
            return _error(404)
        document = rdap.domain_document(spec, self._data, self._calendar, request.host, by_registrar=by_registrar)
        return Page(200, _RDAP, json.dumps(document))

    def _network(self, request: WebRequest) -> Page:
        match = re.fullmatch(r"/ip/([0-9A-Fa-f.:]{2,45})(?:/\d{1,3})?", unquote(request.path))
        if match is None or not _is_address(match[1]):
            return _error(400)
        spec = self._block(match[1])
        if spec is None:
            return _error(404)
        port43 = next(w.host for w in self._data.whois if w.role == "network")
        return Page(200, _RDAP, json.dumps(rdap.network_document(spec, self._data, self._calendar, request.host, port43)))

    def _validity(self, request: WebRequest) -> Page:
        match = re.fullmatch(r"/+api/v1/validity/(?:AS)?(\d{1,10})/([0-9A-Fa-f.:]{2,45}/\d{1,3})", unquote(request.path))
        try:
            prefix = ipaddress.ip_network(match[2]) if match else None
        except ValueError:
            prefix = None
        if match is None or prefix is None:
            return Page(400, "application/json", json.dumps({"error": "invalid route"}))
        roas = [roa for roa in self._data.roa if self._world in roa.worlds]
        document = rdap.validity_document(prefix, int(match[1]), roas, self._calendar)
        return Page(200, "application/json", json.dumps(document))

    def _block(self, address: str) -> NetworkSpec | None:
        wanted = ipaddress.ip_address(address)
        return next((n for n in self._data.network if wanted in ipaddress.ip_network(n.prefix)), None)

    # --- WHOIS ---

    def _text(self, spec: WhoisSpec) -> Callable[[str], bytes | None]:
        roles: dict[str, Callable[[str], bytes | None]] = {
            "root": self._root_text,
            "registry": lambda line: self._domain_text(line, spec),
            "registrar": lambda line: self._domain_text(line, spec),
            "network": self._network_text,
        }

        def answer(line: str) -> bytes | None:
            self.asked[spec.host].append(line)
            return roles[spec.role](line)

        return answer

    def _root_text(self, line: str) -> bytes:
        if _is_address(line):
            whois = next(w.host for w in self._data.whois if w.role == "network")
            return texts.block_text(self._block(line), whois).encode()
        top = line.lower().rstrip(".").rpartition(".")[2]
        return texts.tld_text(next((t for t in self._data.tld if t.name == top), None), self._calendar).encode()

    def _domain_text(self, line: str, server: WhoisSpec) -> bytes | None:
        # Some clients write "domain NAME" to ask for nothing else.
        name = line.lower().removeprefix("domain ").rstrip(".")
        odd = next((o for o in self._data.odd_whois if o.name == name), None)
        if odd:
            return None if odd.endless else f"{odd.text}\r\n".encode()
        spec = self._data.find(name, self._world)
        by_registrar = server.role == "registrar"
        known = spec is not None and (
            self._data.registrar[spec.registrar].whois == server.host
            if by_registrar
            else any(t.name == name.rpartition(".")[2] and t.whois == server.host for t in self._data.tld)
        )
        if spec is None or not known:
            return texts.no_match(name).encode()
        text = texts.domain_text(spec, self._data, self._calendar, by_registrar=by_registrar)
        return text.encode("latin-1" if spec.latin1 else "utf-8")

    def _network_text(self, line: str) -> bytes:
        spec = self._block(line) if _is_address(line) else None
        return texts.network_text(spec, self._data, self._calendar).encode()


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _error(code: int, *headers: tuple[str, str]) -> Page:
    return Page(code, _RDAP, json.dumps(rdap.error_document(code, _TITLES.get(code, "Error"))), headers=headers)


def _odd_page(odd: OddSpec) -> Page:
    headers = (("Retry-After", odd.retry_after),) if odd.retry_after else ()
    match odd.body:
        case "cut":
            return Page(odd.status, _RDAP, f'{{"objectClassName": "domain", "ldhName": "{odd.name}", "events": [{{"eventAct')
        case "deep":
            start = f'{{"objectClassName": "domain", "ldhName": "{odd.name}", "notices": '
            return Page(odd.status, _RDAP, start + "[" * _DEPTH + "]" * _DEPTH + "}")
        case "page":
            return Page(odd.status, "text/html", "<html><body>Please log in</body></html>")
        case _ if odd.location:
            return Page(odd.status, "text/html", "", odd.location, headers)
        case _:
            return _error(odd.status, *headers)
