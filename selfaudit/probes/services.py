"""The smallest question to each open port that strangers have no business with."""

from __future__ import annotations

import asyncio

from selfaudit.case import Case, Target
from selfaudit.facts import FailureReason, ProbeFailure, Request
from selfaudit.facts.exposure import ServiceAnswer, Services
from selfaudit.i18n import phrase
from selfaudit.net import Net
from selfaudit.probes.planned import PlannedContact
from selfaudit.probes.port_survey import survey
from selfaudit.protocols.services import BY_PORT, Service

FACT = Services


def request(target: Target, case: Case) -> Request:
    """One per address."""
    return Request(FACT.kind, target.value)


def contacts(request: Request, net: Net) -> list[PlannedContact]:
    """One connection to each port that turns out to be open."""
    return [PlannedContact(request.subject, phrase("TCP: one small question to each open service"), len(BY_PORT), active=True)]


async def collect(request: Request, net: Net) -> Services | ProbeFailure:
    """Asks what the survey found open.

    Raises:
        NotPermittedError: without authority for the address.
    """
    address = request.subject
    if ":" in address and not net.has_ipv6():
        return ProbeFailure(FailureReason.UNAVAILABLE, phrase("this network has no IPv6"))
    ports = await net.once(("ports", address), lambda: survey(net, address))
    asked = [BY_PORT[p] for p in ports.open_ports() if p in BY_PORT]
    return Services(address, tuple(await asyncio.gather(*(_ask(net, address, s) for s in asked))))


async def _ask(net: Net, address: str, service: Service) -> ServiceAnswer:
    return await net.active.ask_tcp(
        address,
        service.port,
        service.name,
        service.asks,
        service.question,
        purpose=phrase("one TCP question to {service}", service=service.name),
    )
