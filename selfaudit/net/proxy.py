"""Asking a server to pass something on, by each of the protocols of proxies, and seeing whether it really did."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass

from selfaudit.facts.exposure import ProxyAttempt, ProxyOutcome
from selfaudit.i18n import phrase
from selfaudit.net.active import Active
from selfaudit.net.tcp import Connection
from selfaudit.protocols import http_status, socks

PURPOSE = phrase("proxy test")
HTTP_METHODS = ("GET", "CONNECT")
SOCKS_METHODS = ("SOCKS5", "SOCKS4", "SOCKS4a")
_REPLY = 300
_BODY = 4096


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a proxy is asked to lead, and how we know that it did.

    Attributes:
        host: an address.
        port: TCP port.
        path: of the URL for GET, "" if only tunnels make sense.
        knock: what is sent through a tunnel, b"" to wait for a greeting.
        proves: whether what came back can only come from there.
        reached: who came to the destination, by address, as the destination itself saw it; "" if nobody did.
        certain: it can be reached, as was seen; then a failure to get there is a refusal.
    """

    host: str
    port: int
    path: str
    knock: bytes
    proves: Callable[[bytes], bool]
    reached: Callable[[], str]
    certain: bool = False

    @property
    def authority(self) -> str:
        """Host and port as they stand in a URL."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class ProxyTest:
    """Tests one port of one address. Each method takes a connection of its own.

    Args:
        active: opens connections, with authority.
        address: of the tested server.
        wait: seconds for an answer; a proxy needs time to connect to where it leads.
        embedded: everything is on this machine, so that addresses of visitors tell nothing.
    """

    def __init__(self, active: Active, address: str, wait: float, *, embedded: bool) -> None:
        self._active, self._address, self._wait, self._embedded = active, address, wait, embedded

    async def attempt(self, port: int, method: str, to: Destination) -> ProxyAttempt:
        """One request by one method."""

        def result(outcome: ProxyOutcome, reply: bytes = b"", detail: str = "") -> ProxyAttempt:
            visitor = to.reached()
            if visitor and outcome is not ProxyOutcome.PROVEN:
                # Filters and scanners on the way fetch what they see; only the tested server itself proves anything.
                its_own = visitor == self._address or self._embedded
                outcome = ProxyOutcome.PROVEN if its_own else ProxyOutcome.UNCLEAR
                detail = phrase("our own endpoint was reached from {visitor}", visitor=visitor)
            return ProxyAttempt(port, method, to.authority, outcome, reply[:_REPLY].decode("latin-1"), detail)

        async with self._active.connection(self._address, port, PURPOSE) as (state, connection):
            if connection is None:
                return result(ProxyOutcome.NO_ANSWER, detail=state.detail)
            try:
                if method == "GET":
                    return result(*await self._get(connection, to))
                if method == "CONNECT":
                    return result(*await self._connect(connection, to))
                return result(*await self._socks(connection, method, to))
            except (TimeoutError, OSError) as error:
                return result(ProxyOutcome.NO_ANSWER, detail=str(error) or phrase("no answer in time"))

    async def plain_status(self, port: int) -> int:
        """The status of an ordinary request for a page that does not exist: how the server answers as a web server."""
        async with self._active.connection(self._address, port, PURPOSE) as (_state, connection):
            if connection is None:
                return 0
            try:
                await connection.write(
                    b"GET /selfaudit-no-such-page HTTP/1.0\r\nHost: %s\r\n\r\n" % self._address.encode(), self._wait
                )
                return http_status.read(await connection.read_all(_REPLY, self._wait)).code
            except (TimeoutError, OSError):
                return 0

    async def _get(self, connection: Connection, to: Destination) -> tuple[ProxyOutcome, bytes, str]:
        await connection.write(
            f"GET http://{to.authority}{to.path} HTTP/1.0\r\nHost: {to.authority}\r\nConnection: close\r\n\r\n".encode("ascii"),
            self._wait,
        )
        data = await connection.read_all(_BODY, self._wait)
        if to.proves(data):
            return ProxyOutcome.PROVEN, data, ""
        return self._by_status(data) if data else self._nothing(connection)

    @staticmethod
    def _nothing(connection: Connection) -> tuple[ProxyOutcome, bytes, str]:
        if connection.ended:
            return ProxyOutcome.NOT_A_PROXY, b"", phrase("it hangs up")  # as servers do that do not know the protocol
        return ProxyOutcome.SILENT, b"", phrase("it says nothing")

    @staticmethod
    def _by_status(data: bytes) -> tuple[ProxyOutcome, bytes, str]:
        status = http_status.read(data)
        if status.code in (403, 407):
            return ProxyOutcome.REFUSED, data, f"HTTP {status.code}"
        # RFC 9110 section 15.6: "not implemented" and "version not supported" are about the request; the others are what
        # proxies say that did not get there, each in its own way.
        if status.code >= 500 and status.code not in (501, 505):
            return ProxyOutcome.TRIED, data, f"HTTP {status.code}"
        detail = f"HTTP {status.code}" if status.code else phrase("not HTTP")
        return ProxyOutcome.NOT_A_PROXY, data, detail

    async def _connect(self, connection: Connection, to: Destination) -> tuple[ProxyOutcome, bytes, str]:
        await connection.write(f"CONNECT {to.authority} HTTP/1.1\r\nHost: {to.authority}\r\n\r\n".encode("ascii"), self._wait)
        head = b""
        # One limit for all of it: octet by octet it could else go on for an hour.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._wait):
                while b"\r\n\r\n" not in head and len(head) < _BODY:
                    more = await connection.read(_BODY - len(head), self._wait)
                    if not more:
                        break
                    head += more
        if not head:
            return self._nothing(connection)
        status = http_status.read(head)
        if not 200 <= status.code < 300:
            return self._by_status(head)
        return await self._through(connection, to, head, has_body=status.has_body)

    async def _through(
        self, connection: Connection, to: Destination, head: bytes, *, has_body: bool = False
    ) -> tuple[ProxyOutcome, bytes, str]:
        """The tunnel is said to be there: is the destination at its end?"""
        try:
            if to.knock:
                await connection.write(to.knock, self._wait)
            data = await connection.read_all(_BODY, self._wait if to.knock else min(self._wait, 6.0))
        except (TimeoutError, OSError):
            data = b""
        _header, _gap, rest = head.partition(b"\r\n\r\n") if head.startswith(b"HTTP/") else (b"", b"", head)
        if to.proves(rest + data):
            return ProxyOutcome.PROVEN, head + data, ""
        if has_body or rest or data.startswith(b"HTTP/"):
            # A tunnel has no page of its own: this is a web server that answers everything.
            return ProxyOutcome.NOT_A_PROXY, head + data, phrase("it answers with a page of its own")
        return ProxyOutcome.UNCLEAR, head + data, phrase("it says that the way is open, and nothing comes through")

    async def _socks(self, connection: Connection, method: str, to: Destination) -> tuple[ProxyOutcome, bytes, str]:
        if method == "SOCKS5":
            await connection.write(socks.SOCKS5_GREETING, self._wait)
            greeting = await connection.read_all(2, self._wait)
            if not greeting:
                return self._nothing(connection)
            chosen = socks.socks5_method(greeting)
            if chosen != "open":
                outcome = ProxyOutcome.REFUSED if chosen else ProxyOutcome.NOT_A_PROXY
                return outcome, greeting, phrase("it wants a password") if chosen == "password" else ""
            await connection.write(socks.socks5_connect(to.host, to.port), self._wait)
            reply = await connection.read_all(5, self._wait)
            reply += await connection.read_all(max(0, socks.socks5_reply_length(reply) - len(reply)), self._wait)
            said = socks.socks5_reply(reply)
            if not reply:
                # It took a stranger without a password; that it keeps silent now is what a proxy does while it tries.
                return ProxyOutcome.TRIED, greeting, phrase("it lets strangers in without a password, and is still trying")
        else:
            if ":" in to.host:
                return ProxyOutcome.NOT_A_PROXY, b"", phrase("SOCKS4 knows no IPv6")
            await connection.write(socks.socks4(to.host, to.port, by_name=method == "SOCKS4a"), self._wait)
            reply = await connection.read_all(8, self._wait)
            said = socks.socks4_reply(reply)
        if said == "granted":
            return await self._through(connection, to, b"")
        if not reply:
            return self._nothing(connection)
        outcomes = {"refused": ProxyOutcome.REFUSED, "tried": ProxyOutcome.TRIED}
        if said == "refused" and method != "SOCKS5" and not to.certain:
            return ProxyOutcome.UNCLEAR, reply, phrase("it refuses, or it did not get there; this protocol does not tell which")
        return outcomes.get(said, ProxyOutcome.NOT_A_PROXY), reply, ""
