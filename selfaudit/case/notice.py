"""What a provider, a list or a stranger wrote about the customer's service: facts, not verdicts. `protocols.notice` reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Topic = Literal[
    "spam", "phishing", "malware", "compromise", "open-relay", "open-resolver", "open-proxy", "amplifier", "open-service",
    "vulnerable-service", "scan", "login-attack", "dos", "blocklist", "registration", "authentication", "consent", "opt-out",
    "copyright", "content", "resources", "other",
]  # fmt: skip
NoticeFormat = Literal["mail", "arf", "feedback-loop", "xarf", "shadowserver", "blocklist", "text"]


@dataclass(frozen=True, slots=True)
class NoticeEvent:
    """One thing that is said to have happened. What is not known is "" or 0.

    Attributes:
        at: UTC, RFC 3339.
        kind: the word of the source, for example "open-resolver" or "spam".
        address: of the customer's side (A-label domains and canonical addresses everywhere).
        port: TCP or UDP port there.
        domain: a domain of the customer's side.
        url: as reported, never fetched.
        message_id: of a reported message, without angle brackets.
        other: the other side: who was attacked, or who received it.
        detail: further words of the source, printable, at most 300 characters.
    """

    at: str = ""
    kind: str = ""
    address: str = ""
    port: int = 0
    domain: str = ""
    url: str = ""
    message_id: str = ""
    other: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice as it was understood. Everything in it comes from outside: printable, bounded, and never believed to be true.

    Attributes:
        format: what it was read as.
        sha256, size: of its bytes.
        source: who wrote it, as it says of itself.
        reference: the ticket, report or listing by which they call it.
        subject: its heading.
        sent: UTC, RFC 3339.
        deadline: UTC, RFC 3339, or a day; until when they want an answer.
        topics: what it is about, the surest first.
        events: at most 1,000 of what is said to have happened, in the order of the notice.
        first, last: the times of the earliest and the latest of all events, UTC.
        addresses, domains: of the customer's side, each once, in the order of the notice.
        message_ids, urls: reported ones, each once.
        listings: zones or names of blocklists that are named.
        clauses: the sections of the policy that it names, as written ("5", "Email & Messaging").
        steps: what it asks the customer to do, one sentence each, in its own words.
        excerpt: the beginning of its text, at most 2,000 characters.
        not_understood: what could not be read, in words (`i18n.phrase`).
        left_out: events beyond the limit.
    """

    format: NoticeFormat
    sha256: str = ""
    size: int = 0
    source: str = ""
    reference: str = ""
    subject: str = ""
    sent: str = ""
    deadline: str = ""
    topics: tuple[Topic, ...] = ()
    events: tuple[NoticeEvent, ...] = ()
    first: str = ""
    last: str = ""
    addresses: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    message_ids: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    listings: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    excerpt: str = ""
    not_understood: tuple[str, ...] = ()
    left_out: int = 0
