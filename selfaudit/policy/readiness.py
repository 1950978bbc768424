"""What becomes of every clause of a policy, over results and statements. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from selfaudit.case import Case
from selfaudit.case.statement import Statement
from selfaudit.findings import Mark, Result
from selfaudit.policy.model import Pack, Readiness


def assess(
    pack: Pack, case: Case, results: Iterable[Result], statement: Statement | None = None, marks: Iterable[Mark] = ()
) -> Readiness:
    """How a case stands before a policy."""
    raise NotImplementedError
