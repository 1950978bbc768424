"""The reverse name leads back to the address.

What it checks:
    Whether the name in the reverse DNS has an address record that contains the address it came from (forward-confirmed
    reverse DNS, FCrDNS).

Why it matters:
    Anybody can write any name into a reverse zone; only the way back proves it. Google, Yahoo and most other receivers
    demand it of every sender.

How it is judged:
    1. dig -x ADDRESS, then dig NAME A (AAAA for an IPv6 address) for each of at most ten names.
    2. If at least one name leads back to the address, it is confirmed.
    3. If all names were looked up and none leads back, it is a fault.
    4. If a look-up failed and none of the others leads back, nothing can be said.

Limits and false positives:
    Without a reverse name there is nothing to confirm; rdns.present says so.

References:
    RFC 8601 section 2.7.3 (iprev); RFC 1912 section 2.1.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from enum import StrEnum

from selfaudit.checks._common import reason
from selfaudit.facts.dns import bare
from selfaudit.facts.rdns import ReverseDns
from selfaudit.findings import Check, Finding, Message, Remedy, Severity, found
from selfaudit.i18n import N_, phrase
from selfaudit.policy import Policy


class Tag(StrEnum):
    OK = "FCRDNS_OK"
    MISMATCH = "FCRDNS_MISMATCH"
    NO_FORWARD = "FCRDNS_NO_FORWARD"
    NO_NAME = "FCRDNS_NO_NAME"
    UNANSWERED = "FCRDNS_UNANSWERED"


CHECK = Check("rdns.forward-confirmed", N_("The name of the address leads back to it (FCrDNS)"), (ReverseDns,), "address")

_LEAD_BACK = Remedy(
    N_(
        "Change the reverse name first: in your provider's panel, set the reverse DNS of {address} to a name of yours that has this address, "
        "usually the name of your mail server. Only if {name} is yours and no other server uses it, give it the {rdtype} record {address} "
        "instead."
    ),
    verify="dig -x {address} +short; dig {name} {rdtype} +short",
    minutes=15,
)

MESSAGES = {
    Tag.OK: Message(Severity.GOOD, N_("{name} leads back to {address}.")),
    Tag.MISMATCH: Message(Severity.HIGH, N_("{address} is called {name}, but {name} leads to {found} instead."), _LEAD_BACK),
    Tag.NO_FORWARD: Message(
        Severity.HIGH, N_("{address} is called {name}, but {name} has no address ({rdtype} record)."), _LEAD_BACK
    ),
    Tag.NO_NAME: Message(Severity.NONE, N_("{address} has no reverse name, so there is nothing to confirm.")),
    Tag.UNANSWERED: Message(
        Severity.UNKNOWN, N_("Whether the name of {address} leads back to it could not be looked up ({status}).")
    ),
}


def judge(rdns: ReverseDns, policy: Policy) -> Iterator[Finding]:
    if not rdns.forward:
        if rdns.ptr.definite:
            yield found(Tag.NO_NAME, address=rdns.address)
        else:
            yield found(Tag.UNANSWERED, address=rdns.address, status=reason(rdns.ptr))
        return
    address = ipaddress.ip_address(rdns.address)
    confirmed = [a for a in rdns.forward if any(_same(record, address) for record in a.records)]
    if confirmed:
        yield found(Tag.OK, address=rdns.address, name=bare(confirmed[0].name))
        return
    failed = [a for a in rdns.forward if not a.definite]
    if failed:
        yield found(Tag.UNANSWERED, address=rdns.address, status=f"{bare(failed[0].name)}: {reason(failed[0])}")
        return
    if len(rdns.ptr.records) > len(rdns.forward) and rdns.ptr.definite:
        yield found(
            Tag.UNANSWERED,
            address=rdns.address,
            status=phrase("it has {records} names, too many to look up", records=len(rdns.ptr.records)),
        )
        return
    first = next((a for a in rdns.forward if a.records), rdns.forward[0])
    tag = Tag.MISMATCH if first.records else Tag.NO_FORWARD
    yield found(tag, address=rdns.address, name=bare(first.name), rdtype=first.rdtype, found=first.records[:4])


def _same(record: str, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    try:
        return ipaddress.ip_address(record) == address
    except ValueError:
        return False
