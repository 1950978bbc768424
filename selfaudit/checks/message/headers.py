"""The header of the message is complete and says who sent it.

What it checks:
    The header of a message that was sent: fields that must be there exactly once, dates, names that look like somebody else's, the greeting of
    the server that sent it, the form of its lines; and, for mail to many, whether a postal address is named.

Why it matters:
    Forged or concealed headers are forbidden by every policy and by law, and a careless program writes headers that look forged. Google and
    others refuse messages with a doubled or missing From or Date. Advertising must say who sends it, with a postal address.

How it is judged:
    1. From must stand there once, with an address that can be read; Date once. Message-ID must be there and look like <something@domain>. To,
       Cc, Subject, Sender, Reply-To and others may stand there at most once.
    2. Date may lie at most a day after the message was handed over to its receiver, and at most a week before.
    3. The name before the sender's address may hold no address of somebody else; its domain may not mix letters of several scripts; no
       characters may turn the line around.
    4. The greeting (HELO) of the server that handed the message over must be a full name, and dig must find its address.
    5. Lines of more than 998 octets, single carriage returns, NUL, lines that are no field, and octets that are no UTF-8 break the form.
    6. In mail to many, a street with a postal code is looked for in the text. What is not seen may still be there, so look yourself. In a
       discussion list (List-Post) the readers write, and nothing is looked for.

Limits and false positives:
    Received lines below the receiver's own can be made up; only the newest ones are used. A different Return-Path or Sender is usual where a
    mail service sends; it is shown and no fault. Programs may change lines when they save a message.

References:
    RFC 5322 sections 2.1.1, 2.2 and 3.6; RFC 5321 sections 2.3.5, 4.1.4 and 4.4; RFC 6532; UTS #39; 15 USC 7704 (CAN-SPAM).
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from selfaudit.checks._common import reason
from selfaudit.checks.message import _header_rules as rules
from selfaudit.checks.message._bulk import Bulk, bulk
from selfaudit.facts.message import MessageReport, SampleMessage
from selfaudit.findings import Check, Finding, Message, Remedy, Severity, found
from selfaudit.i18n import N_
from selfaudit.policy import Policy
from selfaudit.protocols.message_kept import is_message_id
from selfaudit.protocols.message_names import misleading, pretends, readable, turning_characters
from selfaudit.protocols.message_received import handover
from selfaudit.text import printable


class Tag(StrEnum):
    OK = "HEADER_OK"
    FROM_MISSING = "HEADER_FROM_MISSING"
    FROM_DOUBLE = "HEADER_FROM_DOUBLE"
    FROM_UNREADABLE = "HEADER_FROM_UNREADABLE"
    FROM_SEVERAL = "HEADER_FROM_SEVERAL"
    DATE_MISSING = "HEADER_DATE_MISSING"
    DATE_UNREADABLE = "HEADER_DATE_UNREADABLE"
    DATE_OFF = "HEADER_DATE_OFF"
    ID_MISSING = "HEADER_ID_MISSING"
    ID_WRONG = "HEADER_ID_WRONG"
    DOUBLE = "HEADER_DOUBLE"
    NO_RECIPIENT = "HEADER_NO_RECIPIENT"
    PRETENDS = "HEADER_NAME_PRETENDS"
    MISLEADING = "HEADER_DOMAIN_MISLEADING"
    TURNED = "HEADER_TURNED"
    REPLY_ELSEWHERE = "HEADER_REPLY_ELSEWHERE"
    DOMAINS = "HEADER_OTHER_DOMAINS"
    HELO_WRONG = "HEADER_HELO_WRONG"
    HELO_UNKNOWN = "HEADER_HELO_UNKNOWN"
    UNANSWERED = "HEADER_UNANSWERED"
    ORDER = "HEADER_RECEIVED_ORDER"
    FORM = "HEADER_FORM"
    UTF8 = "HEADER_UTF8"
    MIXED_ENDS = "HEADER_MIXED_LINE_ENDS"
    LEFT_OUT = "HEADER_LEFT_OUT"
    POSTAL = "HEADER_POSTAL_SEEN"
    NO_POSTAL = "HEADER_POSTAL_NOT_SEEN"
    NO_TEXT = "HEADER_TEXT_UNREAD"


CHECK = Check("message.headers", N_("The header of the message is complete and honest"), (MessageReport,), "message")

_PROGRAM = Remedy(
    N_(
        "The program that writes this mail makes the header; a server only adds to it. Correct it there (settings of the newsletter or shop "
        "program, or its mail function), or bring it up to date. Then send a new message and check it."
    ),
    verify="selfaudit message FILE.eml",
    stacks={
        "PHP": "Use PHPMailer or Symfony Mailer instead of mail(): they write From, Date and Message-ID once and in the right form.",
        "Python": "message = email.message.EmailMessage(); message['Date'] = email.utils.localtime(); message['Message-ID'] = email.utils.make_msgid(domain='{domain}')",
    },
    minutes=60,
)
_NAME = Remedy(
    N_("Write the sender's own name before the address, and nothing that belongs to somebody else."),
    verify="selfaudit message FILE.eml",
    minutes=15,
)
_HELO = Remedy(
    N_(
        "Let the mail server greet with its own full name, which has this address ({address}) in the DNS, best the name of its reverse DNS."
    ),
    verify="dig mail.YOUR-DOMAIN A +short; dig -x {address} +short",
    stacks={
        "Postfix": "postconf -e 'myhostname = mail.YOUR-DOMAIN' && systemctl reload postfix",
        "Exim": "primary_hostname = mail.YOUR-DOMAIN",
    },
    minutes=15,
)

MESSAGES = {
    Tag.OK: Message(
        Severity.GOOD, N_("From, Date and Message-ID are there once and in the right form; the sender is {sender}.")
    ),
    Tag.FROM_MISSING: Message(Severity.HIGH, N_("The message names no sender (From)."), _PROGRAM),
    Tag.FROM_DOUBLE: Message(
        Severity.HIGH, N_("The message has {count} From fields; receivers refuse that as forged."), _PROGRAM
    ),
    Tag.FROM_UNREADABLE: Message(Severity.HIGH, N_("From holds no address that can be read (“{value}”)."), _PROGRAM),
    Tag.FROM_SEVERAL: Message(
        Severity.MEDIUM, N_("From names {count} senders; large receivers refuse that, and DMARC cannot be judged."), _PROGRAM
    ),
    Tag.DATE_MISSING: Message(Severity.HIGH, N_("The message has no Date."), _PROGRAM),
    Tag.DATE_UNREADABLE: Message(Severity.MEDIUM, N_("The Date cannot be read (“{value}”)."), _PROGRAM),
    Tag.DATE_OFF: Message(
        Severity.MEDIUM,
        N_("The Date ({date}) does not fit the time at which the message was received ({received})."),
        Remedy(
            N_("Set the clock of the server that writes the mail, let it follow a time server, and look at its time zone."),
            verify="timedatectl",
            minutes=10,
        ),
    ),
    Tag.ID_MISSING: Message(Severity.MEDIUM, N_("The message has no Message-ID; some receivers refuse it."), _PROGRAM),
    Tag.ID_WRONG: Message(Severity.MEDIUM, N_("The Message-ID “{value}” does not have the form <something@domain>."), _PROGRAM),
    Tag.DOUBLE: Message(
        Severity.MEDIUM, N_("These fields stand there more than once, which is not allowed: {names}."), _PROGRAM
    ),
    Tag.NO_RECIPIENT: Message(
        Severity.LOW, N_("The message names nobody to whom it goes (To, Cc); filters take that for a sign of spam."), _PROGRAM
    ),
    Tag.PRETENDS: Message(
        Severity.MEDIUM,
        N_("The name of the sender contains the address {other}, while the message comes from {sender}."),
        _NAME,
    ),
    Tag.MISLEADING: Message(
        Severity.MEDIUM,
        N_("The sender's domain {domain} ({shown}) uses letters that look like those of another alphabet."),
        Remedy(N_("Send from a domain that nobody can take for another one."), verify="selfaudit message FILE.eml", minutes=60),
    ),
    Tag.TURNED: Message(
        Severity.MEDIUM, N_("{field} contains hidden characters that turn the order of the letters around."), _NAME
    ),
    Tag.REPLY_ELSEWHERE: Message(
        Severity.LOW,
        N_("Answers go to {reply}, which does not belong to the sender's domain {domain}; readers and filters notice that."),
        Remedy(N_("Let answers go to an address of the sender's own domain."), verify="selfaudit message FILE.eml", minutes=10),
    ),
    Tag.DOMAINS: Message(Severity.INFO, N_("Besides the sender's domain {domain}, the header names: {others}.")),
    Tag.HELO_WRONG: Message(
        Severity.MEDIUM, N_("The server {address} greeted with “{helo}”, which is no full name of a server."), _HELO
    ),
    Tag.HELO_UNKNOWN: Message(
        Severity.LOW, N_("The server {address} greeted as {helo}, but that name does not lead to its address."), _HELO
    ),
    Tag.UNANSWERED: Message(Severity.UNKNOWN, N_("The address of {helo} could not be looked up ({why}).")),
    Tag.ORDER: Message(
        Severity.LOW,
        N_(
            "The Received lines are not in the order of time: {by} took the message {minutes} minutes before it was handed over to it."
        ),
        Remedy(N_("If one of these servers is yours, set its clock."), verify="timedatectl", minutes=10),
    ),
    Tag.FORM: Message(Severity.MEDIUM, N_("The form of the message is broken: {why}."), _PROGRAM),
    Tag.UTF8: Message(
        Severity.LOW,
        N_("The header holds letters outside of ASCII without a coding (RFC 2047); not every server takes that."),
        _PROGRAM,
    ),
    Tag.MIXED_ENDS: Message(
        Severity.INFO, N_("The file mixes two kinds of line ends; it was changed when it was saved, or written badly.")
    ),
    Tag.LEFT_OUT: Message(Severity.INFO, N_("The header is very long; {count} fields were not kept.")),
    Tag.POSTAL: Message(Severity.INFO, N_("The text seems to name a postal address. A program can only guess that.")),
    Tag.NO_POSTAL: Message(
        Severity.MEDIUM,
        N_("No postal address was recognised in this mail to many. A program can only guess that; look yourself."),
        Remedy(
            N_(
                "Write the company's name and postal address at the end of every message that advertises, in words and not in a picture."
            ),
            verify="selfaudit message FILE.eml",
            minutes=15,
        ),
    ),
    Tag.NO_TEXT: Message(
        Severity.UNKNOWN, N_("The text could not be read, so whether it names a postal address is not known.")
    ),
}


def judge(report: MessageReport, policy: Policy) -> Iterator[Finding]:
    message = report.message
    findings = [*_sender(message), *_fields(message), *_dates(message), *_form(message), *_greeting(report), *_text(message)]
    yield from findings
    boxes = rules.senders(message)
    if len(boxes) == 1 and not any(f.tag in rules.ESSENTIAL for f in findings):
        yield found(Tag.OK, sender=printable(boxes[0].address, 120))


def _sender(message: SampleMessage) -> Iterator[Finding]:
    values, boxes = message.all("from"), rules.senders(message)
    domain = next((b.domain for b in boxes if b.domain), "YOUR-DOMAIN")
    if not values:
        yield found(Tag.FROM_MISSING, domain=domain)
        return
    if len(values) > 1:
        yield found(Tag.FROM_DOUBLE, count=len(values), domain=domain)
    elif not boxes or not all(b.domain for b in boxes):
        yield found(Tag.FROM_UNREADABLE, value=printable(values[0], 80), domain=domain)
    elif len(boxes) > 1:
        yield found(Tag.FROM_SEVERAL, count=len(boxes), domain=domain)
    for name in ("From", "Reply-To", "Subject"):
        if turning_characters(rules.plain(message.first(name))):
            yield found(Tag.TURNED, field=name)
    for box in boxes[:5]:
        if pretends(box):
            yield found(Tag.PRETENDS, other=printable(pretends(box), 100), sender=printable(box.address, 100))
        if box.domain and misleading(box.domain):
            yield found(Tag.MISLEADING, domain=box.domain, shown=printable(readable(box.domain), 100))
    reply = rules.reply_elsewhere(message, boxes)
    if reply:
        yield found(Tag.REPLY_ELSEWHERE, reply=reply, domain=domain)
    others = rules.other_domains(message, boxes)
    if others:
        yield found(Tag.DOMAINS, domain=domain, others=others)


def _fields(message: SampleMessage) -> Iterator[Finding]:
    domain = rules.domain(message)
    double = rules.doubled(message)
    if double:
        yield found(Tag.DOUBLE, names=double, domain=domain)
    ids = message.all("message-id")
    if not ids:
        yield found(Tag.ID_MISSING, domain=domain)
    elif not is_message_id(ids[0]):
        yield found(Tag.ID_WRONG, value=printable(ids[0], 80), domain=domain)
    if not any(message.first(name) for name in ("to", "cc", "resent-to")):
        yield found(Tag.NO_RECIPIENT, domain=domain)
    if message.left_out:
        yield found(Tag.LEFT_OUT, count=message.left_out)


def _dates(message: SampleMessage) -> Iterator[Finding]:
    domain, value = rules.domain(message), message.first("date")
    if not value:
        yield found(Tag.DATE_MISSING, domain=domain)
        return
    if rules.date_of(message) is None:
        yield found(Tag.DATE_UNREADABLE, value=printable(value, 60), domain=domain)
        return
    off = rules.date_off(message)
    if off:
        yield found(Tag.DATE_OFF, date=printable(value, 60), received=off)


def _form(message: SampleMessage) -> Iterator[Finding]:
    broken = rules.broken_form(message)
    if broken:
        yield found(Tag.FORM, why=broken, domain=rules.domain(message))
    if "8bit" in message.faults:
        yield found(Tag.UTF8, domain=rules.domain(message))
    if "mixed-ends" in message.faults:
        yield found(Tag.MIXED_ENDS)
    backwards = rules.backwards(message)
    if backwards:
        yield found(Tag.ORDER, by=backwards[0], minutes=backwards[1])


def _greeting(report: MessageReport) -> Iterator[Finding]:
    came = handover(report.message, report.sending)
    # A line that nobody vouches for may be that of somebody else's server.
    if not came.sure or not came.helo:
        return
    if not rules.is_full_name(came.helo):
        yield found(Tag.HELO_WRONG, address=came.address, helo=printable(came.helo, 80))
        return
    answer = rules.address_answer(report, came)
    if answer is None or not answer.definite:
        yield found(Tag.UNANSWERED, helo=printable(came.helo, 80), why=reason(answer) if answer else "")
    elif not rules.leads_to(answer, came.address):
        yield found(Tag.HELO_UNKNOWN, address=came.address, helo=printable(came.helo, 80))


def _text(message: SampleMessage) -> Iterator[Finding]:
    if bulk(message) is not Bulk.YES:
        return
    if message.body.postal:
        yield found(Tag.POSTAL)
    elif message.body.text:
        yield found(Tag.NO_POSTAL)
    else:
        yield found(Tag.NO_TEXT)
