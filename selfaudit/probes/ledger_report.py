"""What was counted in a ledger of consent. It was read before the run; nothing is sent."""

from __future__ import annotations

from selfaudit.case import Case, Target
from selfaudit.facts import FailureReason, ProbeFailure, Request
from selfaudit.facts.ledger import LedgerReport
from selfaudit.i18n import phrase
from selfaudit.net import Net
from selfaudit.probes.planned import PlannedContact

FACT = LedgerReport


def request(target: Target, case: Case) -> Request:
    """One per ledger; its check sum tells an older file from a newer one."""
    return Request(FACT.kind, target.value, tuple(s.sha256 for s in case.ledgers if s.name == target.value))


def contacts(request: Request, net: Net) -> list[PlannedContact]:
    """Nobody."""
    return []


async def collect(request: Request, net: Net) -> LedgerReport | ProbeFailure:
    """Takes up the report."""
    report = net.ledgers.get(request.subject)
    if report is None:
        return ProbeFailure(FailureReason.UNAVAILABLE, phrase("the ledger {name} is not at hand", name=request.subject))
    return report
