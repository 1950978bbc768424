"""One WHOIS question (RFC 3912): a line, and everything that comes until the server hangs up; bounded in time and size."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from selfaudit.facts.exposure import PortOutcome
from selfaudit.facts.registration import LookupOutcome, RegistryExchange
from selfaudit.i18n import phrase
from selfaudit.net import tcp
from selfaudit.net.gate import NotPermittedError
from selfaudit.protocols import whois

if TYPE_CHECKING:
    from selfaudit.net import Net

MAX_ANSWER = 65_536
KEPT = 16_384
_CONNECTIONS = {
    PortOutcome.SILENT: LookupOutcome.TIMEOUT,
    PortOutcome.CLOSED: LookupOutcome.CONNECTION_FAILED,
    PortOutcome.UNREACHABLE: LookupOutcome.CONNECTION_FAILED,
}


async def ask(net: Net, host: str, port: int, line: str) -> tuple[RegistryExchange, str]:
    """Asks one server, at most two of its addresses.

    Returns:
        The exchange, and the whole text if it came to an end.
    """
    result = RegistryExchange(
        "whois", host, "", line, LookupOutcome.NO_ADDRESS, detail=phrase("the host name has no address"), at=time.time()
    )
    for address in (await net.host_addresses(host))[:2]:
        result, text = await _ask(net, host, address, port, line)
        if result.outcome not in (LookupOutcome.CONNECTION_FAILED, LookupOutcome.TIMEOUT):
            return result, text
    return result, ""


async def _ask(net: Net, host: str, address: str, port: int, line: str) -> tuple[RegistryExchange, str]:
    at, started = time.time(), time.monotonic()

    def done(outcome: LookupOutcome, detail: str = "", text: str = "") -> RegistryExchange:
        ms = round((time.monotonic() - started) * 1000, 1)
        return RegistryExchange("whois", host, address, line, outcome, text=text[:KEPT], detail=detail, at=at, ms=ms)

    try:
        net.gate.check_passive(address)
    except NotPermittedError as error:
        return done(LookupOutcome.REFUSED_SCOPE, str(error)), ""
    limits = net.settings.limits
    state, connection = await tcp.connect(net.gate, address, port, limits.connect_timeout, purpose="WHOIS", authority="")
    if connection is None:
        return done(_CONNECTIONS.get(state.outcome, LookupOutcome.CONNECTION_FAILED), state.detail), ""
    try:
        await connection.write(line.encode("ascii", "replace") + b"\r\n")
        data = await connection.read_all(MAX_ANSWER + 1, limits.http_timeout)
    except (TimeoutError, OSError):
        return done(LookupOutcome.CONNECTION_FAILED, phrase("the server hung up")), ""
    finally:
        connection.close()
    text = whois.decode(data)
    if len(data) > MAX_ANSWER:
        return done(LookupOutcome.TOO_LARGE, phrase("more than {max_body} octets", max_body=MAX_ANSWER), text), ""
    if not connection.ended:
        return done(LookupOutcome.TIMEOUT, phrase("not done in time"), text), ""
    if not text.strip():
        return done(LookupOutcome.UNREADABLE, phrase("the answer is empty")), ""
    return done(LookupOutcome.ANSWERED, "", text), text
