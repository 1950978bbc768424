"""The announced routes that cover an address, from a collector's DNS zone."""

from __future__ import annotations

import asyncio

from selfaudit.case import Case, Target
from selfaudit.facts import FailureReason, ProbeFailure, Request
from selfaudit.facts.dns import DnsAnswer
from selfaudit.facts.routing import RouteOrigin
from selfaudit.i18n import phrase
from selfaudit.net import Net
from selfaudit.probes.planned import PlannedContact, resolver
from selfaudit.protocols import origin

FACT = RouteOrigin
_MAX_NAMES = 6


def request(target: Target, case: Case) -> Request:
    """One per address."""
    return Request(FACT.kind, target.value)


def contacts(request: Request, net: Net) -> list[PlannedContact]:
    """The resolver."""
    return [resolver(phrase("origin of the route to an address, names of networks"), 2)]


def no_collector() -> ProbeFailure:
    """Nobody can be asked."""
    return ProbeFailure(
        FailureReason.LEFT_OUT,
        phrase("a laboratory asks only the route collector that its settings name, and they name none"),
    )


async def look_up(net: Net, address: str) -> DnsAnswer:
    """The TXT record of the routes to an address, asked once in a run."""
    return await net.dns.lookup(origin.question(address, net.profile.origin_zone), "TXT")


async def collect(request: Request, net: Net) -> RouteOrigin | ProbeFailure:
    """Looks up the routes, and the names of the networks that announce them."""
    if not net.profile.origin_zone:
        return no_collector()
    answer = await look_up(net, request.subject)
    announcements, _unreadable = origin.read(answer.texts())
    numbers = dict.fromkeys(asn for a in announcements for asn in a.origins)
    names = await asyncio.gather(
        *(net.dns.lookup(origin.name_question(asn, net.profile.origin_zone), "TXT") for asn in list(numbers)[:_MAX_NAMES])
    )
    return RouteOrigin(request.subject, answer, tuple(names))
