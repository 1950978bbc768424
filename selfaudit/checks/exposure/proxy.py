"""Strangers cannot use the server to reach others (open proxy).

What it checks:
    Whether a server at the address passes on what strangers ask it to: HTTP with a full URL, CONNECT, SOCKS 4, 4a and 5, on the ports
    where proxies usually are.

Why it matters:
    Whoever uses an open proxy appears to the world under your address: spam, attacks and fraud become yours. Spammers look for
    them all day.

How it is judged:
    1. Ports that take connections are asked, one method after the other, with a pause; the first proof is enough.
    2. A destination that can prove itself: a socket of this program that answers a random number with what only it knows, or,
       where nobody can reach this computer, the greeting of another server of yours. curl -x http://ADDRESS:PORT http://YOURS/;
       curl --socks5 ADDRESS:PORT http://YOURS/.
    3. Open: the proof comes back, or the destination itself was reached. “200 OK” proves nothing: many web servers answer so to
       everything, and that is no proxy.
    4. It says that it tried and could not get there (502 to 504 for this request only, SOCKS “host unreachable”): possibly open.
    5. A password demanded, 403, a SOCKS refusal, or a web page of its own: not a proxy for strangers. A port that the host itself
       says is closed: no proxy there. A port that does not answer says nothing.

Limits and false positives:
    Proxies may lead to some ports only; the destination is on a port above 1024. Scripts on web pages that fetch URLs for
    strangers are not tested. Proxies on unusual ports are not looked for.

References:
    RFC 9110 section 9.3.6 (CONNECT); RFC 9112 section 3.2.2 (absolute-form); RFC 1928 (SOCKS5).
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from selfaudit.checks.exposure import _reach
from selfaudit.facts.exposure import PortOutcome, ProxyAttempt, ProxyAttempts, ProxyOutcome, TcpPorts
from selfaudit.facts.vantage import Port25, Position, Surroundings
from selfaudit.findings import Check, Contact, Finding, Message, Remedy, Severity, found
from selfaudit.i18n import N_
from selfaudit.policy import Policy
from selfaudit.protocols.ports import PROXY_PORTS
from selfaudit.text import printable


class Tag(StrEnum):
    OPEN = "PROXY_OPEN"
    POSSIBLE = "PROXY_POSSIBLE"
    UNCLEAR = "PROXY_UNCLEAR"
    NONE = "PROXY_NONE"
    CLOSED = "PROXY_PORTS_CLOSED"
    NO_ANSWER = "PROXY_PORTS_SILENT"
    INTERCEPTED = "PROXY_PORTS_INTERCEPTED"
    EVERYTHING_OPEN = "PROXY_EVERY_PORT_OPEN"
    INSIDE = "PROXY_INSIDE"
    NO_ROUTE = "PROXY_NO_ROUTE"
    CUT_OFF = "PROXY_CUT_OFF"
    SILENT = "PROXY_HOST_SILENT"


CHECK = Check(
    "exposure.proxy", N_("Strangers cannot use the server to reach others (open proxy)"),
    (ProxyAttempts, TcpPorts, Position, Port25, Surroundings), "address", Contact.ACTIVE, advisory=True,
)  # fmt: skip

_CLOSE = Remedy(
    N_(
        "If you do not need the proxy, stop and remove it; an attacker may have put it there, so look how it came. If you need it, let it listen "
        "on 127.0.0.1 or a VPN, or demand a password, and close its port in the firewall."
    ),
    verify="{command}   # right: refused",
    stacks={
        "Squid": "acl mine src 203.0.113.0/28        # your own addresses\nhttp_access allow mine\nhttp_access deny all",
        "tinyproxy": "Listen 127.0.0.1\nAllow 127.0.0.1",
        "Apache": "ProxyRequests Off   # a reverse proxy needs only ProxyPass",
        "nginx": "Take “proxy_pass http://$http_host$request_uri;” and every “resolver” for it out of the configuration.",
        "Dante (sockd)": "client pass {{ from: 203.0.113.0/28 to: 0.0.0.0/0 }}\nclient block {{ from: 0.0.0.0/0 to: 0.0.0.0/0 }}",
        "microsocks": "microsocks -i 127.0.0.1 -u NAME -P PASSWORD",
        "3proxy": "auth strong\nusers NAME:CL:PASSWORD\nallow NAME",
        "Unknown program": "ss -lntp | grep ':{port} '   # which program listens; is it yours?",
    },
    minutes=30,
)

MESSAGES = {
    Tag.OPEN: Message(
        Severity.CRITICAL,
        N_(
            "{address} port {port} is an open proxy ({method}): a stranger's request to {destination} went through it, and the proof came back."
        ),
        _CLOSE,
    ),
    Tag.POSSIBLE: Message(
        Severity.MEDIUM,
        N_(
            "{address} port {port} seems to pass on what strangers ask for ({method} to {destination}), though nothing came back (“{reply}”). "
            "Possibly an open proxy."
        ),
        _CLOSE,
    ),
    Tag.UNCLEAR: Message(
        Severity.UNKNOWN,
        N_("{address} port {port} says that the way to {destination} is open ({method}), but nothing of it came back."),
        Remedy(
            N_("See which program listens there and what it lets strangers do."), verify="{command}; ss -lntp | grep ':{port} '"
        ),
    ),
    Tag.NONE: Message(Severity.GOOD, N_("{address} passes nothing on for strangers: asked on ports {ports}.")),
    Tag.CLOSED: Message(
        Severity.GOOD, N_("{address} refuses connections to {count} ports where proxies usually are, by the host's own word.")
    ),
    Tag.NO_ANSWER: Message(
        Severity.UNKNOWN,
        N_(
            "{address} did not answer on {count} ports where proxies usually are, or not in a way that decides ({ports}). A firewall may drop them for "
            "everybody or only for some."
        ),
        Remedy(
            N_("Show with “ss -lntp” on the server that no proxy listens on a public address. Then this is fine."),
            verify="on the server: ss -lntp",
        ),
    ),
    Tag.INTERCEPTED: Message(
        Severity.UNKNOWN,
        N_(
            "Something on this network answers web connections in place of other servers (ports {ports}), so nothing is said about {address} there."
        ),
        Remedy(
            N_("Switch off the web filter of your virus scanner or router, or run the audit from another network."),
            verify="nc -vz -w 5 192.0.2.1 80   # right: no connection",
        ),
    ),
    Tag.EVERYTHING_OPEN: _reach.EVERYTHING_OPEN,
    Tag.INSIDE: _reach.INSIDE,
    Tag.NO_ROUTE: _reach.NO_ROUTE,
    Tag.CUT_OFF: _reach.CUT_OFF,
    Tag.SILENT: _reach.SILENT,
}


def judge(
    proxy: ProxyAttempts, ports: TcpPorts, position: Position, port25: Port25, surroundings: Surroundings, policy: Policy
) -> Iterator[Finding]:
    address = proxy.address
    ports = _reach.believed(ports, position)
    standing = _reach.standing(ports, position, port25)
    if standing:
        yield found(Tag[standing[0]], **standing[1])
        return
    caught = [p for p in surroundings.intercepted_ports() if p in PROXY_PORTS]
    # Where this network answers itself, a proof shows only that something on the way is a proxy.
    proven = [a for a in proxy.attempts if a.outcome is ProxyOutcome.PROVEN and a.port not in caught]
    for attempt in proven:
        yield found(Tag.OPEN, **_args(address, attempt))
    everything = _reach.everything_open(ports)
    if everything and not proven:
        yield found(Tag.EVERYTHING_OPEN, **everything)
        return
    if caught:
        yield found(Tag.INTERCEPTED, address=address, ports=[str(p) for p in caught])
    done = {a.port for a in proven} | set(caught)
    asked = {a.port for a in proxy.attempts} - done
    doubtful: set[int] = set()
    for tag, outcome in ((Tag.POSSIBLE, ProxyOutcome.TRIED), (Tag.UNCLEAR, ProxyOutcome.UNCLEAR)):
        for port in sorted(asked - doubtful):
            first = next((a for a in proxy.attempts if a.port == port and a.outcome is outcome), None)
            if first is not None:
                doubtful.add(port)
                yield found(tag, **_args(address, first))
    settled = [p for p in sorted(asked - doubtful) if _settled([a for a in proxy.attempts if a.port == p])]
    if settled:
        yield found(Tag.NONE, address=address, ports=[str(p) for p in settled])
    by_outcome: dict[PortOutcome, list[int]] = {}
    for state in ports.ports:
        if state.port in PROXY_PORTS and state.port not in done:
            by_outcome.setdefault(state.outcome, []).append(state.port)
    if closed := by_outcome.get(PortOutcome.CLOSED):
        yield found(Tag.CLOSED, address=address, count=len(closed))
    # A port that the time did not suffice for is as unknown as one that did not answer.
    unknown = [p for p in PROXY_PORTS if p not in done | asked and ports.outcome(p) is not PortOutcome.CLOSED]
    unknown += [p for p in sorted(asked - doubtful) if p not in settled]
    if unknown and not proven:
        yield found(Tag.NO_ANSWER, address=address, count=len(unknown), ports=[str(p) for p in unknown])


def _settled(attempts: list[ProxyAttempt]) -> bool:
    """Whether the answers on a port rule a proxy out: every method was tried and got a definite answer.

    Silence to a protocol is one only where the server has shown that it speaks the other.
    """
    definite = (ProxyOutcome.REFUSED, ProxyOutcome.NOT_A_PROXY)
    http = [a for a in attempts if a.method in _HTTP]
    others = [a for a in attempts if a.method not in _HTTP]
    speaks_http = any(a.reply.startswith("HTTP/") for a in http)
    speaks_socks = any(a.method == "SOCKS5" and a.outcome is ProxyOutcome.REFUSED for a in others)
    return len({a.method for a in attempts}) == _METHODS and all(
        a.outcome in definite
        or (a.outcome is ProxyOutcome.SILENT and (speaks_socks if a.method in _HTTP else speaks_http and not speaks_socks))
        for a in attempts
    )


_HTTP, _METHODS = ("GET", "CONNECT"), 5


def _args(address: str, attempt: ProxyAttempt) -> dict[str, str | int]:
    server = f"[{address}]:{attempt.port}" if ":" in address else f"{address}:{attempt.port}"
    scheme = {"SOCKS4": "socks4", "SOCKS4a": "socks4a", "SOCKS5": "socks5"}.get(attempt.method, "http")
    tunnel = " -p" if attempt.method == "CONNECT" else ""
    return {
        "address": address, "port": attempt.port, "method": attempt.method, "destination": attempt.destination,
        "reply": printable(attempt.reply.partition("\r\n")[0], 80) if attempt.reply.startswith("HTTP/") else attempt.detail or attempt.reply.encode("latin-1")[:10].hex(" "),
        "command": f"curl -sS -m 10{tunnel} -x {scheme}://{server} http://example.com/",
    }  # fmt: skip
