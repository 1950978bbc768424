"""The domain is registered, and neither registrar nor registry holds it back.

What it checks:
    Whether the domain is registered, and what each state means that the registry shows for it.

Why it matters:
    A registrar or a registry can take a domain out of the DNS, whatever the host does: then mail, web pages and all proofs are gone,
    and reinstating the service changes nothing. The state says who did it and who can undo it.

How it is judged:
    1. curl -sS -H Accept:application/rdap+json RDAP-SERVER/domain/DOMAIN: the list “status”. Without RDAP: whois DOMAIN.
    2. “client hold” comes from the registrar, “server hold” from the registry: the domain is out of the DNS, a fault. “inactive”
       means that it has no name servers.
    3. “redemption period”, “pending restore” and “pending delete” stand for an expired or deleted domain that is about to be lost.
    4. “client transfer, update, delete prohibited” are ordinary locks that protect the domain; the same with “server” are set by the
       registry, on your order (registry lock) or in a dispute. “renew prohibited” and pending changes are worth a question.
    5. The periods after registration, renewal and transfer only inform. A state that nobody defined is shown as it is; if it sounds
       like a stop, or the domain is not in the DNS, nothing is concluded.
    6. dig +trace DOMAIN NS. Not registered is concluded only if the registry does not know the domain and the parent zone answers
       NXDOMAIN. If the parent zone knows it, the wrong registry was asked.

Limits and false positives:
    Registries of countries have states of their own. States about privacy are judged by registration.contacts. A registry's answer
    may be an hour old, and a deadline counts from a deletion whose day is not always shown.

References:
    RFC 5731 section 2.3; RFC 3915 sections 2 and 3.1; RFC 8056 section 2; RFC 9083 section 10.2.2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum

from selfaudit.checks.registration._registry import LOOK_BY_HAND, command, merged, page, registrar_name, unknown, when
from selfaudit.facts.dns import DnsStatus
from selfaudit.facts.registration import DomainRegistration, Registered, RegistrationRecord
from selfaudit.facts.zone import Delegation
from selfaudit.findings import Check, Finding, Message, Remedy, Severity, Who, found
from selfaudit.i18n import N_, phrase
from selfaudit.policy import Policy
from selfaudit.text import printable


class Tag(StrEnum):
    OK = "STATUS_OK"
    CLIENT_HOLD = "STATUS_CLIENT_HOLD"
    SERVER_HOLD = "STATUS_SERVER_HOLD"
    REDEMPTION = "STATUS_REDEMPTION"
    RESTORING = "STATUS_PENDING_RESTORE"
    DELETING = "STATUS_PENDING_DELETE"
    INACTIVE = "STATUS_INACTIVE"
    SERVER_LOCK = "STATUS_SERVER_LOCK"
    NO_RENEWAL = "STATUS_RENEW_PROHIBITED"
    UNDER_WAY = "STATUS_CHANGE_UNDER_WAY"
    LOCKED = "STATUS_ORDINARY_LOCK"
    GRACE = "STATUS_GRACE_PERIOD"
    OTHER = "STATUS_OTHER"
    UNCLEAR = "STATUS_UNCLEAR"
    UNREGISTERED = "STATUS_NOT_REGISTERED"
    NOT_THERE = "STATUS_NOT_AT_THIS_REGISTRY"
    NOT_CONFIRMED = "STATUS_NOT_REGISTERED_UNCONFIRMED"
    OTHER_NAME = "STATUS_OTHER_NAME"
    UNKNOWN = "STATUS_UNKNOWN"


CHECK = Check(
    "registration.status",
    N_("The domain is registered, and neither registrar nor registry holds it back"),
    (DomainRegistration, Delegation),
    "domain",
    hosted=True,
    registrable=True,
)

_RESTORE = N_(
    "Call {registrar} today, say that you want {domain} restored, and ask what it costs: a restore has to be ordered and paid through "
    "the registrar that held it last. Keep the confirmation for your request."
)

MESSAGES = {
    Tag.OK: Message(Severity.GOOD, N_("{domain} is registered, and nothing holds it back (registrar: {registrar}).")),
    Tag.CLIENT_HOLD: Message(
        Severity.CRITICAL,
        N_(
            "The registrar has put {domain} on hold (client hold): no mail and no page of it can be reached. Usual reasons are contact "
            "data that was not confirmed, a bill, or a complaint about abuse. {dns}."
        ),
        Remedy(
            N_(
                "Only your registrar ({registrar}) can lift this. Look for its mails, also among the spam: one that asks you to confirm "
                "your address, a bill, or a notice of a complaint. Confirm, pay or answer it, then ask the registrar to lift the hold. "
                "Your host cannot do it for you."
            ),
            verify="{command}",
            who=Who.REGISTRAR,
            minutes=30,
        ),
    ),
    Tag.SERVER_HOLD: Message(
        Severity.CRITICAL,
        N_(
            "The registry has put {domain} on hold (server hold): no mail and no page of it can be reached. It does so because of a "
            "complaint, an order of a court, or data that it could not verify. {dns}."
        ),
        Remedy(
            N_(
                "Only the registry can lift this, and it talks to registrars: ask {registrar} for the reason and for what the registry "
                "wants. If it is a complaint about abuse, mend the cause first and send proof of it."
            ),
            verify="{command}",
            who=Who.REGISTRAR,
            minutes=60,
        ),
    ),
    Tag.REDEMPTION: Message(
        Severity.CRITICAL,
        N_(
            "{domain} expired or was deleted and is in its redemption period: it can still be restored, {until}. After that it cannot "
            "be saved, and some days later anybody may register it."
        ),
        Remedy(_RESTORE, verify="{command}", who=Who.REGISTRAR, minutes=30),
    ),
    Tag.RESTORING: Message(
        Severity.CRITICAL,
        N_(
            "{domain} was deleted, and its restore was ordered but is not complete (pending restore). The registrar has to hand in a "
            "report, usually within 7 days, or the domain is lost after all."
        ),
        Remedy(
            N_(
                "Ask {registrar} whether the restore of {domain} is paid and its report is handed in, and when it will be done."
            ),
            verify="{command}",
            who=Who.REGISTRAR,
            minutes=15,
        ),
    ),
    Tag.DELETING: Message(
        Severity.CRITICAL,
        N_(
            "{domain} is about to be deleted (pending delete). Where the registry shows only this state, it usually cannot be restored any "
            "more and is free for anybody after about 5 days{since}."
        ),
        Remedy(
            N_(
                "Call {registrar} at once and ask whether a restore is still possible. If not, ask it to register {domain} for you the moment "
                "it becomes free, and plan with another domain for your mail until then."
            ),
            verify="{command}",
            who=Who.REGISTRAR,
            minutes=30,
        ),
    ),
    Tag.INACTIVE: Message(
        Severity.HIGH,
        N_(
            "{domain} is registered but has no name servers at the registry (inactive), so no mail and no page of it can be found. {dns}."
        ),
        Remedy(
            N_(
                "Log in at {registrar} and enter the name servers of your DNS provider for {domain}; it takes some hours to show."
            ),
            verify="dig +trace {domain} NS",
            minutes=15,
        ),
    ),
    Tag.SERVER_LOCK: Message(
        Severity.MEDIUM,
        N_(
            "The registry has locked {domain}: {states}. That is good if you ordered a registry lock; otherwise it may come from a dispute "
            "over the name or from a court."
        ),
        Remedy(
            N_(
                "Ask {registrar} why the registry has locked {domain}. If you ordered the lock, nothing is to be done; write one sentence "
                "about it in your request."
            ),
            verify="{command}",
            who=Who.REGISTRAR,
            minutes=15,
        ),
    ),
    Tag.NO_RENEWAL: Message(
        Severity.MEDIUM,
        N_(
            "{domain} cannot be renewed at the moment: {states}. This is rare and mostly comes from a dispute or a deletion that is planned."
        ),
        Remedy(
            N_("Ask {registrar} why {domain} may not be renewed, and what has to be done before it expires."),
            verify="{command}",
            who=Who.REGISTRAR,
            minutes=15,
        ),
    ),
    Tag.UNDER_WAY: Message(
        Severity.MEDIUM,
        N_("A change of {domain} is under way: {states}."),
        Remedy(
            N_(
                "If you ordered it, wait until it is done, some days for a transfer, and run the audit again. If you know nothing of it, call "
                "{registrar} today: a transfer that nobody ordered can be stopped only while it is under way."
            ),
            verify="{command}",
            who=Who.REGISTRAR,
            minutes=15,
        ),
    ),
    Tag.LOCKED: Message(
        Severity.INFO,
        N_("{domain} has ordinary locks, which protect it from theft and mistakes: {states}. They are no suspension."),
    ),
    Tag.GRACE: Message(
        Severity.INFO,
        N_("{domain} is in a period that follows a registration, renewal or transfer: {states}. It works as usual."),
    ),
    Tag.OTHER: Message(Severity.INFO, N_("The registry shows states of its own for {domain}: {states}.")),
    Tag.UNCLEAR: Message(
        Severity.UNKNOWN,
        N_("{domain} is registered, but whether it is held back cannot be told: {why}."),
        Remedy(
            N_("Ask {registrar} whether {domain} is in order and what these states mean, or look at {page}."),
            verify="{command}",
            minutes=10,
        ),
    ),
    Tag.UNREGISTERED: Message(
        Severity.CRITICAL,
        N_("{domain} is not registered: the registry does not know it, and the zone above it says that it does not exist."),
        Remedy(
            N_(
                "Look whether the name is spelled right. If it was yours, it was lost: anybody may register it now and receive its mail, so "
                "register it again at once if you can, and remove it from your server's settings if you cannot. If you only host it, tell "
                "the customer whose domain it was."
            ),
            verify="dig +trace {domain} NS",
            minutes=30,
        ),
    ),
    Tag.NOT_THERE: Message(
        Severity.UNKNOWN,
        N_(
            "The registry that was asked does not know {domain}, but the zone above it does. Names below some endings have a registry of "
            "their own, so nothing is concluded."
        ),
        LOOK_BY_HAND,
    ),
    Tag.NOT_CONFIRMED: Message(
        Severity.UNKNOWN,
        N_("The registry that was asked does not know {domain}, but the zone above it gave no answer that confirms it."),
        LOOK_BY_HAND,
    ),
    Tag.OTHER_NAME: Message(
        Severity.UNKNOWN,
        N_("The answer is about {other}, not about {domain}, so nothing is concluded from it."),
        LOOK_BY_HAND,
    ),
    Tag.UNKNOWN: Message(
        Severity.UNKNOWN, N_("Nothing could be learned about the registration of {domain}: {why}."), LOOK_BY_HAND
    ),
}

# Each kind of state and the tag under which it is shown.
_LOCKS = {"locked", *(f"{who}{what} prohibited" for who in ("client ", "") for what in ("transfer", "update", "delete"))}
_SERVER_LOCKS = {f"server {what} prohibited" for what in ("transfer", "update", "delete")}
_RENEWALS = {f"{who}renew prohibited" for who in ("client ", "server ", "")}
_CHANGES = {f"pending {what}" for what in ("transfer", "update", "create", "renew")}
_PERIODS = {f"{what} period" for what in ("add", "auto renew", "renew", "transfer")}
_GROUPS = (
    (Tag.SERVER_LOCK, _SERVER_LOCKS),
    (Tag.NO_RENEWAL, _RENEWALS),
    (Tag.UNDER_WAY, _CHANGES),
    (Tag.LOCKED, _LOCKS),
    (Tag.GRACE, _PERIODS),
)
_ENDS = {"redemption period", "pending restore", "pending delete"}
_STOPS = {"client hold", "server hold", "inactive", *_ENDS}
_IN_ORDER = {"active", "associated", "validated"}
_PLAIN = _STOPS | _IN_ORDER | set().union(*(states for _tag, states in _GROUPS))
# About data that is not shown (RFC 9083 section 10.2.2), which registration.contacts looks at.
_PRIVACY = {"private", "proxy", "obscured", "removed"}
# States that no standard defines and that sound like a stop, unless they only forbid a change.
_ALARMING = re.compile(
    r"(?!.*(?:prohibited|forbidden)).*(?:suspend|\bhold\b|onhold|block|disab|deactiv|inactive|not (?:in|delegat|activ)|no delegat|outzone"
    r"|expired?\b|lapsed|froze|quarantin|delet|reject|seiz|dispute|withdraw|cancel|terminat|fail|invalid|redempt|restore)",
)
_REDEMPTION_DAYS, _DAY = 30, 86_400.0


def judge(registration: DomainRegistration, delegation: Delegation, policy: Policy) -> Iterator[Finding]:
    domain = registration.domain
    missing = unknown(registration)
    if missing is not None:
        yield found(Tag.UNKNOWN, **missing)
        return
    record = merged(registration)
    by_hand = {"domain": domain, "page": page(registration), "command": command(registration)}
    delegated = _delegated(delegation, domain)
    if record.registered is Registered.NO:
        tag = {True: Tag.NOT_THERE, False: Tag.UNREGISTERED, None: Tag.NOT_CONFIRMED}[delegated]
        yield found(tag, **by_hand)
        return
    if record.domain not in ("", domain):
        yield found(Tag.OTHER_NAME, other=printable(record.domain, 100), **by_hand)
        return
    about = {**by_hand, "registrar": registrar_name(record)}
    states = set(record.states)
    yield from _stops(record, registration.now, delegated, about)
    for tag, group in _GROUPS:
        if states & group:
            yield found(tag, states=sorted(states & group), **about)
    others = sorted(printable(state, 80) for state in states - _PLAIN - _PRIVACY)[:10]
    if others:
        yield found(Tag.OTHER, domain=domain, states=others)
    if states & _STOPS:
        return
    why = _doubt(states, others, delegated)
    if why:
        yield found(Tag.UNCLEAR, why=why, **about)
    elif not states & (_SERVER_LOCKS | _RENEWALS | _CHANGES):
        yield found(Tag.OK, domain=domain, registrar=about["registrar"])


def _stops(record: RegistrationRecord, now: float, delegated: bool | None, about: dict[str, str]) -> Iterator[Finding]:
    """States in which the domain does not work, or soon will not."""
    states = set(record.states)
    # A registry may show all three at once; the first one tells what is left to do.
    if "pending restore" in states:
        yield found(Tag.RESTORING, **about)
    elif "redemption period" in states:
        yield found(Tag.REDEMPTION, until=_until(record.changed, now), **about)
    elif "pending delete" in states:
        since = phrase(" (last change: {date})", date=when(record.changed)) if record.changed is not None else ""
        yield found(Tag.DELETING, since=since, **about)
    for state, tag in (("client hold", Tag.CLIENT_HOLD), ("server hold", Tag.SERVER_HOLD), ("inactive", Tag.INACTIVE)):
        if state in states:
            yield found(tag, dns=_DNS[delegated], **about)


_DNS = {
    True: phrase("The zone above still names it, so this is either new or not carried out yet"),
    False: phrase("The zone above does not name it any more"),
    None: phrase("Whether the zone above still names it could not be looked up"),
}


def _until(changed: float | None, now: float) -> str:
    """How long a restore is possible. Only the last change tells when the redemption period began."""
    if changed is None or not changed <= now < changed + _REDEMPTION_DAYS * _DAY:
        return phrase("usually for 30 days after it was deleted")
    return phrase(
        "usually for 30 days after it was deleted: until about {date}, if its last change on {changed} was the deletion",
        date=when(changed + _REDEMPTION_DAYS * _DAY), changed=when(changed),
    )  # fmt: skip


def _doubt(states: set[str], others: list[str], delegated: bool | None) -> str:
    """Why states without a stop do not show yet that the domain is in order, "" if they do."""
    alarming = [state for state in others if _ALARMING.match(state)]
    if alarming:
        return phrase("the registry shows “{state}”, which no standard explains", state=", ".join(alarming))
    if delegated or states & _PLAIN:
        return ""
    if delegated is None:
        return phrase("the registry shows no state that is known, and the zone above could not be asked")
    return phrase("the registry shows no state that is known, and the zone above does not name the domain")


def _delegated(delegation: Delegation, domain: str) -> bool | None:
    """Whether the zone above the domain names it; None if that is not known."""
    if delegation.parent.exists:
        return delegation.zone == domain or delegation.zone.endswith(f".{domain}") or None
    return False if delegation.parent.status is DnsStatus.NXDOMAIN and delegation.zone == domain else None
