"""The address has a reverse DNS name.

What it checks:
    Whether an address that sends mail has a name in the reverse DNS (a PTR record).

Why it matters:
    Most receivers refuse mail from an address without a name, and policies demand “functioning rDNS”. It is set by whoever
    owns the address, usually in the provider's panel, not in the domain's own zone.

How it is judged:
    1. dig -x ADDRESS. Aliases (CNAME, used for classless delegation after RFC 2317) are followed.
    2. No record (NXDOMAIN or an empty answer) is a fault.
    3. SERVFAIL or silence from the reverse zone's servers is no verdict: the delegation may be broken, which only the
       network's owner can mend.
    4. A name that no host can have (one label, an address, localhost) is a fault.
    5. The reverse zone's own servers are asked too, so that a change which caches still hide is seen.

Limits and false positives:
    An address that never sends mail needs no name.

References:
    RFC 1912 section 2.1; RFC 1035 section 3.5; RFC 3596 section 2.5; RFC 2317.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from selfaudit.checks._common import CACHED_TEXT, unanswered_args
from selfaudit.facts.dns import DnsStatus, bare, differs
from selfaudit.facts.rdns import ReverseDns
from selfaudit.findings import Check, Finding, Message, Remedy, Severity, Who, found
from selfaudit.i18n import N_, phrase
from selfaudit.policy import Policy


class Tag(StrEnum):
    OK = "RDNS_PRESENT"
    MISSING = "RDNS_MISSING"
    BAD_NAME = "RDNS_BAD_NAME"
    MANY = "RDNS_MANY"
    LAME = "RDNS_ZONE_BROKEN"
    UNANSWERED = "RDNS_UNANSWERED"
    CACHED = "RDNS_CACHED"


CHECK = Check("rdns.present", N_("The address has a name (reverse DNS, PTR)"), (ReverseDns,), "address")

_SET_NAME = Remedy(
    N_(
        "Choose the name that your mail server says in its greeting, for example mail.your-domain. Give that name an A record "
        "(AAAA for IPv6) with this address first. Then set the reverse DNS of the address in your provider's panel, under the "
        "server's network or IP settings; if there is no such setting, ask the provider to do it."
    ),
    verify="dig -x {address} +short",
    stacks={
        "Own reverse zone (BIND, NSD)": "{pointer}  3600  IN  PTR  mail.your-domain.",
        "Postfix": "postconf -e 'myhostname = mail.your-domain' && systemctl reload postfix",
        "Exim": "primary_hostname = mail.your-domain",
    },
    minutes=15,
)

MESSAGES = {
    Tag.OK: Message(Severity.GOOD, N_("{address} has the name {names}.")),
    Tag.MISSING: Message(
        Severity.HIGH, N_("{address} has no name (no PTR record). Most receivers refuse mail from such an address."), _SET_NAME
    ),
    Tag.BAD_NAME: Message(Severity.HIGH, N_("{address} has the name “{names}”, which no server can have."), _SET_NAME),
    Tag.MANY: Message(
        Severity.LOW,
        N_("{address} has {count} names. One is enough; receivers may look at any of them."),
        Remedy(
            N_("Keep the one name that the mail server says in its greeting and remove the others."),
            verify="dig -x {address} +short",
        ),
    ),
    Tag.LAME: Message(
        Severity.UNKNOWN,
        N_(
            "The reverse zone of {address} gives an error ({status}). Whether there is a name cannot be told, here or by receivers."
        ),
        Remedy(
            N_(
                "Tell the provider that the reverse delegation of this address is broken; only the owner of the network can mend it."
            ),
            verify="dig -x {address}",
            who=Who.PROVIDER,
        ),
    ),
    Tag.UNANSWERED: Message(Severity.UNKNOWN, N_("The reverse DNS of {address} could not be looked up ({status}).")),
    Tag.CACHED: Message(Severity.INFO, CACHED_TEXT),
}


def judge(rdns: ReverseDns, policy: Policy) -> Iterator[Finding]:
    answer = rdns.ptr
    if rdns.published is not None and differs(rdns.ptr, rdns.published):
        yield found(
            Tag.CACHED, name=bare(rdns.ptr.name), rdtype="PTR", new=rdns.published.records or (phrase("no record"),),
            old=rdns.ptr.records or (phrase("no record"),), ttl=max(rdns.ptr.ttl, 0),
        )  # fmt: skip
        answer = rdns.published
    if answer.status is DnsStatus.SERVFAIL:
        yield found(Tag.LAME, address=rdns.address, status=answer.status)
    elif not answer.definite:
        yield found(Tag.UNANSWERED, address=rdns.address, **unanswered_args(answer))
    elif not answer.records:
        yield found(Tag.MISSING, address=rdns.address, pointer=rdns.ptr.name)
    else:
        names = [bare(name) for name in answer.records]
        bad = [name for name in names if not _plausible(name)]
        if len(bad) == len(names):
            yield found(Tag.BAD_NAME, address=rdns.address, names=bad[:3], pointer=rdns.ptr.name)
            return
        yield found(Tag.OK, address=rdns.address, names=[n for n in names if n not in bad][:5])
        if len(names) > 3:
            yield found(Tag.MANY, address=rdns.address, count=len(names))


def _plausible(name: str) -> bool:
    labels = name.lower().split(".")
    return (
        len(labels) > 1
        and not labels[-1].isdigit()
        and labels[-1] not in ("localhost", "local", "localdomain", "lan", "internal", "arpa")
    )
