"""A sample message in lines: what its file says. The text of the message is not kept, so it is not here either."""

from __future__ import annotations

from collections.abc import Iterator

from selfaudit.facts import Fact
from selfaudit.facts.message import Hop, MessageReport, SampleMessage
from selfaudit.i18n import _, shown
from selfaudit.protocols.message_received import handover
from selfaudit.text import printable

_MAX_HOPS = 6
_SENDER = ("From", "Sender", "Reply-To", "Return-Path", "Date", "Message-ID")
_LIST = ("List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Precedence", "Feedback-ID")


def lines_about(fact: Fact, check: str = "") -> Iterator[tuple[str, str]]:
    """(command, what is there) of a sample message; only what the named check rests on."""
    if not isinstance(fact, MessageReport):
        return
    message = fact.message
    yield f"sha256sum {message.name}", f"{message.sha256}  ({message.size} B)"
    yield from _fields(message, _LIST if check == "message.unsubscribe" else _SENDER)
    if check != "message.headers":
        yield from _signatures(message)
    if check != "message.unsubscribe":
        for hop in message.hops[:_MAX_HOPS]:
            yield "", f"Received: {_hop(hop)}"
        came = handover(message, fact.sending)
        if came.address:
            yield "", _("Handed over by {address} ({helo})").format(address=came.address, helo=printable(came.helo, 100) or "-")
    for link in message.body.unsubscribe[:3] if check == "message.unsubscribe" else ():
        yield "", _("Link in the text: {url}").format(url=printable(link, 200))
    for problem in message.body.problems:
        yield "", shown(problem)


def _fields(message: SampleMessage, names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for name in names:
        for value in message.all(name)[:3]:
            yield "", f"{name}: {printable(value, 200)}"


def _signatures(message: SampleMessage) -> Iterator[tuple[str, str]]:
    for signature in message.signatures[:5]:
        words = f"DKIM-Signature: d={signature.domain}; s={signature.selector}; a={signature.algorithm}; h={':'.join(signature.headers)}"
        yield "", printable(words, 300)


def _hop(hop: Hop) -> str:
    parts = (
        f"from {hop.helo}" if hop.helo else "",
        f"[{hop.address}]" if hop.address else "",
        f"by {hop.by}" if hop.by else "",
        hop.at,
    )
    return printable(" ".join(filter(None, parts)), 300)
