"""Asking name servers for the whole zone, where that is allowed."""

from __future__ import annotations

import asyncio

from selfaudit.case import Case, Target
from selfaudit.facts import FailureReason, ProbeFailure, Request
from selfaudit.facts.dns import bare
from selfaudit.facts.zone import TransferAttempt, TransferOutcome, ZoneTransfers
from selfaudit.i18n import phrase
from selfaudit.net import Net
from selfaudit.net.gate import NotPermittedError
from selfaudit.probes.planned import PlannedContact
from selfaudit.probes.zone_cut import find_zone, host_addresses

FACT = ZoneTransfers
_MAX_HOSTS = 8


def request(target: Target, case: Case) -> Request:
    """One per domain."""
    return Request(FACT.kind, target.value)


def contacts(request: Request, net: Net) -> list[PlannedContact]:
    """One connection to each name server that may be asked."""
    return [
        PlannedContact(
            phrase("the name servers of {subject}", subject=request.subject),
            phrase("DNS: one zone transfer each, broken off at once"),
            4,
            active=True,
        )
    ]


async def collect(request: Request, net: Net) -> ZoneTransfers | ProbeFailure:
    """Tries each address once. Servers without authority are named, not asked."""
    found = await find_zone(net, request.subject)
    attempts = await asyncio.gather(*(_host(net, found.zone, h, found.glue.get(h, ())) for h in found.hosts[:_MAX_HOSTS]))
    every = tuple(a for group in attempts for a in group)
    if every and all(a.outcome is TransferOutcome.NOT_PERMITTED for a in every):
        others = ", ".join(sorted({a.host for a in every}))
        return ProbeFailure(
            FailureReason.NOT_PERMITTED,
            phrase(
                "its name servers ({others}) were neither named as targets nor proven to be yours; name them if they are",
                others=others,
            ),
        )
    return ZoneTransfers(found.zone, every, found.parent)


async def _host(net: Net, zone: str, host: str, glue: tuple[str, ...]) -> list[TransferAttempt]:
    _answers, addresses = await host_addresses(net, host, glue)
    attempts = []
    for address in addresses:
        if ":" in address and not net.has_ipv6():
            continue
        await net.gate.learn_authority(address)
        try:
            outcome, records, detail = await net.transfer(address, zone)
            attempts.append(TransferAttempt(bare(host), address, TransferOutcome(outcome), records, detail))
        except NotPermittedError as error:
            attempts.append(TransferAttempt(bare(host), address, TransferOutcome.NOT_PERMITTED, detail=str(error)))
    return attempts
