"""The BIMI record of the default selector."""

from __future__ import annotations

from selfaudit.case import Case, Target
from selfaudit.facts import Request
from selfaudit.facts.mail import BimiRecord
from selfaudit.net import Net
from selfaudit.probes.planned import PlannedContact, resolver

FACT = BimiRecord


def request(target: Target, case: Case) -> Request:
    """One per domain."""
    return Request(FACT.kind, target.value)


def contacts(request: Request, net: Net) -> list[PlannedContact]:
    """The resolver."""
    return [resolver("BIMI record", 1)]


async def collect(request: Request, net: Net) -> BimiRecord:
    """One look-up."""
    return BimiRecord(request.subject, await net.dns.lookup(f"default._bimi.{request.subject}", "TXT"))
