"""Peers that do whatever a test wants, and a network in which some addresses lead to them."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

import dns.message
import dns.rcode
import dns.rdatatype

from selfaudit.demo.tcp_servers import Connection, StreamServer
from selfaudit.net import Net, Route, Routes, open_net
from selfaudit.settings import DnsSettings, LimitSettings, ScopeSettings, Settings, SmtpSettings, TlsSettings
from tests.net.fakes import FakeServer, reply

ADDRESS, RESOLVER, STATED = "192.0.2.25", "192.0.2.53", "stated: test"
LIMITS: dict[str, Any] = {
    "connect_timeout": 0.5, "udp_timeout": 0.3, "smtp_timeout": 5.0, "probe_pause": 0.0, "dns_timeout": 0.5, "dns_tries": 1,
}  # fmt: skip
IMPATIENT = {"smtp_timeout": 0.4}
Zone = Mapping[tuple[str, str], Sequence[str]]


class Peer(StreamServer):
    """A TCP server whose side of each connection is a function."""

    def __init__(self, talk: Callable[[Connection], Awaitable[None]]) -> None:
        super().__init__()
        self._talk = talk

    async def serve(self, connection: Connection) -> None:
        await self._talk(connection)


HANG_UP = None
Line = bytes | None


class Script(StreamServer):
    """A mail server that gives each command the reply that is written down for it, "250 Ok" where none is.

    Args:
        replies: verb -> reply, or replies in their order of which the last one stays; HANG_UP ends the connection. "greeting"
            and "." (the end of a message) count as verbs.
        context: with it, TLS begins after the reply to STARTTLS.

    Attributes:
        commands: the lines that came, of all connections; lines of a message after DATA as they are.
    """

    def __init__(
        self, replies: Mapping[str, Line | Sequence[Line]] | None = None, context: ssl.SSLContext | None = None
    ) -> None:
        super().__init__()
        usual: dict[str, Line | Sequence[Line]] = {
            "greeting": b"220 mail.shop.test ESMTP\r\n", "EHLO": b"250-mail.shop.test\r\n250 8BITMIME\r\n", "DATA": b"354 Go on\r\n",
        }  # fmt: skip
        self.replies = usual | dict(replies or {})
        self.context = context
        self.commands: list[str] = []
        self._turns: dict[str, int] = {}

    def verbs(self) -> list[str]:
        """The first words of the commands."""
        return [command.partition(" ")[0] for command in self.commands]

    def count(self, verb: str) -> int:
        """How often a command came."""
        return self.verbs().count(verb)

    async def serve(self, connection: Connection) -> None:
        said = self._reply("greeting")
        in_message = False
        while said is not None:
            await connection.send(said)
            line = (await connection.until(b"\n")).decode("latin-1").rstrip("\r\n")
            self.commands.append(line)
            verb = line.partition(" ")[0].upper()
            if in_message and line != ".":
                said = b""
                continue
            said = self._reply(verb)
            in_message = verb == "DATA" and said is not None and said.startswith(b"354")
            if verb == "STARTTLS" and self.context and said is not None and said.startswith(b"220"):
                await connection.send(said)
                await connection.start_tls(self.context)
                said = b""

    def _reply(self, verb: str) -> Line:
        found = self.replies.get(verb, b"250 Ok\r\n")
        if found is None or isinstance(found, bytes):
            return found
        turn = self._turns[verb] = self._turns.get(verb, -1) + 1
        return found[min(turn, len(found) - 1)]


def name_server(zone: Zone) -> FakeServer:
    """A resolver that knows a few names: (bare name, type) -> records. All other names do not exist."""

    def answer(query: dns.message.Message, tcp: bool) -> Iterable[bytes]:
        asked = query.question[0]
        name = asked.name.to_text().rstrip(".").lower()
        found: list[str] = []
        rdtype = dns.rdatatype.to_text(asked.rdtype)
        alias = zone.get((name, "CNAME"))
        if alias:
            found.append(f"{name}. CNAME {alias[0]}")
            name = alias[0].rstrip(".")
        found += [f"{name}. {rdtype} {data}" for data in zone.get((name, rdtype), ())]
        exists = found or any(known == name for known, _rdtype in zone)
        yield reply(query, *found, rcode=dns.rcode.NOERROR if exists else dns.rcode.NXDOMAIN)

    return FakeServer(answer)


@contextlib.asynccontextmanager
async def world(
    servers: Mapping[tuple[str, int], StreamServer] | Mapping[int, StreamServer],
    zone: Zone | None = None,
    *,
    permitted: Iterable[str] = (ADDRESS,),
    relay_recipient: str = "",
    ca_file: str = "",
    **limits: Any,
) -> AsyncIterator[Net]:
    """The network of a run. Servers stand at (address, port), or at a port of ADDRESS; all else there is closed.

    `permitted` are the addresses that somebody stated may be probed.
    """
    resolver = name_server(zone or {})
    async with contextlib.AsyncExitStack() as stack:
        await resolver.start()
        stack.callback(resolver.close)
        table = {(RESOLVER, 53, protocol): Route("127.0.0.1", resolver.port) for protocol in ("udp", "tcp")}
        for key, server in servers.items():
            address, port = key if isinstance(key, tuple) else (ADDRESS, key)
            await stack.enter_async_context(server)
            table[address, port, "tcp"] = Route("127.0.0.1", server.port)
        settings = Settings(
            scope=ScopeSettings(allow_reserved=True),
            dns=DnsSettings(resolvers=(RESOLVER,)),
            smtp=SmtpSettings(relay_recipient=relay_recipient),
            tls=TlsSettings(ca_file=ca_file),
            limits=LimitSettings(**{**LIMITS, **limits}),
        )
        alive = frozenset(address for address, _port, _protocol in table)
        net = open_net(settings, routes=Routes(table, alive), keys={})
        net.gate.permitted.update(dict.fromkeys(permitted, STATED))
        try:
            yield net
            # We hung up, so every server comes to its end; before that it may not have read our last word.
            if tasks := [task for server in servers.values() for task in server._tasks]:
                await asyncio.wait(tasks, timeout=5)
        finally:
            net.close()
