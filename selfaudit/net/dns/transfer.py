"""Asking a name server for a whole zone, and hanging up as soon as it is clear whether it would give it (RFC 5936)."""

from __future__ import annotations

import asyncio
import os
import struct

import dns.rcode

from selfaudit.i18n import phrase
from selfaudit.net.dns import wire
from selfaudit.net.dns.wire import BadName
from selfaudit.net.gate import Gate

_ENOUGH = 3  # records that prove a transfer (a lone SOA does not); no more is fetched and none is kept
_REFUSALS = (5, 9)  # REFUSED, NOTAUTH; anything else is some trouble and no refusal


async def try_transfer(gate: Gate, address: str, port: int, zone: str, timeout: float) -> tuple[str, int, str]:
    """Tries a zone transfer.

    Returns:
        ("given" | "refused" | "no-answer", records seen, detail).

    Raises:
        NotPermittedError: without authority for the address.
    """
    authority = gate.check_active(address)
    gate.count(address, port, "tcp", phrase("zone transfer"), authority)
    route = gate.route(address, port, "tcp")
    try:
        async with asyncio.timeout(timeout):
            if route is None:
                await asyncio.sleep(timeout * 2)
                return "no-answer", 0, "no answer"
            return await _transfer(route.address, route.port, zone)
    except TimeoutError:
        return "no-answer", 0, phrase("no answer in time")
    except (OSError, asyncio.IncompleteReadError) as error:
        return "no-answer", 0, str(error) or type(error).__name__
    except BadName:
        return "no-answer", 0, phrase("not a name that can be asked for")


async def _transfer(address: str, port: int, zone: str) -> tuple[str, int, str]:
    qid = int.from_bytes(os.urandom(2), "big")
    question = wire.make_question(zone, "AXFR", recursion=False).without_edns()
    message = question.wire(qid)
    reader, writer = await asyncio.open_connection(address, port, limit=70_000)
    try:
        writer.write(struct.pack("!H", len(message)) + message)
        await writer.drain()
        seen = 0
        for _message in range(3):
            try:
                (length,) = struct.unpack("!H", await reader.readexactly(2))
                data = await reader.readexactly(length)
            except (OSError, asyncio.IncompleteReadError):
                break
            if len(data) < 12 or data[:2] != struct.pack("!H", qid):
                return "no-answer", 0, phrase("the answer does not belong to the question")
            code = data[3] & 0x0F
            if code:
                return ("refused" if code in _REFUSALS else "no-answer"), 0, dns.rcode.to_text(dns.rcode.Rcode(code))
            seen += struct.unpack("!H", data[6:8])[0]
            if seen >= _ENOUGH:
                return "given", seen, ""
    finally:
        writer.close()
    return "no-answer", seen, phrase("closed without data")
