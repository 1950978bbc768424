"""What blocklists say of an address."""

from __future__ import annotations

from selfaudit.case import Case, Target
from selfaudit.facts import Request
from selfaudit.facts.blocklist import AddressListings
from selfaudit.i18n import phrase
from selfaudit.net import Net
from selfaudit.probes.lists import ask_lists
from selfaudit.probes.planned import PlannedContact, blocklists
from selfaudit.protocols.dnsbl import kind_of

FACT = AddressListings


def request(target: Target, case: Case) -> Request:
    """One per address."""
    return Request(FACT.kind, target.value)


def contacts(request: Request, net: Net) -> list[PlannedContact]:
    """Each list about the address."""
    count = len(net.catalogue.for_kind(kind_of(request.subject)))
    return [blocklists(count, phrase("DNS: is the address listed?"), count)]


async def collect(request: Request, net: Net) -> AddressListings:
    """Asks the lists that passed their test."""
    return AddressListings(request.subject, await ask_lists(net, (request.subject,), kind_of(request.subject)))
