"""Everything that is needed to find a DMARC policy offline, and to see whether its reports arrive."""

from __future__ import annotations

import asyncio

from selfaudit.case import Case, Target
from selfaudit.facts import Request
from selfaudit.facts.dns import DnsAnswer, differs
from selfaudit.facts.mail import DmarcLookups
from selfaudit.i18n import phrase
from selfaudit.net import Net
from selfaudit.probes.planned import PlannedContact, name_servers, resolver
from selfaudit.protocols import dmarc, psl
from selfaudit.protocols.lookup import Replay

FACT = DmarcLookups
_MAX_DESTINATIONS = 5


def request(target: Target, case: Case) -> Request:
    """One per domain."""
    return Request(FACT.kind, target.value)


def contacts(request: Request, net: Net) -> list[PlannedContact]:
    """The resolver and the zone's servers."""
    return [
        resolver(phrase("DMARC up the tree, and the report mailboxes"), len(dmarc.walk_names(request.subject)) + 4),
        name_servers(request.subject, "TXT of _dmarc", 1),
    ]


async def collect(request: Request, net: Net) -> DmarcLookups:
    """Asks all names of the tree walk side by side, then follows the report mailboxes."""
    domain = request.subject
    names = dict.fromkeys([*dmarc.walk_names(domain), psl.registrable_domain(domain) or domain])
    author, published, *answers = await asyncio.gather(
        net.dns.lookup(domain, "A"),
        net.published(f"_dmarc.{domain}", "TXT"),
        *(net.dns.lookup(f"_dmarc.{name}", "TXT") for name in names),
    )
    assert author is not None
    recorded: list[DnsAnswer] = [a for a in answers if a is not None]
    judged = [author, *recorded]
    if published is not None and differs(recorded[0], published):
        judged.insert(0, published)
    applied = await dmarc.policy(domain, Replay(judged))
    consents: list[DnsAnswer] = []
    mail: list[DnsAnswer] = []
    if applied.record is not None:
        destinations = dmarc.report_domains(applied.record)[:_MAX_DESTINATIONS]
        where = applied.record.domain
        foreign = [d for d in destinations if dmarc.needs_consent(where, d)]
        consents = list(await asyncio.gather(*(net.dns.lookup(f"{where}._report._dmarc.{d}", "TXT") for d in foreign)))
        mail = list(await asyncio.gather(*(net.dns.lookup(d, t) for d in destinations for t in ("MX", "A", "AAAA"))))
    return DmarcLookups(domain, tuple(recorded), author, published, tuple(consents), tuple(mail))
