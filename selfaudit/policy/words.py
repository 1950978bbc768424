"""What a clause asks the customer to state."""

from __future__ import annotations

from selfaudit.case import Case
from selfaudit.policy.model import Clause


def attestation_of(clause: Clause, case: Case) -> str:
    """The words that are to be agreed to in a case, "" for none."""
    return clause.attestation_shared if case.shared == "yes" and clause.attestation_shared else clause.attestation
