"""Which ports of an address take connections: each is tried once, and nothing is sent over it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable

from selfaudit.case import Case, Target
from selfaudit.facts import FailureReason, ProbeFailure, Request
from selfaudit.facts.exposure import PortOutcome, PortState, TcpPorts
from selfaudit.i18n import phrase
from selfaudit.net import Net
from selfaudit.probes.planned import PlannedContact
from selfaudit.protocols.ports import SERVICES, SIGNS, SURVEYED, control_ports

FACT = TcpPorts
# Most dangerous first: if the time is used up, the rest is left out and counts as not tried.
_ORDER = tuple(dict.fromkeys((*SERVICES, *SURVEYED)))
# A lost SYN is sent again after one second (RFC 6298 section 2), so either wait leaves room for one more.
_PATIENCE, _LEAST_PATIENCE = 2.0, 1.25
_SHARE = 0.8  # of the time for one observation; the questions to open ports come after


def request(target: Target, case: Case) -> Request:
    """One per address."""
    return Request(FACT.kind, target.value)


def contacts(request: Request, net: Net) -> list[PlannedContact]:
    """One connection to each port."""
    count = len(SURVEYED) + len(control_ports(bytes(8)))
    return [PlannedContact(request.subject, phrase("TCP connections without data"), count, active=True)]


async def collect(request: Request, net: Net) -> TcpPorts | ProbeFailure:
    """The survey of an address, made once in a run."""
    if ":" in request.subject and not net.has_ipv6():
        return ProbeFailure(FailureReason.UNAVAILABLE, phrase("this network has no IPv6"))
    return await net.once(("ports", request.subject), lambda: survey(net, request.subject))


async def survey(net: Net, address: str) -> TcpPorts:
    """Tries every port of the list. Share the result by `net.once(("ports", address), ...)`.

    Ports for which the time did not suffice are left out.

    Raises:
        NotPermittedError: without authority for the address.
    """
    deadline = asyncio.get_running_loop().time() + net.settings.limits.check_deadline * _SHARE
    controls = control_ports(os.urandom(8))
    seen = await _try(net, address, (*SIGNS, *controls), _PATIENCE, deadline)
    alive = [s.ms / 1000 for s in seen.values() if s.outcome in (PortOutcome.OPEN, PortOutcome.CLOSED)]
    patience = min(_PATIENCE, _LEAST_PATIENCE + 2 * min(alive)) if alive else _PATIENCE
    seen |= await _try(net, address, [p for p in _ORDER if p not in SIGNS], patience, deadline)
    return TcpPorts(address, tuple(seen[p] for p in SURVEYED if p in seen), tuple(seen[p] for p in controls if p in seen))


async def _try(net: Net, address: str, ports: Iterable[int], patience: float, deadline: float) -> dict[int, PortState]:
    # Waiters are served in turn; one connection is left to the other probes, which would else wait for the whole survey.
    lanes = asyncio.Semaphore(max(1, net.active.limits.target_in_flight - 1))

    async def one(port: int) -> PortState:
        async with lanes:
            return await net.active.port_state(address, port, patience)

    tasks = [asyncio.create_task(one(p)) for p in ports]
    try:
        done, _late = await asyncio.wait(tasks, timeout=max(0.0, deadline - asyncio.get_running_loop().time()))
        return {state.port: state for state in (task.result() for task in tasks if task in done)}
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
