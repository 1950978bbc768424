"""STARTTLS on port 25 of an address: what is offered, whether it works, and the certificate."""

from __future__ import annotations

import time

from selfaudit.case import Case, Target
from selfaudit.facts import FailureReason, ProbeFailure, Request
from selfaudit.facts.smtp import Certificate, SmtpTls
from selfaudit.i18n import phrase
from selfaudit.net import Net
from selfaudit.net.smtp import Dialogue
from selfaudit.probes.mail_names import names_of
from selfaudit.probes.planned import PlannedContact
from selfaudit.protocols.smtp import is_host_name

FACT = SmtpTls


def request(target: Target, case: Case) -> Request:
    """One per address; the case's domains say by which name it is spoken to."""
    return Request(FACT.kind, target.value, case.domains())


def contacts(request: Request, net: Net) -> list[PlannedContact]:
    """One connection. The names are those of `mail_names`, looked up once for both."""
    return [PlannedContact(request.subject, phrase("SMTP: one connection to port 25 for STARTTLS"), 1, active=True)]


async def collect(request: Request, net: Net) -> SmtpTls | ProbeFailure:
    """Goes as far as the handshake and says goodbye."""
    address = request.subject
    if ":" in address and not net.has_ipv6():
        return ProbeFailure(FailureReason.UNAVAILABLE, phrase("this network has no IPv6"))
    now = time.time()
    offered: bool | None = None
    ready, handshake, version, why = 0, False, "", ""
    certificate: Certificate | None = None
    # A server of many names shows the certificate of the one that it is asked for (RFC 7672 section 8.1).
    names = await names_of(net, address, request.params)
    sni = next((n.name for n in names.names if is_host_name(n.name)), "")
    dialogue = Dialogue(net.active, address, 25, phrase("SMTP: STARTTLS"))
    async with dialogue:
        await dialogue.greet()
        if dialogue.session().name or dialogue.session().extensions:
            offered = dialogue.session().offers("STARTTLS")
        if offered:
            reply = await dialogue.command("STARTTLS")
            ready = reply.code
            if ready == 220:
                tls = await dialogue.tls(sni)
                handshake, version = True, tls.version() or ""
                certificate, why = net.shown_certificate(tls, now)
        await dialogue.quit()
    session = dialogue.session()
    return SmtpTls(
        address, session, offered, ready, handshake, version, certificate, round(now, 3), why or session.detail, sni,
    )  # fmt: skip
