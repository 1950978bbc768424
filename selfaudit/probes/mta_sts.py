"""The MTA-STS record and the policy file behind it."""

from __future__ import annotations

import asyncio

from selfaudit.case import Case, Target
from selfaudit.facts import Request
from selfaudit.facts.mail import MtaStsPolicy
from selfaudit.i18n import phrase
from selfaudit.net import Net
from selfaudit.probes.planned import PlannedContact, resolver
from selfaudit.protocols.mail_policies import sts_records

FACT = MtaStsPolicy


def request(target: Target, case: Case) -> Request:
    """One per domain."""
    return Request(FACT.kind, target.value)


def contacts(request: Request, net: Net) -> list[PlannedContact]:
    """The resolver; the published policy file, only if there is a record."""
    return [
        resolver(phrase("MTA-STS record, address of the policy host"), 3),
        PlannedContact(
            f"mta-sts.{request.subject}", phrase("HTTPS: one GET of the published policy file, if it is announced"), 1
        ),
    ]


async def collect(request: Request, net: Net) -> MtaStsPolicy:
    """Fetches the policy file only where the record announces one."""
    domain = request.subject
    record = await net.dns.lookup(f"_mta-sts.{domain}", "TXT")
    if not sts_records(record.texts()):
        return MtaStsPolicy(domain, record, None)
    host = f"mta-sts.{domain}"
    answers = await asyncio.gather(net.dns.lookup(host, "A"), net.dns.lookup(host, "AAAA"))
    addresses = tuple(r for a in answers for r in a.records if ":" not in r or net.has_ipv6())
    fetch = await net.https(f"https://{host}/.well-known/mta-sts.txt", addresses)
    return MtaStsPolicy(domain, record, fetch, tuple(answers))
