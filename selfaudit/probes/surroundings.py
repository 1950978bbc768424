"""What this network does to connections, and under which address the world sees it."""

from __future__ import annotations

import asyncio

from selfaudit.case import Case, Target
from selfaudit.facts import Request
from selfaudit.facts.vantage import Surroundings
from selfaudit.i18n import phrase
from selfaudit.net import Net
from selfaudit.probes.planned import PlannedContact
from selfaudit.probes.position import position_of

FACT = Surroundings
# Where home routers, hotels and virus scanners put themselves in between.
_PORTS = (80, 443, 3128, 8080)


def request(target: Target, case: Case) -> Request:
    """One per run, with the named addresses."""
    return Request(FACT.kind, "case", case.addresses())


def contacts(request: Request, net: Net) -> list[PlannedContact]:
    """An address where no server is, and the names that answer with the address they are asked from."""
    nowhere = phrase("TCP: one connection each to ports 80, 443, 3128 and 8080 of an address where no server is (control)")
    refused = phrase("TCP and UDP: one packet each to a high port of an address where no server is (control)")
    planned = []
    if net.profile.silence_known:
        planned = [
            PlannedContact(net.profile.silent_address, nowhere, len(_PORTS)),
            PlannedContact(net.profile.silent_address, refused, 2),
        ]
    if net.profile.egress_names:
        asked = phrase("DNS: under which address does the world see this computer?")
        planned.append(PlannedContact(phrase("the name servers of such names"), asked, len(net.profile.egress_names)))
    return planned


async def collect(request: Request, net: Net) -> Surroundings:
    """All side by side."""
    ports = _PORTS if net.profile.silence_known else ()
    silent = asyncio.gather(*(net.control(net.profile.silent_address, port, greeting=False) for port in ports))
    positions = asyncio.gather(*(position_of(net, address) for address in request.params[:64]))
    egress, seen, stands = await asyncio.gather(net.egress(), silent, positions)
    return Surroundings(egress, tuple(seen), tuple(stands), net.has_ipv6())
