"""One connection to each mail port of an address, and a few recipients that belong to somebody else. No message is sent."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import time
from email.utils import formatdate

from selfaudit.case import Case, Target
from selfaudit.facts import FailureReason, ProbeFailure, Request
from selfaudit.facts.smtp import Delivery, DeliveryOutcome, RelayAttempt, RelaySessions, SmtpSession
from selfaudit.i18n import phrase
from selfaudit.net import Net
from selfaudit.net.smtp import HELO, Dialogue
from selfaudit.probes.mail_names import names_of
from selfaudit.probes.planned import PlannedContact
from selfaudit.protocols import relay
from selfaudit.protocols.relay import Vector
from selfaudit.protocols.smtp import wants_tls

FACT = RelaySessions
PORTS = (25, 587, 465)
# Local parts with a hyphen cannot exist there, so nobody's mailbox is meant; and no message follows.
_ELSEWHERE = "gmail.com"
_CONFIRM = "confirm by delivery"
# The server names itself; what is no host name must not get into a command.
_HOST = re.compile(r"(?=.{4,253}\Z)(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z][A-Za-z0-9-]{1,62}")


def request(target: Target, case: Case) -> Request:
    """One per address; the case's domains serve as local ones."""
    confirm = (_CONFIRM,) if case.confirm_relay else ()
    return Request(FACT.kind, target.value, (*confirm, *case.domains()))


def contacts(request: Request, net: Net) -> list[PlannedContact]:
    """Three connections, and the message if one was asked for."""
    what = phrase(
        "SMTP: one connection to each of the ports 25, 465 and 587, at most {count} recipients each, no message",
        count=relay.MAX_RECIPIENTS,
    )
    planned = [PlannedContact(request.subject, what, len(PORTS), active=True)]
    if _CONFIRM in request.params:
        one = phrase("SMTP: one message to {mailbox}, if it lets strangers send", mailbox=net.settings.smtp.relay_recipient)
        planned.append(PlannedContact(request.subject, one, 1, active=True))
    return planned


async def collect(request: Request, net: Net) -> RelaySessions | ProbeFailure:
    """Tries all ports side by side; on each, one recipient after the other."""
    address = request.subject
    if ":" in address and not net.has_ipv6():
        return ProbeFailure(FailureReason.UNAVAILABLE, phrase("this network has no IPv6"))
    confirm = _CONFIRM in request.params
    domains = tuple(p for p in request.params if p != _CONFIRM)
    names = await names_of(net, address, domains)
    # What the server takes mail for by DNS comes first; the case's other domains are the next best guess.
    local = tuple(dict.fromkeys([*(n.domain for n in names.names), *domains]))
    done = await asyncio.gather(*(_port(net, address, port, local[0] if local else "") for port in PORTS))
    attempts = tuple(a for _session, tried in done for a in tried)
    delivery = Delivery()
    if confirm and net.settings.smtp.relay_recipient:
        delivery = await _deliver(net, address, attempts)
    named = done[0][0].name
    name = await net.dns.lookup(named, "AAAA" if ":" in address else "A") if _HOST.fullmatch(named) else None
    return RelaySessions(address, tuple(session for session, _tried in done), attempts, local, delivery, name)


async def _port(net: Net, address: str, port: int, local: str) -> tuple[SmtpSession, list[RelayAttempt]]:
    tried: list[RelayAttempt] = []
    dialogue = Dialogue(net.active, address, port, phrase("SMTP relay test"))
    async with dialogue:
        await dialogue.greet()
        asked_for_tls = port == 465 or (port == 587 and dialogue.session().offers("STARTTLS"))
        if port == 587 and asked_for_tls:
            await dialogue.secure()
        named = dialogue.session().name
        domain = local or (named if _HOST.fullmatch(named) else "")
        token = os.urandom(4).hex()
        sender = f"selfaudit-check-{token}@{_ELSEWHERE}"
        recipient = net.settings.smtp.relay_recipient or f"selfaudit-relay-{token}@{_ELSEWHERE}"
        recipients = 0
        for number, vector in enumerate(relay.vectors(domain, recipient, sender, token)):
            if vector.name == relay.CONTROL and any(a.vector == relay.PERCENT and 200 <= a.rcpt_code < 300 for a in tried):
                vector = relay.catch_all(domain, sender, token)
            if recipients == relay.MAX_RECIPIENTS:
                break
            if number:
                await net.active.pause()
            attempt = await _try(dialogue, port, vector, tried)
            recipients += attempt.rcpt_code != 0
            if wants_tls(attempt.rcpt_code or attempt.mail_code, attempt.reply) and not asked_for_tls:
                asked_for_tls = True
                if await dialogue.secure():
                    tried.pop()
                    attempt = await _try(dialogue, port, vector, tried)
                    recipients += attempt.rcpt_code != 0
            if attempt.rcpt_code == 0 and attempt.mail_code in (530, 535):
                break  # it wants a log-in before anything else; that holds for every sender
            await dialogue.command("RSET")
        await dialogue.quit()
    return dialogue.session(), tried


async def _try(dialogue: Dialogue, port: int, vector: Vector, tried: list[RelayAttempt]) -> RelayAttempt:
    """One sender and one recipient. What was said is kept even if the server hangs up in between."""
    asked = RelayAttempt(port, vector.name, vector.mail_from, vector.rcpt_to, 0, 0)
    tried.append(asked)
    reply = await dialogue.command(f"MAIL FROM:<{vector.mail_from}>")
    asked = RelayAttempt(port, vector.name, vector.mail_from, vector.rcpt_to, reply.code, 0, f"{reply.code} {reply.text}"[:300])
    tried[-1] = asked
    if 200 <= reply.code < 300:
        answer = await dialogue.command(f"RCPT TO:<{vector.rcpt_to}>")
        asked = RelayAttempt(
            port, vector.name, vector.mail_from, vector.rcpt_to, reply.code, answer.code, f"{answer.code} {answer.text}"[:300]
        )
        tried[-1] = asked
    return asked


async def _deliver(net: Net, address: str, attempts: tuple[RelayAttempt, ...]) -> Delivery:
    """The one message, by the first way that was open; to the mailbox that the customer named and nobody else."""
    mailbox = net.settings.smtp.relay_recipient
    way = next((a for a in attempts if 200 <= a.rcpt_code < 300 and a.rcpt_to == mailbox), None)
    if way is None:
        return Delivery()
    token = "selfaudit-" + os.urandom(10).hex()
    dialogue = Dialogue(net.active, address, way.port, phrase("SMTP: the message that was asked for"))
    outcome, last = DeliveryOutcome.FAILED, ""
    async with dialogue:
        await dialogue.greet()
        if way.port == 587 and dialogue.session().offers("STARTTLS"):
            await dialogue.secure()
        for line in (f"MAIL FROM:<{way.mail_from}>", f"RCPT TO:<{mailbox}>", "DATA"):
            reply = await dialogue.command(line)
            last = f"{reply.code} {reply.text}"[:300]
            if reply.code >= 400 or (line == "DATA" and reply.code != 354):
                # Only what is said to DATA is about the message; before it the server may just have had enough of us.
                outcome = DeliveryOutcome.REFUSED if line == "DATA" and reply.code >= 500 else DeliveryOutcome.FAILED
                break
        else:
            reply = await dialogue.data(_message(way.mail_from, mailbox, address, token))
            last = f"{reply.code} {reply.text}"[:300]
            outcome = DeliveryOutcome.ACCEPTED if 200 <= reply.code < 300 else DeliveryOutcome.FAILED
            if reply.code >= 500:
                outcome = DeliveryOutcome.REFUSED
        await dialogue.quit()
    # Only who has read the message knows the token; the evidence holds its hash.
    return Delivery(outcome, way.port, mailbox, hashlib.sha256(token.encode()).hexdigest(), last or dialogue.session().detail)


def _message(sender: str, recipient: str, address: str, token: str) -> bytes:
    lines = [
        f"From: <{sender or 'postmaster@' + HELO}>", f"To: <{recipient}>", "Subject: selfaudit relay test", f"Date: {formatdate(time.time())}",
        f"Message-ID: <{token}@{HELO}>", "MIME-Version: 1.0", "Content-Type: text/plain; charset=us-ascii", "",
        f"This message came through {address}, which let a stranger send it: it is an open relay.",
        "You asked for this test. Nothing else will be sent.", "", f"Token: {token}", "",
    ]  # fmt: skip
    return "\r\n".join(lines).encode("ascii", "replace")
