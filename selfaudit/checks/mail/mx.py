"""Mail for the domain has a place to go.

What it checks:
    The domain's mail hosts (MX records) and whether each of them has an address.

Why it matters:
    A domain that sends mail must be able to receive complaints and bounces; abuse@ and postmaster@ are reached by these records.
    Receivers refuse senders whose domain takes no mail.

How it is judged:
    1. dig DOMAIN MX. A single “0 .” says that the domain takes no mail at all (null MX), which is fine for one that sends none.
    2. dig HOST A and AAAA for each host: a host without any address, or one that is written as an address, is a fault; a host that
       is an alias (CNAME) is a warning.
    3. Without MX records the domain's own address takes its mail, if it has one; that is often not meant.
    4. Failed look-ups say nothing.

Limits and false positives:
    Whether the hosts really take mail is another question (mail.contacts).

References:
    RFC 5321 section 5.1; RFC 2181 section 10.3; RFC 7505.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from enum import StrEnum

from selfaudit.checks._common import CACHED_TEXT, reason
from selfaudit.checks.mail._sending import names_senders, spf_denies_all
from selfaudit.facts.dns import bare, differs
from selfaudit.facts.mail import MailHost, MailHosts, SpfLookups
from selfaudit.findings import Check, Finding, Message, Remedy, Severity, found
from selfaudit.i18n import N_, phrase
from selfaudit.policy import Policy


class Tag(StrEnum):
    OK = "MX_OK"
    NULL = "MX_NULL"
    NULL_BUT_SENDS = "MX_NULL_BUT_SENDS"
    NULL_MIXED = "MX_NULL_MIXED"
    IMPLICIT = "MX_IMPLICIT"
    NO_MAIL = "MX_NO_MAIL"
    NO_ADDRESS = "MX_HOST_WITHOUT_ADDRESS"
    IS_ADDRESS = "MX_HOST_IS_ADDRESS"
    IS_ALIAS = "MX_HOST_IS_ALIAS"
    PRIVATE = "MX_HOST_PRIVATE"
    UNANSWERED = "MX_UNANSWERED"
    CACHED = "MX_CACHED"


CHECK = Check("mail.mx", N_("Mail for the domain has a place to go (MX)"), (MailHosts, SpfLookups), "domain")

MESSAGES = {
    Tag.OK: Message(Severity.GOOD, N_("Mail for {domain} goes to {hosts}.")),
    Tag.NULL: Message(Severity.GOOD, N_("{domain} says that it takes no mail (null MX).")),
    Tag.NULL_BUT_SENDS: Message(
        Severity.MEDIUM,
        N_(
            "{domain} says that it takes no mail (null MX), but its SPF record names senders. Receivers may refuse mail from a domain "
            "that takes no answers."
        ),
        Remedy(
            N_("If the domain sends mail, give it a mail host for answers and complaints. If not, publish “v=spf1 -all”."),
            verify="dig {domain} MX +short; dig {domain} TXT +short",
        ),
    ),
    Tag.NULL_MIXED: Message(
        Severity.MEDIUM,
        N_("{domain} says that it takes no mail (null MX), but names mail hosts beside it. The null MX must stand alone."),
        Remedy(N_("Remove either the “0 .” record or all others."), verify="dig {domain} MX +short"),
    ),
    Tag.IMPLICIT: Message(
        Severity.MEDIUM,
        N_("{domain} names no mail host, so its mail goes to the domain's own address {addresses}, which is rarely meant."),
        Remedy(
            N_(
                "If the domain takes mail, publish an MX record that names your mail server; that name must have an address. If it takes "
                "none, publish “MX 0 .”."
            ),
            verify="dig {domain} MX +short",
            record="{corrected}",
        ),
    ),
    Tag.NO_MAIL: Message(
        Severity.LOW,
        N_("{domain} names no mail host and has no address, so mail to it, complaints included, goes nowhere."),
        Remedy(
            N_(
                "If the domain sends mail, add an MX record that names a mail server, for replies and complaints. If not, publish “MX 0 .”."
            ),
            verify="dig {domain} MX +short",
            record="{corrected}",
        ),
    ),
    Tag.NO_ADDRESS: Message(
        Severity.HIGH,
        N_("The mail host {host} of {domain} has no address."),
        Remedy(
            N_(
                "If no such server exists any more, remove the MX record that names {host}; the other mail hosts, if there are any, keep "
                "taking your mail. If it exists, give {host} an A record with its address."
            ),
            verify="dig {domain} MX +short; dig {host} A +short",
        ),
    ),
    Tag.IS_ADDRESS: Message(
        Severity.HIGH,
        N_("The MX record of {domain} holds the address {host}; it must hold a name."),
        Remedy(
            N_("Give the mail server a name with an A record and put this name into the MX record."),
            verify="dig {domain} MX",
        ),
    ),
    Tag.IS_ALIAS: Message(
        Severity.LOW,
        N_("The mail host {host} of {domain} is an alias (CNAME); some servers do not follow it."),
        Remedy(N_("Put the name that the alias leads to, {target}, into the MX record."), verify="dig {host} CNAME +short"),
    ),
    Tag.PRIVATE: Message(
        Severity.HIGH,
        N_("The mail host {host} of {domain} leads to {address}, which nobody outside can reach."),
        Remedy(N_("Give {host} the public address of the mail server."), verify="dig {host} A +short"),
    ),
    Tag.UNANSWERED: Message(Severity.UNKNOWN, N_("{name} {rdtype} could not be looked up ({why}).")),
    Tag.CACHED: Message(Severity.INFO, CACHED_TEXT),
}


def judge(mail: MailHosts, spf: SpfLookups, policy: Policy) -> Iterator[Finding]:
    domain = mail.domain
    if mail.published is not None and differs(mail.mx, mail.published):
        yield found(
            Tag.CACHED, name=domain, rdtype="MX", new=mail.published.records or (phrase("no record"),), old=mail.mx.records or (phrase("no record"),),
            ttl=max(mail.mx.ttl, 0),
        )  # fmt: skip
    if not mail.mx.definite and not mail.hosts:
        yield found(Tag.UNANSWERED, name=domain, rdtype="MX", why=reason(mail.mx))
        return
    records = mail.mx.records if not (mail.published and differs(mail.mx, mail.published)) else mail.published.records
    nulls = [r for r in records if r.split(" ", 1)[-1] == "."]
    if nulls and len(records) == 1:
        yield found(Tag.NULL_BUT_SENDS if names_senders(spf) else Tag.NULL, domain=domain)
        return
    if nulls:
        yield found(Tag.NULL_MIXED, domain=domain)
    if not records:
        yield from _without_mx(mail, spf)
        return
    troubles = [f for host in mail.hosts for f in _host(host, domain, policy)]
    yield from troubles
    if not nulls and not any(MESSAGES[Tag(f.tag)].severity in (Severity.HIGH, Severity.UNKNOWN) for f in troubles):
        yield found(Tag.OK, domain=domain, hosts=[bare(h.name) for h in mail.hosts])


def _without_mx(mail: MailHosts, spf: SpfLookups) -> Iterator[Finding]:
    # Copied by somebody who gets mail this way it would stop that mail, so it is shown only where the domain says it sends none.
    null = f"{mail.domain}.  3600  IN  MX  0 ." if spf_denies_all(spf) else ""
    failed = next((a for a in mail.fallback if not a.definite), None)
    addresses = [r for a in mail.fallback for r in a.records]
    if addresses:
        yield found(Tag.IMPLICIT, domain=mail.domain, addresses=addresses[:4], corrected=null)
    elif failed:
        yield found(Tag.UNANSWERED, name=mail.domain, rdtype=failed.rdtype, why=reason(failed))
    else:
        yield found(Tag.NO_MAIL, domain=mail.domain, corrected=null)


def _host(host: MailHost, domain: str, policy: Policy) -> Iterator[Finding]:
    name = bare(host.name)
    try:
        ipaddress.ip_address(name)
    except ValueError:
        pass
    else:
        yield found(Tag.IS_ADDRESS, domain=domain, host=name)
        return
    addresses = host.a.records + host.aaaa.records
    failed = next((a for a in (host.a, host.aaaa) if not a.definite), None)
    if not addresses and failed:
        yield found(Tag.UNANSWERED, name=name, rdtype=failed.rdtype, why=reason(failed))
    elif not addresses:
        yield found(Tag.NO_ADDRESS, domain=domain, host=name)
    if host.a.chain and addresses:
        yield found(Tag.IS_ALIAS, domain=domain, host=name, target=bare(host.a.chain[-1]))
    if not policy.laboratory and addresses and not failed and not any(_public(a) for a in addresses):
        yield found(Tag.PRIVATE, domain=domain, host=name, address=addresses[0])


def _public(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_global
    except ValueError:
        return False
