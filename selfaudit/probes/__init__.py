"""One module per kind of fact: what to ask, and what came back. No opinions."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import Protocol, cast

from selfaudit.case import Case, Target
from selfaudit.facts import Fact, ProbeFailure, Request
from selfaudit.net import Net
from selfaudit.probes.planned import PlannedContact

__all__ = ["PlannedContact", "Probe", "all_probes"]


class Probe(Protocol):
    """What each module of this package offers."""

    FACT: type[Fact]

    def request(self, target: Target, case: Case) -> Request:
        """The request that serves a check on this target."""

    def contacts(self, request: Request, net: Net) -> list[PlannedContact]:
        """Whom the request will ask, and how often at most. Sends nothing."""

    async def collect(self, request: Request, net: Net) -> Fact | ProbeFailure:
        """Asks, and returns what was seen."""


@cache
def all_probes() -> dict[str, Probe]:
    """Every probe by the kind of its fact."""
    found: dict[str, Probe] = {}
    for info in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{info.name}")
        fact = getattr(module, "FACT", None)
        if fact is None:
            continue
        if fact.kind in found:
            raise RuntimeError(f"two probes for {fact.kind}")
        found[fact.kind] = cast("Probe", module)
    return found
