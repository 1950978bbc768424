"""The domain says who may issue certificates for it.

What it checks:
    CAA records of the domain or of the nearest name above it.

Why it matters:
    They stop strangers from getting certificates for your names. No policy demands them, so their absence is no fault.

How it is judged:
    1. dig DOMAIN CAA, then each name above it up to the top-level domain; the first set that is found counts.
    2. No records anywhere: any authority may issue, which is allowed.
    3. A record that cannot be read, or an unknown tag marked critical, makes authorities refuse.

Limits and false positives:
    Whether the named authority is the one you use is not known.

References:
    RFC 8659 sections 3 and 4.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum

from selfaudit.checks._common import reason
from selfaudit.facts.dns import bare
from selfaudit.facts.zone import CaaLookups
from selfaudit.findings import Check, Finding, Message, Remedy, Severity, found
from selfaudit.i18n import N_
from selfaudit.policy import Policy


class Tag(StrEnum):
    OK = "CAA_OK"
    ABSENT = "CAA_ABSENT"
    FORBIDS_ALL = "CAA_FORBIDS_ALL"
    CRITICAL_UNKNOWN = "CAA_CRITICAL_UNKNOWN"
    UNANSWERED = "CAA_UNANSWERED"


CHECK = Check("dns.caa", N_("The domain says who may issue certificates for it (CAA)"), (CaaLookups,), "domain", advisory=True)

_KNOWN = frozenset({"issue", "issuewild", "iodef", "issuemail", "issuevmc", "contactemail", "contactphone"})
_CAA = re.compile(r'(?P<flags>[0-9]+) (?P<tag>[A-Za-z0-9]+) "?(?P<value>.*?)"?\Z')

MESSAGES = {
    Tag.OK: Message(Severity.GOOD, N_("{name} names who may issue certificates: {issuers}.")),
    Tag.ABSENT: Message(
        Severity.NONE,
        N_("{domain} has no CAA record that names issuers, so every authority may issue certificates for it. That is allowed."),
    ),
    Tag.FORBIDS_ALL: Message(Severity.INFO, N_("{name} forbids every authority to issue certificates.")),
    Tag.CRITICAL_UNKNOWN: Message(
        Severity.LOW,
        N_(
            "{name} has a CAA record with the unknown critical tag “{property}”; authorities will refuse to issue certificates."
        ),
        Remedy(
            N_("Remove the record with the tag “{property}” from the zone of {name}; nothing else depends on it."),
            verify="dig {name} CAA +short",
        ),
    ),
    Tag.UNANSWERED: Message(Severity.UNKNOWN, N_("The CAA records of {name} could not be looked up ({why}).")),
}


def judge(caa: CaaLookups, policy: Policy) -> Iterator[Finding]:
    for answer in caa.answers:
        name = bare(answer.name)
        if not answer.definite:
            yield found(Tag.UNANSWERED, name=name, why=reason(answer))
            return
        if not answer.records:
            continue
        records = [m for r in answer.records if (m := _CAA.match(r))]
        for record in records:
            if int(record["flags"]) & 128 and record["tag"].lower() not in _KNOWN:
                yield found(Tag.CRITICAL_UNKNOWN, name=name, property=record["tag"])
        issuers = [r["value"].partition(";")[0].strip() for r in records if r["tag"].lower() == "issue"]
        if not issuers:
            yield found(Tag.ABSENT, domain=caa.domain)  # RFC 8659 section 4.2: without an issue property nobody is shut out
            return
        if not any(issuers):
            yield found(Tag.FORBIDS_ALL, name=name)
        yield found(Tag.OK, name=name, issuers=[i for i in issuers if i] or ["nobody"])
        return
    yield found(Tag.ABSENT, domain=caa.domain)
