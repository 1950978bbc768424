"""CAA records up the tree."""

from __future__ import annotations

import asyncio

from selfaudit.case import Case, Target
from selfaudit.facts import Request
from selfaudit.facts.zone import CaaLookups
from selfaudit.net import Net
from selfaudit.probes.planned import PlannedContact, resolver

FACT = CaaLookups


def request(target: Target, case: Case) -> Request:
    """One per domain."""
    return Request(FACT.kind, target.value)


def contacts(request: Request, net: Net) -> list[PlannedContact]:
    """The resolver."""
    return [resolver("CAA", request.subject.count(".") + 1)]


async def collect(request: Request, net: Net) -> CaaLookups:
    """Looks up the domain and every name above it; keeps those up to the first that has records."""
    labels = request.subject.split(".")
    names = [".".join(labels[i:]) for i in range(len(labels))]
    answers = await asyncio.gather(*(net.dns.lookup(name, "CAA") for name in names))
    decisive = next((i for i, a in enumerate(answers) if a.exists or not a.definite), len(answers) - 1)
    return CaaLookups(request.subject, tuple(answers[: decisive + 1]))
