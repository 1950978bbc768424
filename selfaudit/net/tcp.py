"""One TCP connection with bounds on everything: time, octets, lines."""

from __future__ import annotations

import asyncio
import errno
import os
import ssl
import time

from selfaudit.facts.exposure import PortOutcome, PortState
from selfaudit.i18n import phrase
from selfaudit.net.gate import Gate

_BUFFER = 65_536
EMBEDDED_SILENCE = 0.2  # seconds; in the embedded internet it is known that nothing will come
_NO_WAY = {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.ENETDOWN}
# Refused by this computer's own rules or lack of a family, not by anything on the way.
_OURS = {errno.EACCES, errno.EPERM, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.EMFILE, errno.ENFILE}


class LineTooLong(Exception):
    """The peer sent more without a line end than any line may have."""


class Connection:
    """A connection that was made. Reads return what is there and never more than asked for.

    Attributes:
        ended: the peer has hung up; without it, a read that gave nothing met silence.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._rest = b""
        self.ended = False

    async def read(self, limit: int, timeout: float) -> bytes:
        """Some octets, at most `limit`; b"" at the end.

        Raises:
            TimeoutError: nothing came in `timeout` seconds.
            OSError: the connection broke.
        """
        if self._rest:
            data, self._rest = self._rest[:limit], self._rest[limit:]
            return data
        async with asyncio.timeout(timeout):
            data = await self._reader.read(limit)
        self.ended = not data
        return data

    async def read_all(self, limit: int, timeout: float) -> bytes:
        """Everything until the end, `limit` octets or `timeout` seconds, whichever comes first. A break is an end too."""
        data = b""
        deadline = asyncio.get_running_loop().time() + timeout
        while len(data) < limit:
            left = deadline - asyncio.get_running_loop().time()
            try:
                more = await self.read(limit - len(data), max(left, 0.001))
            except (TimeoutError, OSError):
                break
            if not more:
                break
            data += more
        return data

    async def read_line(self, limit: int, deadline: float) -> bytes:
        """One line without its end; what follows it is kept for the next read.

        Args:
            limit: octets.
            deadline: on the clock of the running loop.

        Raises:
            TimeoutError: no whole line until then.
            LineTooLong: `limit` octets without an end.
            ConnectionError: the peer hung up before the end of the line.
        """
        data, self._rest = self._rest, b""
        loop = asyncio.get_running_loop()
        while b"\n" not in data:
            if len(data) > limit:
                raise LineTooLong
            left = deadline - loop.time()
            if left <= 0:
                self._rest = data
                raise TimeoutError
            try:
                async with asyncio.timeout(left):
                    more = await self._reader.read(4096)
            except TimeoutError:
                self._rest = data
                raise
            if not more:
                self._rest = data
                raise ConnectionResetError(phrase("the server hung up"))
            data += more
        line, _end, self._rest = data.partition(b"\n")
        if len(line) > limit:
            raise LineTooLong
        return line.removesuffix(b"\r")

    async def write(self, data: bytes, timeout: float = 5.0) -> None:
        """Sends octets.

        Raises:
            TimeoutError: the peer does not take them.
            OSError: the connection broke.
        """
        self._writer.write(data)
        async with asyncio.timeout(timeout):
            await self._writer.drain()

    async def start_tls(self, context: ssl.SSLContext, name: str, timeout: float) -> ssl.SSLObject:
        """Begins TLS on the open connection.

        Raises:
            TimeoutError: no handshake in `timeout` seconds.
            ssl.SSLError, OSError: it failed.
        """
        async with asyncio.timeout(timeout):
            await self._writer.start_tls(context, server_hostname=name or None, ssl_handshake_timeout=timeout)
        tls: ssl.SSLObject = self._writer.get_extra_info("ssl_object")
        return tls

    async def pending(self) -> bytes:
        """Octets that came already and were not read, b"" for none. Some of them suffice to know that there are any."""
        if not self._rest:
            try:
                async with asyncio.timeout(0):
                    self._rest = await self._reader.read(1)
            except (TimeoutError, OSError):
                return b""
        return self._rest

    @property
    def local_address(self) -> str:
        """Our end of the connection."""
        name: tuple[str, ...] = self._writer.get_extra_info("sockname") or ("",)
        return name[0]

    def close(self) -> None:
        """Hangs up at once."""
        self._writer.transport.abort()


async def connect(
    gate: Gate, address: str, port: int, timeout: float, *, purpose: str, authority: str
) -> tuple[PortState, Connection | None]:
    """Opens a connection and says what it met. Counts it; whether it may be made was decided before.

    `timeout` is in seconds; `authority` is "" for what is public.
    """
    gate.count(address, port, "tcp", purpose, authority)
    route = gate.route(address, port, "tcp")
    started = time.monotonic()

    def state(outcome: PortOutcome, detail: str = "") -> PortState:
        return PortState(port, outcome, round((time.monotonic() - started) * 1000, 1), detail)

    if route is None:
        assert gate.routes is not None
        outcome = gate.routes.absence(address, port, "tcp")
        if outcome is PortOutcome.SILENT:
            await asyncio.sleep(min(timeout, EMBEDDED_SILENCE))
            return state(outcome, phrase("no answer in time")), None
        return state(
            outcome, phrase("connection refused") if outcome is PortOutcome.CLOSED else phrase("no route to host")
        ), None
    try:
        async with asyncio.timeout(timeout):
            reader, writer = await asyncio.open_connection(route.address, route.port, limit=_BUFFER)
    except TimeoutError:
        return state(PortOutcome.SILENT, phrase("no answer in time")), None
    except OSError as error:
        return state(_outcome(error), os.strerror(error.errno) if error.errno else str(error)), None
    return state(PortOutcome.OPEN), Connection(reader, writer)


def _outcome(error: OSError) -> PortOutcome:
    if isinstance(error, ConnectionRefusedError | ConnectionResetError):
        return PortOutcome.CLOSED
    if error.errno == errno.ETIMEDOUT:
        return PortOutcome.SILENT
    if error.errno in _NO_WAY:
        return PortOutcome.UNREACHABLE
    return PortOutcome.ERROR
