"""Whose facts are filed under whose name: a fact that names another target than its request proves nothing about that one."""

from __future__ import annotations

from operator import attrgetter

from selfaudit.facts import Fact
from selfaudit.protocols.lookup import is_below
from selfaudit.protocols.psl import registrable_domain

# For each kind of fact the field that names what it is about. A zone may lie
# between the domain that was asked for and its registered domain.
FIELDS = {
    "blocklist.address": "address",
    "blocklist.domain": "domain",
    "dns.caa": "domain",
    "exposure.amplifiers": "address",
    "exposure.ports": "address",
    "exposure.proxy": "address",
    "exposure.resolver": "address",
    "exposure.services": "address",
    "host.outside": "host",
    "host.report": "name",
    "host.scope": "host",
    "host.vulnerabilities": "host",
    "ledger.report": "name",
    "mail.bimi": "domain",
    "mail.contacts": "domain",
    "mail.dkim": "domain",
    "mail.dmarc": "domain",
    "mail.hosts": "domain",
    "mail.mta-sts": "domain",
    "mail.names": "address",
    "mail.spf": "domain",
    "mail.tls-rpt": "domain",
    "message.report": "message.name",
    "rdns": "address",
    "registration.domain": "domain",
    "registration.network": "address",
    "routing.origin": "address",
    "routing.rpki": "address",
    "smtp.relay": "address",
    "smtp.tls": "address",
    "vantage.position": "address",
    "web.site": "domain",
    "web.tls": "domain",
}
ZONES = {"dns.delegation": "zone", "dns.dnssec": "zone", "dns.transfer": "zone"}
LISTED = {"dns.names": "names"}  # the first of these names
# One for each run, or one for each kind of target: they name none.
NOBODY = frozenset({"authority", "blocklist.health", "vantage.clock", "vantage.dns", "vantage.inside", "vantage.port25"})


def about_another(fact: Fact, subject: str) -> bool:
    """Whether a fact names another target than the one under whose name it is filed.

    Args:
        fact: what was seen.
        subject: of the request that it answers.
    """
    if fact.kind in ZONES:
        zone = attrgetter(ZONES[fact.kind])(fact)
        return not (is_below(subject, zone) and is_below(zone, registrable_domain(subject) or subject))
    if fact.kind in LISTED:
        names = attrgetter(LISTED[fact.kind])(fact)
        return not names or bool(names[0] != subject)
    return fact.kind in FIELDS and bool(attrgetter(FIELDS[fact.kind])(fact) != subject)
