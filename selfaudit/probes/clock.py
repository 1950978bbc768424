"""This computer's clock against others."""

from __future__ import annotations

import asyncio
import time

from selfaudit.case import Case, Target
from selfaudit.facts import Request
from selfaudit.facts.vantage import Clock, TimeSample
from selfaudit.i18n import phrase
from selfaudit.net import Net
from selfaudit.probes.planned import PlannedContact

FACT = Clock


def request(target: Target, case: Case) -> Request:
    """One per run."""
    return Request(FACT.kind, "case")


def contacts(request: Request, net: Net) -> list[PlannedContact]:
    """Each time server once."""
    return [PlannedContact(server, phrase("SNTP: what time is it?"), 1) for server in net.profile.time_servers]


async def collect(request: Request, net: Net) -> Clock:
    """Asks all time servers and looks at the root's fresh signature."""
    samples, root = await asyncio.gather(asyncio.gather(*(_sample(net, s) for s in net.profile.time_servers)), net.root_soa())
    return Clock(round(time.time(), 3), tuple(samples), root)


async def _sample(net: Net, server: str) -> TimeSample:
    try:
        offset, delay = await net.time_offset(server)
    except OSError as error:
        return TimeSample(server, error=str(error) or "no answer")
    return TimeSample(server, round(offset, 3), round(delay, 3))
