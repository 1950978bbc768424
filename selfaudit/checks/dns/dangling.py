"""No name under the domain points to something that is gone.

What it checks:
    Usual names under the domain (www, mail, autodiscover and the like), its mail hosts and its name servers: whether the names
    they point to still exist.

Why it matters:
    A name that points to a domain or a cloud service which somebody else can register lets strangers publish under your
    domain. Spam sites are hosted that way, and the complaint comes to you.

How it is judged:
    1. dig NAME CNAME for each of the usual names; dig DOMAIN MX and NS.
    2. dig TARGET A: NXDOMAIN means that the target is gone.
    3. dig on the target's registrable domain: if that does not exist either, anybody can register it: a fault.
    4. Failed look-ups say nothing.

Limits and false positives:
    Only usual names are tried; names that nobody knows stay unseen. A target that exists may still be an abandoned cloud
    service; that cannot be seen by DNS alone.

References:
    RFC 8499 (alias); RFC 1034 section 3.6.2; RFC 8020.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from selfaudit.checks._common import reason
from selfaudit.facts.dns import DnsStatus, bare
from selfaudit.facts.zone import NameSurvey
from selfaudit.findings import Check, Finding, Message, Remedy, Severity, found
from selfaudit.i18n import N_, phrase
from selfaudit.policy import Policy
from selfaudit.protocols.psl import registrable_domain


class Tag(StrEnum):
    OK = "DANGLING_NONE"
    TAKEABLE = "DANGLING_TAKEABLE"
    GONE = "DANGLING_TARGET_GONE"
    UNANSWERED = "DANGLING_UNANSWERED"


CHECK = Check("dns.dangling", N_("No name points to something that is gone"), (NameSurvey,), "domain")

_ROLES = {"alias": phrase("alias"), "mail host": phrase("mail host"), "name server": phrase("name server")}
_KINDS = {"alias": "CNAME", "mail host": "MX", "name server": "NS"}

_REMOVE = Remedy(
    N_("Remove the {kind} record of {name} that names {target} from the zone, or let it name something that you control."),
    verify="dig {name} {kind} +short",
    minutes=10,
)

MESSAGES = {
    Tag.OK: Message(Severity.GOOD, N_("None of the {count} names that were tried points to something that is gone.")),
    Tag.TAKEABLE: Message(
        Severity.HIGH,
        N_(
            "{name} ({role}) points to {target}, and {registrable} is not registered: anybody can take it and publish under your domain."
        ),
        _REMOVE,
    ),
    Tag.GONE: Message(Severity.MEDIUM, N_("{name} ({role}) points to {target}, which does not exist."), _REMOVE),
    Tag.UNANSWERED: Message(Severity.UNKNOWN, N_("{count} look-ups gave no answer (first: {name}, {why}).")),
}


def judge(survey: NameSurvey, policy: Policy) -> Iterator[Finding]:
    failed = list(survey.failed)
    bad = False
    for use in survey.uses:
        if use.answer.status is not DnsStatus.NXDOMAIN:
            if not use.answer.definite:
                failed.append(use.answer)
            continue
        takeable = use.registrable is not None and use.registrable.status is DnsStatus.NXDOMAIN
        if use.role == "mail host" and not takeable:
            continue  # mail.mx says so, with the right advice
        bad = True
        registrable = registrable_domain(use.target)
        args = {"name": bare(use.name), "role": _ROLES[use.role], "target": bare(use.target), "kind": _KINDS[use.role]}
        if takeable:
            yield found(Tag.TAKEABLE, registrable=registrable, **args)
        else:
            yield found(Tag.GONE, **args)
    if failed:
        yield found(Tag.UNANSWERED, count=len(failed), name=bare(failed[0].name), why=reason(failed[0]))
    elif not bad:
        yield found(Tag.OK, count=len(survey.names))
