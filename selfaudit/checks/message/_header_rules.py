"""What a header must have, field by field (RFC 5322 section 3.6)."""

from __future__ import annotations

import ipaddress
import re

from selfaudit.facts.dns import DnsAnswer, absolute
from selfaudit.facts.message import Handover, MessageReport, SampleMessage
from selfaudit.i18n import phrase
from selfaudit.protocols.message import author_of
from selfaudit.protocols.message_headers import Mailbox, domain_of, mailboxes, moment, utc_seconds, utc_text
from selfaudit.protocols.message_names import same_organization
from selfaudit.protocols.message_received import delivered_at
from selfaudit.protocols.mime import decode_words
from selfaudit.text import printable

# Tags after which a header cannot be called complete.
ESSENTIAL = frozenset(
    {"HEADER_FROM_MISSING", "HEADER_FROM_DOUBLE", "HEADER_FROM_UNREADABLE", "HEADER_FROM_SEVERAL", "HEADER_DATE_MISSING",
     "HEADER_DATE_UNREADABLE", "HEADER_ID_MISSING", "HEADER_ID_WRONG", "HEADER_DOUBLE"}
)  # fmt: skip
_SINGLE = (
    "Date",
    "Sender",
    "Reply-To",
    "To",
    "Cc",
    "Bcc",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Subject",
    "MIME-Version",
    "Content-Type",
)
_NO_NAMES = ("localhost", "local", "localdomain", "lan", "internal", "invalid", "home", "arpa")
_HOUR, _DAY = 3600.0, 86_400.0
_FORM = {
    "bare-cr": phrase("it has single carriage returns"),
    "nul": phrase("it has NUL octets"),
    "long-line": phrase("it has lines of more than 998 octets"),
    "bad-line": phrase("the header has lines that are no field"),
    "not-utf8": phrase("the header has octets that are no UTF-8"),
}


def senders(message: SampleMessage) -> tuple[Mailbox, ...]:
    """Everybody whom From names."""
    return author_of(message)


def domain(message: SampleMessage) -> str:
    """The sender's domain, for remedies."""
    return next((box.domain for box in senders(message) if box.domain), "YOUR-DOMAIN")


def plain(value: str) -> str:
    """A field with its encoded words decoded."""
    return decode_words(value)


def doubled(message: SampleMessage) -> tuple[str, ...]:
    """Fields that stand there more often than once."""
    return tuple(name for name in _SINGLE if len(message.all(name)) > 1)


def date_of(message: SampleMessage) -> float | None:
    """The Date in UTC seconds."""
    return moment(message.first("date"))


def date_off(message: SampleMessage) -> str:
    """When the message was received (or read here, if no server noted it), where its Date does not fit that; "" where it does."""
    written, delivered = date_of(message), delivered_at(message)
    if written is None:
        return ""
    if delivered is not None:
        return utc_text(delivered) if not -_DAY <= delivered - written <= 7 * _DAY else ""
    now = utc_seconds(message.received)
    return utc_text(now) if now is not None and written - now > _DAY else ""


def reply_elsewhere(message: SampleMessage, boxes: tuple[Mailbox, ...]) -> str:
    """An address for answers that belongs to another organization than every sender, "" for none. Lists are meant to do so."""
    own = [box.domain for box in boxes if box.domain]
    if not own or message.all("list-post"):
        return ""
    for box in mailboxes(message.first("reply-to")):
        if box.domain and not any(same_organization(box.domain, name) for name in own):
            return printable(box.address, 100)
    return ""


def other_domains(message: SampleMessage, boxes: tuple[Mailbox, ...]) -> tuple[str, ...]:
    """Domains of other organizations in Return-Path, Sender and List-Id, each with its field."""
    own = [box.domain for box in boxes if box.domain]
    if not own:
        return ()
    named = {
        "Return-Path": [box.domain for box in mailboxes(message.first("return-path"))],
        "Sender": [box.domain for box in mailboxes(message.first("sender"))],
        "List-Id": [domain_of(match) for match in re.findall(r"<([^<>]{1,253})>", message.first("list-id"))[:1]],
    }
    return tuple(
        f"{field} {name}"
        for field, names in named.items()
        for name in dict.fromkeys(names)
        if name and not any(same_organization(name, known) for known in own)
    )


def broken_form(message: SampleMessage) -> tuple[str, ...]:
    """What is wrong with the form of its lines, in words."""
    return tuple(words for code, words in _FORM.items() if code in message.faults)


def backwards(message: SampleMessage) -> tuple[str, int] | None:
    """(by whom, minutes) where a hop took the message more than an hour before the hop below it; None where all is in order."""
    later = None
    for hop in message.hops:
        at = utc_seconds(hop.at)
        if at is None:
            continue
        if later is not None and at - later[1] > _HOUR:
            return later[0] or phrase("a server"), int((at - later[1]) // 60)
        later = (hop.by, at)
    return None


def is_full_name(helo: str) -> bool:
    """Whether a greeting is the full name of a server (RFC 5321 section 2.3.5)."""
    name = domain_of(helo)
    last = name.rpartition(".")[2]
    return bool(name) and not last.isdigit() and last not in _NO_NAMES


def address_answer(report: MessageReport, came: Handover) -> DnsAnswer | None:
    """The recorded look-up of the greeting's address."""
    wanted = (absolute(came.helo), "AAAA" if ":" in came.address else "A")
    return next((a for a in report.answers if (absolute(a.name), a.rdtype) == wanted), None)


def leads_to(answer: DnsAnswer, address: str) -> bool:
    """Whether an address is among the answer's."""
    found = ipaddress.ip_address(address)
    for text in answer.records:
        try:
            if ipaddress.ip_address(text) == found:
                return True
        except ValueError:
            continue
    return False
