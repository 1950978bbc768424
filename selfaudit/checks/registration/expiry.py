"""The registration of the domain does not run out soon.

What it checks:
    The date of expiry that the registry shows, and the registrar's own if it differs.

Why it matters:
    An expired domain takes mail, web pages and every proof (SPF, DKIM, DMARC) with it, and after some weeks anybody may register it
    and receive your mail. A desk that reinstates a service wants the domain to live longer than that.

How it is judged:
    1. curl -sS -H Accept:application/rdap+json RDAP-SERVER/domain/DOMAIN: the event “expiration”. Without RDAP: whois DOMAIN.
    2. Past: a fault. In the state “auto renew period” the registry has renewed it for the time being: a warning. If it shows a date
       in the future then, it has added a year by itself, whether the registrar was paid or not: good only if the registrar's own
       date lies in the future too, otherwise a small warning.
    3. Less than 7 days: a fault. Less than 30 days: a warning. A time of exactly 7 or 30 days is not less.
    4. The event “registrar expiration” in the past while the registry's date lies in the future: the registrar was not paid, or its
       date is old. A warning.
    5. In the states “redemption period”, “pending restore” and “pending delete” the date no longer counts; see registration.status.
    6. Registries that show no date (.de, .au and others) leave nothing to judge.

Limits and false positives:
    Registries and registrars show what they know of today; a renewal of the last hours may not show yet. Some endings are renewed by
    the registrar on the very last day, on purpose.

References:
    RFC 9083 section 4.5; RFC 8056 section 2; RFC 3915 section 3.1; ICANN Expired Registration Recovery Policy.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum

from selfaudit.checks.registration._registry import (
    LOOK_BY_HAND,
    command,
    holder_acts,
    merged,
    page,
    registrar_command,
    registrar_name,
    unknown,
    when,
)
from selfaudit.checks.registration._states import AUTO_RENEWED, ENDS
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
    PAYMENT_UNSEEN = "EXPIRY_AUTO_RENEWED_PAYMENT_UNSEEN"
    RENEWAL_KEPT = "EXPIRY_AUTO_RENEWED_KEPT"
    REGISTRAR_PAST = "EXPIRY_PAST_AT_REGISTRAR"
    ENDING = "EXPIRY_TOO_LATE"
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

_AHEAD = N_(" It worked when “expiration” lies more than 30 days ahead.")
_PAID = N_(
    " It is in order when the registrar shows the renewal as paid; after 45 days at most, “auto renew period” no longer stands under "
    "“status”."
)
_REGISTRAR_AHEAD = N_(" It worked when “registrar expiration” lies in the future, too.")
_RENEW = Remedy(
    N_(
        "Log in at {registrar}, renew {domain}, and look whether the means of payment there is still valid and automatic renewal is "
        "switched on. If the domain is somebody else's, ask that person to do it. Keep the confirmation for your request."
    )
    + _AHEAD,
    verify="{command}",
    steps_by={
        Who.HOLDER: N_(
            "Tell the holder of {domain}: they should log in at their registrar ({registrar}), renew it, and look whether the means of "
            "payment there is still valid and automatic renewal is switched on."
        )
        + _AHEAD
    },
    minutes=15,
)
_RESCUE = Remedy(
    N_(
        "Log in at {registrar} today and renew {domain}; if the panel offers no renewal any more, call {registrar} and ask whether it can "
        "still be renewed or restored. Every day counts: after some weeks it is deleted and anybody may register it."
    )
    + _AHEAD,
    verify="{command}",
    steps_by={
        Who.HOLDER: N_(
            "Tell the holder of {domain} today: they should renew it at their registrar ({registrar}), or ask there whether it can still be "
            "renewed or restored. Every day counts: after some weeks it is deleted and anybody may register it."
        )
        + _AHEAD
    },
    who=Who.REGISTRAR,
    minutes=30,
)
_BILL = N_(
    "Log in at {registrar} and look whether the last renewal of {domain} is paid, and until when it is registered there. If it is not "
    "paid, pay it now: a registrar may give a renewal back within 45 days, and then the domain is deleted."
)
_THEIR_BILL = N_(
    "Tell the holder of {domain}: they should log in at their registrar ({registrar}) and look whether the last renewal is paid, and until "
    "when it is registered there. If it is not paid, they should pay it now: a registrar may give a renewal back within 45 days, and "
    "then the domain is deleted."
)


def _see_bill(right: str) -> Remedy:
    """Look whether the registrar was paid.

    Args:
        right: what is right when one looks again.
    """
    return Remedy(
        _BILL + right,
        verify="{command}",
        steps_by={Who.HOLDER: _THEIR_BILL + right},
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
        _see_bill(_AHEAD),
    ),
    Tag.PAYMENT_UNSEEN: Message(
        Severity.LOW,
        N_(
            "The registry shows {date} for {domain}, but it has added that year by itself (auto renew period), whether the registrar was paid "
            "or not. Whether it was cannot be seen from outside."
        ),
        _see_bill(_PAID),
    ),
    Tag.RENEWAL_KEPT: Message(
        Severity.INFO,
        N_(
            "The registry has renewed {domain} by itself (auto renew period), and the registrar's own date ({registrar_date}) lies in the "
            "future, too."
        ),
    ),
    Tag.REGISTRAR_PAST: Message(
        Severity.MEDIUM,
        N_(
            "At the registrar the registration of {domain} ran out on {registrar_date}, although the registry shows {date}. Often the "
            "renewal was not paid yet."
        ),
        _see_bill(_REGISTRAR_AHEAD),
    ),
    Tag.ENDING: Message(
        Severity.NONE,
        N_(
            "{domain} expired or was deleted ({states}), so its date no longer counts and it can no longer simply be renewed (see "
            "registration.status)."
        ),
    ),
    Tag.NOT_SHOWN: Message(
        Severity.NONE,
        N_("The registry shows no date of expiry for {domain}; that is its custom. Your registrar's panel shows it."),
    ),
    Tag.UNREGISTERED: Message(
        Severity.NONE,
        N_("The registry that was asked does not know {domain}, so it shows no date of expiry (see registration.status)."),
    ),
    Tag.UNKNOWN: Message(
        Severity.UNKNOWN,
        N_("Until when {domain} is registered could not be learned from the registry: {why}."),
        replace(
            LOOK_BY_HAND, steps=LOOK_BY_HAND.steps + N_(" It is in order if the date of expiry lies more than 30 days ahead.")
        ),
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
    ends = sorted(ENDS.intersection(record.states))
    if ends:
        yield found(Tag.ENDING, domain=domain, states=ends)
        return
    expires = record.registrar_expires if record.expires is None else record.expires
    if expires is None:
        yield found(Tag.NOT_SHOWN, domain=domain)
        return
    about = {**by_hand, "date": when(expires), "registrar": registrar_name(record), **holder_acts(registration, policy)}
    left = (expires - registration.now) / _DAY
    renewed = AUTO_RENEWED in record.states
    if left <= 0:
        yield found(Tag.AUTO_RENEWED if renewed else Tag.EXPIRED, **about)
        return
    unpaid = list(_unpaid(registration, record.registrar_expires, renewed, about))
    yield from unpaid
    if left < _SOON:
        yield found(Tag.URGENT if left < _URGENT else Tag.SOON, days=int(left), **about)
    elif all(finding.tag == Tag.RENEWAL_KEPT for finding in unpaid):
        yield found(Tag.OK, domain=domain, date=when(expires))


def _unpaid(
    registration: DomainRegistration, registrar_date: float | None, renewed: bool, about: dict[str, str]
) -> Iterator[Finding]:
    """What speaks against a date in the future: the registrar's own, or that the registry has set it by itself."""
    if registrar_date is not None and registrar_date <= registration.now:
        registry = registration.registry
        of_registry = registry is not None and registry.registrar_expires is not None
        repeat = command(registration) if of_registry else registrar_command(registration)
        yield found(Tag.REGISTRAR_PAST, registrar_date=when(registrar_date), **{**about, "command": repeat})
    elif renewed and registrar_date is None:
        yield found(Tag.PAYMENT_UNSEEN, **about)
    elif renewed and registrar_date is not None:
        yield found(Tag.RENEWAL_KEPT, domain=registration.domain, registrar_date=when(registrar_date))
