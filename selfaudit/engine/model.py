"""An audit: the evidence and what the rules make of it."""

from __future__ import annotations

from dataclasses import dataclass

from selfaudit.case.statement import Statement
from selfaudit.checks import all_checks
from selfaudit.engine.evidence import Evidence
from selfaudit.findings import Mark, Outcome, Result


@dataclass(frozen=True, slots=True)
class Audit:
    """Evidence with its results, and what the person says besides.

    Attributes:
        evidence: what was seen.
        results: what the rules make of it.
        statement: what the customer states, None where nothing was stated.
        marks: what the person says about single findings.
    """

    evidence: Evidence
    results: tuple[Result, ...]
    statement: Statement | None = None
    marks: tuple[Mark, ...] = ()

    def exit_code(self) -> int:
        """0 nothing failed, 1 something failed, 3 something that matters is inconclusive, 130 interrupted (DESIGN)."""
        if self.evidence.interrupted:
            return 130
        if any(r.outcome is Outcome.FAIL for r in self.results):
            return 1
        checks = all_checks()
        unclear = any(r.outcome is Outcome.INCONCLUSIVE and not checks[r.check].spec.advisory for r in self.results)
        ours = any(r.outcome is Outcome.BUG for r in self.results)
        return 3 if unclear or ours or self.saw_nothing() else 0

    def saw_nothing(self) -> bool:
        """Whether no check was run at all: that is no all clear."""
        return all(r.outcome is Outcome.NOT_RUN for r in self.results)
