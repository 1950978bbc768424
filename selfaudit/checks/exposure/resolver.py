"""The server answers nobody's DNS questions but its own users' (open resolver).

What it checks:
    Whether the address answers strangers' questions about other people's names, over UDP and TCP.

Why it matters:
    An open resolver is a weapon: attackers send it small questions in their victim's name, and it sends large answers to the
    victim. Providers block port 53 or the whole server for it, and CERTs report it day after day.

How it is judged:
    1. First the network here: if port 53 is intercepted, every address looks like an open resolver, and nothing is concluded; nor
       if this computer is so close to the server that it may be trusted.
    2. What is the right answer? Names of unrelated organisations (dns.google, a.gtld-servers.net, the top-level domain of your
       own domains) are looked up from here; what has no answer is not asked about.
    3. dig @ADDRESS NAME TYPE and the same with +tcp. Silence over UDP is tried three times: rate limiting drops answers on purpose.
    4. Open: the RA bit, no AA bit, and the right answer. A wrong answer, an answer from the cache without RA, an authoritative
       answer about what is not its own, a referral to the root, REFUSED that still promises recursion (RA) are findings of their own.
    5. REFUSED without RA, or a port that the host itself says is closed: not open. SERVFAIL, silence, and what cannot be read
       say nothing.
    6. The desk can repeat it with dig +short @ADDRESS dnsscan.shadowserver.org (Shadowserver's own test).

Limits and false positives:
    A server may answer some networks only; this one was not among them. IPv4 and IPv6 are addresses of their own: name both.

References:
    RFC 1035 section 4.1.1 (RA, AA, RCODE); RFC 5358 (BCP 140); RFC 7766 (TCP); RFC 8499 (open resolver).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum
from typing import Any

from selfaudit.checks.exposure import _reach
from selfaudit.facts.dns import DnsStatus, bare
from selfaudit.facts.exposure import Recursion, RecursionOutcome, TcpPorts
from selfaudit.facts.vantage import DnsVantage, Port25, Position
from selfaudit.findings import Check, Contact, Finding, Message, Remedy, Severity, Who, found
from selfaudit.i18n import N_
from selfaudit.policy import Policy
from selfaudit.protocols.recursion import Opened, Openness, judge_tries
from selfaudit.text import printable


class Tag(StrEnum):
    OPEN = "RESOLVER_OPEN"
    WRONG_ANSWER = "RESOLVER_WRONG_ANSWER"
    FROM_CACHE = "RESOLVER_ANSWERS_FROM_CACHE"
    CLAIMS = "RESOLVER_CLAIMS_AUTHORITY"
    REFERRAL_UP = "RESOLVER_UPWARD_REFERRAL"
    REFUSED_WITH_RA = "RESOLVER_REFUSES_WITH_RA"
    REFUSED = "RESOLVER_REFUSED"
    CLOSED = "RESOLVER_CLOSED"
    SERVFAIL = "RESOLVER_SERVFAIL"
    UNCLEAR = "RESOLVER_UNCLEAR"
    NO_ANSWER = "RESOLVER_NO_ANSWER"
    PARTLY_SILENT = "RESOLVER_PARTLY_SILENT"
    INTERCEPTED = "RESOLVER_PORT53_INTERCEPTED"
    INSIDE = "RESOLVER_INSIDE"
    NO_ROUTE = "RESOLVER_NO_ROUTE"
    CUT_OFF = "RESOLVER_CUT_OFF"
    SILENT = "RESOLVER_HOST_SILENT"


CHECK = Check(
    "exposure.resolver", N_("The server answers nobody's DNS questions but its own users' (open resolver)"),
    (Recursion, TcpPorts, Position, Port25, DnsVantage), "address", Contact.ACTIVE,
)  # fmt: skip

_RESTRICT = {
    "BIND": "options {{\n  recursion no;                  // or: allow-recursion {{ localhost; localnets; }};\n  allow-query-cache {{ localhost; }};\n}};",
    "Unbound": "server:\n  interface: 127.0.0.1\n  access-control: 0.0.0.0/0 refuse\n  access-control: ::0/0 refuse\n  access-control: 127.0.0.0/8 allow",
    "dnsmasq": "local-service\nlisten-address=127.0.0.1\nbind-interfaces",
    "PowerDNS Recursor": "allow-from=127.0.0.0/8, ::1/128",
    "systemd-resolved": "Take every DNSStubListenerExtra= line with a public address out of /etc/systemd/resolved.conf, then\nsystemctl restart systemd-resolved",
    "Docker": "Publish port 53 on 127.0.0.1 only: -p 127.0.0.1:53:53/udp -p 127.0.0.1:53:53/tcp",
    "Windows DNS": "Set-DnsServerRecursion -Enable $false",
    "MikroTik": "/ip dns set allow-remote-requests=no",
}
_CLOSE = Remedy(
    N_(
        "If the server only serves your own zones, switch recursion off. If it resolves names for your own machines, let it answer these and "
        "nobody else. If nothing needs it, stop it. Close port 53 in the firewall unless the world asks it about your zones."
    ),
    verify="dig @{address} {name} {rdtype}{tcp}; dig +short @{address} dnsscan.shadowserver.org   # right: REFUSED or no answer",
    stacks=_RESTRICT,
)

MESSAGES = {
    Tag.OPEN: Message(
        Severity.HIGH,
        N_(
            "{address} is an open resolver ({protocols}): it answered {name} {rdtype} for a stranger, and rightly: {records}. "
            "{octets_out} octets in, {octets_in} out."
        ),
        _CLOSE,
    ),
    Tag.WRONG_ANSWER: Message(
        Severity.MEDIUM,
        N_(
            "{address} answers strangers about other people's names ({protocols}), and wrongly: {name} {rdtype} is not “{records}”. "
            "Attackers can use it all the same."
        ),
        _CLOSE,
    ),
    Tag.FROM_CACHE: Message(
        Severity.MEDIUM,
        N_(
            "{address} offers no recursion, but gives strangers what stands in its cache ({protocols}): {name} {rdtype} {records}."
        ),
        _CLOSE,
    ),
    Tag.CLAIMS: Message(
        Severity.LOW,
        N_(
            "{address} answers about {name}, which is not its own, as if it were ({protocols}): {records}. It is no open resolver, but scanners "
            "may take it for one."
        ),
        Remedy(
            N_(
                "Take zones that are not yours out of the server, above all an empty root zone; let it refuse what it does not serve."
            ),
            verify="dig @{address} {name} {rdtype}{tcp}   # right: REFUSED",
            stacks=_RESTRICT,
        ),
    ),
    Tag.REFERRAL_UP: Message(
        Severity.MEDIUM,
        N_(
            "{address} sends strangers to the root servers ({protocols}). That is no recursion, but an answer of {octets_in} octets to a "
            "question of {octets_out}, which attackers use."
        ),
        Remedy(
            N_("Let the server refuse what it does not serve, rather than refer to the root."),
            verify="dig @{address} {name} {rdtype}{tcp}   # right: REFUSED",
            stacks={
                "BIND": "options {{ recursion no; additional-from-cache no; minimal-responses yes; }};   # additional-from-cache: before 9.12",
                "PowerDNS": "send-root-referral=no",
                "Windows DNS": "Set-DnsServerRecursion -Enable $false; remove the root hints",
            },
        ),
    ),
    Tag.REFUSED_WITH_RA: Message(
        Severity.LOW,
        N_(
            "{address} refuses strangers, but its answer still promises recursion (RA bit, {protocols}). Some providers' scanners take "
            "that for an open resolver."
        ),
        Remedy(
            N_(
                "Switch recursion off where the server only serves zones. If it resolves for your own machines, drop strangers' questions in the firewall."
            ),
            verify="dig @{address} {name} {rdtype}{tcp}   # right: no “ra” in flags",
            stacks=_RESTRICT,
        ),
    ),
    Tag.REFUSED: Message(Severity.GOOD, N_("{address} refuses strangers' questions about other people's names ({protocols}).")),
    Tag.CLOSED: Message(
        Severity.GOOD,
        N_("{address} runs no DNS server for strangers: the host itself says that port {port} is closed ({protocols})."),
    ),
    Tag.SERVFAIL: Message(
        Severity.UNKNOWN,
        N_("{address} answers strangers' questions with a failure, SERVFAIL ({protocols}). That says neither open nor closed."),
        Remedy(
            N_("Ask again later. A server that only serves zones should refuse; see that recursion is off."),
            verify="dig @{address} {name} {rdtype}{tcp}",
            stacks=_RESTRICT,
        ),
    ),
    Tag.UNCLEAR: Message(
        Severity.UNKNOWN,
        N_("{address} answered in a way that decides nothing ({protocols}: {outcome} {detail})."),
        Remedy(
            N_("Repeat the question by hand and look at the flags and the answer."),
            verify="dig @{address} {name} {rdtype}{tcp}",
        ),
    ),
    Tag.NO_ANSWER: Message(
        Severity.UNKNOWN,
        N_(
            "{address} did not answer DNS questions ({protocols}; three tries over UDP). A firewall may drop them for everybody or only for some."
        ),
        Remedy(
            N_(
                "Show with “ss -lnup” on the server that nothing listens on port 53, or that only local addresses are served. Then this is fine."
            ),
            verify="dig @{address} {name} {rdtype}; on the server: ss -lntup | grep ':53 '",
        ),
    ),
    Tag.PARTLY_SILENT: Message(Severity.INFO, N_("{address} did not answer over {protocols}.")),
    Tag.INTERCEPTED: Message(
        Severity.UNKNOWN,
        N_(
            "Something on this network answers DNS questions in place of other servers, so the answers are not those of {address}."
        ),
        Remedy(
            N_("Run the audit from another network (a phone's hotspot, a rented server), or ask the abuse desk to test it."),
            verify="dig @192.0.2.1 example.com   # right: no answer",
            who=Who.YOU,
        ),
    ),
    Tag.INSIDE: _reach.INSIDE,
    Tag.NO_ROUTE: _reach.NO_ROUTE,
    Tag.CUT_OFF: _reach.CUT_OFF,
    Tag.SILENT: _reach.SILENT,
}

_GOOD = (Openness.REFUSED, Openness.CLOSED)
_QUIET = (Openness.SILENT, Openness.UNREACHABLE)


def judge(
    recursion: Recursion, ports: TcpPorts, position: Position, port25: Port25, vantage: DnsVantage, policy: Policy
) -> Iterator[Finding]:
    ports = _reach.believed(ports, position)
    recursion = _believed(recursion, position)
    opened = judge_tries(recursion.tries, recursion.expected)
    answered = any(o.openness not in _QUIET for o in opened)
    standing = _reach.standing(ports, position, port25)
    if standing and (standing[0] == "INSIDE" or not answered):
        yield found(Tag[standing[0]], **standing[1])
        return
    for control in (vantage.interception, vantage.interception_tcp):
        if control is not None and control.status not in (DnsStatus.TIMEOUT, DnsStatus.UNREACHABLE):
            yield found(Tag.INTERCEPTED, address=recursion.address)
            return
    named = [o for o in opened if o.openness not in (*_GOOD, *_QUIET)]
    for openness in dict.fromkeys(o.openness for o in named):
        same = [o for o in named if o.openness is openness]
        yield found(Tag[openness.name], **{**_args(recursion, same[0]), "protocols": _protocols(same)})
    for openness, tag in ((Openness.REFUSED, Tag.REFUSED), (Openness.CLOSED, Tag.CLOSED)):
        same = [o for o in opened if o.openness is openness]
        if same:
            yield found(tag, address=recursion.address, protocols=_protocols(same), port=same[0].decisive.port)
    silent = [o for o in opened if o.openness in _QUIET]
    if not silent:
        return
    # UDP is what attackers use: while it is silent, an answer over TCP is no all clear.
    definite = any(o.decisive.protocol == "udp" and o.openness not in _QUIET for o in opened) or bool(named)
    if definite:
        yield found(Tag.PARTLY_SILENT, address=recursion.address, protocols=_protocols(silent))
    else:
        yield found(Tag.NO_ANSWER, **{**_args(recursion, silent[0]), "protocols": _protocols(silent)})


def _believed(recursion: Recursion, position: Position) -> Recursion:
    """Without refusals that this network may have forged."""
    tries = tuple(
        replace(t, outcome=RecursionOutcome.TIMEOUT)
        if t.outcome is RecursionOutcome.CLOSED and t.protocol in position.refuses
        else t
        for t in recursion.tries
    )
    return replace(recursion, tries=tries)


def _protocols(opened: list[Opened]) -> list[str]:
    return [f"{o.decisive.protocol.upper()} {o.decisive.port}" for o in opened]


def _args(recursion: Recursion, opened: Opened) -> dict[str, Any]:
    said = opened.decisive
    return {
        "address": recursion.address, "protocols": _protocols([opened]), "port": said.port, "name": bare(said.name), "rdtype": said.rdtype,
        "records": [printable(bare(r), 80) for r in said.records[:3]] or [str(said.outcome).upper()], "octets_out": said.octets_out,
        "octets_in": said.octets_in, "tcp": " +tcp" if said.protocol == "tcp" else "", "outcome": str(said.outcome).upper(),
        "detail": printable(said.detail, 120),
    }  # fmt: skip
