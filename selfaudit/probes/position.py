"""Where this computer stands relative to an address. Nothing is sent to it."""

from __future__ import annotations

from selfaudit.case import Case, Target
from selfaudit.facts import Request
from selfaudit.facts.vantage import Position
from selfaudit.net import Net
from selfaudit.probes.planned import PlannedContact

FACT = Position


def request(target: Target, case: Case) -> Request:
    """One per address."""
    return Request(FACT.kind, target.value)


def contacts(request: Request, net: Net) -> list[PlannedContact]:
    """Nobody: what the world sees of this computer is asked once, by `surroundings`."""
    return []


async def collect(request: Request, net: Net) -> Position:
    """Asks the routing table, and, once, the world."""
    return await position_of(net, request.subject)


async def position_of(net: Net, address: str) -> Position:
    """The position towards one address."""
    source, own = net.stand(address)
    egress = net.egress_addresses(await net.egress(), address)
    refuses = await net.once("refuses", net.forged_refusals)
    return Position(address, source, own, egress, net.profile.laboratory, refuses)
