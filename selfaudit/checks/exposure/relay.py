"""Strangers cannot send mail through the server (open relay).

What it checks:
    Whether the mail server at an address takes mail from strangers for recipients that are not its own, on ports 25, 587 and 465.

Why it matters:
    An open relay sends other people's spam in your name. Every policy forbids it, blocklists find it within hours, and a
    provider suspends for it at once. A desk wants to see it closed, and how that was tested.

How it is judged:
    1. Before anything else: can this network reach port 25 of unrelated servers at all, does something on the way answer in
       place of servers (where no server is, or with one greeting for all), and does this computer stand so close to the server
       that it may be trusted? Then nothing is concluded. A recipient that was accepted counts although no control was reached.
    2. One connection to each port (nc ADDRESS 25; openssl s_client -connect ADDRESS:465; for 587 with -starttls smtp). The
       greeting is waited for patiently. At most six recipients, with RSET and a pause in between; no message is sent.
    3. Sender and recipient both foreign; a sender of your own domain (many servers trust that by mistake); no sender; a source
       route (@yours:user@foreign); the percent form (user%foreign@yours). The last recipient is a control: postmaster of your
       own domain, or a mailbox that cannot exist, to know a server that takes everything for its own domain.
    4. Refused for good (5xx), for foreign and for own senders, and not because of who we are: closed. A log-in demanded: closed.
       A refusal without a word about its reason is none of these, even where postmaster is taken, who is let past blocklists.
    5. Accepted at RCPT TO: possibly open. A server may still refuse the message itself, so this is not called proven.
    6. Proven only by delivery, and only if that was asked for (--confirm-relay): one message with a token, to the mailbox that
       the settings name. Somebody finds the token there (--arrived TOKEN), and then it is open.
    7. 4xx, 421, greylisting, a refusal to talk to this computer at all, silence and broken answers say nothing. A relaying
       refused with 4xx (“454 Relay access denied”, Postfix's way of putting it off) is named, and no all clear either.

Limits and false positives:
    Servers that take everything and throw it away look like relays until a delivery is tried. A server may treat other networks
    differently; where a firewall drops port 25 for this computer only, nothing is seen. Web forms that send mail are not tested.

References:
    RFC 5321 sections 3.6.2, 4.2, 4.5.3.2 and 7.9; RFC 4954 section 6 (530); RFC 6409; RFC 8314; RFC 3463.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum

from selfaudit.checks.exposure import _reach
from selfaudit.facts.exposure import PortOutcome, TcpPorts
from selfaudit.facts.smtp import DeliveryOutcome, RelaySessions, SmtpSession
from selfaudit.facts.vantage import Port25, Position
from selfaudit.findings import Check, Contact, Finding, Message, Remedy, Severity, Who, found
from selfaudit.i18n import N_, phrase
from selfaudit.policy import Policy
from selfaudit.protocols.relay import FOREIGN, LOCAL, NULL, PERCENT, ROUTE, PortRelay, RelayVerdict, is_own, judge_port
from selfaudit.protocols.smtp import refuses_this_message
from selfaudit.text import printable


class Tag(StrEnum):
    REFUSED = "RELAY_REFUSED"
    NO_SERVICE = "RELAY_NO_SERVICE"
    POSSIBLE = "RELAY_POSSIBLE"
    HANDED_OVER = "RELAY_HANDED_OVER"
    CONFIRMED = "RELAY_CONFIRMED"
    REJECTED_AT_DATA = "RELAY_REJECTED_AT_DATA"
    TAKEN_AS_LOCAL = "RELAY_TAKEN_AS_LOCAL"
    TRY_LATER = "RELAY_TRY_LATER"
    DEFERRED = "RELAY_REFUSED_FOR_NOW"
    TURNED_AWAY = "RELAY_TURNED_AWAY"
    BROKEN = "RELAY_BROKEN"
    OWN_MAILBOX = "RELAY_TEST_MAILBOX_IS_LOCAL"
    NO_ANSWER = "RELAY_NO_ANSWER"
    OTHER_PORT_SILENT = "RELAY_OTHER_PORT_SILENT"
    PORT25_BLOCKED = "RELAY_PORT25_BLOCKED_HERE"
    PORT25_INTERCEPTED = "RELAY_PORT25_INTERCEPTED"
    INSIDE = "RELAY_INSIDE"
    NO_ROUTE = "RELAY_NO_ROUTE"
    CUT_OFF = "RELAY_CUT_OFF"
    SILENT = "RELAY_HOST_SILENT"


CHECK = Check(
    "exposure.relay", N_("Strangers cannot send mail through the server (open relay)"), (RelaySessions, TcpPorts, Position, Port25),
    "address", Contact.ACTIVE,
)  # fmt: skip

_CLOSE = {
    "Postfix": "postconf -e 'mynetworks = 127.0.0.0/8 [::1]/128'\npostconf -e 'smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination'\nsystemctl reload postfix",
    "Exim (Debian)": "In /etc/exim4/update-exim4.conf.conf: dc_relay_nets='' and dc_relay_domains='', then\nupdate-exim4.conf && systemctl restart exim4",
    "Sendmail": "Take every RELAY line that is not yours out of /etc/mail/access and relay-domains, then\nmakemap hash /etc/mail/access < /etc/mail/access && systemctl restart sendmail",
    "cPanel": "WHM > Exim Configuration Manager > Basic Editor: empty the list of trusted SMTP IP addresses; WHM > SMTP Restrictions: on",
    "Plesk": "Tools & Settings > Mail Server Settings > Relaying: authorization is required (SMTP)",
    "Docker": "A mail server in a container must see its clients' real addresses: switch off the userland proxy or use host networking, and never put 172.16.0.0/12 into mynetworks.",
    "Microsoft Exchange": "Get-ReceiveConnector | Get-ADPermission | where {{ $_.ExtendedRights -like 'ms-Exch-SMTP-Accept-Any-Recipient' -and $_.User -like '*ANONYMOUS*' }} | Remove-ADPermission",
}
_STEPS = N_(
    "Let only your own users send to others: those who log in, and the server itself. Take foreign networks, container networks and whole "
    "sender domains out of what the server trusts. Then empty the queue of mail that is not yours, and check this address again."
)
_VERIFY = N_(
    "( sleep 3; printf '%s\\r\\n' 'EHLO test.invalid' 'MAIL FROM:<{mail_from}>' 'RCPT TO:<{rcpt_to}>' QUIT; sleep 5 ) | "
    "nc -w 15 {address} {port}   # right: 5xx to RCPT TO"
)
_LATER = Remedy(
    N_(
        "Wait half an hour and run the audit again. If it stays so, put this computer on the server's list of exceptions for the time of the test."
    ),
    verify="nc -w 40 {address} {port}",
    who=Who.WAIT,
)
_ELSEWHERE = Remedy(
    N_(
        "Run the audit from a network that lets port 25 out (a server of another provider, for example), or ask the abuse desk to test it. The server's own "
        "settings show it too: see what its configuration trusts."
    ),
    verify="nc -vz -w 10 {control} 25   # must succeed where you test from",
)

MESSAGES = {
    Tag.REFUSED: Message(
        Severity.GOOD,
        N_("{address} does not pass on strangers' mail (ports {ports}): refused with “{reply}”. Tried: {tried}."),
    ),
    Tag.NO_SERVICE: Message(
        Severity.GOOD, N_("{address} takes no mail from strangers: the host itself refuses connections to ports {ports}.")
    ),
    Tag.POSSIBLE: Message(
        Severity.MEDIUM,
        N_("{address} port {port} accepted a recipient that is not its own ({vectors}): possibly an open relay. {trial}"),
        Remedy(_STEPS, verify=_VERIFY, stacks=_CLOSE, minutes=30),
    ),
    Tag.HANDED_OVER: Message(
        Severity.MEDIUM,
        N_(
            "{address} port {port} took a message for {recipient} from a stranger. Look into that mailbox: if the message arrives, this is "
            "an open relay; then run: selfaudit judge EVIDENCE --arrived TOKEN, with the token that stands in it."
        ),
        Remedy(_STEPS, verify=_VERIFY, stacks=_CLOSE, minutes=30),
    ),
    Tag.CONFIRMED: Message(
        Severity.CRITICAL,
        N_("{address} port {port} is an open relay: a stranger's message went through it and arrived at {recipient}."),
        Remedy(_STEPS, verify=_VERIFY, stacks=_CLOSE, minutes=30),
    ),
    Tag.REJECTED_AT_DATA: Message(
        Severity.LOW,
        N_(
            "{address} port {port} accepts every recipient, but refused the message itself (“{reply}”). It is no open relay; testers that stop at "
            "the recipient will call it one."
        ),
        Remedy(
            N_("Refuse recipients that are not yours at RCPT TO already, so that nobody mistakes the server for a relay."),
            verify=_VERIFY,
            stacks=_CLOSE,
        ),
    ),
    Tag.TAKEN_AS_LOCAL: Message(
        Severity.INFO,
        N_(
            "{address} port {port} takes every mailbox of its own domain, so that it took “{rcpt_to}” says nothing about relaying."
        ),
    ),
    Tag.TRY_LATER: Message(
        Severity.UNKNOWN, N_("{address} port {port} asks to come back later (“{reply}”), as greylisting does."), _LATER
    ),
    Tag.DEFERRED: Message(
        Severity.UNKNOWN,
        N_(
            "{address} port {port} says that it does not pass on strangers' mail, but with a code that means “come back later” (“{reply}”). That is "
            "no final answer; what it says later is not known."
        ),
        Remedy(
            N_(
                "Let the server refuse for good (5xx) what it does not pass on; Postfix puts it off (4xx) with defer_unauth_destination."
            ),
            verify=_VERIFY,
            stacks={
                "Postfix": "postconf -e 'smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination'\nsystemctl reload postfix"
            },
        ),
    ),
    Tag.TURNED_AWAY: Message(
        Severity.UNKNOWN,
        N_("{address} port {port} does not talk to this computer (“{reply}”). What it would say to others is not known."),
        Remedy(
            N_(
                "Home connections stand on lists that mail servers refuse. Run the audit from a server of another provider, or put this computer's "
                "address on the server's list of exceptions for the time of the test, but not into the networks it trusts."
            ),
            verify="nc -w 40 {address} {port}",
        ),
    ),
    Tag.BROKEN: Message(
        Severity.UNKNOWN, N_("{address} port {port} took the connection, but the dialogue broke off: {why}."), _LATER
    ),
    Tag.OWN_MAILBOX: Message(
        Severity.UNKNOWN,
        N_(
            "The mailbox of the test, {rcpt_to}, is in a domain of this case or on this server, so that {address} takes mail for it says nothing."
        ),
        Remedy(
            N_("Name a mailbox at another provider in the settings, [smtp] relay_recipient, and run the audit again."),
            minutes=5,
        ),
    ),
    Tag.NO_ANSWER: Message(
        Severity.UNKNOWN,
        N_("Port {port} of {address} could not be reached ({why}). A firewall may stop it, for everybody or only for some."),
        Remedy(
            N_(
                "If the server is to take no mail there, let the firewall refuse the port rather than drop it, or show with “ss -lnt” on the server that "
                "nothing listens there. If it is to take mail, see whether the service runs and what the firewall lets in."
            ),
            verify="nc -vz -w 10 {address} {port}; on the server: ss -lnt | grep ':{port} '",
        ),
    ),
    Tag.OTHER_PORT_SILENT: Message(
        Severity.INFO, N_("{address} does not answer on ports {ports}; nothing is known about these.")
    ),
    Tag.PORT25_BLOCKED: Message(
        Severity.UNKNOWN,
        N_(
            "This network does not let connections to port 25 out as it should: {controls} could not be reached. So nothing can be said about "
            "port 25 of {address}, whatever was seen there."
        ),
        _ELSEWHERE,
    ),
    Tag.PORT25_INTERCEPTED: Message(
        Severity.UNKNOWN,
        N_(
            "Something on this network answers port 25 in place of other servers ({why}), so the answers are not those of {address}."
        ),
        _ELSEWHERE,
    ),
    Tag.INSIDE: _reach.INSIDE,
    Tag.NO_ROUTE: _reach.NO_ROUTE,
    Tag.CUT_OFF: _reach.CUT_OFF,
    Tag.SILENT: _reach.SILENT,
}

_CONTROL_GREETING = 200  # of a control's greeting, as many characters are kept
_NO_CONTROLS = phrase(
    "connection refused, and no control servers are set up that would show that this network is not the reason"
)
_NOT_TRIED = phrase("It may still refuse the message itself, which was not tried.")
_VECTORS = {
    FOREIGN: phrase("foreign sender"),
    LOCAL: phrase("a sender of your own domain"),
    NULL: phrase("no sender"),
    ROUTE: phrase("a source route"),
    PERCENT: phrase("the percent form"),
}


def judge(relay: RelaySessions, ports: TcpPorts, position: Position, port25: Port25, policy: Policy) -> Iterator[Finding]:
    address = relay.address
    if "tcp" in position.refuses:
        relay = replace(relay, sessions=tuple(_unbelieved(s) for s in relay.sessions))
    connected = any(s.connect in (PortOutcome.OPEN, PortOutcome.CLOSED) for s in relay.sessions)
    standing = _reach.standing(_reach.believed(ports, position), position, port25)
    if standing and (standing[0] == "INSIDE" or not connected):
        yield found(Tag[standing[0]], **standing[1])
        return
    if why := _intercepted(relay, port25, policy):
        yield found(Tag.PORT25_INTERCEPTED, address=address, why=why, control=_control(port25))
        return
    own = next(
        (a.rcpt_to for a in relay.attempts if a.vector in (FOREIGN, LOCAL, NULL) and is_own(a.rcpt_to, relay.local_domains)), ""
    )
    if own:
        yield found(Tag.OWN_MAILBOX, address=address, rcpt_to=own)
        return
    judged = [judge_port(session, relay.attempts) for session in relay.sessions]
    bad = list(_accepted(relay, judged, policy))
    if bad:
        yield from bad
        return
    yield from _others(relay, judged, port25, policy)


def _unbelieved(session: SmtpSession) -> SmtpSession:
    """A refusal that this network may have forged is no more than silence."""
    return replace(session, connect=PortOutcome.SILENT) if session.connect is PortOutcome.CLOSED else session


def _intercepted(relay: RelaySessions, port25: Port25, policy: Policy) -> str:
    """By what it shows that port 25 is answered on the way, "" if it does not.

    Servers that have nothing to do with each other do not greet alike, except in a laboratory, where one may play them all.
    """
    if port25.intercepted and port25.silent is not None:
        return phrase("at {silent}, where no server is", silent=port25.silent.address)
    main = relay.session(25)
    greeting = next((line.text.strip() for line in main.transcript if line.who == "S"), "") if main is not None else ""
    others = [c.greeting.strip() for c in port25.controls if c.outcome == "open"]
    if policy.laboratory or not greeting or len(others) < 2 or set(others) != {greeting[:_CONTROL_GREETING].strip()}:
        return ""
    return phrase(
        "{controls} and this server greet in the very same words", controls=", ".join(c.host for c in port25.controls)
    )


def _accepted(relay: RelaySessions, judged: list[PortRelay], policy: Policy) -> Iterator[Finding]:
    delivery = relay.delivery
    for verdict in judged:
        if verdict.verdict is not RelayVerdict.POSSIBLE:
            continue
        first = verdict.accepted[0]
        args = {
            "address": relay.address, "port": verdict.port, "mail_from": _quoted(first.mail_from), "rcpt_to": _quoted(first.rcpt_to),
            "vectors": [_VECTORS[a.vector] for a in verdict.accepted], "reply": printable(verdict.why, 200),
            "recipient": delivery.recipient, "trial": _NOT_TRIED,
        }  # fmt: skip
        tag = Tag.POSSIBLE
        if delivery.port == verdict.port and delivery.outcome is not DeliveryOutcome.NOT_ASKED:
            reply = printable(delivery.reply, 200)
            if any(hashlib.sha256(t.encode()).hexdigest() == delivery.token for t in policy.arrived):
                # It arrived, whatever became of the last reply.
                tag = Tag.CONFIRMED
            elif delivery.outcome is DeliveryOutcome.ACCEPTED:
                tag = Tag.HANDED_OVER
            elif delivery.outcome is DeliveryOutcome.REFUSED and not refuses_this_message(0, delivery.reply):
                tag, args["reply"] = Tag.REJECTED_AT_DATA, reply
            else:
                args["trial"] = phrase(
                    "The one message of this test was answered with “{reply}”, which decides nothing.", reply=reply
                )
        yield found(tag, **args)


def _others(relay: RelaySessions, judged: list[PortRelay], port25: Port25, policy: Policy) -> Iterator[Finding]:
    address = relay.address
    by_port = {j.port: j for j in judged}
    main = by_port.get(25)
    if main is not None and port25.blocked:
        # Whatever was seen there, a refusal or an answer, may come from this network as well as from the host.
        yield found(Tag.PORT25_BLOCKED, address=address, controls=[c.host for c in port25.controls], control=_control(port25))
        judged = [j for j in judged if j is not main]
    elif main is not None and main.verdict is RelayVerdict.CLOSED and not port25.controls and not policy.laboratory:
        yield found(Tag.NO_ANSWER, address=address, port=25, why=_NO_CONTROLS)
        judged = [j for j in judged if j is not main]
    refused = [j for j in judged if j.verdict is RelayVerdict.REFUSED]
    closed = [j for j in judged if j.verdict is RelayVerdict.CLOSED]
    silent = [j for j in judged if j.verdict is RelayVerdict.SILENT and j.port != 25]
    for unreached in judged:
        # Silence of the other ports is common, and no fault where port 25 has been judged; that we could not try is.
        if unreached.verdict is RelayVerdict.UNREACHABLE or (unreached.verdict is RelayVerdict.SILENT and unreached.port == 25):
            yield found(Tag.NO_ANSWER, address=address, port=unreached.port, why=printable(unreached.why, 200))
    for verdict in judged:
        said = {
            "address": address,
            "port": verdict.port,
            "reply": printable(verdict.why, 200),
            "why": printable(verdict.why, 200),
        }
        if verdict.as_local:
            taken = next(a for a in relay.attempts if a.port == verdict.port and a.vector == PERCENT)
            yield found(Tag.TAKEN_AS_LOCAL, address=address, port=verdict.port, rcpt_to=taken.rcpt_to)
        if verdict.verdict is RelayVerdict.DEFERRED:
            tried_first = next(a for a in relay.attempts if a.port == verdict.port)
            yield found(Tag.DEFERRED, **said, mail_from=_quoted(tried_first.mail_from), rcpt_to=_quoted(tried_first.rcpt_to))
        elif verdict.verdict is RelayVerdict.LATER:
            yield found(Tag.TRY_LATER, **said)
        elif verdict.verdict is RelayVerdict.TURNED_AWAY:
            yield found(Tag.TURNED_AWAY, **said)
        elif verdict.verdict is RelayVerdict.BROKEN:
            yield found(Tag.BROKEN, **said)
    if silent:
        yield found(Tag.OTHER_PORT_SILENT, address=address, ports=[str(j.port) for j in silent])
    if refused:
        tried = dict.fromkeys(_VECTORS[name] for j in refused for name in j.tried if name in _VECTORS)
        yield found(
            Tag.REFUSED,
            address=address,
            ports=[str(j.port) for j in refused],
            reply=printable(refused[0].why, 200),
            tried=[*tried],
        )
    if closed:
        yield found(Tag.NO_SERVICE, address=address, ports=[str(j.port) for j in closed])


def _quoted(mailbox: str) -> str:
    """For a place between apostrophes in a command of the shell."""
    return mailbox.replace("'", "'\\''")


def _control(port25: Port25) -> str:
    return port25.controls[0].host if port25.controls else "gmail-smtp-in.l.google.com"
