"""Reports about failed encryption have a place to go.

What it checks:
    The record that names where other mail servers report failed TLS connections (TLS-RPT).

Why it matters:
    It is optional. A broken record only means that the reports get lost.

How it is judged:
    1. dig _smtp._tls.DOMAIN TXT: no record is allowed.
    2. Exactly one record may begin with “v=TLSRPTv1;”, and its rua= must name a mailto: or https: address.

Limits and false positives:
    Whether the mailbox takes the reports is not tried.

References:
    RFC 8460 section 3.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from selfaudit.checks._common import reason
from selfaudit.errors import BadInput
from selfaudit.facts.mail import TlsReporting
from selfaudit.findings import Check, Finding, Message, Remedy, Severity, found
from selfaudit.i18n import N_, phrase
from selfaudit.policy import Policy
from selfaudit.protocols.mail_policies import parse_tls_rpt, tls_rpt_records


class Tag(StrEnum):
    OK = "TLS_RPT_OK"
    ABSENT = "TLS_RPT_ABSENT"
    BROKEN = "TLS_RPT_BROKEN"
    UNANSWERED = "TLS_RPT_UNANSWERED"


CHECK = Check(
    "mail.tls-rpt", N_("Reports about failed encryption (TLS-RPT) have a place to go"), (TlsReporting,), "domain", advisory=True
)

MESSAGES = {
    Tag.OK: Message(Severity.GOOD, N_("Reports about {domain} go to {destinations}.")),
    Tag.ABSENT: Message(Severity.NONE, N_("{domain} asks for no reports about failed encryption. None are demanded.")),
    Tag.BROKEN: Message(
        Severity.LOW,
        N_("The TLS-RPT record of {domain} is not valid: {why}."),
        Remedy(
            N_("Correct the record, or remove it."),
            verify="dig _smtp._tls.{domain} TXT +short",
            record='_smtp._tls.{domain}.  3600  IN  TXT  "v=TLSRPTv1; rua=mailto:tls-reports@{domain}"',
            minutes=10,
        ),
    ),
    Tag.UNANSWERED: Message(Severity.UNKNOWN, N_("The TLS-RPT record of {domain} could not be looked up ({why}).")),
}


def judge(reporting: TlsReporting, policy: Policy) -> Iterator[Finding]:
    domain = reporting.domain
    if not reporting.record.definite:
        yield found(Tag.UNANSWERED, domain=domain, why=reason(reporting.record))
        return
    records = tls_rpt_records(reporting.record.texts())
    if not records:
        yield found(Tag.ABSENT, domain=domain)
        return
    if len(records) > 1:
        yield found(Tag.BROKEN, domain=domain, why=phrase("there are {records} of them, so none counts", records=len(records)))
        return
    try:
        destinations = parse_tls_rpt(records[0])
    except BadInput as error:
        yield found(Tag.BROKEN, domain=domain, why=str(error))
    else:
        yield found(Tag.OK, domain=domain, destinations=destinations)
