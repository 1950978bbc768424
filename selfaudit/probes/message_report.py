"""The records that decide on a sample message. It was read before the run; it is not sent to anybody."""

from __future__ import annotations

import asyncio
import ipaddress

from selfaudit.case import Case, Target
from selfaudit.facts import FailureReason, ProbeFailure, Request
from selfaudit.facts.dns import absolute
from selfaudit.facts.message import MessageReport, SampleMessage
from selfaudit.i18n import phrase
from selfaudit.net import Net
from selfaudit.probes.planned import PlannedContact, resolver
from selfaudit.protocols import dmarc
from selfaudit.protocols.lookup import Recorder
from selfaudit.protocols.message import author_of, could_align, verify
from selfaudit.protocols.message_headers import domain_of
from selfaudit.protocols.message_received import handover

FACT = MessageReport
_MAX_ALIGNED = 20


def request(target: Target, case: Case) -> Request:
    """One per message; its check sum tells an older file from a newer one, and the sending addresses choose among its hops."""
    sums = tuple(m.sha256 for m in case.messages if m.name == target.value)
    return Request(FACT.kind, target.value, (*sums, *case.sending_ips))


def contacts(request: Request, net: Net) -> list[PlannedContact]:
    """The resolver."""
    message = net.messages.get(request.subject)
    signatures = len(message.signatures) if message else 0
    return [resolver(phrase("keys, SPF and DMARC records for a sample message"), 30 + signatures)]


async def collect(request: Request, net: Net) -> MessageReport | ProbeFailure:
    """Evaluates the message once, so that every answer that the verdict needs is recorded."""
    message = net.messages.get(request.subject)
    if message is None:
        return ProbeFailure(FailureReason.UNAVAILABLE, phrase("the sample message {name} is not at hand", name=request.subject))
    sending = tuple(p for p in request.params if _is_address(p))
    recorder = Recorder(net.dns.lookup)
    await fill(message, sending, recorder)
    return MessageReport(message, recorder.answers, sending)


async def fill(message: SampleMessage, sending: tuple[str, ...], recorder: Recorder, *, side_by_side: bool = True) -> None:
    """Asks for everything that the verdict needs; what does not depend on other answers at once."""
    came = handover(message, sending)
    author = next(iter(sorted({box.domain for box in author_of(message) if box.domain})), "")
    if side_by_side:
        names = [f"{s.selector}._domainkey.{s.domain}" for s in message.signatures if not s.problem]
        names += [f"_dmarc.{name}" for name in (dmarc.walk_names(author) if author else ())]
        await asyncio.gather(*(recorder(name, "TXT") for name in names))
    await verify(message, came.address, came.helo, came.mail_from, recorder)
    sender = domain_of((came.mail_from or "").rpartition("@")[2])
    vouched = dict.fromkeys(
        filter(None, (*(s.domain for s in message.signatures if not s.problem), sender, domain_of(came.helo)))
    )
    if author:
        for domain in list(vouched)[:_MAX_ALIGNED]:
            await could_align(author, domain, recorder)
        if sender:
            await could_align(author, sender, recorder, spf=True)
    if came.address:
        await recorder(ipaddress.ip_address(came.address).reverse_pointer, "PTR")
        if domain_of(came.helo):
            await recorder(absolute(came.helo), "AAAA" if ":" in came.address else "A")


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
