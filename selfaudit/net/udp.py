"""One UDP packet, and what comes back from the address and port that it was sent to."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from selfaudit.facts.exposure import PortOutcome
from selfaudit.i18n import phrase
from selfaudit.net.gate import Gate
from selfaudit.net.tcp import EMBEDDED_SILENCE

_MAX_DATAGRAMS = 100
_MAX_OCTETS = 200_000
_QUIET = 0.3  # seconds without a further datagram after which the answer counts as whole


@dataclass(slots=True)
class Datagrams:
    """What came back.

    Attributes:
        payloads: datagrams in their order, at most 100 and 200 kB.
        closed: the host said that nothing listens there (ICMP port unreachable).
        detail: why nothing could be sent or received, in words.
        seconds: until the first datagram, 0 if none came.
    """

    payloads: list[bytes] = field(default_factory=list)
    closed: bool = False
    detail: str = ""
    seconds: float = 0.0


class _Exchange(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.got = Datagrams()
        self.octets = 0
        self.news = asyncio.Event()
        self.full = False

    def datagram_received(self, data: bytes, addr: object) -> None:
        if self.full:
            return
        self.got.payloads.append(data)
        self.octets += len(data)
        self.full = len(self.got.payloads) >= _MAX_DATAGRAMS or self.octets >= _MAX_OCTETS
        self.news.set()

    def error_received(self, exc: Exception) -> None:
        if isinstance(exc, ConnectionRefusedError):
            self.got.closed = True
        self.got.detail = str(exc)
        self.full = True
        self.news.set()


async def exchange(
    gate: Gate, address: str, port: int, payload: bytes, timeout: float, *, purpose: str, authority: str
) -> Datagrams:
    """Sends one packet from a socket that is connected to its destination, so that answers of others are never seen.

    `timeout` is how many seconds to wait for the first datagram.
    """
    gate.count(address, port, "udp", purpose, authority)
    route = gate.route(address, port, "udp")
    if route is None:
        assert gate.routes is not None
        if gate.routes.absence(address, port, "udp") is PortOutcome.CLOSED:
            return Datagrams(closed=True, detail=phrase("port unreachable"))
        await asyncio.sleep(min(timeout, EMBEDDED_SILENCE))
        return Datagrams()
    loop = asyncio.get_running_loop()
    try:
        transport, protocol = await loop.create_datagram_endpoint(_Exchange, remote_addr=(route.address, route.port))
    except OSError as error:
        return Datagrams(detail=error.strerror or str(error))
    started = loop.time()
    try:
        transport.sendto(payload)
        wait = timeout
        while not protocol.full:
            protocol.news.clear()
            try:
                async with asyncio.timeout(wait):
                    await protocol.news.wait()
            except TimeoutError:
                break
            if not protocol.got.seconds:
                protocol.got.seconds = loop.time() - started
            wait = min(_QUIET, max(0.0, started + timeout + 1.0 - loop.time()))
        return protocol.got
    finally:
        transport.close()
