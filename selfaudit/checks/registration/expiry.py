"""The registration of the domain does not run out soon.

What it checks:
    The date of expiry that the registry shows, and the registrar's own if it differs.

Why it matters:
    An expired domain takes mail, web pages and every proof (SPF, DKIM, DMARC) with it, and after some weeks anybody may register it
    and receive your mail. A desk that reinstates a service wants the domain to live longer than that.

How it is judged:
    1. curl -sS -H Accept:application/rdap+json RDAP-SERVER/domain/DOMAIN: the event “expiration”. Without RDAP: whois DOMAIN.
    2. Past: a fault. In the state “auto renew period” the registry has renewed it for the time being: a warning.
    3. Less than 7 days: a fault. Less than 30 days: a warning. A time of exactly 7 or 30 days is not less.
    4. The event “registrar expiration” in the past while the registry's date lies in the future: the registrar was not paid, or its
       date is old. A warning.
    5. Registries that show no date (.de, .au and others) leave nothing to judge.

Limits and false positives:
    Registries and registrars show what they know of today; a renewal of the last hours may not show yet. Some endings are renewed by
    the registrar on the very last day, on purpose.

References:
    RFC 9083 section 4.5; RFC 8056 section 2; RFC 3915 section 3.1; ICANN Expired Registration Recovery Policy.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from selfaudit.checks.registration._registry import LOOK_BY_HAND, command, merged, page, registrar_name, unknown, when
from selfaudit.facts.registration import DomainRegistration, Registered
from selfaudit.findings import Check, Finding, Message, Remedy, Severity, Who, found
from selfaudit.i18n import N_, phrase
from selfaudit.policy import Policy
from selfaudit.text import printable

_DAY = 86_400.0
_URGENT, _SOON = 7.0, 30.0


class Tag(StrEnum):
    OK = "EXPIRY_OK"
    SOON = "EXPIRY_SOON"
    URGENT = "EXPIRY_IN_DAYS"
    EXPIRED = "EXPIRY_PAST"
    AUTO_RENEWED = "EXPIRY_AUTO_RENEWED"
    REGISTRAR_PAST = "EXPIRY_PAST_AT_REGISTRAR"
    NOT_SHOWN = "EXPIRY_NOT_SHOWN"
    UNREGISTERED = "EXPIRY_NOT_REGISTERED"
    UNKNOWN = "EXPIRY_UNKNOWN"


CHECK = Check(
    "registration.expiry",
    N_("The registration of the domain does not run out soon"),
    (DomainRegistration,),
    "domain",
    advisory=True,
    hosted=True,
    registrable=True,
)

_RENEW = Remedy(
    N_(
        "Log in at {registrar}, renew {domain}, and look whether the means of payment there is still valid and automatic renewal is "
        "switched on. If the domain is somebody else's, ask that person to do it. Keep the confirmation for your request."
    ),
    verify="{command}",
    minutes=15,
)
_RESCUE = Remedy(
    N_(
        "Log in at {registrar} today and renew {domain}; if the panel offers no renewal any more, call {registrar} and ask whether it can "
        "still be renewed or restored. Every day counts: after some weeks it is deleted and anybody may register it."
    ),
    verify="{command}",
    who=Who.REGISTRAR,
    minutes=30,
)
_SEE_BILL = Remedy(
    N_(
        "Log in at {registrar} and look whether the last renewal of {domain} is paid, and until when it is registered there. If it is not "
        "paid, pay it now: a registrar may give a renewal back within 45 days, and then the domain is deleted."
    ),
    verify="{command}",
    who=Who.REGISTRAR,
    minutes=15,
)

MESSAGES = {
    Tag.OK: Message(Severity.GOOD, N_("{domain} is registered until {date}.")),
    Tag.SOON: Message(Severity.MEDIUM, N_("The registration of {domain} runs out on {date}. Full days left: {days}."), _RENEW),
    Tag.URGENT: Message(Severity.HIGH, N_("The registration of {domain} runs out on {date}. Full days left: {days}."), _RENEW),
    Tag.EXPIRED: Message(
        Severity.CRITICAL,
        N_(
            "The registration of {domain} ran out on {date}. Mail and web pages stop, or have stopped, and the name may be lost."
        ),
        _RESCUE,
    ),
    Tag.AUTO_RENEWED: Message(
        Severity.MEDIUM,
        N_(
            "The registration of {domain} ran out on {date}. The registry has renewed it for the time being (auto renew period); the "
            "renewal holds only if the registrar keeps it."
        ),
        _SEE_BILL,
    ),
    Tag.REGISTRAR_PAST: Message(
        Severity.MEDIUM,
        N_(
            "At the registrar the registration of {domain} ran out on {registrar_date}, although the registry shows {date}. Often the "
            "renewal was not paid yet."
        ),
        _SEE_BILL,
    ),
    Tag.NOT_SHOWN: Message(
        Severity.NONE,
        N_("The registry shows no date of expiry for {domain}; that is its custom. Your registrar's panel shows it."),
    ),
    Tag.UNREGISTERED: Message(
        Severity.NONE,
        N_("According to the registry {domain} is not registered, so nothing runs out (see registration.status)."),
    ),
    Tag.UNKNOWN: Message(
        Severity.UNKNOWN, N_("Until when {domain} is registered could not be learned from the registry: {why}."), LOOK_BY_HAND
    ),
}


def judge(registration: DomainRegistration, policy: Policy) -> Iterator[Finding]:
    domain = registration.domain
    missing = unknown(registration)
    if missing is not None:
        yield found(Tag.UNKNOWN, **missing)
        return
    record = merged(registration)
    if record.registered is Registered.NO:
        yield found(Tag.UNREGISTERED, domain=domain)
        return
    by_hand = {"domain": domain, "command": command(registration)}
    if record.domain not in ("", domain):
        other = phrase("the answer is about {name}", name=printable(record.domain, 100))
        yield found(Tag.UNKNOWN, why=other, page=page(registration), **by_hand)
        return
    expires = record.registrar_expires if record.expires is None else record.expires
    if expires is None:
        yield found(Tag.NOT_SHOWN, domain=domain)
        return
    about = {**by_hand, "date": when(expires), "registrar": registrar_name(record)}
    left = (expires - registration.now) / _DAY
    if left <= 0:
        yield found(Tag.AUTO_RENEWED if "auto renew period" in record.states else Tag.EXPIRED, **about)
        return
    if record.registrar_expires is not None and record.registrar_expires <= registration.now:
        yield found(Tag.REGISTRAR_PAST, registrar_date=when(record.registrar_expires), **about)
    if left < _SOON:
        yield found(Tag.URGENT if left < _URGENT else Tag.SOON, days=int(left), **about)
    else:
        yield found(Tag.OK, domain=domain, date=when(expires))
