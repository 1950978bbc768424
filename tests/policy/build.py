"""Short ways to packs, results and statements for tests of readiness."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from selfaudit.case import Case, EvidenceFile, Target
from selfaudit.case.statement import Attestation, Measure, Moment, Statement
from selfaudit.findings import Finding, Mark, Outcome, Result
from selfaudit.policy.model import Clause, ClauseClass, Pack, Readiness, Requirement, Weight
from selfaudit.policy.readiness import assess
from selfaudit.policy.reading import Fault, Reading

NOW = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC).timestamp()
CASE = Case((Target("domain", "shop.test"), Target("address", "192.0.2.1")))
FILE = EvidenceFile("mail.log", "ab" * 32, 4096)
KINDS = {
    "mail.spf": "domain",
    "mail.dkim": "domain",
    "rdns.present": "address",
    "exposure.relay": "address",
    "exposure.services": "address",
    "blocklist.address": "address",
    "host.mail-config": "host",
    "host.listeners": "host",
    "host.firewall": "host",
    "host.malware": "host",
    "host.persistence": "host",
    "message.headers": "message",
    "message.unsubscribe": "message",
    "consent.ledger": "ledger",
}


def grave(result: Result) -> tuple[Fault, ...]:
    """The findings whose tag says BAD."""
    return tuple(Fault(f, f"{result.target} is bad ({f.tag})") for f in result.findings if f.tag.startswith("BAD"))


READING = Reading(KINDS, grave, {"192.0.2.1": ("srv",)}, NOW, finished="2026-11-21T12:00:00.000Z")

COMPLETE = Statement(
    cause="open-service",
    summary="Postfix relayed for everybody after an upgrade had reset mynetworks to the whole Internet.",
    timeline=(
        Moment("2026-11-15T02:00:00Z", "began"),
        Moment("2026-11-16T08:00:00Z", "noticed"),
        Moment("2026-11-16T10:00:00Z", "fixed"),
    ),
    measures=(Measure("Set mynetworks to the loopback addresses", "done", "2026-11-16", "Maria Blum", files=(FILE,)),),
    commitment=True,
    name="Maria Blum",
    role="owner",
    signed="2026-11-20",
)


def clause(name: str = "X-1", kind: ClauseClass = ClauseClass.CHECKED, weight: Weight = Weight.BLOCKER, **more: Any) -> Clause:
    """A clause of a provider."""
    return Clause(name, "1", "Heading", "words of the policy", kind, weight, **more)


def result(
    check: str, outcome: Outcome = Outcome.PASS, target: str = "", *tags: str, reason: str = "", approved: str = ""
) -> Result:
    """A result of a check on the target that is usual for it."""
    kind = KINDS.get(check, "domain")
    usual = {"domain": "shop.test", "address": "192.0.2.1", "host": "srv", "message": "a.eml", "ledger": "l.csv"}[kind]
    names = tags or (("BAD",) if outcome is Outcome.FAIL else ("SAID",))
    return Result(check, kind, target or usual, outcome, tuple(Finding(t, {}, approved=approved) for t in names), reason)


def said(*attestations: Attestation, base: Statement = COMPLETE, **more: Any) -> Statement:
    """A complete statement with attestations."""
    return replace(base, attestations=attestations, **more)


def judged(
    clauses: Clause | Iterable[Clause],
    *results: Result,
    case: Case = CASE,
    statement: Statement | None = COMPLETE,
    marks: tuple[Mark, ...] = (),
    reading: Reading = READING,
) -> Readiness:
    """What becomes of clauses."""
    chosen = (clauses,) if isinstance(clauses, Clause) else tuple(clauses)
    return assess(Pack("p", "Prez", clauses=chosen), case, results, statement, marks, reading=reading)


def only(readiness: Readiness) -> Requirement:
    """The one requirement."""
    (requirement,) = readiness.requirements
    return requirement
