"""Facts that are put together from other facts of the same audit. They are never asked for, and not saved: judging makes them anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from selfaudit.case import Target
from selfaudit.engine.evidence import Record
from selfaudit.facts import Request
from selfaudit.facts.exposure import PortOutcome, TcpPorts
from selfaudit.facts.host import HostOutside, HostReport, OutsidePort
from selfaudit.facts.vantage import Position
from selfaudit.protocols.host_scope import own_addresses
from selfaudit.protocols.position import inside

Records = Mapping[tuple[str, str], Record]


def _outside(target: Target, records: Records) -> Record | None:
    """What the probes saw at the ports of a server's addresses, where they saw it as strangers do."""
    about = records.get((HostReport.kind, target.value))
    if about is None or not isinstance(about.fact, HostReport):
        return about
    report = about.fact
    mine = dict.fromkeys((*own_addresses(report), *([report.address] if report.address else [])))
    ports: list[OutsidePort] = []
    looked: list[str] = []
    for address in mine:
        seen, position = records.get((TcpPorts.kind, address)), records.get((Position.kind, address))
        if seen is None or position is None or not isinstance(seen.fact, TcpPorts) or not isinstance(position.fact, Position):
            continue
        if inside(position.fact) or any(c.outcome is PortOutcome.OPEN for c in seen.fact.controls):
            continue
        forged = "tcp" in position.fact.refuses
        looked.append(address)
        ports += [
            OutsidePort(address, p.port, str(PortOutcome.SILENT if forged and p.outcome is PortOutcome.CLOSED else p.outcome))
            for p in seen.fact.ports
        ]
    fact = HostOutside(target.value, tuple(looked), tuple(ports))
    return Record("", Request(HostOutside.kind, target.value), about.at, 0, fact)


DERIVED: dict[str, Callable[[Target, Records], Record | None]] = {HostOutside.kind: _outside}
