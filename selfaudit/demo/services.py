"""Hosts and services of the embedded internet: which host is up, what listens there, and what a stranger gets."""

from __future__ import annotations

import asyncio
import datetime
import hashlib
import ssl
from collections.abc import Callable, Iterable
from functools import partial
from typing import Literal, cast

import msgspec
import trustme
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from selfaudit.demo.dns_server import DnsServer, Resolver
from selfaudit.demo.mail_server import MailBehaviour, MailMode, MailServer
from selfaudit.demo.odd_servers import ResolverKind, make_name_server
from selfaudit.demo.proxy_server import ProxyKind, ProxyServer
from selfaudit.demo.ssh_server import SshBehaviour, SshServer
from selfaudit.demo.tcp_servers import StreamServer, TcpKind, TcpService
from selfaudit.demo.udp_servers import UdpKind, UdpService
from selfaudit.net import Route

WORLDS = ("broken", "fixed", "suspended")
Table = dict[tuple[str, int, str], Route]
State = Literal["up", "silent", "unreachable"]
Server = DnsServer | MailServer | ProxyServer | SshServer | TcpService | UdpService


class HostSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A host.

    Attributes:
        address: its address.
        name: for tests, "" for hosts of the case.
        state: "up" (ports without a service are closed), "silent" or "unreachable", by world.
        filtered: TCP ports that stay silent while it is up.
    """

    address: str
    name: str = ""
    state: State | dict[str, State] = "up"
    filtered: tuple[int, ...] = ()

    def in_world(self, world: str) -> str:
        """Its state in a world."""
        return self.state.get(world, "silent") if isinstance(self.state, dict) else self.state


class ServiceSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A service on a port of a host. `behaviour` is the mode or kind of the server class that `kind` stands for.

    Attributes:
        address: of the host.
        port: under which it is reached.
        kind: "smtp" (port 25 or 587), "smtps" (TLS from the first octet), "proxy", "udp", "tcp", "ssh" or "resolver".
        behaviour: see MailBehaviour.mode, ProxyServer, UdpService, TcpService, SshServer and make_name_server.
        worlds: in which it runs.
        certificate: name of a certificate, for mail servers.
        speaks: for UDP services that misbehave.
        title: of a login page.
        name, users: see MailBehaviour; of an SSH server the name of the host whose inside it shows, and its accounts.
        local_domains, auth, greeting_delay, tarpit, pace: see MailBehaviour.
    """

    address: str
    port: int
    kind: Literal["smtp", "smtps", "proxy", "udp", "tcp", "ssh", "resolver"]
    behaviour: str
    worlds: tuple[str, ...] = WORLDS
    certificate: str = ""
    speaks: str = "echo"
    title: str = "Anmeldung"
    name: str = "mail.blumenhof.example"
    local_domains: tuple[str, ...] = ("blumenhof.example",)
    users: tuple[str, ...] = ("postmaster", "abuse", "info")
    auth: Literal["never", "tls", "always"] = "never"
    greeting_delay: float = 0.0
    tarpit: float = 0.0
    pace: float = 1.0


class CertificateSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A certificate of the demo's own authority.

    Attributes:
        name: for services.
        hosts: names that it is valid for.
        worlds: in which it is shown.
        days: until it ends; negative for one that has ended.
        zone: where TLSA records are published, "" for none.
        tlsa: owner names of its TLSA records (RFC 6698), 3 1 1.
        renewed: the records are those of the certificate before.
    """

    name: str
    hosts: tuple[str, ...]
    worlds: tuple[str, ...] = WORLDS
    days: int = 60
    zone: str = ""
    tlsa: tuple[str, ...] = ()
    renewed: bool = False


class Certificates:
    """The certificates of a world, made at start.

    Attributes:
        contexts: name -> what a server needs.
        tlsa: (zone, owner, data) of the records to publish.
    """

    def __init__(self, authority: trustme.CA, specs: Iterable[CertificateSpec], world: str) -> None:
        self.contexts: dict[str, ssl.SSLContext] = {}
        self.tlsa: list[tuple[str, str, str]] = []
        end = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
        for spec in specs:
            if world not in spec.worlds:
                continue
            made = authority.issue_cert(*spec.hosts, not_after=end + datetime.timedelta(days=spec.days))
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            made.configure_cert(context)
            self.contexts[spec.name] = context
            published = authority.issue_cert(*spec.hosts) if spec.renewed else made
            self.tlsa += [(spec.zone, owner, f"3 1 1 {_key_hash(published)}") for owner in spec.tlsa]


def _key_hash(certificate: trustme.LeafCert) -> str:
    key = x509.load_pem_x509_certificate(certificate.cert_chain_pems[0].bytes()).public_key()
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


class Services:
    """The services of a world, by (address, port, "udp" or "tcp").

    Args:
        resolver: what open resolvers answer.
        contexts: certificates by name.
        find: where an address and port really is, for proxies.
        inside: what the collector prints on a host at this moment, by its name.
    """

    def __init__(
        self,
        resolver: Resolver,
        contexts: dict[str, ssl.SSLContext],
        find: Callable[[str, int], tuple[str, int] | None],
        inside: Callable[[str], bytes],
    ) -> None:
        self._resolver, self._contexts, self._find, self._inside = resolver, contexts, find, inside
        self.running: dict[tuple[str, int, str], Server] = {}

    async def start(self, specs: Iterable[ServiceSpec], world: str, table: Table) -> None:
        """Starts what runs in a world and enters it into the table."""
        for spec in specs:
            if world in spec.worlds:
                server = self._make(spec)
                await server.start()
                for protocol in {"udp": ("udp",), "resolver": ("udp", "tcp")}.get(spec.kind, ("tcp",)):
                    key = (spec.address, spec.port, protocol)
                    self.running[key] = server
                    table[key] = Route("127.0.0.1", server.port)

    def close(self) -> None:
        """Closes the sockets and every connection."""
        for server in self.running.values():
            server.close()

    async def wait_closed(self) -> None:
        """Waits until nothing is left of the connections."""
        await asyncio.gather(*(s.wait_closed() for s in self.running.values() if isinstance(s, StreamServer | SshServer)))

    def _make(self, spec: ServiceSpec) -> Server:
        # The classes refuse what they do not know.
        match spec.kind:
            case "smtp" | "smtps":
                behaviour = MailBehaviour(
                    spec.name, spec.local_domains, spec.users, cast(MailMode, spec.behaviour), spec.auth,
                    greeting_delay=spec.greeting_delay, tarpit=spec.tarpit, pace=spec.pace,
                )  # fmt: skip
                context = self._contexts[spec.certificate] if spec.certificate else None
                return MailServer(behaviour, context, implicit_tls=spec.kind == "smtps")
            case "proxy":
                return ProxyServer(cast(ProxyKind, spec.behaviour), self._find)
            case "udp":
                return UdpService(cast(UdpKind, spec.behaviour), speaks=cast(UdpKind, spec.speaks))
            case "tcp":
                return TcpService(cast(TcpKind, spec.behaviour), title=spec.title, pace=spec.pace)
            case "ssh":
                return SshServer(spec.users, partial(self._inside, spec.name), cast(SshBehaviour, spec.behaviour))
            case _:
                return make_name_server(cast(ResolverKind, spec.behaviour), self._resolver)
