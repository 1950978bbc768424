"""Why a mail server's dialogue says nothing. Shared by the checks that talk to port 25."""

from __future__ import annotations

import re
from collections.abc import Mapping

from selfaudit.facts.exposure import PortOutcome
from selfaudit.facts.smtp import SmtpEnd, SmtpSession
from selfaudit.facts.vantage import Port25
from selfaudit.findings import Message, Remedy, Severity, Who
from selfaudit.i18n import N_
from selfaudit.text import printable

_AGAIN = Remedy(
    N_("Wait half an hour and run the audit again. If it stays so, look into the mail server's log for the time of the test."),
    verify="nc -w 40 {address} 25",
    who=Who.WAIT,
)
_ELSEWHERE = Remedy(
    N_(
        "Run the audit from a network that lets port 25 out (a rented server, for example), or ask the abuse desk to check it from theirs."
    ),
    verify="nc -vz -w 10 {address} 25",
)

NO_SERVICE = Message(Severity.NONE, N_("{address} takes no mail: the host itself refuses connections to port 25."))
NO_ANSWER = Message(
    Severity.UNKNOWN,
    N_("{address} does not answer on port 25 ({why})."),
    Remedy(
        N_(
            "If the server is suspended or switched off, this is expected: run the audit again when it is back. Otherwise see whether the mail "
            "service runs and what the firewall lets in."
        ),
        verify="nc -vz -w 10 {address} 25",
        who=Who.WAIT,
    ),
)
NO_DIALOGUE = Message(Severity.UNKNOWN, N_("{address} took the connection to port 25, but said too little: {why}."), _AGAIN)
BLOCKED = Message(
    Severity.UNKNOWN,
    N_("This network lets no connections to port 25 through, or answers them itself, so nothing can be said about {address}."),
    _ELSEWHERE,
)


# Cisco's inspection of ESMTP overwrites what it does not let through.
_OVERWRITTEN = re.compile(r"X{4,}[A-Z]?")


def overwritten(session: SmtpSession) -> bool:
    """Whether something on the way, here or there, blots out what the server offers."""
    return any(_OVERWRITTEN.fullmatch(e.split(" ", 1)[0]) for e in session.extensions)


def silence(session: SmtpSession, port25: Port25) -> tuple[str, Mapping[str, str]] | None:
    """Why a session says nothing: the name of the tag ("BLOCKED", "NO_SERVICE", "NO_ANSWER", "NO_DIALOGUE") and its arguments, or None."""
    args = {"address": session.address, "why": printable(session.detail, 200) or str(session.end)}
    if port25.intercepted:
        return "BLOCKED", args
    if session.connect is not PortOutcome.OPEN:
        if port25.blocked:
            return "BLOCKED", args
        return ("NO_SERVICE" if session.connect is PortOutcome.CLOSED else "NO_ANSWER"), args
    if not session.name:
        last = next((line.text for line in reversed(session.transcript) if line.who == "S"), "")
        if session.end is SmtpEnd.STOPPED and last:
            args["why"] = printable(last, 200)
        return "NO_DIALOGUE", args
    return None
