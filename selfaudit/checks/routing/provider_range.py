"""The address is one that this provider assigns.

What it checks:
    Whether the address lies in a block that the provider of the case assigns to its customers, as its pack lists them.

Why it matters:
    Policies allow only addresses that the provider assigned. An address of somebody else, brought into the provider's network without
    consent, is a violation; one that belongs to a server elsewhere is not the provider's business, and the desk should know that.

How it is judged:
    1. The provider is the one that the case names; its pack lists the blocks, with their source and date.
    2. An address inside a block is right. One outside is worth a word in your request, no more: the list may be incomplete.
    3. Without a provider, or with a pack that lists no blocks, nothing is judged.
    4. whois ADDRESS shows to whom the registry gave the address (see registration.network).

Limits and false positives:
    The list is the provider's word and may be older than your contract. That the address lies in a block does not show that it was
    given to you.

References:
    RFC 4632 section 3.1 (blocks of addresses); RFC 7020 section 2 (who assigns addresses).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from enum import StrEnum

from selfaudit.facts.rdns import ReverseDns
from selfaudit.findings import Check, Finding, Message, Remedy, Severity, found
from selfaudit.i18n import N_
from selfaudit.policy import Policy


class Tag(StrEnum):
    INSIDE = "PROVIDER_RANGE_INSIDE"
    OUTSIDE = "PROVIDER_RANGE_OUTSIDE"
    NO_LIST = "PROVIDER_RANGE_NOT_LISTED"
    NO_PROVIDER = "PROVIDER_RANGE_NO_PROVIDER"


# The judgement needs nothing but the address. Of all that is known about an address its reverse look-up is what every run has.
CHECK = Check(
    "routing.provider-range", N_("The address is one that your provider assigns"), (ReverseDns,), "address", advisory=True
)

MESSAGES = {
    Tag.INSIDE: Message(Severity.GOOD, N_("{address} is in {prefix}, which {provider} assigns.")),
    Tag.OUTSIDE: Message(
        Severity.LOW,
        N_(
            "{address} is not among the addresses that {provider} assigns, as far as its pack lists them. If it is used in the network "
            "of {provider}, that is against its policy; if it belongs to a server elsewhere, it is not."
        ),
        Remedy(
            N_(
                "If this server is with another provider, say so in your request, with the name of that provider. If it is with "
                "{provider}, look into your contract or panel for the addresses that you were given: if {address} is among them, ask "
                "{provider} to add it to its list; if not, stop using it and take one that you were given."
            ),
            verify="whois {address}",
            minutes=10,
        ),
    ),
    Tag.NO_LIST: Message(
        Severity.NONE,
        N_(
            "No list of the addresses that {provider} assigns is known here, so whether {address} is one of them is not judged."
        ),
    ),
    Tag.NO_PROVIDER: Message(
        Severity.NONE, N_("The case names no provider whose addresses are known, so {address} is not compared with any.")
    ),
}


def judge(reverse: ReverseDns, policy: Policy) -> Iterator[Finding]:
    address = reverse.address
    if not policy.prefixes:
        if policy.provider:
            yield found(Tag.NO_LIST, address=address, provider=policy.provider)
        else:
            yield found(Tag.NO_PROVIDER, address=address)
        return
    parsed = ipaddress.ip_address(address)
    holding = [n for n in map(ipaddress.ip_network, policy.prefixes) if parsed in n]
    if holding:
        prefix = str(max(holding, key=lambda n: n.prefixlen))
        yield found(Tag.INSIDE, address=address, prefix=prefix, provider=policy.provider)
    else:
        yield found(Tag.OUTSIDE, address=address, provider=policy.provider)
