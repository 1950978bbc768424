"""The registry, the zone above and the domain's own zone name the same name servers.

What it checks:
    The name servers that the registry has on record, those to which the zone above sends everybody, and those that the domain's own
    zone lists. Also whether they are servers to which a registrar moves domains that it takes out of service.

Why it matters:
    A registrar that does not get the contact data confirmed replaces the name servers: mail and web pages are gone although the state
    of the domain looks sound. And where the lists differ, a change did not arrive: you see your servers, others see the old ones.

How it is judged:
    1. curl -sS -H Accept:application/rdap+json RDAP-SERVER/domain/DOMAIN: the list “nameservers”. Without RDAP: whois DOMAIN.
    2. dig +trace DOMAIN NS gives the list in the zone above; dig @SERVER DOMAIN NS that of the domain's own zone. Names are compared in
       lower case, without the dot at the end, in any order.
    3. Name servers that a registrar is known to use for domains with contact data that was not confirmed, for expired or for suspended
       domains are a fault.
    4. Registry and zone above differ: a warning. Only the domain's own zone differs: a small one.
    5. Registries that show no name servers, and domains without any, leave nothing to compare. Look-ups that fail are no verdict.

Limits and false positives:
    After a change the lists differ for some hours. Registrars may use servers for held domains that are not known here.

References:
    RFC 9083 section 5.3; RFC 1034 section 4.2.2; ICANN Registrar Accreditation Agreement 2013, section 3.7.8 and WHOIS Accuracy
    Program Specification.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from enum import StrEnum

from selfaudit.checks._common import reason
from selfaudit.checks.registration._registry import (
    LOOK_BY_HAND,
    NAMED,
    NAMED_THEIRS,
    command,
    holder_acts,
    merged,
    page,
    registrar_name,
    unknown,
)
from selfaudit.checks.registration._states import STOPS
from selfaudit.facts.dns import DnsStatus, View, bare
from selfaudit.facts.registration import DomainRegistration, Registered
from selfaudit.facts.zone import Delegation
from selfaudit.findings import Check, Finding, Message, Remedy, Severity, Who, found
from selfaudit.i18n import N_, phrase
from selfaudit.policy import Policy
from selfaudit.protocols.holds import hold_of
from selfaudit.text import printable


class Tag(StrEnum):
    OK = "NAMESERVERS_AGREE"
    VERIFICATION = "NAMESERVERS_VERIFICATION_HOLD"
    EXPIRED = "NAMESERVERS_OF_EXPIRED_DOMAINS"
    SUSPENDED = "NAMESERVERS_OF_SUSPENDED_DOMAINS"
    DIFFER = "NAMESERVERS_DIFFER"
    NOT_DELEGATED = "NAMESERVERS_NOT_DELEGATED"
    ZONE_DIFFERS = "NAMESERVERS_ZONE_DIFFERS"
    ZONE_SILENT = "NAMESERVERS_ZONE_UNANSWERED"
    STOPPED = "NAMESERVERS_TAKEN_OUT"
    NONE = "NAMESERVERS_NONE"
    NOT_SHOWN = "NAMESERVERS_NOT_SHOWN"
    OTHER_ZONE = "NAMESERVERS_OTHER_ZONE"
    UNREGISTERED = "NAMESERVERS_NOT_REGISTERED"
    UNANSWERED = "NAMESERVERS_UNANSWERED"
    UNKNOWN = "NAMESERVERS_UNKNOWN"


CHECK = Check(
    "registration.nameservers",
    N_("The registry, the zone above and the domain's own zone name the same name servers"),
    (DomainRegistration, Delegation),
    "domain",
    hosted=True,
    registrable=True,
)

_TRACE = "dig +trace {domain} NS"
_SAME_LIST = N_(" It worked when the answer is the list that is entered at the registrar.")

MESSAGES = {
    Tag.OK: Message(Severity.GOOD, N_("The registry and the DNS name the same name servers for {domain}: {registry}.")),
    Tag.VERIFICATION: Message(
        Severity.HIGH,
        N_(
            "The registrar has parked {domain} on {server} because its contact data was not confirmed ({user} does so after 15 days without "
            "an answer). Where the DNS leads there, no mail and no page of the domain can be reached until the data is confirmed."
        ),
        Remedy(
            N_(
                "Look for a mail of {registrar} that asks you to confirm your address, also among the spam, open it and follow its link. "
                "If there is none, log in at {registrar}, correct the mail address of the registrant and have the mail sent again. Then "
                "ask the registrar to put your name servers back, and keep its answer for your request."
            )
            + NAMED,
            verify=_TRACE,
            steps_by={
                Who.HOLDER: N_(
                    "Tell the holder of {domain}: they should look for a mail of their registrar ({registrar}) that asks them to confirm "
                    "their address, also among the spam, and follow its link. If there is none, they should log in there, correct the "
                    "mail address of the registrant and have the mail sent again, then have the name servers put back."
                )
                + NAMED_THEIRS
            },
            who=Who.REGISTRAR,
            minutes=20,
        ),
    ),
    Tag.EXPIRED: Message(
        Severity.HIGH,
        N_(
            "The registrar has moved {domain} to {server}, which {user} uses for domains that were not renewed in time. Where the DNS "
            "leads there, no mail and no page of the domain can be reached."
        ),
        Remedy(
            N_(
                "Log in at {registrar}, renew {domain} and pay, then look whether your own name servers are back; if not, enter them again. "
                "Do it today: after some weeks the domain is deleted."
            )
            + NAMED,
            verify=_TRACE,
            steps_by={
                Who.HOLDER: N_(
                    "Tell the holder of {domain} today: they should renew it at their registrar ({registrar}) and pay, then look whether the "
                    "name servers are back; if not, they should enter them again. After some weeks the domain is deleted."
                )
                + NAMED_THEIRS
            },
            who=Who.REGISTRAR,
            minutes=20,
        ),
    ),
    Tag.SUSPENDED: Message(
        Severity.HIGH,
        N_(
            "The registrar has moved {domain} to {server}, which {user} uses for domains that it suspends. Where the DNS leads there, no "
            "mail and no page of the domain can be reached."
        ),
        Remedy(
            N_(
                "Ask {registrar} why it has suspended {domain}, and what it needs from you: mostly confirmed contact data, a payment, or an "
                "answer to a complaint. Then have your name servers put back."
            )
            + NAMED,
            verify=_TRACE,
            steps_by={
                Who.HOLDER: N_(
                    "Tell the holder of {domain}: they should ask their registrar ({registrar}) why it was suspended, and what it needs from "
                    "them: mostly confirmed contact data, a payment, or an answer to a complaint. Then the name servers can be put back."
                )
                + NAMED_THEIRS
            },
            who=Who.REGISTRAR,
            minutes=30,
        ),
    ),
    Tag.DIFFER: Message(
        Severity.MEDIUM,
        N_("The registry has {registry} on record for {domain}, but the zone above sends everybody to {parent}."),
        Remedy(
            N_(
                "If you changed the name servers today, wait some hours and run the audit again. Otherwise log in at {registrar}, look "
                "which name servers are entered for {domain}, save the right ones once more, and ask the registrar whether the change "
                "reached the registry."
            )
            + NAMED,
            verify=_TRACE,
            steps_by={
                Who.HOLDER: N_(
                    "If the name servers were changed today, wait some hours and run the audit again. Otherwise tell the holder of {domain}: "
                    "they should log in at their registrar ({registrar}), look which name servers are entered, save the right ones once "
                    "more, and ask whether the change reached the registry."
                )
                + NAMED_THEIRS
            },
            minutes=20,
        ),
    ),
    Tag.NOT_DELEGATED: Message(
        Severity.MEDIUM,
        N_("The registry has {registry} on record for {domain}, but the zone above names no name servers for it."),
        Remedy(
            N_(
                "If the domain was registered or changed today, wait some hours and run the audit again. Otherwise ask {registrar} why the "
                "name servers of {domain} are not in the DNS."
            )
            + NAMED,
            verify=_TRACE,
            steps_by={
                Who.HOLDER: N_(
                    "If the domain was registered or changed today, wait some hours and run the audit again. Otherwise tell the holder of "
                    "{domain}: they should ask their registrar ({registrar}) why its name servers are not in the DNS."
                )
                + NAMED_THEIRS
            },
            who=Who.REGISTRAR,
            minutes=20,
        ),
    ),
    Tag.ZONE_DIFFERS: Message(
        Severity.LOW,
        N_("The registry has {registry} on record for {domain}, but the domain's own zone lists {zone}."),
        Remedy(
            N_(
                "At your DNS provider, or in the zone file, make the NS records of {domain} the same as the list at the registrar: "
                "{registry}. If the zone is right, enter its list at the registrar."
            )
            + _SAME_LIST,
            verify="dig {domain} NS +short",
            steps_by={
                Who.HOLDER: N_(
                    "Tell the holder of {domain}: if the zone is right, they should enter its list at their registrar ({registrar}). If the "
                    "registry is right, whoever runs the zone should make its NS records the same as the list there: {registry}."
                )
                + _SAME_LIST
            },
            minutes=15,
        ),
    ),
    Tag.ZONE_SILENT: Message(
        Severity.UNKNOWN,
        N_("The registry and the zone above agree on {registry}, but none of these servers gave the list of {domain} itself."),
        Remedy(
            N_(
                "If your name servers are switched off at the moment, this is expected: run the audit again when they are back. Otherwise "
                "see dns.delegation."
            ),
            verify="dig {domain} NS",
            who=Who.WAIT,
            minutes=5,
        ),
    ),
    Tag.STOPPED: Message(
        Severity.NONE,
        N_(
            "{domain} was taken out of the DNS by its state ({states}), so there are no lists to compare (see registration.status)."
        ),
    ),
    Tag.NONE: Message(
        Severity.NONE, N_("Neither the registry nor the zone above names name servers for {domain} (see registration.status).")
    ),
    Tag.NOT_SHOWN: Message(
        Severity.NONE, N_("The registry does not show name servers for {domain}, so they cannot be compared.")
    ),
    Tag.OTHER_ZONE: Message(
        Severity.NONE,
        N_(
            "{zone} is a zone of its own with its own name servers; the registry knows only those of {domain}, so they are not compared."
        ),
    ),
    Tag.UNREGISTERED: Message(
        Severity.NONE,
        N_(
            "The registry that was asked does not know {domain}, so it has no name servers of it on record (see registration.status)."
        ),
    ),
    Tag.UNANSWERED: Message(
        Severity.UNKNOWN,
        N_("The registry has {registry} on record for {domain}, but the zone above could not be asked ({why})."),
        Remedy(N_("Run the audit again later, or from another network."), verify=_TRACE, minutes=5),
    ),
    Tag.UNKNOWN: Message(
        Severity.UNKNOWN,
        N_("Which name servers the registry has on record for {domain} could not be learned: {why}."),
        replace(LOOK_BY_HAND, steps=LOOK_BY_HAND.steps + N_(" It is in order if the domain's own name servers stand there.")),
    ),
}

_HOLDS = {"verification": Tag.VERIFICATION, "expired": Tag.EXPIRED, "suspended": Tag.SUSPENDED}


def judge(registration: DomainRegistration, delegation: Delegation, policy: Policy) -> Iterator[Finding]:
    domain = registration.domain
    missing = unknown(registration)
    if missing is not None:
        yield found(Tag.UNKNOWN, **missing)
        return
    record = merged(registration)
    if record.registered is Registered.NO:
        yield found(Tag.UNREGISTERED, domain=domain)
        return
    if record.domain not in ("", domain):
        other = phrase("the answer is about {name}", name=printable(record.domain, 100))
        yield found(Tag.UNKNOWN, domain=domain, why=other, page=page(registration), command=command(registration))
        return
    registry, parent = _hosts(record.name_servers), _hosts(delegation.parent.records)
    about = {"domain": domain, "registrar": registrar_name(record), **holder_acts(registration, policy)}
    same_zone = delegation.zone == domain
    hold = hold_of((*registry, *parent) if same_zone else registry)
    if hold is not None:
        server, pattern = hold
        yield found(_HOLDS[pattern.meaning], server=server, user=pattern.registrar, **about)
    elif not same_zone:
        yield found(Tag.OTHER_ZONE, domain=domain, zone=delegation.zone)
    elif not registry:
        nowhere = delegation.parent.definite and not parent
        yield found(Tag.NONE if nowhere else Tag.NOT_SHOWN, domain=domain)
    else:
        yield from _compare(registry, delegation, sorted(STOPS.intersection(record.states)), about)


def _compare(registry: tuple[str, ...], delegation: Delegation, stops: list[str], about: dict[str, str]) -> Iterator[Finding]:
    """The lists of a domain that has name servers on record."""
    answer = delegation.parent
    if not answer.definite or answer.status is DnsStatus.LOOP:
        yield found(Tag.UNANSWERED, registry=registry, why=reason(answer), **about)
        return
    parent = _hosts(answer.records)
    if not parent:
        if stops:
            yield found(Tag.STOPPED, domain=about["domain"], states=stops)
        else:
            yield found(Tag.NOT_DELEGATED, registry=registry, **about)
        return
    own = {_hosts(a.records) for server in delegation.servers for a in server.ns if a.authoritative and a.exists}
    if answer.view is View.RESOLVER:
        # A resolver gives the domain's own list in place of that of the zone above (RFC 2181 section 5.4.1).
        own.add(parent)
        parent = registry
    others = sorted(own - {registry, parent})
    if parent != registry:
        yield found(Tag.DIFFER, registry=registry, parent=parent, **about)
    if others:
        yield found(Tag.ZONE_DIFFERS, registry=registry, zone=others[0], **about)
    elif parent == registry:
        yield found(Tag.OK if own else Tag.ZONE_SILENT, registry=registry, **about)


def _hosts(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({bare(name).lower() for name in names}))
