"""The zone is not handed out to strangers.

What it checks:
    Whether the domain's name servers give the whole zone to anybody who asks (AXFR).

Why it matters:
    A full copy of the zone shows every host name to whoever looks for a way in. It is not abuse by itself, but a careful desk
    asks about it.

How it is judged:
    1. dig @SERVER DOMAIN AXFR for each name server that may be asked. A handful of records proves a transfer; no more is
       fetched, and nothing of it is kept. REFUSED and NOTAUTH are refusals; a failure or a closed connection says nothing.
    2. Name servers belong to somebody: they are asked only if that was shown or stated to be allowed.

Limits and false positives:
    Some zones are open on purpose. A server may allow transfers to this address only.

References:
    RFC 5936 section 2; RFC 9103.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from selfaudit.checks._common import SWITCHED_OFF
from selfaudit.facts.zone import TransferOutcome, ZoneTransfers
from selfaudit.findings import Check, Contact, Finding, Message, Remedy, Severity, found
from selfaudit.i18n import N_
from selfaudit.policy import Policy


class Tag(StrEnum):
    OK = "TRANSFER_REFUSED"
    GIVEN = "TRANSFER_GIVEN"
    NO_ANSWER = "TRANSFER_NO_ANSWER"
    NOT_ASKED = "TRANSFER_NOT_ASKED"
    NONE_ASKED = "TRANSFER_NONE_ASKED"


CHECK = Check(
    "dns.transfer", N_("The zone is not handed out to strangers"), (ZoneTransfers,), "domain", Contact.ACTIVE, advisory=True
)

MESSAGES = {
    Tag.OK: Message(Severity.GOOD, N_("{servers} refuse to hand out {zone}.")),
    Tag.GIVEN: Message(
        Severity.MEDIUM,
        N_("{server} hands out the whole zone {zone} to anybody."),
        Remedy(
            N_("Allow transfers only to your secondary name servers. Name every one of them, or they stop getting changes."),
            verify="dig @{server} {zone} AXFR   # right: Transfer failed",
            stacks={
                "BIND": "allow-transfer {{ SECONDARY-ADDRESS; }};",
                "NSD": "provide-xfr: SECONDARY-ADDRESS NOKEY",
                "PowerDNS": "allow-axfr-ips=SECONDARY-ADDRESS",
                "Knot": "acl:\n  - id: to_secondary\n    address: SECONDARY-ADDRESS\n    action: transfer\nzone:\n  - domain: {zone}\n    acl: to_secondary",
                "Windows DNS": "Zone properties > Zone Transfers > Only to the following servers",
            },
        ),
    ),
    Tag.NO_ANSWER: Message(Severity.UNKNOWN, N_("{server} did not answer the request for {zone} ({why})."), SWITCHED_OFF),
    Tag.NOT_ASKED: Message(Severity.INFO, N_("Not asked, because nobody has shown that they may be: {servers}.")),
    Tag.NONE_ASKED: Message(Severity.UNKNOWN, N_("No name server of {zone} could be asked.")),
}


def judge(transfers: ZoneTransfers, policy: Policy) -> Iterator[Finding]:
    zone = transfers.zone
    by_outcome: dict[TransferOutcome, list[str]] = {}
    for attempt in transfers.attempts:
        name = f"{attempt.host} ({attempt.address})"
        by_outcome.setdefault(attempt.outcome, []).append(name)
        if attempt.outcome is TransferOutcome.GIVEN:
            yield found(Tag.GIVEN, zone=zone, server=attempt.address)
        elif attempt.outcome is TransferOutcome.NO_ANSWER:
            yield found(Tag.NO_ANSWER, zone=zone, server=name, why=attempt.detail)
    if refused := by_outcome.get(TransferOutcome.REFUSED):
        yield found(Tag.OK, zone=zone, servers=refused)
    if not_asked := by_outcome.get(TransferOutcome.NOT_PERMITTED):
        yield found(Tag.NOT_ASKED, servers=not_asked)
    if set(by_outcome) <= {TransferOutcome.NOT_PERMITTED}:
        yield found(Tag.NONE_ASKED, zone=zone)
