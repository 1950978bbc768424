"""The domain is registered, and neither registrar nor registry holds it back.

What it checks:
    Whether the domain is registered, and what each state means that the registry shows for it.

Why it matters:
    A registrar or a registry can take a domain out of the DNS, whatever the host does: then mail, web pages and all proofs are gone,
    and reinstating the service changes nothing. The state says who did it and who can undo it.

How it is judged:
    1. curl -sS -H Accept:application/rdap+json RDAP-SERVER/domain/DOMAIN: the list “status”. Without RDAP: whois DOMAIN.
    2. “client hold” comes from the registrar, “server hold” from the registry: the domain is out of the DNS or soon will be, a fault.
       “inactive” means that it has no name servers.
    3. “redemption period”, “pending restore” and “pending delete” stand for an expired or deleted domain that is about to be lost.
    4. “client transfer, update, delete prohibited” are ordinary locks that protect the domain; the same with “server” are set by the
       registry, on your order (registry lock) or in a dispute. “server transfer prohibited” alone is usual for up to 60 days after a
       registration or a transfer. “renew prohibited” and pending changes are worth a question.
    5. The periods after registration, renewal and transfer only inform. So do a few words of single registries that are known to be
       harmless. Any other state is shown as it is, and nothing is concluded; nor if the zone above says that the name does not exist.
    6. If the registrar's own answer shows a state that stops the domain and the registry's does not, nothing is concluded.
    7. dig +trace DOMAIN NS. Not registered is concluded only if the registry does not know the domain and the parent zone answers
       NXDOMAIN. If the parent zone knows it, the wrong registry was asked; so it was for names below the suffixes of companies that
       give out names themselves (private part of the public suffix list).

Limits and false positives:
    Registries of countries have states of their own. States about privacy are judged by registration.contacts. A registry's answer
    may be an hour old, and a deadline counts from a deletion whose day is not always shown. The periods of 30 and 5 days hold for
    most endings, not for all.

References:
    RFC 5731 section 2.3; RFC 3915 sections 2 and 3.1; RFC 8056 section 2; RFC 9083 section 10.2.2.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from selfaudit.checks.registration import _states
from selfaudit.checks.registration import _status_remedies as remedies
from selfaudit.checks.registration._registry import (
    command,
    holder_acts,
    merged,
    page,
    registrar_command,
    registrar_name,
    registrar_states,
    unknown,
    when,
)
from selfaudit.facts.dns import DnsStatus
from selfaudit.facts.registration import DomainRegistration, Registered, RegistrationRecord
from selfaudit.facts.zone import Delegation
from selfaudit.findings import Check, Finding, Message, Severity, found
from selfaudit.i18n import N_, phrase
from selfaudit.policy import Policy
from selfaudit.protocols import psl
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
    NEW_LOCK = "STATUS_LOCK_AFTER_CHANGE"
    GRACE = "STATUS_GRACE_PERIOD"
    AUTO_RENEWED = "STATUS_AUTO_RENEW_PERIOD"
    OTHER = "STATUS_OTHER"
    CONTRADICTED = "STATUS_REGISTRAR_CONTRADICTS"
    NOT_IN_DNS = "STATUS_NOT_IN_DNS"
    UNCLEAR = "STATUS_UNCLEAR"
    UNREGISTERED = "STATUS_NOT_REGISTERED"
    BELOW_PRIVATE = "STATUS_BELOW_PRIVATE_SUFFIX"
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

MESSAGES = {
    Tag.OK: Message(Severity.GOOD, N_("{domain} is registered, and nothing holds it back (registrar: {registrar}).")),
    Tag.CLIENT_HOLD: Message(
        Severity.CRITICAL,
        N_(
            "The registrar has put {domain} on hold (client hold): {dns}. Usual reasons are contact data that was not confirmed, a bill, "
            "or a complaint about abuse."
        ),
        remedies.CLIENT_HOLD,
    ),
    Tag.SERVER_HOLD: Message(
        Severity.CRITICAL,
        N_(
            "The registry has put {domain} on hold (server hold): {dns}. It does so because of a complaint, an order of a court, or data "
            "that it could not verify."
        ),
        remedies.SERVER_HOLD,
    ),
    Tag.REDEMPTION: Message(
        Severity.CRITICAL,
        N_(
            "{domain} expired or was deleted and is in its redemption period: it can still be restored, {until}. After that it cannot "
            "be saved, and anybody may register it, for most endings 5 days later."
        ),
        remedies.REDEMPTION,
    ),
    Tag.RESTORING: Message(
        Severity.CRITICAL,
        N_(
            "{domain} was deleted, and its restore was ordered but is not complete (pending restore). The registrar has to hand in a "
            "report, for most endings within 7 days, or the domain is lost after all."
        ),
        remedies.RESTORING,
    ),
    Tag.DELETING: Message(
        Severity.CRITICAL,
        N_(
            "{domain} is about to be deleted (pending delete). Where the registry shows only this state, it usually cannot be restored any "
            "more; for most endings it is free for anybody after about 5 days{since}."
        ),
        remedies.DELETING,
    ),
    Tag.INACTIVE: Message(
        Severity.HIGH,
        N_("{domain} is registered but has no name servers at the registry (inactive): {dns}."),
        remedies.INACTIVE,
    ),
    Tag.SERVER_LOCK: Message(
        Severity.MEDIUM,
        N_(
            "The registry has locked {domain}: {states}. That is good if a registry lock was ordered; otherwise it may come from a dispute "
            "over the name or from a court."
        ),
        remedies.SERVER_LOCK,
    ),
    Tag.NO_RENEWAL: Message(
        Severity.MEDIUM,
        N_(
            "{domain} cannot be renewed at the moment: {states}. This is rare and mostly comes from a dispute or a deletion that is planned."
        ),
        remedies.NO_RENEWAL,
    ),
    Tag.UNDER_WAY: Message(Severity.MEDIUM, N_("A change of {domain} is under way: {states}."), remedies.UNDER_WAY),
    Tag.LOCKED: Message(
        Severity.INFO,
        N_("{domain} has ordinary locks, which protect it from theft and mistakes: {states}. They are no suspension."),
    ),
    Tag.NEW_LOCK: Message(
        Severity.INFO,
        N_(
            "The registry does not let {domain} move to another registrar at the moment ({states}). Registries lock new and moved domains "
            "for up to 60 days, and this one was registered or moved on {date}. It is no suspension."
        ),
    ),
    Tag.GRACE: Message(
        Severity.INFO,
        N_("{domain} is in a period that follows a registration, renewal or transfer: {states}. It works as usual."),
    ),
    Tag.AUTO_RENEWED: Message(
        Severity.INFO,
        N_(
            "The registry has renewed {domain} by itself, as it does at every expiry (auto renew period). That does not say whether the "
            "registrar was paid; see registration.expiry."
        ),
    ),
    Tag.OTHER: Message(Severity.INFO, N_("The registry shows states of its own for {domain}: {states}.")),
    Tag.CONTRADICTED: Message(
        Severity.UNKNOWN,
        N_(
            "The registry and the registrar contradict each other about {domain}: the registrar shows {states}, the registry does not."
        ),
        remedies.CONTRADICTED,
    ),
    Tag.NOT_IN_DNS: Message(
        Severity.UNKNOWN,
        N_(
            "{domain} is registered, but the zone above says that the name does not exist, and no state that is shown explains it. So "
            "nothing is concluded."
        ),
        remedies.NOT_IN_DNS,
    ),
    Tag.UNCLEAR: Message(
        Severity.UNKNOWN,
        N_("{domain} is registered, but whether it is held back cannot be told: {why}."),
        remedies.UNCLEAR,
    ),
    Tag.UNREGISTERED: Message(
        Severity.CRITICAL,
        N_("{domain} is not registered: the registry does not know it, and the zone above it says that it does not exist."),
        remedies.UNREGISTERED,
    ),
    Tag.BELOW_PRIVATE: Message(
        Severity.UNKNOWN,
        N_(
            "Names below {suffix} are given out by a company and not by the registry that was asked. That registry does not know {domain}, "
            "and need not, so nothing is concluded."
        ),
        remedies.BELOW_PRIVATE,
    ),
    Tag.NOT_THERE: Message(
        Severity.UNKNOWN,
        N_(
            "The registry that was asked does not know {domain}, but the zone above it does. Names below some endings have a registry of "
            "their own, so nothing is concluded."
        ),
        remedies.BY_HAND,
    ),
    Tag.NOT_CONFIRMED: Message(
        Severity.UNKNOWN,
        N_("The registry that was asked does not know {domain}, but the zone above it gave no answer that confirms it."),
        remedies.BY_HAND,
    ),
    Tag.OTHER_NAME: Message(
        Severity.UNKNOWN,
        N_("The answer is about {other}, not about {domain}, so nothing is concluded from it."),
        remedies.BY_HAND,
    ),
    Tag.UNKNOWN: Message(
        Severity.UNKNOWN, N_("Nothing could be learned about the registration of {domain}: {why}."), remedies.BY_HAND
    ),
}

# Which group of states is shown under which tag.
_GROUPS = (
    (Tag.NO_RENEWAL, _states.RENEWALS),
    (Tag.UNDER_WAY, _states.CHANGES),
    (Tag.LOCKED, _states.LOCKS),
    (Tag.GRACE, _states.PERIODS),
)
_DNS = {
    True: phrase("the zone above still names it, but soon will not, and then no mail and no page of it can be reached"),
    False: phrase("it is out of the DNS, so no mail and no page of it can be reached"),
    None: phrase(
        "whether it is out of the DNS already could not be looked up; once it is, no mail and no page of it can be reached"
    ),
}
_MOST_STATES = 10
_NEW_DAYS, _REDEMPTION_DAYS, _DAY = 60, 30, 86_400.0


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
        suffix = psl.private_suffix(domain)
        if suffix:
            yield found(Tag.BELOW_PRIVATE, suffix=suffix, **by_hand)
        elif delegated is False:
            yield found(Tag.UNREGISTERED, **by_hand, **holder_acts(registration, policy))
        else:
            yield found(Tag.NOT_THERE if delegated else Tag.NOT_CONFIRMED, **by_hand)
        return
    if record.domain not in ("", domain):
        yield found(Tag.OTHER_NAME, other=printable(record.domain, 100), **by_hand)
        return
    about = {**by_hand, "registrar": registrar_name(record), **holder_acts(registration, policy)}
    findings = [*_stops(record, registration.now, delegated, about)]
    contradicting = sorted((registrar_states(registration) & _states.STOPS) - set(record.states))
    if contradicting:
        findings.append(found(Tag.CONTRADICTED, states=contradicting, **{**about, "command": registrar_command(registration)}))
    findings += _other_states(record, registration.now, about)
    if not _states.STOPS.intersection(record.states):
        findings += _doubts(record, delegated, about)
    yield from findings
    if all(MESSAGES[Tag(finding.tag)].severity is Severity.INFO for finding in findings):
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


def _until(changed: float | None, now: float) -> str:
    """How long a restore is possible. Only the last change tells when the redemption period began."""
    if changed is None or not changed <= now < changed + _REDEMPTION_DAYS * _DAY:
        return phrase("for most endings for 30 days after it was deleted")
    return phrase(
        "for most endings for 30 days after it was deleted: until about {date}, if its last change on {changed} was the deletion",
        date=when(changed + _REDEMPTION_DAYS * _DAY), changed=when(changed),
    )  # fmt: skip


def _other_states(record: RegistrationRecord, now: float, about: dict[str, str]) -> Iterator[Finding]:
    """States in which the domain works."""
    states = set(record.states)
    locks = sorted(states & _states.SERVER_LOCKS)
    new = [t for t in (record.created, record.transferred) if t is not None and 0 <= now - t < _NEW_DAYS * _DAY]
    if locks == [_states.TRANSFER_LOCK] and new:
        yield found(Tag.NEW_LOCK, domain=about["domain"], states=locks, date=when(max(new)))
    elif locks:
        yield found(Tag.SERVER_LOCK, states=locks, **about)
    for tag, group in _GROUPS:
        if states & group:
            yield found(tag, states=sorted(states & group), **about)
    if _states.AUTO_RENEWED in states:
        yield found(Tag.AUTO_RENEWED, domain=about["domain"])
    # Beside a stop, what else is shown only informs; otherwise `_doubts` speaks of what is not known.
    others = _unusual(states if states & _states.STOPS else states & _states.HARMLESS)
    if others:
        yield found(Tag.OTHER, domain=about["domain"], states=others)


def _doubts(record: RegistrationRecord, delegated: bool | None, about: dict[str, str]) -> Iterator[Finding]:
    """What keeps states without a stop from showing that the domain is in order."""
    states = set(record.states)
    strange = _unusual(states - _states.HARMLESS)
    if strange:
        why = phrase("the registry shows “{state}”, which no standard explains", state=", ".join(strange))
        yield found(Tag.UNCLEAR, why=why, **about)
    if delegated is False:
        yield found(Tag.NOT_IN_DNS, **about)
    elif delegated is None and not strange and not states & _states.PLAIN:
        why = phrase("the registry shows no state that tells it, and the zone above could not be asked")
        yield found(Tag.UNCLEAR, why=why, **about)


def _unusual(states: set[str]) -> list[str]:
    """Those of these states that no standard knows, fit to be shown."""
    return sorted(printable(state, 80) for state in states - _states.PLAIN - _states.PRIVACY)[:_MOST_STATES]


def _delegated(delegation: Delegation, domain: str) -> bool | None:
    """Whether the zone above the domain names it; None if that is not known."""
    if delegation.parent.exists:
        return delegation.zone == domain or delegation.zone.endswith(f".{domain}") or None
    return False if delegation.parent.status is DnsStatus.NXDOMAIN and delegation.zone == domain else None
