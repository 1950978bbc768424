"""What notices mean for the case: proposals that a person takes over or leaves. Nothing in here is decided for them."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from selfaudit.case import is_reserved_address, is_reserved_name
from selfaudit.case.dates import read_date
from selfaudit.case.notice import Notice, Topic
from selfaudit.case.statement import Cause
from selfaudit.case.targets import MAX_ADDRESSES, MAX_DOMAINS
from selfaudit.checks import all_checks
from selfaudit.i18n import phrase
from selfaudit.policy.model import Clause, Pack
from selfaudit.protocols.notice import times, words
from selfaudit.protocols.psl import registrable_domain
from selfaudit.text import printable

MAX_SENDING = 64
_MAX_STEPS = 50
_OLD = 60  # days
# The writer's own act, or words that mean the reader.
_YOU = re.compile(r"\b(?:your?|ihre?\w{0,2}|sie|we\s(?:have|had|therefore)|haben\swir|wir\shaben)\b", re.IGNORECASE)
_OTHERS = re.compile(
    r"\b(?:others?|another|some|several|andere\w{0,2}|einige|mehrere|last\s(?:year|month)|previously|früher|voriges|letztes)\b",
    re.IGNORECASE,
)

TOPIC_WORDS: dict[Topic, str] = {
    "spam": phrase("unwanted mail"), "phishing": phrase("pages that steal passwords"), "malware": phrase("harmful software"),
    "compromise": phrase("a server or account that was taken over"), "open-relay": phrase("a mail server that sends for strangers"),
    "open-resolver": phrase("a DNS server that answers everybody"), "open-proxy": phrase("a proxy that strangers can use"),
    "amplifier": phrase("a service that can be abused to amplify attacks"), "open-service": phrase("a service that is open to the internet"),
    "vulnerable-service": phrase("software with known weaknesses"), "scan": phrase("scanning of other networks"),
    "login-attack": phrase("attempts to guess passwords"), "dos": phrase("attacks that overload others"),
    "blocklist": phrase("an entry on a blocklist"), "registration": phrase("the registration data of a domain"),
    "authentication": phrase("mail that does not show who sent it"), "consent": phrase("mail without consent"),
    "opt-out": phrase("unsubscribing that does not work"), "copyright": phrase("the rights of others in works or marks"),
    "content": phrase("content that is not allowed"), "resources": phrase("the load on a shared server"), "other": phrase("something else"),
}  # fmt: skip

_SENDING = (
    "blocklist.address", "blocklist.domain", "exposure.relay", "host.mail-queue", "host.login", "host.mail-config", "mail.spf", "mail.dkim",
    "mail.dmarc", "message.authentication", "rdns.present", "rdns.forward-confirmed",
)  # fmt: skip
_TAKEN_OVER = (
    "host.malware", "host.persistence", "host.login", "host.listeners", "host.firewall", "patch.vulnerabilities", "patch.software", "patch.updates",
    "patch.os-support", "blocklist.address",
)  # fmt: skip
# The checks that matter for a topic, the first ones most.
CHECKS: dict[Topic, tuple[str, ...]] = {
    "spam": (*_SENDING, "consent.ledger", "message.unsubscribe"),
    "phishing": (*_TAKEN_OVER, "blocklist.domain", "dns.dangling"),
    "malware": (*_TAKEN_OVER, "blocklist.domain"),
    "compromise": _TAKEN_OVER,
    "open-relay": ("exposure.relay", "host.mail-config", "host.mail-queue", "blocklist.address"),
    "open-resolver": ("exposure.resolver", "exposure.amplifier", "host.listeners", "host.firewall"),
    "open-proxy": ("exposure.proxy", "host.listeners", "host.firewall", "host.malware", "blocklist.address"),
    "amplifier": ("exposure.amplifier", "exposure.resolver", "host.listeners", "host.firewall"),
    "open-service": ("exposure.services", "host.listeners", "host.firewall", "host.login"),
    "vulnerable-service": ("patch.vulnerabilities", "patch.software", "patch.updates", "patch.os-support", "patch.reboot", "exposure.services", "host.malware"),
    "scan": _TAKEN_OVER,
    "login-attack": _TAKEN_OVER,
    "dos": ("exposure.amplifier", "exposure.resolver", *_TAKEN_OVER),
    "blocklist": ("blocklist.address", "blocklist.domain", "rdns.present", "rdns.forward-confirmed", "rdns.generic", "exposure.relay", "host.mail-queue"),
    "registration": ("registration.contacts", "registration.status", "registration.expiry", "registration.nameservers", "web.abuse-contact"),
    "authentication": ("mail.spf", "mail.spf-coverage", "mail.dkim", "mail.dmarc", "rdns.present", "rdns.forward-confirmed", "mail.helo", "message.authentication", "message.headers"),
    "consent": ("consent.ledger", "consent.drill", "message.unsubscribe", "web.privacy-policy"),
    "opt-out": ("message.unsubscribe", "web.unsubscribe", "consent.ledger"),
    "copyright": ("web.abuse-contact", "mail.contacts"),
    "content": ("web.abuse-contact", "mail.contacts", "blocklist.domain", "host.malware"),
    "resources": ("host.resources", "host.mail-queue", "host.malware"),
    "other": ("mail.contacts", "registration.contacts"),
}  # fmt: skip

# What usually lies behind it. False reports and other causes are always possible, and asked for in the interview.
CAUSES: dict[Topic, tuple[Cause, ...]] = {
    "spam": ("account", "software", "campaign"), "phishing": ("software", "account", "end-user"), "malware": ("software", "account", "end-user"),
    "compromise": ("software", "account"), "open-relay": ("open-service",), "open-resolver": ("open-service",),
    "open-proxy": ("open-service", "software"), "amplifier": ("open-service",), "open-service": ("open-service",),
    "vulnerable-service": ("software",), "scan": ("software", "account", "end-user"), "login-attack": ("software", "account", "end-user"),
    "dos": ("open-service", "software", "account"), "blocklist": ("account", "software", "campaign"), "registration": (),
    "authentication": ("campaign",), "consent": ("campaign",), "opt-out": ("campaign",), "copyright": ("end-user",),
    "content": ("end-user", "software"), "resources": ("software", "end-user"), "other": (),
}  # fmt: skip
_MAIL_TOPICS: frozenset[Topic] = frozenset(("spam", "consent", "opt-out", "authentication"))


@dataclass(frozen=True, slots=True)
class Proposed:
    """A target that is proposed, as it would be typed. `why` in words (`i18n.phrase`)."""

    value: str
    why: str


@dataclass(frozen=True, slots=True)
class LikelyClause:
    """A clause that is likely meant. `named`: the notice names it. `why` in words (`i18n.phrase`)."""

    id: str
    heading: str
    section: str
    named: bool
    why: str


@dataclass(frozen=True, slots=True)
class MatteringCheck:
    """A check that matters for what is said to have happened. `why` in words (`i18n.phrase`)."""

    id: str
    why: str


@dataclass(frozen=True, slots=True)
class UsualCause:
    """A kind of root cause that often lies behind what a notice is about; the order of `causes.likely_causes` weighs the results, too."""

    cause: Cause
    why: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """What notices propose for the case.

    Attributes:
        targets: addresses and domains of the customer's side; those in the provider's blocks first.
        sending: which of the addresses are said to have sent mail.
        clauses: likely meant, those that are named first.
        checks: in the order in which they matter.
        causes: the most usual first.
        number: the provider's ticket, "" for none.
        deadline: the earliest; UTC (RFC 3339) or a day.
        suspended: since when the service is said to be suspended; UTC or a day, "" where nothing is said.
        steps: what is demanded, in the words of the notices.
        topics: of all notices, the surest first.
        notes: what to look at before taking this over, in words (`i18n.phrase`).
    """

    targets: tuple[Proposed, ...] = ()
    sending: tuple[str, ...] = ()
    clauses: tuple[LikelyClause, ...] = ()
    checks: tuple[MatteringCheck, ...] = ()
    causes: tuple[UsualCause, ...] = ()
    number: str = ""
    deadline: str = ""
    suspended: str = ""
    steps: tuple[str, ...] = ()
    topics: tuple[Topic, ...] = ()
    notes: tuple[str, ...] = ()


def propose(notices: Notice | Sequence[Notice], pack: Pack | None, *, allow_reserved: bool = False) -> Proposal:
    """What one or several notices mean for the case.

    Args:
        notices: as they were read.
        pack: the provider's policy, None if it is not known.
        allow_reserved: reserved addresses and names may be targets (laboratories, the demo).
    """
    all_of = (notices,) if isinstance(notices, Notice) else tuple(notices)
    topics = tuple(dict.fromkeys(topic for notice in all_of for topic in notice.topics))
    notes: dict[str, None] = {}
    targets = _targets(all_of, pack, allow_reserved, notes)
    proposed = {t.value for t in targets}
    sending = tuple(
        dict.fromkeys(a for n in all_of if not _MAIL_TOPICS.isdisjoint(n.topics) for a in n.addresses if a in proposed)
    )  # fmt: skip
    deadlines = sorted((n.deadline for n in all_of if n.deadline), key=_deadline_order)
    suspensions = [_suspension(notice) for notice in all_of]
    suspended = sorted((since for since, _note in suspensions if since), key=lambda text: read_date(text) or 0.0)
    notes.update(dict.fromkeys(note for _since, note in suspensions if note))
    return Proposal(
        targets,
        sending[:MAX_SENDING],
        likely_clauses(all_of, pack, topics),
        _checks(topics),
        _causes(topics),
        next((n.reference for n in all_of if n.reference and n.format in ("mail", "text")), ""),
        next(iter(deadlines), ""),
        next(iter(suspended), ""),
        tuple(dict.fromkeys(step for n in all_of for step in n.steps))[:_MAX_STEPS],
        topics,
        tuple(notes),
    )


def _deadline_order(text: str) -> float:
    """A day ends with its last second."""
    return (read_date(text) or 0.0) + (86_399 if len(text) == 10 else 0)


def _targets(
    notices: Sequence[Notice], pack: Pack | None, allow_reserved: bool, notes: dict[str, None]
) -> tuple[Proposed, ...]:
    blocks = [ipaddress.ip_network(prefix) for prefix in pack.prefixes] if pack else []
    inside: dict[str, str] = {}
    outside: dict[str, str] = {}
    for address in dict.fromkeys(a for n in notices for a in n.addresses):
        if not allow_reserved and is_reserved_address(address):
            notes.setdefault(phrase("{address} is no public address, so it is not proposed", address=address), None)
        elif any(ipaddress.ip_address(address) in block for block in blocks):
            inside[address] = phrase("the notice names it, and it lies in a block of the provider")
        else:
            outside[address] = phrase("the notice names it")
    if inside and outside:
        notes.setdefault(
            phrase(
                "not in a block of the provider, so make sure that they are yours: {addresses}",
                addresses=", ".join(list(outside)[:10]),
            ),
            None,
        )
    domains: dict[str, str] = {}
    for name in dict.fromkeys(d for n in notices for d in n.domains):
        registered = registrable_domain(name) or name
        if not allow_reserved and is_reserved_name(registered):
            notes.setdefault(phrase("{domain} is a reserved name, so it is not proposed", domain=registered), None)
        else:
            domains.setdefault(registered, phrase("the notice names {name}", name=name))
    addresses = list({**inside, **outside}.items())
    if len(addresses) > MAX_ADDRESSES or len(domains) > MAX_DOMAINS:
        notes.setdefault(
            phrase("more is named than one audit can hold; the first {addresses} addresses and {domains} domains are proposed",
                   addresses=MAX_ADDRESSES, domains=MAX_DOMAINS), None
        )  # fmt: skip
    if domains:
        notes.setdefault(phrase("a notice can name domains of others; take over only those that are yours"), None)
    chosen = (*addresses[:MAX_ADDRESSES], *list(domains.items())[:MAX_DOMAINS])
    return tuple(Proposed(value, why) for value, why in chosen)


def likely_clauses(notices: Iterable[Notice], pack: Pack | None, topics: Sequence[Topic]) -> tuple[LikelyClause, ...]:
    """The clauses of a pack that notices name, and those that are usually cited for what they are about."""
    if pack is None:
        return ()
    found: dict[str, LikelyClause] = {}
    named = {
        name: [c for c in pack.clauses if _is_named(c, name)] for name in dict.fromkeys(c for n in notices for c in n.clauses)
    }
    for name, fitting in named.items():
        ids = {c.id for c in fitting}
        if any(other and ids > {c.id for c in other} for other in named.values()):
            continue  # a clause of this section is named, too, and is what is meant
        # A section as a whole holds many clauses: those that fit what has happened are meant.
        narrowed = [c for c in fitting if not set(c.topics).isdisjoint(topics)] if len(fitting) > 1 else fitting
        for clause in narrowed or fitting:
            why = phrase("the notice names “{name}”", name=name)
            found.setdefault(clause.id, LikelyClause(clause.id, clause.heading, clause.section, True, why))
    for topic in topics:
        for clause in pack.clauses:
            if topic in clause.topics:
                why = phrase("the notice is about {topic}", topic=TOPIC_WORDS[topic])
                found.setdefault(clause.id, LikelyClause(clause.id, clause.heading, clause.section, False, why))
    return tuple(found.values())


def _is_named(clause: Clause, name: str) -> bool:
    """Whether a notice's words for a section mean a clause: its id, its number, a number above it, or its heading."""
    wanted = " ".join(name.casefold().split())
    if wanted == clause.id.casefold():
        return True
    number = clause.id.partition("-")[2].casefold()
    if re.fullmatch(r"[0-9]+(\.[0-9]+)*[a-z]?", wanted):
        section = re.match(r"\D{0,10}([0-9]+(?:\.[0-9]+)*)", clause.section)
        numbers = {number, section[1] if section else ""}
        return any(
            n == wanted or (n.startswith(wanted) and n[len(wanted) : len(wanted) + 1] in (".", *"abcdefgh"))
            for n in numbers
            if n
        )
    headings = {" ".join(text.casefold().split()) for text in (clause.section, clause.heading)}
    return len(wanted) > 3 and any(wanted == heading or wanted in heading for heading in headings)


def _checks(topics: Iterable[Topic]) -> tuple[MatteringCheck, ...]:
    known = all_checks()
    found: dict[str, MatteringCheck] = {}
    for topic in topics:
        for check in CHECKS[topic]:
            if check in known:
                found.setdefault(check, MatteringCheck(check, phrase("the notice is about {topic}", topic=TOPIC_WORDS[topic])))
    return tuple(found.values())


def _causes(topics: Iterable[Topic]) -> tuple[UsualCause, ...]:
    found: dict[Cause, UsualCause] = {}
    for topic in topics:
        for cause in CAUSES[topic]:
            found.setdefault(cause, UsualCause(cause, phrase("the notice is about {topic}", topic=TOPIC_WORDS[topic])))
    return tuple(found.values())


def suspended_since(notice: Notice) -> str:
    """Since when a notice says that this service is suspended: the time in that sentence, else the day of the notice, "" for no word of it."""
    return _suspension(notice)[0]


def _suspension(notice: Notice) -> tuple[str, str]:
    """(since when this service is suspended, what to look at where that is not sure), each "" for none."""
    zone = times.zone_of_all(notice.excerpt)
    note = ""
    for sentence in (*words.sentences(notice.excerpt.splitlines()), notice.subject):
        match = words.SUSPENDED.search(sentence)
        if match is None or words.CONDITIONAL.search(sentence[: match.end()]):
            continue
        moment = next(iter(times.moments(sentence, zone)), None)
        since = (moment.at or moment.day) if moment else notice.sent[:10]
        if since and _is_meant(sentence, notice) and not _long_before(since, notice.sent):
            return since, ""
        note = note or phrase(
            "the notice says “{words}”; state yourself whether your service is suspended, and since when",
            words=printable(" ".join(sentence.split()), 200),
        )
    return "", note


def _is_meant(sentence: str, notice: Notice) -> bool:
    """Whether a sentence about a suspension speaks of this customer."""
    if _OTHERS.search(sentence):
        return False
    return sentence == notice.subject or _YOU.search(sentence) is not None or any(a in sentence for a in notice.addresses[:100])


def _long_before(since: str, sent: str) -> bool:
    """Whether a day lies so long before the notice that it rather belongs to an older case."""
    then, now = read_date(since), read_date(sent) if sent else None
    return then is not None and now is not None and now - then > _OLD * 86_400
