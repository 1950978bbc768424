"""DS, DNSKEY and a sample of signed data."""

from __future__ import annotations

import asyncio
import time

from selfaudit.case import Case, Target
from selfaudit.facts import Request
from selfaudit.facts.dns import DnsAnswer, absolute
from selfaudit.facts.zone import DnssecChain
from selfaudit.i18n import phrase
from selfaudit.net import Net
from selfaudit.probes.planned import PlannedContact, name_servers, resolver
from selfaudit.probes.zone_cut import find_zone

FACT = DnssecChain


def request(target: Target, case: Case) -> Request:
    """One per domain."""
    return Request(FACT.kind, target.value)


def contacts(request: Request, net: Net) -> list[PlannedContact]:
    """The zone's servers and those of its parent; the resolver with and without validation."""
    return [
        name_servers(request.subject, phrase("DS, DNSKEY and SOA with signatures"), 3),
        resolver(phrase("SOA with and without validation"), 2),
    ]


async def collect(request: Request, net: Net) -> DnssecChain:
    """Fetches both sides of the link, and what the resolver makes of it."""
    zone = (await find_zone(net, request.subject)).zone
    ds, dnskey, soa, plain, unchecked = await asyncio.gather(
        _ds(net, zone),
        net.authoritative(zone, "DNSKEY", dnssec=True),
        net.authoritative(zone, "SOA", dnssec=True),
        net.dns.lookup(zone, "SOA"),
        net.dns.lookup(zone, "SOA", checking_disabled=True),
    )
    return DnssecChain(zone, ds, dnskey, soa, plain, unchecked, round(time.time(), 3))


async def _ds(net: Net, zone: str) -> DnsAnswer:
    if net.iterator is not None:
        # The DS record belongs to the parent, so its servers are asked and not those of the zone (RFC 4035 section 3.1.4.1).
        parent = await net.iterator.cut_for(absolute(zone).partition(".")[2] or ".", whole=True)
        answer = await net.iterator.ask_zone(parent, zone, "DS", dnssec=True)
        if answer.definite:
            return answer
    return await net.dns.lookup(zone, "DS", dnssec=True, checking_disabled=True)
