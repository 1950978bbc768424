"""Facts about ports, places and mail dialogues in few words, shared by the tables of exposure, vantage and mail servers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from selfaudit.facts.exposure import PortOutcome, PortState, TcpPorts
from selfaudit.facts.smtp import RelayAttempt, SmtpEnd, SmtpLine, SmtpSession
from selfaudit.facts.vantage import ControlConnection, Port25, Position, Surroundings
from selfaudit.protocols import relay
from selfaudit.protocols.ports import SURVEYED

ADDRESS, ADDRESS6 = "203.0.113.25", "2001:db8:25::25"
UP, CLOSED, SILENT, UNREACHABLE, ERROR = (
    PortOutcome.OPEN, PortOutcome.CLOSED, PortOutcome.SILENT, PortOutcome.UNREACHABLE, PortOutcome.ERROR,
)  # fmt: skip
WORDS = {
    CLOSED: "Connection refused",
    SILENT: "no answer in time",
    UNREACHABLE: "No route to host",
    ERROR: "Permission denied",
    UP: "",
}
NOWHERE = "192.0.2.1"


def position(
    source: str = "198.51.100.7", *, address: str = ADDRESS, own: bool = False, egress: Sequence[str] = ()
) -> Position:
    """A place in the laboratory, where reserved addresses are as good as others."""
    return Position(address, source, own, tuple(egress) or ((source,) if source else ()), laboratory=True)


OUTSIDE = position()
OUTSIDE6 = position("2001:db8:7::7", address=ADDRESS6)
NO_ROUTE6 = position("", address=ADDRESS6)
ITSELF = position(ADDRESS)


def ports(
    open_ports: Iterable[int] = (), rest: PortOutcome = CLOSED, *, others: Mapping[int, PortOutcome] | None = None,
    controls: Sequence[PortOutcome] = (), missing: Iterable[int] = (), address: str = ADDRESS,
) -> TcpPorts:  # fmt: skip
    """A survey: the open ports, what the others met, and those for which there was no time."""
    known = dict.fromkeys(open_ports, UP) | dict(others or {})
    left_out = tuple(missing)
    states = [PortState(p, known.get(p, rest), 10.0, WORDS[known.get(p, rest)]) for p in SURVEYED if p not in left_out]
    taken = tuple(PortState(41_000 + n, o) for n, o in enumerate(controls or (rest, rest)))
    return TcpPorts(address, tuple(states), taken)


def port25(*outcomes: str, nowhere: str | None = "silent", greeting: str = "220 mx.control.test ESMTP") -> Port25:
    """Two unrelated mail servers, and the address where no server is."""
    names = ("gmail-smtp-in.l.google.com", "mx01.mail.icloud.com")
    controls = tuple(
        ControlConnection(name, f"198.51.100.{i}", 25, outcome, greeting if outcome == "open" else "")
        for i, (name, outcome) in enumerate(zip(names, outcomes, strict=False))
    )
    return Port25(controls, None if nowhere is None else ControlConnection(NOWHERE, NOWHERE, 25, nowhere))


REACHES = port25("open", "open")
DROPPED_HERE = port25("silent", "silent")
REJECTED_HERE = port25("closed", "unreachable", nowhere="closed")
CAUGHT_HERE = port25("open", "open", nowhere="open")
NO_CONTROLS = port25()


def surroundings(*caught: int, positions: Sequence[Position] = (OUTSIDE,), ipv6: bool = True) -> Surroundings:
    """Web ports of an address where no server is, those named being answered."""
    silent = tuple(ControlConnection(NOWHERE, NOWHERE, p, "open" if p in caught else "silent") for p in (80, 443, 3128, 8080))
    return Surroundings((), silent, tuple(positions), ipv6)


def session(
    port: int = 25, connect: PortOutcome = UP, end: SmtpEnd | None = None, *, greeting: str = "220 mail.shop.test ESMTP",
    name: str = "mail.shop.test", extensions: Sequence[str] = ("PIPELINING", "STARTTLS"), said: Sequence[str] = (), detail: str = "",
    address: str = ADDRESS,
) -> SmtpSession:  # fmt: skip
    """A dialogue; `said` are the server's replies after EHLO."""
    if connect is not UP:
        return SmtpSession(address, port, connect, end or SmtpEnd.NOT_CONNECTED, detail=detail or WORDS[connect])
    lines = [SmtpLine("S", 10, greeting)] if greeting else []
    lines += [SmtpLine("S", 20 + i, text) for i, text in enumerate(said)]
    code = int(greeting[:3]) if greeting[:3].isdigit() else 0
    greets = 200 <= code < 300
    return SmtpSession(
        address, port, connect, end or SmtpEnd.QUIT, code, name if greets else "", tuple(extensions) if name and greets else (),
        tuple(lines), detail,
    )  # fmt: skip


TOKEN = "0badcafe"
STRANGER, RECIPIENT = f"selfaudit-check-{TOKEN}@gmail.com", f"selfaudit-relay-{TOKEN}@gmail.com"
DENIED = f"554 5.7.1 <{RECIPIENT}>: Relay access denied"
TAKEN = "250 2.1.5 Ok"


def attempts(
    replies: Mapping[str, str] | str, port: int = 25, *, domain: str = "shop.test", recipient: str = RECIPIENT
) -> tuple[RelayAttempt, ...]:
    """The six recipients and what was said to each: "MAIL: 550 no" stands for a sender that was refused already.

    Args:
        replies: by the name of the vector, "" for all others; or one for all. None of them: the dialogue was over.
        port: TCP port.
        domain: a domain of the server's own, "" if none is known.
        recipient: the mailbox elsewhere.
    """
    said = {"": replies} if isinstance(replies, str) else dict(replies)
    planned = relay.vectors(domain, recipient, STRANGER)
    found = []
    for vector in planned:
        taken_percent = any(a.vector == relay.PERCENT and 200 <= a.rcpt_code < 300 for a in found)
        if vector.name == relay.CONTROL and taken_percent:
            vector = relay.catch_all(domain, STRANGER, TOKEN)
        text = said.get(vector.name, said.get("", ""))
        if not text:
            continue
        at_mail = text.startswith("MAIL: ")
        text = text.removeprefix("MAIL: ")
        code = int(text[:3]) if text[:3].isdigit() else 0
        mail, rcpt = (code, 0) if at_mail else (250, code)
        found.append(RelayAttempt(port, vector.name, vector.mail_from, vector.rcpt_to, mail, rcpt, text))
        if at_mail and code in (530, 535):
            break
    return tuple(found)
