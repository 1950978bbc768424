"""How an audit stands before the policy of the case's provider."""

from __future__ import annotations

from selfaudit.case import Case
from selfaudit.engine.model import Audit
from selfaudit.errors import UserError
from selfaudit.i18n import _
from selfaudit.policy.model import Readiness
from selfaudit.policy.packs import pack_for
from selfaudit.policy.readiness import assess
from selfaudit.text import printable


def readiness_of(audit: Audit) -> Readiness | None:
    """What became of every clause; None where the case names no provider, or one whose policy is not known here."""
    case = audit.evidence.case
    pack = pack_for(case.provider)
    if pack is None or not pack.clauses:
        return None
    return assess(pack, case, audit.results, audit.statement, audit.marks)


def check_cited(case: Case) -> None:
    """Raises UserError if a clause is cited that the provider's policy does not have."""
    pack = pack_for(case.provider)
    for name in case.cited:
        if pack is None or not pack.clauses:
            raise UserError(_("Clauses can be named only where the provider's policy is known; see “selfaudit policy list”."))
        if pack.clause(name) is None:
            raise UserError(
                _("{provider} has no clause {clause}; see “selfaudit policy show {id}”.").format(
                    provider=pack.name, clause=printable(name, 40), id=pack.id
                )
            )
