"""What blocklists say of a domain."""

from __future__ import annotations

from selfaudit.case import Case, Target
from selfaudit.facts import Request
from selfaudit.facts.blocklist import DomainListings
from selfaudit.i18n import phrase
from selfaudit.net import Net
from selfaudit.probes.lists import ask_lists
from selfaudit.probes.planned import PlannedContact, blocklists
from selfaudit.protocols.psl import registrable_domain

FACT = DomainListings


def request(target: Target, case: Case) -> Request:
    """One per domain."""
    return Request(FACT.kind, target.value)


def contacts(request: Request, net: Net) -> list[PlannedContact]:
    """Each list about the domain."""
    lists = len(net.catalogue.for_kind("domain"))
    return [blocklists(lists, phrase("DNS: is the domain listed?"), lists * len(_names(request.subject)))]


async def collect(request: Request, net: Net) -> DomainListings:
    """Asks the lists that passed their test about the registrable domain, and about the name itself if it is longer."""
    return DomainListings(request.subject, await ask_lists(net, _names(request.subject), "domain"))


def _names(domain: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((registrable_domain(domain) or domain, domain)))
