"""DNS answers on this network can be believed.

What it checks:
    Whether the network that the audit runs from changes DNS answers: whether something answers in place of servers that do not
    exist, whether names that do not exist get an address, and whether the root servers can be asked directly.

Why it matters:
    A verdict is worth no more than the place it was seen from. Networks that intercept or rewrite DNS make clean addresses look
    listed and closed servers look open. The desk sees from this check that the audit's answers are the world's answers.

How it is judged:
    1. dig @192.0.2.1 selfaudit-interception-control.com, and the same with +tcp: no server exists at that address (RFC 5737). Any
       answer means that port 53 is intercepted here; results that rest on asking servers directly are then not believed.
    2. Two random names under .com and .org must be NXDOMAIN. If they have an address, this network rewrites answers; the
       address is remembered, and answers that consist of it are treated as “cannot tell”.
    3. If the resolver answers neither of them, nothing can be concluded.
    4. The root servers are asked for their own SOA; without an answer, blocklists are asked through the resolver instead.

Limits and false positives:
    A network may change only some names, which two random names do not show. Every blocklist is therefore tested again by its
    own test points.

References:
    RFC 5737 section 3 (192.0.2.0/24 is never in use); RFC 8020 (NXDOMAIN); RFC 6895 section 2.3 (response codes).
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from selfaudit.facts.dns import DnsStatus
from selfaudit.facts.vantage import DnsVantage
from selfaudit.findings import Check, Finding, Message, Remedy, Severity, found
from selfaudit.i18n import N_
from selfaudit.policy import Policy


class Tag(StrEnum):
    OK = "VANTAGE_DNS_OK"
    INTERCEPTED = "VANTAGE_DNS_INTERCEPTED"
    REWRITTEN = "VANTAGE_DNS_REWRITTEN"
    NO_ANSWER = "VANTAGE_DNS_NO_ANSWER"
    NO_DIRECT = "VANTAGE_DNS_NO_DIRECT"
    PUBLIC_RESOLVER = "VANTAGE_DNS_PUBLIC_RESOLVER"
    NOT_SET_UP = "VANTAGE_DNS_NO_ITERATION"


CHECK = Check("vantage.dns", N_("DNS answers on this network can be believed"), (DnsVantage,), "case")

_ELSEWHERE = N_(
    "Run the audit from another network (a phone's hotspot, a rented server), or switch off the router's or the provider's "
    "“DNS help” and run it again."
)

MESSAGES = {
    Tag.OK: Message(
        Severity.GOOD, N_("The resolver ({resolvers}) says “does not exist” where it must, and nothing intercepts port 53.")
    ),
    Tag.INTERCEPTED: Message(
        Severity.UNKNOWN,
        N_("Something on this network answers in place of other name servers: {address} answered although no server is there."),
        Remedy(_ELSEWHERE, verify="dig @{address} selfaudit-interception-control.com"),
    ),
    Tag.REWRITTEN: Message(
        Severity.UNKNOWN,
        N_(
            "This network gives an address ({records}) for names that do not exist. Answers that consist of it are not believed."
        ),
        Remedy(_ELSEWHERE, verify="dig {name}"),
    ),
    Tag.NO_ANSWER: Message(
        Severity.UNKNOWN,
        N_("The resolver ({resolvers}) gives no usable answer ({status}), so little can be said about anything."),
        Remedy(
            N_("Check that this computer is on line. If it is, name another resolver in the settings: [dns] resolvers."),
            verify="dig {name}",
        ),
    ),
    Tag.NO_DIRECT: Message(
        Severity.INFO,
        N_("Name servers cannot be asked directly from here ({status}); blocklists were asked through the resolver instead."),
        Remedy(
            N_("Nothing needs to be done unless lists refuse that resolver; then run the audit from the server itself."),
            minutes=5,
        ),
    ),
    Tag.PUBLIC_RESOLVER: Message(
        Severity.INFO,
        N_("The resolver belongs to {operator}, which several blocklists refuse. They were asked directly."),
    ),
    Tag.NOT_SET_UP: Message(
        Severity.INFO, N_("Direct iteration is not set up in these settings; everything was asked through the resolver.")
    ),
}


def judge(vantage: DnsVantage, policy: Policy) -> Iterator[Finding]:
    believable = True
    for control in (vantage.interception, vantage.interception_tcp):
        if believable and control is not None and control.status not in (DnsStatus.TIMEOUT, DnsStatus.UNREACHABLE):
            believable = False
            yield found(Tag.INTERCEPTED, address=control.server)
    rewritten = next((a for a in vantage.random_names if a.exists), None)
    answered = [a for a in vantage.random_names if a.status is DnsStatus.NXDOMAIN]
    if rewritten:
        believable = False
        yield found(Tag.REWRITTEN, records=rewritten.records, name=rewritten.name)
    elif not answered:
        believable = False
        first = vantage.random_names[0] if vantage.random_names else None
        yield found(
            Tag.NO_ANSWER, resolvers=vantage.resolvers, status=first.status if first else "timeout",
            name=first.name if first else "example.com",
        )  # fmt: skip
    if not vantage.iterates:
        yield found(Tag.NOT_SET_UP)
    elif vantage.root is None or not vantage.root.exists:
        yield found(Tag.NO_DIRECT, status=vantage.root.status if vantage.root else "timeout")
    if vantage.public_resolver:
        yield found(Tag.PUBLIC_RESOLVER, operator=vantage.public_resolver)
    if believable:
        yield found(Tag.OK, resolvers=vantage.resolvers)
