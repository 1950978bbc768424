"""A ledger of consent as it was counted: only aggregates and a redacted sample, never an address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from selfaudit.facts.base import Fact


@dataclass(frozen=True, slots=True)
class LedgerReport(Fact):
    """What was counted in one ledger.

    Attributes:
        name: of its file; results about it carry it as target of kind "ledger".
        sha256, size: of its octets.
        received: UTC by our clock when it was read, RFC 3339.
    """

    kind: ClassVar[str] = "ledger.report"

    name: str
    sha256: str
    size: int
    received: str
