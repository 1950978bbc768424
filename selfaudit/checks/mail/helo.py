"""The mail server calls itself by its name (EHLO).

What it checks:
    The name that the mail server at the address gives itself, against the address's reverse name.

Why it matters:
    Large receivers refuse mail from servers that call themselves “localhost” or by a name that leads elsewhere; hacked machines
    do. A server normally sends under the same name as it answers.

How it is judged:
    1. nc ADDRESS 25, then EHLO test.invalid: the first word of the reply is the server's name for itself.
    2. It should be a full host name: not “localhost”, not an address, with a dot.
    3. dig NAME A (AAAA for IPv6): it should lead to the address.
    4. dig -x ADDRESS: it should be the same name. Where both lead to the address but differ, it is only worth tidying up.
    5. A server that does not answer, or not here, is not judged.

Limits and false positives:
    A server may send under another name than it answers; the log of a receiver shows that. Behind a filter service the name is
    the filter's.

References:
    RFC 5321 sections 2.3.5, 4.1.1.1 and 4.1.4; RFC 1912 section 2.1.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from enum import StrEnum

from selfaudit.checks._common import reason
from selfaudit.checks.mail import _server
from selfaudit.facts.dns import bare
from selfaudit.facts.rdns import ReverseDns
from selfaudit.facts.smtp import RelaySessions
from selfaudit.facts.vantage import Port25
from selfaudit.findings import Check, Contact, Finding, Message, Remedy, Severity, found
from selfaudit.i18n import N_
from selfaudit.policy import Policy
from selfaudit.protocols.smtp import is_host_name
from selfaudit.text import printable


class Tag(StrEnum):
    OK = "HELO_OK"
    NOT_A_NAME = "HELO_NOT_A_NAME"
    NO_ADDRESS = "HELO_NO_ADDRESS"
    ELSEWHERE = "HELO_ELSEWHERE"
    NOT_REVERSE = "HELO_NOT_REVERSE_NAME"
    UNANSWERED = "HELO_UNANSWERED"
    NO_SERVICE = "HELO_NO_SERVICE"
    NO_ANSWER = "HELO_NO_ANSWER"
    NO_DIALOGUE = "HELO_NO_DIALOGUE"
    BLOCKED = "HELO_PORT25_BLOCKED_HERE"


CHECK = Check(
    "mail.helo", N_("The mail server calls itself by its name (EHLO)"), (RelaySessions, ReverseDns, Port25), "address", Contact.ACTIVE,
    advisory=True,
)  # fmt: skip

_NAME = Remedy(
    N_(
        "Give the mail server one full name, for example mail.your-domain, use it as the server's own name, let that name lead to {address}, and set "
        "the same name as reverse name in your provider's panel."
    ),
    verify="printf 'EHLO test.invalid\\r\\nQUIT\\r\\n' | nc -w 10 {address} 25; dig -x {address} +short",
    stacks={
        "Postfix": "postconf -e 'myhostname = {wanted}' && systemctl reload postfix",
        "Exim (Debian)": "echo 'primary_hostname = {wanted}' > /etc/exim4/conf.d/main/00_hostname && update-exim4.conf && systemctl restart exim4",
        "Sendmail": "define(`confDOMAIN_NAME', `{wanted}')dnl   in sendmail.mc",
        "cPanel": "WHM > Networking Setup > Change Hostname: {wanted}",
        "Plesk": "Tools & Settings > Server Settings > Full hostname: {wanted}",
        "Microsoft Exchange": "Set-SendConnector -Identity NAME -Fqdn {wanted}",
    },
)

MESSAGES = {
    Tag.OK: Message(Severity.GOOD, N_("{address} calls itself {name}, which is its reverse name and leads to it.")),
    Tag.NOT_A_NAME: Message(
        Severity.MEDIUM, N_("{address} calls itself “{name}”, which is no name of a server on the internet."), _NAME
    ),
    Tag.NO_ADDRESS: Message(
        Severity.MEDIUM, N_("{address} calls itself {name}, a name without address ({rdtype} record)."), _NAME
    ),
    Tag.ELSEWHERE: Message(Severity.MEDIUM, N_("{address} calls itself {name}, but {name} leads to {found}."), _NAME),
    Tag.NOT_REVERSE: Message(
        Severity.LOW, N_("{address} calls itself {name}, which leads to it, but its reverse name is {reverse}."), _NAME
    ),
    Tag.UNANSWERED: Message(
        Severity.UNKNOWN, N_("{address} calls itself {name}; where that name leads could not be looked up ({status}).")
    ),
    Tag.NO_SERVICE: _server.NO_SERVICE,
    Tag.NO_ANSWER: _server.NO_ANSWER,
    Tag.NO_DIALOGUE: _server.NO_DIALOGUE,
    Tag.BLOCKED: _server.BLOCKED,
}


def judge(relay: RelaySessions, rdns: ReverseDns, port25: Port25, policy: Policy) -> Iterator[Finding]:
    session = relay.session(25)
    assert session is not None
    trouble = _server.silence(session, port25)
    if trouble:
        yield found(Tag[trouble[0]], **trouble[1])
        return
    reverse = bare(rdns.ptr.records[0]) if rdns.ptr.records else ""
    name = session.name
    args = {
        "address": relay.address, "name": printable(name, 100), "reverse": reverse,
        "wanted": reverse or "mail.your-domain.example",
    }  # fmt: skip
    if not is_host_name(name):
        yield found(Tag.NOT_A_NAME, **args)
        return
    answer = relay.name
    if answer is None or not answer.definite:
        yield found(Tag.UNANSWERED, **args, status=reason(answer) if answer else "?")
        return
    if not answer.records:
        yield found(Tag.NO_ADDRESS, **args, rdtype=answer.rdtype)
    elif not any(ipaddress.ip_address(r) == ipaddress.ip_address(relay.address) for r in answer.records):
        yield found(Tag.ELSEWHERE, **args, found=answer.records[:4])
    elif any(bare(r).lower() == name.lower() for r in rdns.ptr.records):
        yield found(Tag.OK, **args)
    elif not rdns.ptr.definite:
        yield found(Tag.UNANSWERED, **args, status=reason(rdns.ptr))
    else:
        args["reverse"] = reverse or "-"
        yield found(Tag.NOT_REVERSE, **args)
