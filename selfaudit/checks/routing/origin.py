"""The address can be reached: a network announces a route to it.

What it checks:
    Which network (autonomous system) announces the block of addresses in which this one lies, as a route collector sees it.

Why it matters:
    Without a route neither mail nor web pages reach the address, whatever else is right. It also shows in whose network the
    address is used, which is what a policy means by “use only addresses that were assigned to you”.

How it is judged:
    1. dig REVERSED-ADDRESS.ZONE TXT, where ZONE is that of the collector, for example origin.asn.cymru.com (origin6 for IPv6):
       octets reversed for IPv4, 32 nibbles reversed for IPv6. Each record is “AS [AS ...] | prefix | country | registry | date”.
    2. The most specific prefix counts, because routers go by it. Records whose prefix does not hold the address are left out.
    3. dig AS64500.asn.cymru.com TXT gives the network's name; without it the number stands alone.
    4. NXDOMAIN or an empty answer means that no route was seen. Any other failure, and an answer that cannot be read, is no verdict.
    5. Several networks that announce the same block are shown; that is usual where a service is offered from many places.

Limits and false positives:
    The collector's table is some hours old: a route that came or went today may not show. A network that some others block still
    shows. A provider may send traffic to a suspended address nowhere without taking its route back.

References:
    RFC 4271 section 5.1.2 (origin); RFC 1930 section 3; RFC 4632 section 5.1 (longest match).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Sequence
from enum import StrEnum

from selfaudit.checks._common import reason
from selfaudit.errors import BadInput
from selfaudit.facts.dns import DnsAnswer, DnsStatus, bare
from selfaudit.facts.routing import RouteOrigin
from selfaudit.findings import Check, Finding, Message, Remedy, Severity, Who, found
from selfaudit.i18n import N_
from selfaudit.policy import Policy
from selfaudit.protocols import origin
from selfaudit.text import printable


class Tag(StrEnum):
    OK = "ROUTE_ANNOUNCED"
    SEVERAL = "ROUTE_SEVERAL_ORIGINS"
    NONE = "ROUTE_NOT_ANNOUNCED"
    UNREADABLE = "ROUTE_ANSWER_UNREADABLE"
    UNANSWERED = "ROUTE_UNANSWERED"


CHECK = Check(
    "routing.origin", N_("The address can be reached: a network announces it"), (RouteOrigin,), "address", advisory=True
)

_ASK_AGAIN = Remedy(
    N_("Run the audit again later, or type {address} into any public looking glass (a web page that shows routes)."),
    verify="dig {question} TXT +short",
    minutes=5,
)

MESSAGES = {
    Tag.OK: Message(Severity.GOOD, N_("{address} is announced by {networks} as part of {prefix}.")),
    Tag.SEVERAL: Message(
        Severity.INFO,
        N_(
            "{count} networks announce {prefix} at the same time. That is usual for services that are offered from many places; if "
            "your provider knows nothing of it, ask it why."
        ),
    ),
    Tag.NONE: Message(
        Severity.MEDIUM,
        N_(
            "No network announces a route to {address}: mail and web pages cannot reach it. Some providers take the route back while "
            "an address is suspended."
        ),
        Remedy(
            N_(
                "Ask your provider whether it has taken the route to {address} back because of the suspension. If so, this ends with the "
                "suspension; if not, only the provider can have the route announced again."
            ),
            verify="dig {question} TXT +short   # right: prints a number and a prefix",
            who=Who.PROVIDER,
            minutes=10,
        ),
    ),
    Tag.UNREADABLE: Message(
        Severity.UNKNOWN, N_("What the route collector says about {address} cannot be read, so nothing is known."), _ASK_AGAIN
    ),
    Tag.UNANSWERED: Message(Severity.UNKNOWN, N_("The routes to {address} could not be looked up ({why})."), _ASK_AGAIN),
}


def judge(route: RouteOrigin, policy: Policy) -> Iterator[Finding]:
    answer = route.origin
    about = {"address": route.address, "question": bare(answer.name)}
    if not answer.definite or answer.status is DnsStatus.LOOP:
        yield found(Tag.UNANSWERED, why=reason(answer), **about)
        return
    if not answer.exists:
        yield found(Tag.NONE, **about)
        return
    announcements, _unreadable = origin.read(answer.texts())
    address = ipaddress.ip_address(route.address)
    covering = [a for a in announcements if address in ipaddress.ip_network(a.prefix)]
    if not covering:
        yield found(Tag.UNREADABLE, **about)
        return
    prefix = max((a.prefix for a in covering), key=lambda p: ipaddress.ip_network(p).prefixlen)
    numbers = sorted({number for a in covering if a.prefix == prefix for number in a.origins})
    yield found(Tag.OK, address=route.address, networks=[_network(n, route.names) for n in numbers[:5]], prefix=prefix)
    if len(numbers) > 1:
        yield found(Tag.SEVERAL, count=len(numbers), prefix=prefix)


def _network(number: int, answers: Sequence[DnsAnswer]) -> str:
    """Number and, if it could be looked up, name of an autonomous system."""
    label = f"as{number}"
    for answer in answers:
        if bare(answer.name).partition(".")[0] != label:
            continue
        for text in answer.texts():
            try:
                return f"AS{number} ({printable(origin.read_name(text), 80)})"
            except BadInput:
                continue
    return f"AS{number}"
