"""abuse@ and postmaster@ of the domain are taken.

What it checks:
    Whether the domain's mail hosts take mail for abuse@ and postmaster@.

Why it matters:
    These are the addresses to which others write when something goes wrong. A desk writes there too; a refusal tells it that
    nobody listens, and blocklists list domains for it.

How it is judged:
    1. One connection to the domain's mail host (nc HOST 25): MAIL FROM:<>, RCPT TO:<abuse@DOMAIN>, RCPT TO:<postmaster@DOMAIN>, and a
       mailbox that cannot exist, as a control. No message is sent.
    2. 2xx: taken. Refused for good because there is no such mailbox: not taken.
    3. If the control is taken too, the server takes everything, and that it takes these two proves nothing.
    4. 4xx, 421, a refusal to talk to this computer and silence say nothing.
    5. Mail hosts belong to somebody: they are asked only if that was shown or stated to be allowed. What a spare host says, while one
       that comes before it (a lower number in MX) was not asked, is not what reaches people first.
    6. A domain without MX records takes its mail at its own address (dig DOMAIN A). If nothing listens there, it takes no mail.

Limits and false positives:
    That an address is taken does not show that anybody reads it. Some servers refuse later, after the message.

References:
    RFC 2142 sections 2 and 4; RFC 5321 sections 3.6.3, 4.5.1 and 5.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from selfaudit.checks._common import reason
from selfaudit.checks.mail import _server
from selfaudit.facts.dns import absolute, bare
from selfaudit.facts.exposure import PortOutcome
from selfaudit.facts.smtp import ContactSession, MailContacts, RecipientAnswer
from selfaudit.facts.vantage import Port25
from selfaudit.findings import Check, Contact, Finding, Message, Remedy, Severity, Who, found
from selfaudit.i18n import N_, phrase
from selfaudit.policy import Policy
from selfaudit.protocols.smtp import RefusalKind, refusal
from selfaudit.text import printable


class Tag(StrEnum):
    OK = "CONTACTS_TAKEN"
    REFUSED = "CONTACT_REFUSED"
    NOT_RESPONSIBLE = "CONTACT_HOST_NOT_RESPONSIBLE"
    CATCH_ALL = "CONTACTS_CATCH_ALL"
    TRY_LATER = "CONTACTS_TRY_LATER"
    TURNED_AWAY = "CONTACTS_TURNED_AWAY"
    NO_MAIL = "CONTACTS_NO_MAIL_HOST"
    UNANSWERED = "CONTACTS_MX_UNANSWERED"
    NOT_ASKED = "CONTACTS_NOT_ASKED"
    PREFERRED_NOT_ASKED = "CONTACTS_PREFERRED_HOST_NOT_ASKED"
    NO_SERVICE = "CONTACTS_HOST_CLOSED"
    NO_ANSWER = "CONTACTS_NO_ANSWER"
    NO_DIALOGUE = "CONTACTS_NO_DIALOGUE"
    BLOCKED = "CONTACTS_PORT25_BLOCKED_HERE"


CHECK = Check(
    "mail.contacts",
    N_("abuse@ and postmaster@ of the domain are taken"),
    (MailContacts, Port25),
    "domain",
    Contact.ACTIVE,
    advisory=True,
)

_LATER = Remedy(N_("Wait half an hour and run the audit again."), verify="nc -w 40 {host} 25", who=Who.WAIT, minutes=5)

MESSAGES = {
    Tag.OK: Message(Severity.GOOD, N_("{host} takes mail for {recipients}.")),
    Tag.REFUSED: Message(
        Severity.MEDIUM,
        N_("{host} refuses mail for {recipient} (“{reply}”)."),
        Remedy(
            N_("Create {recipient} as an alias that leads to somebody who reads it every day."),
            verify="printf 'EHLO test.invalid\\r\\nMAIL FROM:<>\\r\\nRCPT TO:<{recipient}>\\r\\nQUIT\\r\\n' | nc -w 10 {host} 25   # right: 250",
            stacks={
                "Postfix": "echo '{role}: root' >> /etc/aliases && newaliases",
                "Exim": "echo '{role}: root' >> /etc/aliases",
                "cPanel": "Email > Forwarders > Add Forwarder: {recipient}",
                "Plesk": "Mail > Create Email Address: {recipient}, or an alias of an existing mailbox",
                "Microsoft 365": "Admin center > Teams & groups > Shared mailboxes > Add: {recipient}",
                "Google Workspace": "Admin console > Directory > Groups: let {recipient} take mail from outside",
            },
        ),
    ),
    Tag.NOT_RESPONSIBLE: Message(
        Severity.MEDIUM,
        N_("{host} is a mail host of {domain}, but says that it does not take mail for it (“{reply}”)."),
        Remedy(
            N_("Add {domain} to the domains that the mail server takes mail for, or correct the MX records."),
            verify="dig {domain} MX +short; printf 'EHLO test.invalid\\r\\nMAIL FROM:<>\\r\\nRCPT TO:<{recipient}>\\r\\nQUIT\\r\\n' | nc -w 10 {host} 25",
        ),
    ),
    Tag.CATCH_ALL: Message(
        Severity.UNKNOWN,
        N_("{host} takes mail for every address of {domain}, so that it takes {recipients} shows nothing."),
        Remedy(
            N_(
                "Send a message to both addresses from elsewhere and see that somebody reads it. Taking every address draws spam; better name those you use."
            ),
            verify="swaks --to {recipient} --server {host}",
        ),
    ),
    Tag.TRY_LATER: Message(Severity.UNKNOWN, N_("{host} asks to come back later (“{reply}”), as greylisting does."), _LATER),
    Tag.TURNED_AWAY: Message(
        Severity.UNKNOWN,
        N_("{host} does not talk to this computer (“{reply}”), so it is not known whether it takes {recipient}."),
        Remedy(
            N_("Run the audit from a server of another provider, or send a message to both addresses from elsewhere."),
            verify="nc -w 40 {host} 25",
        ),
    ),
    Tag.NO_MAIL: Message(Severity.NONE, N_("{domain} names no mail host (see mail.mx).")),
    Tag.UNANSWERED: Message(Severity.UNKNOWN, N_("The mail hosts of {domain} could not be looked up ({status}).")),
    Tag.NOT_ASKED: Message(Severity.INFO, N_("Not asked, because nobody has shown that they may be: {hosts}.")),
    Tag.PREFERRED_NOT_ASKED: Message(
        Severity.UNKNOWN,
        N_(
            "Mail for {domain} goes to {hosts} first. Nothing was asked there, because nobody has shown that this is allowed, and what {host} says is not what people meet first."
        ),
        Remedy(
            N_(
                "If it is yours, name its addresses as targets and run the audit again. If not, send a message to both addresses from elsewhere."
            ),
            verify="dig {domain} MX +short",
            minutes=10,
        ),
    ),
    Tag.NO_SERVICE: Message(
        Severity.UNKNOWN,
        N_("The mail host {host} of {domain} refuses connections to port 25 ({address})."),
        Remedy(
            N_("Start the mail service, or correct the MX records if another server takes the mail."),
            verify="dig {domain} MX +short; nc -vz -w 10 {address} 25",
        ),
    ),
    Tag.NO_ANSWER: _server.NO_ANSWER,
    Tag.NO_DIALOGUE: _server.NO_DIALOGUE,
    Tag.BLOCKED: _server.BLOCKED,
}


_ABOUT_US = (RefusalKind.CLIENT, RefusalKind.SENDER)


def judge(contacts: MailContacts, port25: Port25, policy: Policy) -> Iterator[Finding]:
    domain = contacts.domain
    if not contacts.mx.definite:
        yield found(Tag.UNANSWERED, domain=domain, status=reason(contacts.mx))
        return
    if not contacts.sessions and not contacts.not_asked:
        lost = next((answer for answer in contacts.addresses if not answer.definite), None)
        if lost is not None:
            yield found(Tag.UNANSWERED, domain=domain, status=reason(lost))
        elif any(not record.endswith(" .") for record in contacts.mx.records):
            yield found(Tag.UNANSWERED, domain=domain, status=phrase("no address that could be asked was found for them"))
        else:
            yield found(Tag.NO_MAIL, domain=domain)
        return
    # The hosts were asked in their order until one gave an answer; the last one tells most.
    last = contacts.sessions[-1] if contacts.sessions else None
    earlier = _preferred(contacts, last.host) if last else ()
    if last and earlier:
        yield found(Tag.PREFERRED_NOT_ASKED, domain=domain, hosts=earlier, host=last.host)
    if others := tuple(host for host in contacts.not_asked if host not in earlier):
        yield found(Tag.NOT_ASKED, hosts=others)
    if last is None:
        return
    if not contacts.mx.records and last.session.connect is PortOutcome.CLOSED and not (port25.blocked or port25.intercepted):
        yield found(Tag.NO_MAIL, domain=domain)
        return
    yield from _host(domain, last, port25)


def _preferred(contacts: MailContacts, host: str) -> tuple[str, ...]:
    """Hosts without permission that take mail before another one (RFC 5321 section 5.1: the lowest number first)."""
    known: dict[str, int] = {}
    for record in contacts.mx.records:
        preference, _space, name = record.partition(" ")
        if preference.isdigit():
            mail_host = bare(absolute(name))
            known[mail_host] = min(int(preference), known.get(mail_host, int(preference)))
    return tuple(name for name in contacts.not_asked if host in known and known.get(name, known[host]) < known[host])


def _host(domain: str, asked: ContactSession, port25: Port25) -> Iterator[Finding]:
    args: dict[str, Any] = {
        "host": asked.host,
        "domain": domain,
        "address": asked.session.address,
        "recipient": f"abuse@{domain}",
    }
    trouble = _server.silence(asked.session, port25)
    if trouble:
        yield found(Tag[trouble[0]], **{**args, **trouble[1]})
        return
    if not asked.answers:
        last = next((line.text for line in reversed(asked.session.transcript) if line.who == "S"), asked.session.detail)
        yield found(Tag.TURNED_AWAY, **args, reply=printable(last, 200))
        return
    taken = []
    for answer in asked.answers:
        finding = _answer(answer, asked, args)
        if finding is None:
            taken.append(answer.recipient)
        else:
            yield finding
    if not taken:
        return
    if asked.control is not None and 200 <= asked.control.code < 300:
        yield found(Tag.CATCH_ALL, **args, recipients=taken)
    elif asked.control is None:
        yield found(Tag.NO_DIALOGUE, **args, why=printable(asked.session.detail, 200))
    elif asked.control.code < 500:
        yield found(Tag.TRY_LATER, **args, reply=printable(asked.control.reply, 200))
    elif refusal(asked.control.code, asked.control.reply) in _ABOUT_US:
        # Role addresses are often let past a blocklist; whether the rest is a catch-all stays open.
        yield found(
            Tag.TURNED_AWAY, **{**args, "recipient": asked.control.recipient}, reply=printable(asked.control.reply, 200)
        )
    else:
        yield found(Tag.OK, **args, recipients=taken)


def _answer(answer: RecipientAnswer, asked: ContactSession, args: dict[str, Any]) -> Finding | None:
    if 200 <= answer.code < 300:
        return None
    said = {
        **args,
        "recipient": answer.recipient,
        "reply": printable(answer.reply, 200),
        "role": answer.recipient.partition("@")[0],
    }
    if answer.code < 500:
        return found(Tag.TRY_LATER, **said)
    kind = refusal(answer.code, answer.reply)
    all_refused = not any(200 <= a.code < 300 for a in (*asked.answers, *([asked.control] if asked.control else ())))
    # Where nothing at all is taken and no reason is given, the reason may be who asks.
    if kind in _ABOUT_US or (kind is RefusalKind.UNSTATED and all_refused):
        return found(Tag.TURNED_AWAY, **said)
    if kind is RefusalKind.RELAY:
        return found(Tag.NOT_RESPONSIBLE, **said)
    return found(Tag.REFUSED, **said)
