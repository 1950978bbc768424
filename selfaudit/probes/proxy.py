"""Asking the open ports of an address to pass something on, to a socket of ours or to another host of the customer."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from selfaudit.case import Case, Target
from selfaudit.facts import FailureReason, ProbeFailure, Request
from selfaudit.facts.exposure import ProxyAttempt, ProxyAttempts, ProxyOutcome
from selfaudit.i18n import phrase
from selfaudit.net import Net
from selfaudit.net.endpoint import Endpoint
from selfaudit.net.gate import NotPermittedError
from selfaudit.net.proxy import HTTP_METHODS, SOCKS_METHODS, Destination, ProxyTest
from selfaudit.probes.planned import PlannedContact
from selfaudit.probes.port_survey import survey
from selfaudit.protocols.ports import PROXY_PORTS, SOCKS_PORTS

FACT = ProxyAttempts
# Services that speak first: their greeting, seen directly, is known again at the end of a tunnel.
_GREETING_PORTS = (25, 22, 21)
_WAIT = 8.0  # seconds for an answer: a proxy needs time to connect to where it leads
_SHARE = 0.9  # of the time for one observation


def request(target: Target, case: Case) -> Request:
    """One per address; the other addresses of the case may serve as the far end of a tunnel."""
    return Request(FACT.kind, target.value, tuple(a for a in case.addresses() if a != target.value)[:8])


def contacts(request: Request, net: Net) -> list[PlannedContact]:
    """Up to seven requests to each port that is open; greetings of the customer's other servers."""
    what = phrase(
        "HTTP and SOCKS: at most seven requests, most of them to pass something on, to each of {count} ports if it is open",
        count=len(PROXY_PORTS),
    )
    planned = [PlannedContact(request.subject, what, 7 * len(PROXY_PORTS), active=True)]
    if request.params:
        other = phrase("TCP: reading the greeting of ports 25, 22 and 21, so that a tunnel to it can be recognised")
        planned += [PlannedContact(a, other, len(_GREETING_PORTS), active=True) for a in request.params[:1]]
    return planned


async def collect(request: Request, net: Net) -> ProxyAttempts | ProbeFailure:
    """Tries the methods on each open port until one is proven."""
    address = request.subject
    deadline = asyncio.get_running_loop().time() + net.settings.limits.check_deadline * _SHARE
    if ":" in address and not net.has_ipv6():
        return ProbeFailure(FailureReason.UNAVAILABLE, phrase("this network has no IPv6"))
    ports = await net.once(("ports", address), lambda: survey(net, address))
    usable = [p for p in ports.open_ports() if p in PROXY_PORTS]
    if not usable:
        return ProxyAttempts(address, ())
    endpoint, second, make = await _far_end(net, address, request.params)
    wait = min(net.settings.limits.connect_timeout * 2, _WAIT)
    test = ProxyTest(net.active, address, wait, embedded=net.gate.routes is not None)
    groups: list[list[ProxyAttempt]] = [[] for _port_number in usable]
    await asyncio.gather(*(_port(net, test, port, make, group, deadline) for port, group in zip(usable, groups, strict=True)))
    return ProxyAttempts(address, tuple(a for group in groups for a in group), endpoint, second)


def _against(attempt: ProxyAttempt, plain: int) -> ProxyAttempt:
    """An answer in the light of how the server answers an ordinary request."""
    if attempt.outcome is ProxyOutcome.TRIED and plain >= 500:
        return replace(
            attempt, outcome=ProxyOutcome.UNCLEAR, detail=phrase("it answers every request with an error of its own")
        )
    if attempt.outcome is ProxyOutcome.SILENT and plain:
        return replace(
            attempt, outcome=ProxyOutcome.UNCLEAR, detail=phrase("it answers other requests, and keeps silent to this one")
        )
    return attempt


async def _far_end(net: Net, address: str, others: tuple[str, ...]) -> tuple[str, str, Callable[[str], Destination]]:
    """(our endpoint or "", the customer's second host or "", what makes a destination of it)."""
    source, _own = net.stand(address)
    endpoint = await net.endpoint(source) if source else None
    if endpoint is not None:
        return endpoint.authority, "", lambda _method: _ours(endpoint)
    # No far end that could prove anything: whether the server tries at all still tells something.
    nowhere = Destination(net.profile.silent_address, 80, "/", b"", lambda _data: False, lambda: "")
    second = await _second_host(net, others)
    if second is not None:
        return "", second.authority, lambda method: nowhere if method == "GET" else second
    return "", "", lambda _method: nowhere


def _ours(endpoint: Endpoint) -> Destination:
    nonce = endpoint.nonce()
    path, proof = f"/selfaudit-{nonce}", endpoint.proof(nonce).encode()
    knock = f"GET {path} HTTP/1.0\r\nHost: {endpoint.authority}\r\n\r\n".encode("ascii")
    return Destination(
        endpoint.address, endpoint.port, path, knock, lambda data: proof in data, lambda: endpoint.reached(nonce)
    )


async def _port(
    net: Net, test: ProxyTest, port: int, make: Callable[[str], Destination], attempts: list[ProxyAttempt], deadline: float
) -> None:
    """Adds the attempts on a port; what was seen until the deadline stays."""
    methods = (*SOCKS_METHODS, *HTTP_METHODS) if port in SOCKS_PORTS else (*HTTP_METHODS, *SOCKS_METHODS)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout_at(deadline):
            for method in methods:
                if attempts:
                    await net.active.pause()
                attempt = await test.attempt(port, method, make(method))
                if method in HTTP_METHODS and attempt.outcome in (ProxyOutcome.TRIED, ProxyOutcome.SILENT):
                    attempt = _against(attempt, await test.plain_status(port))
                attempts.append(attempt)
                if attempt.outcome is ProxyOutcome.PROVEN:
                    break


def _holds(sign: bytes, data: bytes) -> bool:
    return sign in data


async def _second_host(net: Net, addresses: tuple[str, ...]) -> Destination | None:
    """Another host of the customer that may be contacted and greets."""
    for address in addresses:
        found = await net.once(("greets", address), partial(_greets, net, address))
        if found is not None:
            port, sign = found
            return Destination(address, port, "", b"", partial(_holds, sign), lambda: "", certain=True)
    return None


async def _greets(net: Net, address: str) -> tuple[int, bytes] | None:
    """(port, first words) of a service that speaks first."""
    await net.gate.learn_authority(address)
    for port in _GREETING_PORTS:
        try:
            greeting = await net.active.greeting(address, port)
        except NotPermittedError:
            return None
        sign = b" ".join(greeting.split()[:2])
        if len(sign) >= 8:
            return port, sign
    return None
