"""Playing back DMARC look-ups; shared by the checks that need the policy."""

from __future__ import annotations

from selfaudit.facts.dns import DnsAnswer, bare, differs
from selfaudit.facts.mail import DmarcLookups
from selfaudit.protocols.lookup import Replay


def own_record(facts: DmarcLookups) -> DnsAnswer | None:
    """The look-up of the domain's own record through the resolver."""
    return next((a for a in facts.answers if bare(a.name) == f"_dmarc.{facts.domain}"), None)


def policy_lookup(facts: DmarcLookups) -> Replay:
    """The recorded answers; what the name servers say now counts before what caches still hold."""
    own = own_record(facts)
    first = [facts.published] if own and facts.published and differs(own, facts.published) else []
    return Replay([*first, *facts.answers, facts.author])
