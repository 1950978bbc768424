"""Where nothing can be concluded: from inside, without an answer, without a way. Shared by all checks of this family."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from selfaudit.facts.exposure import PortOutcome, PortState, TcpPorts
from selfaudit.facts.vantage import Port25, Position
from selfaudit.findings import Message, Remedy, Severity, Who
from selfaudit.i18n import N_, phrase
from selfaudit.protocols.position import inside

_ELSEWHERE = N_(
    "Run this audit from a computer outside: at home, on a phone's hotspot, on a server of another provider. Or ask the abuse desk "
    "to check it from theirs; say so in your statement."
)
_SUSPENDED = N_(
    "If the server is suspended or switched off, this is expected. While it is cut off, show its settings from the rescue console, and ask "
    "the desk to check again as soon as it is back. If it should be up, see whether it runs and whether a firewall drops everything."
)

INSIDE = Message(
    Severity.UNKNOWN,
    N_("From here it cannot be seen what strangers see at {address}: {why}. Servers trust their neighbours."),
    Remedy(_ELSEWHERE, verify="selfaudit audit {address}   # from elsewhere"),
)
NO_ROUTE = Message(
    Severity.UNKNOWN,
    N_("There is no way from here to {address}: this network has no {family}."),
    Remedy(_ELSEWHERE, verify="selfaudit audit {address}   # from elsewhere"),
)
CUT_OFF = Message(
    Severity.UNKNOWN,
    N_(
        "A router says that {address} cannot be reached ({detail}). This is what a server looks like that its provider has cut off, and so "
        "nothing can be tested."
    ),
    Remedy(_SUSPENDED, verify="traceroute {address}", who=Who.WAIT),
)
SILENT = Message(
    Severity.UNKNOWN,
    N_("{address} answers nothing at all: {count} ports were tried, none of them took or refused a connection. {controls}"),
    Remedy(_SUSPENDED, verify="nc -vz -w 5 {address} 443; nc -vz -w 5 {address} 22", who=Who.WAIT),
)

# A middlebox that takes every connection, or a decoy: then an open port shows nothing.
EVERYTHING_OPEN = Message(
    Severity.UNKNOWN,
    N_(
        "{address} takes connections on ports taken at random too ({ports}), so something in front of it answers for every port, and an open "
        "port shows nothing."
    ),
    Remedy(_ELSEWHERE, verify="nc -vz -w 5 {address} {port}"),
)


def believed(ports: TcpPorts, position: Position) -> TcpPorts:
    """The ports without refusals that may be forged: where this network refuses for others, "closed" is no more than silence."""
    if "tcp" not in position.refuses:
        return ports
    return replace(
        ports, ports=tuple(_unbelieved(p) for p in ports.ports), controls=tuple(_unbelieved(p) for p in ports.controls)
    )


def _unbelieved(state: PortState) -> PortState:
    return replace(state, outcome=PortOutcome.SILENT) if state.outcome is PortOutcome.CLOSED else state


def standing(ports: TcpPorts, position: Position, port25: Port25) -> tuple[str, dict[str, Any]] | None:
    """Why nothing can be concluded about an address at all: the name of the tag and its arguments, or None.

    Names: "INSIDE", "NO_ROUTE", "CUT_OFF", "SILENT".
    """
    address = ports.address
    why = inside(position)
    if why:
        return "INSIDE", {"address": address, "why": why}
    if not position.source:
        return "NO_ROUTE", {"address": address, "family": "IPv6" if ":" in address else "IPv4"}
    outcomes = {p.outcome for p in ports.ports}
    if outcomes and outcomes <= {PortOutcome.UNREACHABLE, PortOutcome.SILENT}:
        refused = next((p for p in ports.ports if p.outcome is PortOutcome.UNREACHABLE), None)
        if refused is not None:
            return "CUT_OFF", {"address": address, "detail": refused.detail}
        return "SILENT", {"address": address, "count": len(ports.ports), "controls": _controls(port25)}
    return None


def everything_open(ports: TcpPorts) -> dict[str, Any] | None:
    """The arguments of EVERYTHING_OPEN if random ports take connections, else None."""
    taken = [p.port for p in ports.controls if p.outcome is PortOutcome.OPEN]
    if not taken or len(taken) < len(ports.controls):
        return None
    return {"address": ports.address, "ports": [str(p) for p in taken], "port": taken[0]}


def _controls(port25: Port25) -> str:
    if port25.intercepted or not port25.controls:
        return ""
    if port25.blocked:
        return phrase("The control servers could not be reached either, so the reason may be this network.")
    return phrase("Other servers could be reached from here at the same time, so this network is not the reason.")
