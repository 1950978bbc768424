"""One connection to each mail port of an address, and a few recipients that belong to somebody else. No message is sent."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import time
from dataclasses import replace
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
from selfaudit.protocols.smtp import Reply, is_host_name, wants_tls

FACT = RelaySessions
PORTS = (25, 587, 465)
# Local parts with a hyphen cannot exist there, so nobody's mailbox is meant; and no message follows.
_ELSEWHERE = "gmail.com"
_CONFIRM = "confirm by delivery"
_BUDGET = 50.0
# With a message to hand over, all must be done and written down before the observation's time is up: seconds, and parts of it.
_BUDGET_BEFORE, _SHARE_BEFORE = 30.0, 1 / 2
_BUDGET_MESSAGE, _SHARE_MESSAGE = 20.0, 1 / 3


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
    now = asyncio.get_running_loop().time
    whole = net.settings.limits.check_deadline
    began, for_message = now(), min(_BUDGET_MESSAGE, whole * _SHARE_MESSAGE)
    mailbox = net.settings.smtp.relay_recipient
    domains = tuple(p for p in request.params if p != _CONFIRM)
    names, of_mailbox = await asyncio.gather(
        names_of(net, address, domains), names_of(net, address, (mailbox.rpartition("@")[2],) if mailbox else ())
    )
    # What the server takes mail for by DNS comes first; the case's other domains are the next best guess. Where the mailbox of
    # the test is on this very server, that it takes mail for it is no relaying.
    local = tuple(dict.fromkeys([*(n.domain for n in names.names), *domains, *(n.domain.lower() for n in of_mailbox.names)]))
    confirm = _CONFIRM in request.params and mailbox != "" and not relay.is_own(mailbox, local)
    # Connecting comes on top of a dialogue's budget.
    before = min(_BUDGET_BEFORE, whole * _SHARE_BEFORE)
    left = before - net.settings.limits.connect_timeout - (now() - began)
    budget = max(before / 2, left) if confirm else _BUDGET
    done = await asyncio.gather(*(_port(net, address, port, local[0] if local else "", budget) for port in PORTS))
    attempts = tuple(a for _session, tried in done for a in tried)
    named = done[0][0].name
    name = await net.dns.lookup(named, "AAAA" if ":" in address else "A") if is_host_name(named) else None
    delivery = Delivery()
    left = began + before + for_message - now()
    # Rather no message than one that nobody can account for.
    if confirm and left >= for_message / 2:
        delivery = await _deliver(net, address, attempts, min(for_message, left))
    return RelaySessions(address, tuple(session for session, _tried in done), attempts, local, delivery, name)


async def _port(net: Net, address: str, port: int, local: str, budget: float) -> tuple[SmtpSession, list[RelayAttempt]]:
    tried: list[RelayAttempt] = []
    dialogue = Dialogue(net.active, address, port, phrase("SMTP relay test"), budget)
    async with dialogue:
        await dialogue.greet()
        asked_for_tls = port == 465 or (port == 587 and dialogue.session().offers("STARTTLS"))
        if port == 587 and asked_for_tls:
            await dialogue.secure()
        named = dialogue.session().name
        domain = local or (named if is_host_name(named) else "")
        token = os.urandom(4).hex()
        sender = f"selfaudit-check-{token}@{_ELSEWHERE}"
        recipient = net.settings.smtp.relay_recipient or f"selfaudit-relay-{token}@{_ELSEWHERE}"
        recipients = 0
        for number, vector in enumerate(relay.vectors(domain, recipient, sender)):
            if vector.name == relay.CONTROL and any(a.vector == relay.PERCENT and 200 <= a.rcpt_code < 300 for a in tried):
                vector = relay.catch_all(domain, sender, token)
            if recipients == relay.MAX_RECIPIENTS:
                break
            if number:
                await net.active.pause()
            attempt = await _try(dialogue, port, vector, tried)
            recipients += attempt.rcpt_code != 0
            again = not asked_for_tls and recipients < relay.MAX_RECIPIENTS
            if again and wants_tls(attempt.rcpt_code or attempt.mail_code, attempt.reply):
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


async def _deliver(net: Net, address: str, attempts: tuple[RelayAttempt, ...], budget: float) -> Delivery:
    """The one message, by the first way that was open; to the mailbox that the customer named and nobody else.

    It is over after `budget` seconds, whatever has become of it by then, so that the record of it is kept.
    """
    mailbox = net.settings.smtp.relay_recipient
    way = next((a for a in attempts if 200 <= a.rcpt_code < 300 and a.rcpt_to == mailbox), None)
    if way is None:
        return Delivery()
    token = "selfaudit-" + os.urandom(10).hex()
    dialogue = Dialogue(net.active, address, way.port, phrase("SMTP: the message that was asked for"), budget)
    # Only who has read the message knows the token; the evidence holds its hash.
    record = Delivery(DeliveryOutcome.FAILED, way.port, mailbox, hashlib.sha256(token.encode()).hexdigest())
    said: list[tuple[str, Reply]] = []
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(budget), dialogue:
            await _hand_over(dialogue, way, mailbox, _message(way.mail_from, mailbox, address, token), said)
            await dialogue.quit()
    why = dialogue.session().detail or phrase("there was no time left")
    return replace(record, outcome=_outcome(said), reply=_words(said) or why)


async def _hand_over(
    dialogue: Dialogue, way: RelayAttempt, mailbox: str, message: bytes, said: list[tuple[str, Reply]]
) -> None:
    """Notes what was said to each step in `said`, as it comes; the step after DATA is called "."."""
    await dialogue.greet()
    if way.port == 587 and dialogue.session().offers("STARTTLS"):
        await dialogue.secure()
    for line in (f"MAIL FROM:<{way.mail_from}>", f"RCPT TO:<{mailbox}>", "DATA"):
        reply = await dialogue.command(line)
        said.append((line, reply))
        if reply.code >= 400 or (line == "DATA" and reply.code != 354):
            return
    said.append((".", await dialogue.data(message)))


def _outcome(said: list[tuple[str, Reply]]) -> DeliveryOutcome:
    step, code = (said[-1][0], said[-1][1].code) if said else ("", 0)
    if step == "." and 200 <= code < 300:
        return DeliveryOutcome.ACCEPTED
    # Only what is said to DATA is about the message; before it the server may just have had enough of us.
    return DeliveryOutcome.REFUSED if step in ("DATA", ".") and code >= 500 else DeliveryOutcome.FAILED


def _words(said: list[tuple[str, Reply]]) -> str:
    return f"{said[-1][1].code} {said[-1][1].text}"[:300] if said else ""


def _message(sender: str, recipient: str, address: str, token: str) -> bytes:
    lines = [
        f"From: <{sender or 'postmaster@' + HELO}>", f"To: <{recipient}>", "Subject: selfaudit relay test", f"Date: {formatdate(time.time())}",
        f"Message-ID: <{token}@{HELO}>", "MIME-Version: 1.0", "Content-Type: text/plain; charset=us-ascii", "",
        f"This message came through {address}, which let a stranger send it: it is an open relay.",
        "You asked for this test. Nothing else will be sent.", "", f"Token: {token}", "",
    ]  # fmt: skip
    return "\r\n".join(lines).encode("ascii", "replace")
