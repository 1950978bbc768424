"""What the collector wrote down on a server. It came before the run; nothing is sent."""

from __future__ import annotations

import datetime
from dataclasses import replace

from selfaudit.case import Case, Target
from selfaudit.facts import FailureReason, ProbeFailure, Request
from selfaudit.facts.host import HostReport
from selfaudit.i18n import phrase
from selfaudit.net import Net
from selfaudit.probes.planned import PlannedContact

FACT = HostReport


def request(target: Target, case: Case) -> Request:
    """One per server; the check sum of its text tells an older file from a newer one."""
    return Request(FACT.kind, target.value, tuple(h.sha256 for h in case.hosts if h.name == target.value))


def contacts(request: Request, net: Net) -> list[PlannedContact]:
    """Nobody."""
    return []


async def collect(request: Request, net: Net) -> HostReport | ProbeFailure:
    """Takes up the report, and notes when."""
    report = net.host_reports.get(request.subject)
    if report is None:
        return ProbeFailure(
            FailureReason.UNAVAILABLE, phrase("the collector's file of {host} is not at hand", host=request.subject)
        )
    return replace(report, seen=moment_now())


def moment_now() -> str:
    """This moment as RFC 3339 in UTC, to the second."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
