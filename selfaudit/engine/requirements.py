"""How an audit stands before the policy of the case's provider."""

from __future__ import annotations

import time
from dataclasses import replace

from selfaudit.case import Case
from selfaudit.case.dates import read_date
from selfaudit.checks import all_checks
from selfaudit.checks.registry import render_source
from selfaudit.engine.evidence import Evidence
from selfaudit.engine.judge import pairs, severity_of
from selfaudit.engine.model import Audit
from selfaudit.errors import UserError
from selfaudit.facts.host import HostReport
from selfaudit.facts.message import MessageReport
from selfaudit.findings import Finding, Result, Severity
from selfaudit.i18n import _
from selfaudit.policy.model import Pack, Readiness
from selfaudit.policy.packs import pack_for
from selfaudit.policy.readiness import assess
from selfaudit.policy.reading import Fault, Reading
from selfaudit.protocols.host_scope import own_addresses
from selfaudit.protocols.message import author_of
from selfaudit.text import printable

_GRAVE = (Severity.CRITICAL, Severity.HIGH)
_REMARKS = (Severity.MEDIUM, Severity.LOW)


def readiness_of(audit: Audit, now: float | None = None) -> Readiness | None:
    """What became of every clause; None where the case names no provider, or one whose policy is not known here.

    Args:
        audit: with the statement and the marks, if there are any.
        now: UTC seconds, by which statements are told that name a day to come; None for this moment.
    """
    pack = pack_of(audit.evidence.case)
    if pack is None:
        return None
    case, reading = audit.evidence.case, reading_of(audit.evidence, time.time() if now is None else now)
    return assess(pack, case, audit.results, audit.statement, audit.marks, reading=reading)


def pack_of(case: Case) -> Pack | None:
    """The policy of the case's provider, None if it is not known here or has no clauses."""
    pack = pack_for(case.provider)
    return pack if pack is not None and pack.clauses else None


def reading_of(evidence: Evidence, now: float) -> Reading:
    """How the results of an audit are read against clauses."""
    kinds = {name: check.spec.target for name, check in all_checks().items()}
    agreed = evidence.case.look_up_packages
    not_asked = frozenset(name for name, check in all_checks().items() if check.spec.consent and not agreed)
    return Reading(
        kinds, faults_of, servers_at(evidence), now, not_asked, remark_of, expected_of(evidence), unsampled_of(evidence),
        evidence.finished, evidence.interrupted, inside_of(evidence),
    )  # fmt: skip


def inside_of(evidence: Evidence) -> dict[str, str]:
    """For each server when it was looked at from inside: by its own clock, but not later than its file came here."""
    reports = [r.fact for r in evidence.records if isinstance(r.fact, HostReport)]
    known = ((r.name, [text for text in (r.taken, r.received) if read_date(text) is not None]) for r in reports)
    return {name: min(moments, key=lambda text: read_date(text) or 0.0) for name, moments in known if moments}


def expected_of(evidence: Evidence) -> dict[str, tuple[str, ...]]:
    """For each check the targets on which it has a result unless it was left out: those of the case and those found on the way."""
    everything = replace(evidence.case, only=(), skip=())
    found: dict[str, list[str]] = {}
    for check, target in pairs(everything, dict.fromkeys((*evidence.targets, *evidence.case.targets))):
        found.setdefault(check.spec.id, []).append(target.value)
    return {check: tuple(dict.fromkeys(targets)) for check, targets in found.items()}


def unsampled_of(evidence: Evidence) -> tuple[str, ...]:
    """The domains of the case of which no sample message has an author."""
    messages = [r.fact.message for r in evidence.records if isinstance(r.fact, MessageReport)]
    authors = {box.domain for message in messages for box in author_of(message)}
    return tuple(d for d in evidence.case.domains() if not any(a == d or a.endswith("." + d) for a in authors))


def remark_of(result: Result) -> str:
    """The gravest warning of a result, in English, "" for none."""
    finding = remark_finding(result)
    return render_source(all_checks()[result.check].messages[finding.tag].text, finding.args) if finding else ""


def remark_finding(result: Result) -> Finding | None:
    """The gravest warning of a result."""
    ordered = [f for severity in _REMARKS for f in result.findings if severity_of(result, f) is severity]
    return next(iter(ordered), None)


def faults_of(result: Result) -> tuple[Fault, ...]:
    """The findings for which a result failed, the gravest first, in English."""
    messages = all_checks()[result.check].messages
    grave = [(severity_of(result, f), f) for f in result.findings]
    ordered = sorted((pair for pair in grave if pair[0] in _GRAVE), key=lambda pair: _GRAVE.index(pair[0]))
    return tuple(
        Fault(f, render_source(messages[f.tag].text, f.args), severity is Severity.CRITICAL) for severity, f in ordered
    )


def servers_at(evidence: Evidence) -> dict[str, tuple[str, ...]]:
    """For each address the servers that are reached at it: those that call it their own, or were fetched at it or said to be from it."""
    found: dict[str, dict[str, None]] = {}
    for record in evidence.records:
        if isinstance(record.fact, HostReport):
            own = own_addresses(record.fact)
            for address in (*own, *([record.fact.address] if record.fact.address else ())):
                found.setdefault(address, {}).setdefault(record.fact.name)
    return {address: tuple(names) for address, names in found.items()}


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
