"""A zone as its parent and its own servers see it."""

from __future__ import annotations

import asyncio

from selfaudit.case import Case, Target
from selfaudit.facts import Request
from selfaudit.facts.dns import absolute
from selfaudit.facts.zone import Delegation, NameServer
from selfaudit.i18n import phrase
from selfaudit.net import Net
from selfaudit.probes.planned import PlannedContact, name_servers, resolver
from selfaudit.probes.zone_cut import find_zone, host_addresses, unreachable

FACT = Delegation
_MAX_HOSTS = 13


def request(target: Target, case: Case) -> Request:
    """One per domain."""
    return Request(FACT.kind, target.value)


def contacts(request: Request, net: Net) -> list[PlannedContact]:
    """The servers of the zone, those above it, and the resolver for their addresses."""
    return [
        name_servers(request.subject, phrase("SOA and NS, each address of each server"), 12),
        resolver(phrase("NS set, addresses of the name servers"), 9),
    ]


async def collect(request: Request, net: Net) -> Delegation:
    """Asks every server of the zone for its SOA and NS set."""
    found = await find_zone(net, request.subject)
    resolver_ns = await net.dns.lookup(found.zone, "NS")
    hosts = list(found.hosts)
    hosts += [h for r in resolver_ns.records if (h := absolute(r)) not in hosts]
    asked = hosts[:_MAX_HOSTS]
    servers = await asyncio.gather(*(_server(net, found.zone, h, h in found.hosts, found.glue.get(h, ())) for h in asked))
    return Delegation(found.zone, found.parent, tuple(servers), resolver_ns, len(hosts) - len(asked))


async def _server(net: Net, zone: str, host: str, in_parent: bool, glue: tuple[str, ...]) -> NameServer:
    answers, addresses = await host_addresses(net, host, glue)
    usable = [a for a in addresses if ":" not in a or net.has_ipv6()]
    if addresses and not usable:
        silent = unreachable(zone, "SOA", addresses[0], "it has only an IPv6 address, and there is no IPv6 here")
        return NameServer(host, in_parent, answers, (silent,), ())
    soa = await asyncio.gather(*(net.dns.ask(a, zone, "SOA") for a in usable))
    ns = await asyncio.gather(*(net.dns.ask(a, zone, "NS") for a, s in zip(usable, soa, strict=True) if s.definite))
    return NameServer(host, in_parent, answers, tuple(soa), tuple(ns))
