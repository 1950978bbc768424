"""What servers said, line by line, and the commands that repeat it."""

from __future__ import annotations

from collections.abc import Iterator

from selfaudit.facts import Fact
from selfaudit.facts.exposure import Amplifiers, DatagramExchange, ProxyAttempts, Recursion, Services, TcpPorts
from selfaudit.facts.smtp import DeliveryOutcome, MailContacts, RelaySessions, SmtpSession, SmtpTls
from selfaudit.facts.vantage import ControlConnection, Port25, Position, Surroundings
from selfaudit.i18n import _, shown
from selfaudit.text import printable

Line = tuple[str, str]
_TRANSCRIPT = 80


def lines_about(fact: Fact) -> Iterator[Line]:
    """(command, answer) for the facts about servers; nothing for others."""
    if isinstance(fact, RelaySessions):
        for session in fact.sessions:
            yield from _session(session)
        if fact.delivery.outcome is not DeliveryOutcome.NOT_ASKED:
            words = _("One message to {mailbox} was handed over: {outcome} ({reply})")
            reply = printable(fact.delivery.reply, 200)
            yield "", words.format(mailbox=fact.delivery.recipient, outcome=fact.delivery.outcome, reply=reply)
    elif isinstance(fact, SmtpTls):
        yield from _session(fact.session)
        yield from _tls(fact)
    elif isinstance(fact, MailContacts):
        for asked in fact.sessions:
            yield from _session(asked.session)
    elif isinstance(fact, TcpPorts):
        yield from _ports(fact)
    elif isinstance(fact, Services):
        for answer in fact.answers:
            what = f" <<< {answer.question}" if answer.question else ""
            yield f"nc -w 5 {fact.address} {answer.port}{what}", printable(answer.reply or shown(answer.detail), 300)
    elif isinstance(fact, Amplifiers):
        for exchange in fact.exchanges:
            yield f"UDP {fact.address} {exchange.port} {exchange.protocol}: {exchange.octets_out} octets", _datagrams(exchange)
    elif isinstance(fact, ProxyAttempts):
        for attempt in fact.attempts:
            reply = printable(attempt.reply.partition("\r\n")[0], 120)
            said = f"{attempt.outcome} {shown(attempt.detail)} {reply}".strip()
            yield f"{attempt.method} {attempt.destination} via {fact.address}:{attempt.port}", printable(said, 300)
    elif isinstance(fact, Recursion):
        for tried in fact.tries:
            flags = "".join(f" {name}" for name, on in (("aa", tried.authoritative), ("ra", tried.recursion)) if on)
            records = "; ".join(tried.records)
            sizes = f"{tried.octets_out} -> {tried.octets_in} octets" if tried.octets_in else ""
            parts = (str(tried.outcome).upper(), flags.strip(), records, sizes, shown(tried.detail))
            yield tried.dig(fact.address), printable("  ".join(p for p in parts if p), 400)
    elif isinstance(fact, Port25):
        yield from (_control(c) for c in (*fact.controls, *((fact.silent,) if fact.silent else ())))
    elif isinstance(fact, Surroundings):
        yield from (_control(c) for c in fact.silent)
        for position in fact.positions:
            yield from _position(position)
    elif isinstance(fact, Position):
        yield from _position(fact)


def _session(session: SmtpSession) -> Iterator[Line]:
    tls = "openssl s_client -quiet -connect" if session.port == 465 else "nc -w 40"
    place = f"{session.address}:{session.port}" if session.port == 465 else f"{session.address} {session.port}"
    said = "\n".join(f"{line.who}: {printable(line.text, 200)}" for line in session.transcript[:_TRANSCRIPT])
    trouble = f"[{session.end}: {printable(shown(session.detail), 200)}]" if session.detail else ""
    yield f"{tls} {place}", "\n".join(p for p in (said, trouble) if p) or str(session.connect)


def _tls(fact: SmtpTls) -> Iterator[Line]:
    shown_by = fact.certificate
    if shown_by is None:
        return
    server = f"[{fact.address}]" if ":" in fact.address else fact.address
    names = ", ".join(shown_by.names[:6]) or shown_by.subject
    trust = _("trusted") if shown_by.trusted else _("not trusted: {why}").format(why=shown(shown_by.why))
    yield f"openssl s_client -starttls smtp -connect {server}:25", printable(f"{fact.version}; {names}; {trust}", 300)
    yield "", f"SHA-256 {shown_by.sha256}, SPKI {shown_by.spki_sha256}"


def _ports(fact: TcpPorts) -> Iterator[Line]:
    grouped: dict[str, list[str]] = {}
    for state in fact.ports:
        grouped.setdefault(str(state.outcome), []).append(str(state.port))
    for outcome, ports in grouped.items():
        yield f"nc -vz -w 5 {fact.address} {' '.join(ports)}", outcome
    if fact.controls:
        words = ", ".join(f"{c.port} {c.outcome}" for c in fact.controls)
        yield "", _("Ports taken at random: {words}").format(words=words)


def _datagrams(exchange: DatagramExchange) -> str:
    if exchange.datagrams:
        sample = printable(exchange.sample, 120)
        return _("{octets} octets in {count} packets: {sample}").format(
            octets=exchange.octets_in, count=exchange.datagrams, sample=sample
        )
    return _("closed (ICMP port unreachable)") if exchange.closed else shown(exchange.detail) or _("no answer")


def _control(control: ControlConnection) -> Line:
    said = f"{control.outcome} {printable(shown(control.greeting), 120)}".strip()
    return f"nc -vz -w 5 {control.host} {control.port}", said


def _position(position: Position) -> Iterator[Line]:
    words = _("from {source}").format(source=position.source) if position.source else _("no route")
    seen = _("seen as {addresses}").format(addresses=", ".join(position.egress)) if position.egress else ""
    yield f"ip route get {position.address}", "; ".join(p for p in (words, seen) if p)
