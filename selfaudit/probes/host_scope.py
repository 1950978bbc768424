"""Which addresses belong to the case: those that were named, and those that the records of its domains lead to."""

from __future__ import annotations

import asyncio
import ipaddress

from selfaudit.case import Case, Target
from selfaudit.facts import Request
from selfaudit.facts.dns import DnsAnswer, bare
from selfaudit.facts.host import HostScope, ScopeAddress
from selfaudit.i18n import phrase
from selfaudit.net import Net
from selfaudit.probes.planned import PlannedContact, resolver
from selfaudit.protocols import psl
from selfaudit.protocols.lookup import is_below

FACT = HostScope
_MOST = 30  # domains whose records are looked at; with more of them the address can be named


def request(target: Target, case: Case) -> Request:
    """One per server, on what was named."""
    return Request(FACT.kind, target.value, (*case.addresses(), *case.domains()))


def contacts(request: Request, net: Net) -> list[PlannedContact]:
    """The resolver, mostly about names that others ask for, too."""
    domains = [p for p in request.params if not _is_address(p)][:_MOST]
    return [resolver(phrase("which addresses the domains lead to"), 5 * len(domains))] if domains else []


async def collect(request: Request, net: Net) -> HostScope:
    """Looks up the addresses of the domains and of their own mail hosts, once for all servers of the case."""
    addresses = [ScopeAddress(p, "named") for p in request.params if _is_address(p)]
    domains = tuple(p for p in request.params if not _is_address(p))

    async def look() -> tuple[list[ScopeAddress], list[str]]:
        found = await asyncio.gather(*(_of_domain(net, d) for d in domains[:_MOST]))
        return [a for part, _u in found for a in part], [u for _p, part in found for u in part]

    found, unanswered = await net.once(("host scope", request.params), look)
    known = {a.address: a for a in reversed([*addresses, *found])}
    return HostScope(request.subject, tuple(known[a] for a in sorted(known)), domains, tuple(dict.fromkeys(unanswered)))


async def _of_domain(net: Net, domain: str) -> tuple[list[ScopeAddress], list[str]]:
    own = psl.registrable_domain(domain) or domain
    mx = await net.dns.lookup(domain, "MX")
    hosts = [bare(record.partition(" ")[2]) for record in mx.records]
    names = dict.fromkeys([domain, *(h for h in hosts if is_below(h, own))][:8])
    answers = await asyncio.gather(*(net.dns.lookup(n, t) for n in names for t in ("A", "AAAA")))
    found = [
        ScopeAddress(r, phrase("address of {name}", name=bare(a.name))) for a in answers for r in a.records if _is_address(r)
    ]
    return found, [_question(a) for a in (mx, *answers) if not a.definite]


def _question(answer: DnsAnswer) -> str:
    return f"{bare(answer.name)} {answer.rdtype}"


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
