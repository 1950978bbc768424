"""Asking an address about names that are not its business, by UDP and TCP."""

from __future__ import annotations

import asyncio

from selfaudit.case import Case, Target
from selfaudit.facts import FailureReason, ProbeFailure, Request
from selfaudit.facts.exposure import ExpectedAnswer, Recursion, RecursionOutcome, RecursionTry
from selfaudit.i18n import phrase
from selfaudit.net import Net
from selfaudit.probes.planned import PlannedContact, resolver

FACT = Recursion
# Names that everybody's resolver knows, of organisations that have nothing to do with each other, and that hardly change.
_NAMES = (("dns.google.", "A"), ("a.gtld-servers.net.", "A"))
_TRIES = 3  # rate limiting drops answers now and then, on purpose
_SILENT = (RecursionOutcome.TIMEOUT, RecursionOutcome.UNREACHABLE)


def request(target: Target, case: Case) -> Request:
    """One per address; the top-level domains of the case's domains give names to ask for."""
    zones = {d.rpartition(".")[2] for d in case.domains()}
    return Request(FACT.kind, target.value, tuple(sorted(zones)))


def contacts(request: Request, net: Net) -> list[PlannedContact]:
    """A few questions over UDP and TCP."""
    what = phrase("DNS: at most {count} questions about other people's names, over UDP and TCP", count=_TRIES + 3)
    return [
        PlannedContact(request.subject, what, (_TRIES + 3) * len(_ports(net)), active=True),
        resolver(phrase("what the world answers to the same questions"), 4),
    ]


async def collect(request: Request, net: Net) -> Recursion | ProbeFailure:
    """Learns what the right answers are, then asks the address. All three tries silent means that nothing is known."""
    address = request.subject
    if ":" in address and not net.has_ipv6():
        return ProbeFailure(FailureReason.UNAVAILABLE, phrase("this network has no IPv6"))
    expected = await net.once(("recursion-names", request.params), lambda: _expected(net, request.params))
    names = [(e.name, e.rdtype) for e in expected] or [_NAMES[0]]
    groups = await asyncio.gather(
        *(probe(net, address, port, names) for port in _ports(net) for probe in (_over_udp, _over_tcp))
    )
    return Recursion(address, tuple(t for group in groups for t in group), expected)


def _ports(net: Net) -> tuple[int, ...]:
    return tuple(sorted({53, net.profile.port}))


async def _expected(net: Net, zones: tuple[str, ...]) -> tuple[ExpectedAnswer, ...]:
    wanted = [*_NAMES, *((f"{zone}.", "NS") for zone in zones), (".", "NS")]
    answers = await asyncio.gather(*(net.authoritative(name, rdtype) for name, rdtype in wanted))
    found = [ExpectedAnswer(a.name, a.rdtype, a.records) for a in answers if a.exists]
    return tuple(found[:3])


async def _over_udp(net: Net, address: str, port: int, names: list[tuple[str, str]]) -> list[RecursionTry]:
    tries: list[RecursionTry] = []
    for number in range(_TRIES):
        if number:
            await net.active.pause()
        tries.append(await net.ask_recursion(address, port, *names[0], tcp=False))
        if tries[-1].outcome not in _SILENT:
            break
    # A second name, so that one accident of a record decides nothing.
    if tries[-1].outcome in (RecursionOutcome.ANSWER, RecursionOutcome.NXDOMAIN) and len(names) > 1:
        await net.active.pause()
        tries.append(await net.ask_recursion(address, port, *names[1], tcp=False))
    return tries


async def _over_tcp(net: Net, address: str, port: int, names: list[tuple[str, str]]) -> list[RecursionTry]:
    return [await net.ask_recursion(address, port, *names[0], tcp=True)]
