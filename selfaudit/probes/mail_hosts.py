"""MX records and the addresses of their hosts."""

from __future__ import annotations

import asyncio

from selfaudit.case import Case, Target
from selfaudit.facts import Request
from selfaudit.facts.dns import absolute, differs
from selfaudit.facts.mail import MailHost, MailHosts
from selfaudit.i18n import phrase
from selfaudit.net import Net
from selfaudit.probes.planned import PlannedContact, name_servers, resolver

FACT = MailHosts
_MAX_HOSTS = 16


def request(target: Target, case: Case) -> Request:
    """One per domain."""
    return Request(FACT.kind, target.value)


def contacts(request: Request, net: Net) -> list[PlannedContact]:
    """The resolver and the zone's servers."""
    return [resolver(phrase("MX and the addresses of the mail hosts"), 5), name_servers(request.subject, "MX", 1)]


async def collect(request: Request, net: Net) -> MailHosts:
    """Looks up MX both ways, then A and AAAA of each host."""
    domain = request.subject
    mx, published = await asyncio.gather(net.dns.lookup(domain, "MX"), net.published(domain, "MX"))
    records = published.records if published is not None and differs(mx, published) else mx.records
    pairs = []
    for record in records:
        preference, _space, host = record.partition(" ")
        if host and host != "." and preference.isdigit():
            pairs.append((int(preference), absolute(host)))
    pairs.sort()
    hosts = await asyncio.gather(*(_host(net, name, preference) for preference, name in pairs[:_MAX_HOSTS]))
    fallback = () if records else await asyncio.gather(net.dns.lookup(domain, "A"), net.dns.lookup(domain, "AAAA"))
    return MailHosts(domain, mx, published, tuple(hosts), tuple(fallback))


async def _host(net: Net, name: str, preference: int) -> MailHost:
    a, aaaa = await asyncio.gather(net.dns.lookup(name, "A"), net.dns.lookup(name, "AAAA"))
    return MailHost(name, preference, a, aaaa)
