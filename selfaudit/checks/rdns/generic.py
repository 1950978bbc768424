"""The reverse name was chosen for the server.

What it checks:
    Whether the name in the reverse DNS looks like the default that a provider gives to every address of a range.

Why it matters:
    Receivers take default names for home connections and hacked machines: Yahoo asks for a name that is not generic, Spamhaus
    refuses to answer queries from such addresses, and SpamRATS lists them until the name is corrected.

How it is judged:
    1. dig -x ADDRESS.
    2. The name is generic if it lies in a zone where large providers put their default names, if it holds the whole address
       (octets in any order, zero-padded, in hexadecimal, or the groups of an IPv6 address), or if it joins words such as
       “dyn”, “pool” or “dsl” with a number.
    3. It is enough if one of several names was chosen.

Limits and false positives:
    This is a judgement about words, so it is a warning and never more. A chosen name that happens to hold numbers may be
    taken for a default one.

References:
    Google's and Yahoo's requirements for senders (2024); RFC 8501 section 2.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from selfaudit.checks._common import reason
from selfaudit.facts.dns import bare, differs
from selfaudit.facts.rdns import ReverseDns
from selfaudit.findings import Check, Finding, Message, Remedy, Severity, found
from selfaudit.i18n import N_
from selfaudit.policy import Policy
from selfaudit.protocols.rdns import is_generic


class Tag(StrEnum):
    OK = "RDNS_CHOSEN"
    GENERIC = "RDNS_GENERIC"
    NO_NAME = "RDNS_GENERIC_NO_NAME"
    UNANSWERED = "RDNS_GENERIC_UNANSWERED"


CHECK = Check("rdns.generic", N_("The name of the address was chosen for the server"), (ReverseDns,), "address")

MESSAGES = {
    Tag.OK: Message(Severity.GOOD, N_("{name} is a name that was chosen for a server.")),
    Tag.GENERIC: Message(
        Severity.MEDIUM,
        N_(
            "{address} still has its provider's default name, {name}. Many receivers treat such addresses like home connections."
        ),
        Remedy(
            N_(
                "Set the reverse DNS in the provider's panel to your mail server's own name, for example mail.your-domain, and make "
                "sure that this name leads back to the address."
            ),
            verify="dig -x {address} +short",
            minutes=10,
        ),
    ),
    Tag.NO_NAME: Message(Severity.NONE, N_("{address} has no reverse name.")),
    Tag.UNANSWERED: Message(Severity.UNKNOWN, N_("The reverse name of {address} could not be looked up ({status}).")),
}


def judge(rdns: ReverseDns, policy: Policy) -> Iterator[Finding]:
    answer = rdns.published if rdns.published is not None and differs(rdns.ptr, rdns.published) else rdns.ptr
    names = [bare(name) for name in answer.records]
    if names:
        chosen = [name for name in names if not is_generic(name, rdns.address)]
        if chosen:
            yield found(Tag.OK, name=chosen[0])
        else:
            yield found(Tag.GENERIC, address=rdns.address, name=names[0])
    elif answer.definite:
        yield found(Tag.NO_NAME, address=rdns.address)
    else:
        yield found(Tag.UNANSWERED, address=rdns.address, status=reason(answer))
