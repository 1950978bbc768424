"""Connections and look-ups that tell something about this network and nothing about a target."""

from __future__ import annotations

import asyncio
import ipaddress

from selfaudit.facts.dns import DnsAnswer
from selfaudit.facts.exposure import PortOutcome
from selfaudit.facts.vantage import ControlConnection
from selfaudit.i18n import phrase
from selfaudit.net import tcp
from selfaudit.net.gate import Gate, NotPermittedError
from selfaudit.net.tcp import LineTooLong

PURPOSE = phrase("control connection")


async def connect(gate: Gate, host: str, address: str, port: int, timeout: float, patience: float) -> ControlConnection:
    """Connects, reads a line if `patience` (seconds) is given, and hangs up."""
    try:
        gate.check_passive(address)
    except NotPermittedError as error:
        return ControlConnection(host, address, port, "error", str(error))
    state, connection = await tcp.connect(gate, address, port, timeout, purpose=PURPOSE, authority="")
    if connection is None:
        return ControlConnection(host, address, port, state.outcome.value, state.detail)
    greeting = ""
    try:
        if patience:
            line = await connection.read_line(2000, asyncio.get_running_loop().time() + patience)
            greeting = line.decode("latin-1")[:200]
    except (TimeoutError, OSError, LineTooLong):
        # It took the connection and does not speak: not the server that it should be.
        return ControlConnection(host, address, port, PortOutcome.SILENT.value, phrase("it says nothing"))
    finally:
        connection.close()
    return ControlConnection(host, address, port, PortOutcome.OPEN.value, greeting)


def addresses_in(answers: tuple[DnsAnswer, ...], version: int) -> tuple[str, ...]:
    """The addresses of one family that such look-ups were answered with."""
    found: dict[str, None] = {}
    for answer in answers:
        for text in answer.texts() if answer.rdtype == "TXT" else answer.records:
            try:
                address = ipaddress.ip_address(text.strip())
            except ValueError:
                continue
            if address.version == version:
                found[str(address)] = None
    return tuple(found)
