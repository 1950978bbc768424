"""Mail servers can be reached from here (port 25).

What it checks:
    Whether connections to port 25 leave the network that the audit runs from, and whether something on the way answers them itself.

Why it matters:
    Most home connections and many rented servers may not connect to port 25. Seen from there every mail server looks closed, and an
    open relay looks harmless. The desk sees from this check whether the answers about mail servers can be believed.

How it is judged:
    1. nc -vz gmail-smtp-in.l.google.com 25 and nc -vz mx01.mail.icloud.com 25: two large providers that have nothing to do with each
       other or with you. A greeting from one of them shows that port 25 is open here.
    2. If none can be reached, this network blocks port 25, and no verdict about port 25 of any server is given.
    3. nc -vz 192.0.2.1 25: no server exists at that address (RFC 5737). A connection there means that something answers in place of
       mail servers, and again no verdict is given.

Limits and false positives:
    Both providers could refuse this network for reasons of their own; then too little is claimed, not too much.

References:
    RFC 5321 section 4.5.4; RFC 5737 section 3; M3AAWG, Managing Port 25 for Residential or Dynamic IP Space (2005).
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from selfaudit.facts.vantage import ControlConnection, Port25
from selfaudit.findings import Check, Finding, Message, Remedy, Severity, found
from selfaudit.i18n import N_, phrase
from selfaudit.policy import Policy
from selfaudit.text import printable


class Tag(StrEnum):
    OK = "PORT25_OPEN_HERE"
    BLOCKED = "PORT25_BLOCKED_HERE"
    INTERCEPTED = "PORT25_INTERCEPTED_HERE"
    NO_CONTROLS = "PORT25_NO_CONTROLS"


CHECK = Check("vantage.port25", N_("Mail servers can be reached from here (port 25)"), (Port25,), "case", advisory=True)

_ELSEWHERE = Remedy(
    N_(
        "Run the audit from a network that lets port 25 out (a rented server; many providers open it on request), use the facts from the server "
        "itself, or ask the abuse desk to check the mail servers from theirs. Everything else in this audit is not affected."
    ),
    verify="nc -vz -w 10 {host} 25   # must succeed where you test from",
)

MESSAGES = {
    Tag.OK: Message(Severity.GOOD, N_("Port 25 is open from here: {host} answered “{greeting}”.")),
    Tag.BLOCKED: Message(
        Severity.UNKNOWN,
        N_(
            "Port 25 is blocked on this network: {hosts} could not be reached ({outcomes}). Mail servers cannot be tested from here."
        ),
        _ELSEWHERE,
    ),
    Tag.INTERCEPTED: Message(
        Severity.UNKNOWN,
        N_(
            "Something on this network answers port 25 in place of mail servers: {address} took a connection although no server is there. Mail "
            "servers cannot be tested from here."
        ),
        _ELSEWHERE,
    ),
    Tag.NO_CONTROLS: Message(
        Severity.INFO, N_("No control servers are set up, so it is not known whether port 25 is open from here.")
    ),
}


def judge(vantage: Port25, policy: Policy) -> Iterator[Finding]:
    host = vantage.controls[0].host if vantage.controls else "gmail-smtp-in.l.google.com"
    if vantage.intercepted and vantage.silent is not None:
        yield found(Tag.INTERCEPTED, address=vantage.silent.address, host=host)
        return
    if not vantage.controls:
        yield found(Tag.NO_CONTROLS)
        return
    if vantage.blocked:
        outcomes = sorted({_words(c) for c in vantage.controls})
        yield found(Tag.BLOCKED, hosts=[c.host for c in vantage.controls], outcomes=outcomes, host=host)
        return
    reached = next(c for c in vantage.controls if c.greets)
    yield found(Tag.OK, host=reached.host, greeting=printable(reached.greeting, 80))


_OUTCOMES = {
    "silent": phrase("no answer"),
    "closed": phrase("connection refused"),
    "unreachable": phrase("no route to host"),
    "no-address": phrase("its name cannot be looked up"),
}


def _words(control: ControlConnection) -> str:
    if control.outcome == "open":
        return printable(control.greeting, 40)
    return _OUTCOMES.get(control.outcome, phrase("not allowed here"))
