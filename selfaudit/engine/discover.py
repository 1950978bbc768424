"""Addresses that the domain's own records name as its mail servers: they are audited too, passively."""

from __future__ import annotations

import ipaddress

from selfaudit.case import Target, is_reserved_address
from selfaudit.facts import Fact
from selfaudit.facts.dns import bare
from selfaudit.facts.mail import MailHosts, SpfLookups
from selfaudit.i18n import phrase
from selfaudit.protocols import psl
from selfaudit.protocols.lookup import Replay, is_below, run_now
from selfaudit.protocols.spf import select
from selfaudit.protocols.spf_record import SpfSyntaxError


def discovered(fact: Fact, *, laboratory: bool) -> list[Target]:
    """Addresses found in a fact: of mail hosts under the same registrable domain, and single addresses in the domain's own SPF
    record. Those of other people's services are left alone: their listings are not this customer's.
    """
    found: list[Target] = []
    if isinstance(fact, MailHosts):
        own = psl.registrable_domain(fact.domain) or fact.domain
        for host in fact.hosts:
            if is_below(host.name, own):
                found += [
                    Target("address", a, phrase("mail host {host}", host=bare(host.name)))
                    for a in (*host.a.records, *host.aaaa.records)
                ]
    elif isinstance(fact, SpfLookups):
        found = [Target("address", a, phrase("SPF record of {domain}", domain=fact.domain)) for a in _spf_addresses(fact)]
    return [t for t in (_canonical(t) for t in found) if t and (laboratory or not is_reserved_address(t.value))]


def _spf_addresses(fact: SpfLookups) -> list[str]:
    replay = Replay(fact.answers)
    try:
        record = select(run_now(replay(fact.domain, "TXT")))
    except SpfSyntaxError:
        return []
    if record is None:
        return []
    out = []
    for directive in record.directives:
        if directive.qualifier != "+":
            continue
        if directive.network is not None and directive.network.num_addresses == 1:
            out.append(str(directive.network.network_address))
    return out


def _canonical(target: Target) -> Target | None:
    try:
        return Target("address", str(ipaddress.ip_address(target.value)), target.origin)
    except ValueError:
        return None
