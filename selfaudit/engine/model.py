"""An audit: the evidence and what the rules make of it."""

from __future__ import annotations

from dataclasses import dataclass

from selfaudit.checks import all_checks
from selfaudit.engine.evidence import Evidence
from selfaudit.findings import Outcome, Result


@dataclass(frozen=True, slots=True)
class Audit:
    """Evidence with its results."""

    evidence: Evidence
    results: tuple[Result, ...]

    def exit_code(self) -> int:
        """0 nothing failed, 1 something failed, 3 something that matters is inconclusive, 130 interrupted (DESIGN)."""
        if self.evidence.interrupted:
            return 130
        if any(r.outcome is Outcome.FAIL for r in self.results):
            return 1
        checks = all_checks()
        unclear = (Outcome.INCONCLUSIVE, Outcome.BUG)
        if any(r.outcome in unclear and not checks[r.check].spec.advisory for r in self.results if r.check in checks):
            return 3
        return 0
