"""The lists of this run and their state."""

from __future__ import annotations

from selfaudit.case import Case, Target
from selfaudit.facts import Request
from selfaudit.facts.blocklist import ListCatalogue
from selfaudit.i18n import phrase
from selfaudit.net import Net
from selfaudit.probes.lists import healthy_lists
from selfaudit.probes.planned import PlannedContact, blocklists
from selfaudit.protocols.dnsbl import kind_of

FACT = ListCatalogue


def request(target: Target, case: Case) -> Request:
    """One per kind of target: "ip4", "ip6" or "domain"."""
    return Request(FACT.kind, kind_of(target.value))


def contacts(request: Request, net: Net) -> list[PlannedContact]:
    """Each list about its own test entries."""
    lists = len(net.catalogue.for_kind(request.subject))
    return [blocklists(lists, phrase("DNS: their own test entries, to see that they work"), 2 * lists)]


async def collect(request: Request, net: Net) -> ListCatalogue:
    """Asks every list about its own test points."""
    health = await healthy_lists(net, request.subject)
    return ListCatalogue(net.catalogue.version, net.catalogue.for_kind(request.subject), health)
