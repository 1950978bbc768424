"""Under which names the case's domains send mail to an address, and the TLSA records of these names."""

from __future__ import annotations

import asyncio
import ipaddress

from selfaudit.case import Case, Target
from selfaudit.facts import Request
from selfaudit.facts.dns import DnsAnswer, absolute, bare
from selfaudit.facts.smtp import MailHostName, MailNames
from selfaudit.i18n import phrase
from selfaudit.net import Net
from selfaudit.probes.planned import PlannedContact, resolver

FACT = MailNames
_MAX_HOSTS = 16


def request(target: Target, case: Case) -> Request:
    """One per address; the case's domains say which names to look at."""
    return Request(FACT.kind, target.value, case.domains())


def contacts(request: Request, net: Net) -> list[PlannedContact]:
    """The resolver, mostly for what other observations ask too."""
    return [resolver(phrase("mail hosts of the domains, and their TLSA records"), 3 * max(1, len(request.params)))]


async def collect(request: Request, net: Net) -> MailNames:
    """Looks the names up."""
    return await names_of(net, request.subject, request.params)


async def names_of(net: Net, address: str, domains: tuple[str, ...]) -> MailNames:
    """The mail hosts of the domains that lead to an address."""
    groups = await asyncio.gather(*(_of_domain(net, address, domain) for domain in domains))
    return MailNames(address, tuple(n for names, _bad in groups for n in names), tuple(a for _n, bad in groups for a in bad))


async def _of_domain(net: Net, address: str, domain: str) -> tuple[list[MailHostName], list[DnsAnswer]]:
    mx = await net.dns.lookup(domain, "MX")
    if not mx.definite:
        return [], [mx]
    hosts = [r.partition(" ")[2] for r in mx.records[:_MAX_HOSTS]] or [absolute(domain)]
    rdtype = "AAAA" if ":" in address else "A"
    answers = await asyncio.gather(*(net.dns.lookup(h, rdtype) for h in hosts if h != "."))
    wanted = ipaddress.ip_address(address)
    found = [a for a in answers if any(ipaddress.ip_address(r) == wanted for r in a.records)]
    # Signatures matter here: only a validated answer binds anybody (RFC 7672 section 2.2.1).
    tlsa = await asyncio.gather(*(net.dns.lookup(f"_25._tcp.{bare(a.name)}", "TLSA", dnssec=True) for a in found))
    names = [MailHostName(bare(a.name), domain, mx, a, t) for a, t in zip(found, tlsa, strict=True)]
    return names, [a for a in answers if not a.definite]
