"""The audit sees the servers as strangers do.

What it checks:
    Under which address the world sees this computer, whether the named servers are this computer or its neighbours, whether
    something on this network answers web connections in place of servers, and whether there is IPv6.

Why it matters:
    Servers trust their own addresses and their own network. A relay, resolver or proxy test from there shows everything open,
    and one through a filter shows whatever the filter likes. What is not seen from outside is no evidence to a desk.

How it is judged:
    1. dig o-o.myaddr.l.google.com TXT @ns1.google.com, and whoami.akamai.net at its own servers: both answer with the address that
       asked.
    2. The address that this computer would use towards each named server (ip route get ADDRESS). The same address, the same local
       network (/24, /64), the same or a neighbouring public address: inside. Nothing is then concluded about what strangers see.
    3. nc -vz 192.0.2.1 80 (also 443, 3128 and 8080): no server exists at that address. A connection there means that something on
       this network answers in place of web servers.
    4. Without a route to IPv6, addresses of that family are not tested.

Limits and false positives:
    A neighbouring address may belong to somebody else; then too little is claimed, not too much. A VPN into the server's network
    is not always recognised.

References:
    RFC 5737 section 3; RFC 1918; RFC 6598 (shared address space).
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from selfaudit.facts.vantage import Surroundings
from selfaudit.findings import Check, Finding, Message, Remedy, Severity, found
from selfaudit.i18n import N_, phrase
from selfaudit.policy import Policy
from selfaudit.protocols.position import inside


class Tag(StrEnum):
    OK = "VANTAGE_OUTSIDE"
    INSIDE = "VANTAGE_INSIDE"
    INTERCEPTED = "VANTAGE_WEB_INTERCEPTED"
    NO_IPV6 = "VANTAGE_NO_IPV6"
    SEEN_AS = "VANTAGE_SEEN_AS"
    NOT_SEEN = "VANTAGE_NOT_KNOWN"


CHECK = Check("vantage.inside", N_("The audit sees the servers as strangers do"), (Surroundings,), "case", advisory=True)

_ELSEWHERE = N_(
    "Run the audit from a computer outside: at home, on a phone's hotspot, on a server of another provider. Or ask the abuse desk to check these "
    "servers from theirs."
)

MESSAGES = {
    Tag.OK: Message(Severity.GOOD, N_("This computer stands outside, and nothing answers in place of servers.")),
    Tag.INSIDE: Message(
        Severity.UNKNOWN,
        N_("From here it cannot be seen what strangers see at {addresses}: {why}."),
        Remedy(_ELSEWHERE, verify="ip route get {address}"),
    ),
    Tag.INTERCEPTED: Message(
        Severity.UNKNOWN,
        N_(
            "Something on this network answers web connections in place of servers: {address} took connections to ports {ports} although no server "
            "is there."
        ),
        Remedy(
            N_("Switch off the web filter of your virus scanner or router, or run the audit from another network."),
            verify="nc -vz -w 5 {address} {port}   # right: no connection",
        ),
    ),
    Tag.NO_IPV6: Message(
        Severity.UNKNOWN,
        N_("This network has no IPv6, so nothing can be said about what strangers see at {addresses}."),
        Remedy(
            N_("Run the audit for these addresses from a network with IPv6; most phones have it."),
            verify="ping -6 -c 1 {address}",
        ),
    ),
    Tag.NOT_SEEN: Message(
        Severity.UNKNOWN,
        N_(
            "It is not known under which address the world sees this computer: {why}. If your servers are reached under the same address, what is said about "
            "them is not what strangers see."
        ),
        Remedy(_ELSEWHERE, verify="dig o-o.myaddr.l.google.com TXT @ns1.google.com +short"),
    ),
    Tag.SEEN_AS: Message(Severity.INFO, N_("The world sees this computer as {addresses}.")),
}


def judge(surroundings: Surroundings, policy: Policy) -> Iterator[Finding]:
    fine = True
    reasons: dict[str, list[str]] = {}
    for position in surroundings.positions:
        if why := inside(position):
            reasons.setdefault(why, []).append(position.address)
    for why, addresses in reasons.items():
        fine = False
        yield found(Tag.INSIDE, addresses=addresses, address=addresses[0], why=why)
    unreached = [p.address for p in surroundings.positions if ":" in p.address and not p.source]
    if unreached:
        fine = False
        yield found(Tag.NO_IPV6, addresses=unreached, address=unreached[0])
    caught = surroundings.intercepted_ports()
    if caught:
        fine = False
        address = surroundings.silent[0].address
        yield found(Tag.INTERCEPTED, address=address, ports=[str(p) for p in caught], port=caught[0])
    seen = dict.fromkeys(e for p in surroundings.positions for e in p.egress)
    if seen:
        yield found(Tag.SEEN_AS, addresses=[*seen])
    elif surroundings.positions:
        fine = False
        asked = phrase("the names that would tell it did not answer")
        yield found(Tag.NOT_SEEN, why=asked if surroundings.egress else phrase("no names that would tell it are set up"))
    if fine:
        yield found(Tag.OK)
