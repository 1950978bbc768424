"""Whether connections to port 25 leave this network."""

from __future__ import annotations

import asyncio

from selfaudit.case import Case, Target
from selfaudit.facts import Request
from selfaudit.facts.vantage import Port25
from selfaudit.i18n import phrase
from selfaudit.net import Net
from selfaudit.probes.planned import PlannedContact

FACT = Port25


def request(target: Target, case: Case) -> Request:
    """One per run."""
    return Request(FACT.kind, "case")


def contacts(request: Request, net: Net) -> list[PlannedContact]:
    """The control servers, and an address where no server is."""
    what = phrase("SMTP: one connection to port 25, only to read the greeting (control)")
    nowhere = phrase("TCP: one connection to port 25 of an address where no server is (control)")
    planned = [PlannedContact(host, what, 1) for host in net.profile.port25_controls]
    if net.profile.silence_known:
        planned.append(PlannedContact(net.profile.silent_address, nowhere, 1))
    return planned


async def collect(request: Request, net: Net) -> Port25:
    """All side by side."""
    controls = asyncio.gather(*(net.control(host, 25, greeting=True) for host in net.profile.port25_controls))
    if not net.profile.silence_known:
        return Port25(tuple(await controls), None)
    seen, silent = await asyncio.gather(controls, net.control(net.profile.silent_address, 25, greeting=False))
    return Port25(tuple(seen), silent)
