"""PTR records of an address and the way back."""

from __future__ import annotations

import asyncio
import ipaddress

from selfaudit.case import Case, Target
from selfaudit.facts import Request
from selfaudit.facts.dns import absolute, differs
from selfaudit.facts.rdns import ReverseDns
from selfaudit.i18n import phrase
from selfaudit.net import Net
from selfaudit.probes.planned import PlannedContact, resolver

FACT = ReverseDns
_MAX_NAMES = 10


def request(target: Target, case: Case) -> Request:
    """One per address."""
    return Request(FACT.kind, target.value)


def contacts(request: Request, net: Net) -> list[PlannedContact]:
    """The resolver, and the reverse zone's servers."""
    return [resolver(phrase("reverse name and the way back"), 2)]


async def collect(request: Request, net: Net) -> ReverseDns:
    """Looks up the names, then their addresses in the family of the address."""
    pointer = absolute(ipaddress.ip_address(request.subject).reverse_pointer)
    ptr, published = await asyncio.gather(net.dns.lookup(pointer, "PTR"), net.published(pointer, "PTR"))
    answer = published if published is not None and differs(ptr, published) else ptr
    rdtype = "AAAA" if ":" in request.subject else "A"
    forward = await asyncio.gather(*(net.dns.lookup(name, rdtype) for name in answer.records[:_MAX_NAMES]))
    return ReverseDns(request.subject, ptr, published, tuple(forward))
