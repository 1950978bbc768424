"""One SNTP exchange (RFC 4330)."""

from __future__ import annotations

import asyncio
import os
import struct
import time

from selfaudit.i18n import phrase
from selfaudit.net.gate import Gate, NotPermittedError

_EPOCH = 2_208_988_800  # seconds from 1900 to 1970


class _Once(asyncio.DatagramProtocol):
    def __init__(self, cookie: bytes) -> None:
        self.cookie = cookie
        self.reply: asyncio.Future[tuple[bytes, float]] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: object) -> None:
        # The originate timestamp echoes our random transmit timestamp: anything else is not our answer.
        if len(data) >= 48 and data[24:32] == self.cookie and data[0] & 7 == 4 and not self.reply.done():
            self.reply.set_result((data, time.time()))

    def error_received(self, exc: Exception) -> None:
        if not self.reply.done():
            self.reply.set_exception(exc)


async def exchange(gate: Gate, address: str, port: int, timeout: float) -> tuple[float, float]:
    """Asks a time server.

    Returns:
        (seconds by which this clock is behind, round trip in seconds).

    Raises:
        OSError: no usable answer; the text says why. TimeoutError is one of these.
    """
    try:
        gate.check_passive(address)
    except NotPermittedError as error:
        raise OSError(str(error)) from error
    gate.count(address, port, "udp", "SNTP")
    route = gate.route(address, port, "udp")
    if route is None:
        await asyncio.sleep(timeout)
        raise TimeoutError("no answer")
    cookie = os.urandom(8)
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_datagram_endpoint(lambda: _Once(cookie), remote_addr=(route.address, route.port))
    try:
        sent = time.time()
        transport.sendto(b"\x23" + b"\0" * 39 + cookie)
        async with asyncio.timeout(timeout):
            data, received = await protocol.reply
    except TimeoutError:
        raise TimeoutError("no answer") from None
    finally:
        transport.close()
    stratum = data[1]
    if not 1 <= stratum <= 15:
        raise OSError(phrase("the time server is not synchronised itself"))
    arrived, left = (_seconds(data[i : i + 8]) for i in (32, 40))
    return ((arrived - sent) + (left - received)) / 2, max(0.0, (received - sent) - (left - arrived))


def _seconds(timestamp: bytes) -> float:
    seconds, fraction = struct.unpack("!II", timestamp)
    return float(seconds - _EPOCH) + float(fraction) / 2**32
