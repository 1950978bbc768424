"""Asking a domain's mail hosts whether they take mail for abuse@ and postmaster@. No message is sent."""

from __future__ import annotations

import os

from selfaudit.case import Case, Target
from selfaudit.facts import FailureReason, ProbeFailure, Request
from selfaudit.facts.dns import DnsAnswer, DnsStatus, absolute, bare
from selfaudit.facts.smtp import ContactSession, MailContacts, RecipientAnswer
from selfaudit.i18n import phrase
from selfaudit.net import Net
from selfaudit.net.gate import NotPermittedError
from selfaudit.net.smtp import Dialogue
from selfaudit.probes.planned import PlannedContact
from selfaudit.protocols.smtp import is_host_name, wants_tls

FACT = MailContacts
ROLES = ("abuse", "postmaster")
_MAX_SESSIONS = 2
_MAX_HOSTS = 8


def request(target: Target, case: Case) -> Request:
    """One per domain."""
    return Request(FACT.kind, target.value)


def contacts(request: Request, net: Net) -> list[PlannedContact]:
    """One connection, or two if the first says nothing."""
    return [
        PlannedContact(
            phrase("the mail hosts of {subject}", subject=request.subject),
            phrase("SMTP: one connection, three recipients of the domain, no message"),
            _MAX_SESSIONS,
            active=True,
        )
    ]


async def collect(request: Request, net: Net) -> MailContacts | ProbeFailure:
    """Asks the mail hosts in their order until one gives an answer; those without authority are named, not asked."""
    domain = request.subject
    mx = await net.dns.lookup(domain, "MX")
    sessions: list[ContactSession] = []
    not_asked: dict[str, None] = {}
    implicit = mx.status is DnsStatus.NODATA
    own: tuple[DnsAnswer, ...] = ()
    # Without MX records mail goes to the domain's own address (RFC 5321 section 5.1).
    for host in [absolute(domain)] if implicit else _hosts(mx):
        answers = await _addresses(net, host)
        if implicit:
            own = tuple(answers)
        for address in [record for answer in answers for record in answer.records[:2]]:
            if len(sessions) >= _MAX_SESSIONS or any(_answered(s) for s in sessions):
                break
            await net.gate.learn_authority(address)
            try:
                sessions.append(await _ask(net, host, address, domain))
            except NotPermittedError:
                not_asked[bare(host)] = None
    if not sessions and not_asked:
        return ProbeFailure(
            FailureReason.NOT_PERMITTED,
            phrase(
                "its mail hosts ({others}) were neither named as targets nor proven to be yours; name their addresses if they are",
                others=", ".join(not_asked),
            ),
        )
    return MailContacts(domain, mx, tuple(sessions), tuple(not_asked), own)


def _hosts(mx: DnsAnswer) -> list[str]:
    pairs = []
    for record in mx.records:
        preference, _space, host = record.partition(" ")
        if preference.isdigit() and host != ".":
            pairs.append((int(preference), absolute(host)))
    return [host for _preference, host in sorted(pairs)][:_MAX_HOSTS]


async def _addresses(net: Net, host: str) -> list[DnsAnswer]:
    return [await net.dns.lookup(host, rdtype) for rdtype in (("A", "AAAA") if net.has_ipv6() else ("A",))]


def _answered(session: ContactSession) -> bool:
    return any(200 <= a.code < 300 or a.code >= 500 for a in session.answers)


async def _ask(net: Net, host: str, address: str, domain: str) -> ContactSession:
    answers: list[RecipientAnswer] = []
    dialogue = Dialogue(net.active, address, 25, phrase("SMTP: role addresses"))
    async with dialogue:
        await dialogue.greet()
        # A bounce has no sender; a server that takes no bounces takes no complaints about them either.
        reply = await dialogue.command("MAIL FROM:<>")
        if wants_tls(reply.code, reply.text) and await dialogue.secure(bare(host) if is_host_name(bare(host)) else ""):
            reply = await dialogue.command("MAIL FROM:<>")
        if 200 <= reply.code < 300:
            nobody = f"selfaudit-nobody-{os.urandom(4).hex()}"
            for role in (*ROLES, nobody):
                recipient = f"{role}@{domain}"
                answer = await dialogue.command(f"RCPT TO:<{recipient}>")
                answers.append(RecipientAnswer(recipient, answer.code, f"{answer.code} {answer.text}"[:300]))
                if role != nobody:
                    await net.active.pause()
        await dialogue.quit()
    control = answers.pop() if len(answers) > len(ROLES) else None
    return ContactSession(bare(host), dialogue.session(), tuple(answers), control)
