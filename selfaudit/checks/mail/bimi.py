"""The domain's logo for mail programs can be shown.

What it checks:
    The BIMI record of the default selector, and whether the DMARC policy is strict enough for it.

Why it matters:
    It is optional and says nothing about abuse. A broken record only means that no logo is shown.

How it is judged:
    1. dig default._bimi.DOMAIN TXT: no record is allowed.
    2. The record must hold l= with an https address, or nothing, which declines.
    3. Mail programs show the logo only if DMARC asks for quarantine or reject.

Limits and false positives:
    The logo and its certificate are not fetched.

References:
    draft-brand-indicators-for-message-identification sections 4.2 and 7.4.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from selfaudit.checks._common import reason
from selfaudit.checks.mail._dmarc import policy_lookup
from selfaudit.errors import BadInput
from selfaudit.facts.mail import BimiRecord, DmarcLookups
from selfaudit.findings import Check, Finding, Message, Remedy, Severity, found
from selfaudit.i18n import N_, phrase
from selfaudit.policy import Policy
from selfaudit.protocols import dmarc
from selfaudit.protocols.lookup import run_now
from selfaudit.protocols.mail_policies import bimi_records, parse_bimi


class Tag(StrEnum):
    OK = "BIMI_OK"
    ABSENT = "BIMI_ABSENT"
    DECLINED = "BIMI_DECLINED"
    BROKEN = "BIMI_BROKEN"
    NOT_ENFORCED = "BIMI_DMARC_NOT_ENFORCED"
    UNANSWERED = "BIMI_UNANSWERED"


CHECK = Check(
    "mail.bimi", N_("The logo for mail programs (BIMI) can be shown"), (BimiRecord, DmarcLookups), "domain", advisory=True
)

MESSAGES = {
    Tag.OK: Message(Severity.GOOD, N_("{domain} publishes a logo: {location}.")),
    Tag.ABSENT: Message(Severity.NONE, N_("{domain} publishes no logo. None is demanded.")),
    Tag.DECLINED: Message(Severity.NONE, N_("{domain} says that it has no logo.")),
    Tag.BROKEN: Message(
        Severity.LOW,
        N_("The BIMI record of {domain} is not valid: {why}."),
        Remedy(
            N_("Correct the record, or remove it."),
            verify="dig default._bimi.{domain} TXT +short",
            minutes=10,
        ),
    ),
    Tag.NOT_ENFORCED: Message(
        Severity.LOW,
        N_("{domain} publishes a logo, but its DMARC policy is “{applied}”; it is shown only with quarantine or reject."),
        Remedy(N_("Tighten the DMARC policy when its reports look right."), verify="dig _dmarc.{domain} TXT +short"),
    ),
    Tag.UNANSWERED: Message(Severity.UNKNOWN, N_("The BIMI record of {domain} could not be looked up ({why}).")),
}


def judge(bimi: BimiRecord, lookups: DmarcLookups, policy: Policy) -> Iterator[Finding]:
    domain = bimi.domain
    if not bimi.record.definite:
        yield found(Tag.UNANSWERED, domain=domain, why=reason(bimi.record))
        return
    records = bimi_records(bimi.record.texts())
    if not records:
        yield found(Tag.ABSENT, domain=domain)
        return
    if len(records) > 1:
        yield found(Tag.BROKEN, domain=domain, why=phrase("there are {records} of them", records=len(records)))
        return
    try:
        parsed = parse_bimi(records[0])
    except BadInput as error:
        yield found(Tag.BROKEN, domain=domain, why=str(error))
        return
    if not parsed.location:
        yield found(Tag.DECLINED, domain=domain)
        return
    applied = run_now(dmarc.policy(domain, policy_lookup(lookups)))
    if applied.unanswered:
        yield found(Tag.UNANSWERED, domain=domain, why=phrase("its DMARC policy could not be looked up"))
    elif applied.applied not in ("quarantine", "reject"):
        yield found(Tag.NOT_ENFORCED, domain=domain, applied=applied.applied or "missing")
    else:
        yield found(Tag.OK, domain=domain, location=parsed.location)
