"""One small packet to each UDP service that is known for large answers."""

from __future__ import annotations

import asyncio

from selfaudit.case import Case, Target
from selfaudit.facts import FailureReason, ProbeFailure, Request
from selfaudit.facts.dns import DnsStatus
from selfaudit.facts.exposure import Amplifiers, DatagramExchange
from selfaudit.i18n import phrase
from selfaudit.net import Net
from selfaudit.probes.planned import PlannedContact
from selfaudit.protocols.amplifiers import PROTOCOLS, Protocol

FACT = Amplifiers


def request(target: Target, case: Case) -> Request:
    """One per address."""
    return Request(FACT.kind, target.value)


def contacts(request: Request, net: Net) -> list[PlannedContact]:
    """One packet to each service, and the control for port 53."""
    return [
        PlannedContact(
            request.subject,
            phrase("one UDP packet to each of {count} services", count=len(PROTOCOLS)),
            len(PROTOCOLS),
            active=True,
        ),
        PlannedContact(net.profile.silent_address, phrase("DNS: one question to an address where no server is (control)"), 1),
    ]


async def collect(request: Request, net: Net) -> Amplifiers | ProbeFailure:
    """Asks each service once, at the pace of the target.

    Raises:
        NotPermittedError: without authority for the address.
    """
    address = request.subject
    if ":" in address and not net.has_ipv6():
        return ProbeFailure(FailureReason.UNAVAILABLE, phrase("this network has no IPv6"))
    net.gate.check_active(address)
    return Amplifiers(address, tuple(await asyncio.gather(*(_ask(net, address, p) for p in PROTOCOLS))))


async def _ask(net: Net, address: str, protocol: Protocol) -> DatagramExchange:
    port = protocol.port
    if port == 53:
        port = net.profile.port
        control = await net.interception()
        if control.status not in (DnsStatus.TIMEOUT, DnsStatus.UNREACHABLE):
            detail = phrase("something on this network answers all DNS questions itself")
            return DatagramExchange(protocol.name, port, len(protocol.request), detail=detail)
    return await net.active.ask_udp(
        address, port, protocol.name, protocol.request, purpose=phrase("one UDP question to {service}", service=protocol.name)
    )
