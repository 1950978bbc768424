"""Which senders and recipients show an open relay, and what a server's answers to them amount to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from selfaudit.facts.exposure import PortOutcome
from selfaudit.facts.smtp import RelayAttempt, SmtpEnd, SmtpSession
from selfaudit.protocols.smtp import LOGIN_CODES, RefusalKind, asked_another, refusal

MAX_RECIPIENTS = 6
CONTROL, CATCH_ALL = "control", "catch-all"
FOREIGN, LOCAL, NULL, ROUTE, PERCENT = "foreign-to-foreign", "local-sender", "null-sender", "source-route", "percent"
# Asked first: what a refusal must rest on.
DECISIVE = (FOREIGN, LOCAL)


@dataclass(frozen=True, slots=True)
class Vector:
    """One combination of sender and recipient. The recipient is somebody else's, except in the two controls."""

    name: str
    mail_from: str
    rcpt_to: str


def vectors(local_domain: str, recipient: str, sender: str) -> tuple[Vector, ...]:
    """Today's real misconfigurations, in the order in which they are tried.

    Trusting every client (foreign to foreign), trusting a sender address (local sender), trusting bounces (null sender),
    source routes (RFC 5321 appendix C) and the percent hack. More than six recipients would look like an attack.

    Args:
        local_domain: a domain that the server takes mail for, "" if none is known.
        recipient: a mailbox elsewhere.
        sender: an address elsewhere.
    """
    user, _at, domain = recipient.rpartition("@")
    found = [Vector(FOREIGN, sender, recipient)]
    if local_domain:
        found.append(Vector(LOCAL, f"postmaster@{local_domain}", recipient))
    found.append(Vector(NULL, "", recipient))
    if local_domain:
        found.append(Vector(ROUTE, sender, f"@{local_domain}:{recipient}"))
        found.append(Vector(PERCENT, sender, f"{user}%{domain}@{local_domain}"))
        found.append(Vector(CONTROL, sender, f"postmaster@{local_domain}"))
    return tuple(found)


def catch_all(local_domain: str, sender: str, token: str) -> Vector:
    """Asks for a mailbox that cannot exist: a server that takes it takes everything in its own domain."""
    return Vector(CATCH_ALL, sender, f"selfaudit-nobody-{token}@{local_domain}")


def is_own(mailbox: str, domains: Iterable[str]) -> bool:
    """Whether a mailbox is in one of the domains or below it; then it shows nothing about strangers' mail."""
    domain = mailbox.rpartition("@")[2].lower().rstrip(".")
    return any(domain == own or domain.endswith(f".{own}") for own in domains)


class RelayVerdict(StrEnum):
    """What one port amounts to."""

    REFUSED = "refused"
    POSSIBLE = "possible"  # a stranger's recipient was accepted
    CLOSED = "closed"  # no service
    SILENT = "silent"
    UNREACHABLE = "unreachable"
    LATER = "later"  # 4xx, 421, greylisting
    DEFERRED = "deferred"  # it says that it does not relay, but with a code 4xx
    TURNED_AWAY = "turned-away"  # the server will not talk to us
    BROKEN = "broken"  # it stopped, or talks something else


@dataclass(frozen=True, slots=True)
class PortRelay:
    """The judgement of one port.

    Attributes:
        port: TCP port.
        verdict: what it amounts to.
        why: the reply or trouble that decided, in the server's words.
        accepted: the attempts that were accepted for somebody else.
        as_local: percent forms that a catch-all took for a mailbox of its own.
        tried: names of the vectors that got a definite answer.
    """

    port: int
    verdict: RelayVerdict
    why: str = ""
    accepted: tuple[RelayAttempt, ...] = ()
    as_local: bool = False
    tried: tuple[str, ...] = ()


def judge_port(session: SmtpSession, attempts: Iterable[RelayAttempt]) -> PortRelay:
    """What the answers on one port amount to."""
    if session.connect is not PortOutcome.OPEN:
        outcome = {
            PortOutcome.CLOSED: RelayVerdict.CLOSED,
            PortOutcome.SILENT: RelayVerdict.SILENT,
        }.get(session.connect, RelayVerdict.UNREACHABLE)
        return PortRelay(session.port, outcome, session.detail)
    here = [a for a in attempts if a.port == session.port]
    by_name = {a.vector: a for a in here}
    foreign = [a for a in here if a.vector not in (CONTROL, CATCH_ALL)]
    accepted = [a for a in foreign if 200 <= a.rcpt_code < 300]
    any_local = CATCH_ALL in by_name and 200 <= by_name[CATCH_ALL].rcpt_code < 300
    as_local = any_local and any(a.vector == PERCENT for a in accepted)
    if as_local:
        accepted = [a for a in accepted if a.vector != PERCENT]
    tried = tuple(a.vector for a in foreign if _code(a) >= 200 and not 400 <= _code(a) < 500)
    if accepted:
        return PortRelay(session.port, RelayVerdict.POSSIBLE, accepted[0].reply, tuple(accepted), as_local, tried)
    talks = CONTROL in by_name and 200 <= by_name[CONTROL].rcpt_code < 300
    verdict, why = _without_acceptance(session, foreign, talks=talks)
    return PortRelay(session.port, verdict, why, (), as_local, tried)


def _code(attempt: RelayAttempt) -> int:
    return attempt.rcpt_code or attempt.mail_code


def _without_acceptance(session: SmtpSession, foreign: list[RelayAttempt], *, talks: bool) -> tuple[RelayVerdict, str]:
    if session.greeting and not session.spoke:
        later = 400 <= session.greeting < 500
        return (RelayVerdict.LATER if later else RelayVerdict.TURNED_AWAY), _last_word(session)
    by_name = {a.vector: a for a in foreign}
    first, local = by_name.get(FOREIGN), by_name.get(LOCAL)
    if first is not None and first.rcpt_code == 0 and first.mail_code in LOGIN_CODES and _kind(first) is RefusalKind.RELAY:
        return RelayVerdict.REFUSED, first.reply  # asked to log in before any recipient: that holds for all
    # A dialogue that broke off may have done so before the local sender was tried.
    local_done = _code(local) >= 500 if local is not None else session.end is SmtpEnd.QUIT
    if first is not None and _code(first) >= 500 and local_done:
        said = next((a for a in foreign if _code(a) >= 500 and _closes(a)), None)
        # That our own sender is refused for what it is (SPF, no log-in) holds for every stranger who uses it. Without words, too:
        # the server takes mail from us for its own postmaster, and says of others that it does not pass them on.
        silently = talks and local is not None and local.rcpt_code != 0 and _kind(local) is RefusalKind.UNSTATED
        kept_out = local is None or _closes(local) or silently or _kind(local) is RefusalKind.SENDER
        if said is not None and kept_out:
            return RelayVerdict.REFUSED, said.reply
        return RelayVerdict.TURNED_AWAY, (first if said is None or local is None else local).reply
    later_ones = [a for a in foreign if 400 <= _code(a) < 500]
    if later_ones:
        deferred = all(_kind(a) is RefusalKind.RELAY for a in later_ones)
        return (RelayVerdict.DEFERRED if deferred else RelayVerdict.LATER), later_ones[0].reply
    if session.end is SmtpEnd.STOPPED:
        return RelayVerdict.LATER, session.detail
    if first is not None and _code(first) >= 500 and not _closes(first):
        return RelayVerdict.TURNED_AWAY, first.reply
    return RelayVerdict.BROKEN, session.detail or _last_word(session)


def _kind(attempt: RelayAttempt) -> RefusalKind:
    return refusal(_code(attempt), attempt.reply)


def _closes(attempt: RelayAttempt) -> bool:
    """Whether a refusal shows that the server does not pass on: it is about the recipient, and not about us or the sender.

    One without words shows nothing, even where postmaster is taken: blocklists are commonly told to let postmaster pass.
    """
    kind = _kind(attempt)
    # The percent form is a mailbox of the server's own until somebody takes it apart, so it may well be unknown.
    unknown = kind is RefusalKind.MAILBOX and attempt.vector != PERCENT
    return kind is RefusalKind.RELAY or (unknown and attempt.rcpt_code != 0 and not asked_another(attempt.reply))


def _last_word(session: SmtpSession) -> str:
    return next((line.text for line in reversed(session.transcript) if line.who == "S"), session.detail)
