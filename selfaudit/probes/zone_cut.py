"""Finding the zone that a domain lives in; shared by the probes that look at zones."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from selfaudit.facts.dns import DnsAnswer, DnsStatus, absolute, bare
from selfaudit.net import Net
from selfaudit.protocols import psl


@dataclass(frozen=True, slots=True)
class ZoneServers:
    """The zone of a domain and its servers.

    Attributes:
        zone: bare name.
        parent: the NS set as the parent gives it, or why there is none.
        hosts: absolute names of the servers that the parent names.
        glue: addresses that came with the referral.
    """

    zone: str
    parent: DnsAnswer
    hosts: tuple[str, ...]
    glue: dict[str, tuple[str, ...]]


async def find_zone(net: Net, domain: str) -> ZoneServers:
    """The deepest zone at or above the domain. Asked once per domain and run."""
    return await net.once(("zone-of", domain), lambda: _find(net, domain))


async def _find(net: Net, domain: str) -> ZoneServers:
    registrable = psl.registrable_domain(domain) or domain
    if net.iterator is None:
        return await _by_resolver(net, domain, registrable)
    cut = await net.iterator.cut_for(domain, whole=True)
    if len(bare(cut.zone)) < len(registrable) or cut.zone == ".":
        # No delegation at the registrable domain: the servers above say whether it exists at all.
        answer = await net.iterator.ask_zone(cut, registrable, "NS")
        if not answer.definite:
            return await _by_resolver(net, domain, registrable)
        return ZoneServers(registrable, answer, (), {})
    return ZoneServers(bare(cut.zone), cut.referral, cut.hosts, cut.glue)


async def _by_resolver(net: Net, domain: str, registrable: str) -> ZoneServers:
    name = domain
    while True:
        answer = await net.dns.lookup(name, "NS")
        if answer.exists or not answer.definite or name == registrable or "." not in name:
            break
        name = name.partition(".")[2]
    hosts = tuple(sorted(absolute(r) for r in answer.records)) if answer.exists else ()
    return ZoneServers(name, answer, hosts, {})


async def host_addresses(net: Net, host: str, glue: tuple[str, ...] = ()) -> tuple[tuple[DnsAnswer, ...], tuple[str, ...]]:
    """Look-ups of a host's addresses, and the addresses to use: at most two of IPv4 and one of IPv6."""
    answers = await asyncio.gather(net.dns.lookup(host, "A"), net.dns.lookup(host, "AAAA"))
    addresses = list(dict.fromkeys([*glue, *(r for a in answers for r in a.records)]))
    four = [a for a in addresses if ":" not in a][:2]
    six = [a for a in addresses if ":" in a][:1]
    return tuple(answers), (*four, *six)


def unreachable(name: str, rdtype: str, address: str, why: str) -> DnsAnswer:
    """The answer that stands for a server that could not even be asked."""
    return DnsAnswer(absolute(name), rdtype, DnsStatus.UNREACHABLE, server=address, detail=why)
