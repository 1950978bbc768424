"""The domain is on no blocklist.

What it checks:
    The domain at DNS blocklists for domains, each of which first had to pass its own test in the same run.

Why it matters:
    Policies count a listing at a reputable list as a violation by itself, and receivers refuse mail because of it. What matters is
    which list it is, what its code means, and who can have the entry removed.

How it is judged:
    1. Each list must list its own test entry and must not list the entry that is never listed (RFC 5782 section 5). A list that
       fails this is dead, refuses us, or lists everything; it is left out, and said so.
    2. dig DOMAIN.LIST A, for the registrable domain, and for the name itself if it is longer. The question goes to the
       list's own servers, because many lists refuse public resolvers.
    3. Only codes in 127.0.0.0/8 that the list explains count. 127.255.255.x is a refusal, an address outside 127.0.0.0/8 a network
       that rewrites answers; neither says anything about the target.
    4. A listing at a list of the first tier is a fault, at others a warning. Lists about ranges and ages of domains are shown as
       information. If a list of the first tier cannot be asked, the result is “cannot tell”.

Limits and false positives:
    Lists see queries and may answer differently elsewhere. Lists that need a key are not asked without it.

References:
    RFC 5782 sections 2 to 5; RFC 6471 section 3.
"""

from __future__ import annotations

from collections.abc import Iterator

from selfaudit.checks.blocklist._listing import MESSAGES, Tag, judge_listings
from selfaudit.facts.blocklist import DomainListings, ListCatalogue
from selfaudit.findings import Check, Finding
from selfaudit.i18n import N_
from selfaudit.policy import Policy

__all__ = ["CHECK", "MESSAGES", "Tag", "judge"]

CHECK = Check("blocklist.domain", N_("The domain is on no blocklist"), (DomainListings, ListCatalogue), "domain", hosted=True)


def judge(listings: DomainListings, lists: ListCatalogue, policy: Policy) -> Iterator[Finding]:
    yield from judge_listings(listings.domain, ("domain",), listings.answers, lists)
