"""The TLS-RPT record."""

from __future__ import annotations

from selfaudit.case import Case, Target
from selfaudit.facts import Request
from selfaudit.facts.mail import TlsReporting
from selfaudit.net import Net
from selfaudit.probes.planned import PlannedContact, resolver

FACT = TlsReporting


def request(target: Target, case: Case) -> Request:
    """One per domain."""
    return Request(FACT.kind, target.value)


def contacts(request: Request, net: Net) -> list[PlannedContact]:
    """The resolver."""
    return [resolver("TLS-RPT record", 1)]


async def collect(request: Request, net: Net) -> TlsReporting:
    """One look-up."""
    return TlsReporting(request.subject, await net.dns.lookup(f"_smtp._tls.{request.subject}", "TXT"))
