"""Usual names under a domain, and where they lead."""

from __future__ import annotations

import asyncio

from selfaudit.case import Case, Target
from selfaudit.facts import Request
from selfaudit.facts.dns import DnsAnswer, DnsStatus, absolute, bare
from selfaudit.facts.zone import NameSurvey, NameUse
from selfaudit.i18n import phrase
from selfaudit.net import Net
from selfaudit.probes.planned import PlannedContact, resolver
from selfaudit.protocols.psl import registrable_domain
from selfaudit.protocols.spf import mx_hosts

FACT = NameSurvey
NAMES = [
    "www",
    "mail",
    "webmail",
    "smtp",
    "imap",
    "pop",
    "mx",
    "mx1",
    "autodiscover",
    "autoconfig",
    "mta-sts",
    "ftp",
    "shop",
    "store",
    "blog",
    "news",
    "newsletter",
    "em",
    "email",
    "links",
    "click",
    "track",
    "go",
    "api",
    "app",
    "cdn",
    "static",
    "assets",
    "img",
    "dev",
    "test",
    "staging",
    "beta",
    "support",
    "help",
    "status",
    "docs",
    "portal",
    "vpn",
    "remote",
    "crm",
]


def request(target: Target, case: Case) -> Request:
    """One per domain."""
    return Request(FACT.kind, target.value)


def contacts(request: Request, net: Net) -> list[PlannedContact]:
    """The resolver."""
    return [resolver(phrase("usual names under the domain (www, mail ...)"), len(NAMES) + 4)]


async def collect(request: Request, net: Net) -> NameSurvey:
    """Looks the names up and follows those that point elsewhere."""
    domain = request.subject
    names = [f"{name}.{domain}." for name in NAMES]
    answers, mx, ns = await asyncio.gather(
        asyncio.gather(*(net.dns.guess(name, "A") for name in names)),
        net.dns.lookup(domain, "MX"),
        net.dns.lookup(domain, "NS"),
    )
    uses = [_alias(answer) for answer in answers if answer.chain]
    hosts = [(absolute(host), "mail host") for host in mx_hosts(mx)[:16]]
    hosts += [(absolute(record), "name server") for record in ns.records[:13]]
    looked_up = await asyncio.gather(*(_host_answer(net, host) for host, _role in hosts))
    uses += [NameUse(absolute(domain), role, host, a) for (host, role), a in zip(hosts, looked_up, strict=True)]
    followed = await asyncio.gather(*(_registrable(net, use) for use in uses))
    failed = [a for a in (*answers, mx, ns) if not a.definite and not a.chain]
    return NameSurvey((domain, *(bare(n) for n in names)), tuple(followed), tuple(failed))


def _alias(answer: DnsAnswer) -> NameUse:
    return NameUse(answer.name, "alias", answer.chain[-1], answer)


async def _host_answer(net: Net, host: str) -> DnsAnswer:
    answer = await net.dns.lookup(host, "A")
    return answer if answer.status is DnsStatus.NXDOMAIN or answer.exists else await net.dns.lookup(host, "AAAA")


async def _registrable(net: Net, use: NameUse) -> NameUse:
    if use.answer.status is not DnsStatus.NXDOMAIN:
        return use
    registrable = registrable_domain(use.target)
    if not registrable:
        return use
    return NameUse(use.name, use.role, use.target, use.answer, await net.dns.lookup(registrable, "SOA"))
