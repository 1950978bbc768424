"""Running the rules over evidence. Pure: the same evidence gives the same results, byte for byte."""

from __future__ import annotations

import traceback
from collections.abc import Iterable
from dataclasses import replace
from pathlib import PurePath

from selfaudit.case import HOSTED, Case, Target
from selfaudit.case.dates import read_date
from selfaudit.case.model import CASE_TARGET
from selfaudit.checks import CheckModule, all_checks, select_checks
from selfaudit.checks.registry import render_source
from selfaudit.engine.derive import DERIVED
from selfaudit.engine.evidence import Evidence, Record
from selfaudit.facts import Fact, FailureReason, ProbeFailure
from selfaudit.findings import Finding, Outcome, Result, Severity
from selfaudit.i18n import phrase
from selfaudit.policy import Policy
from selfaudit.policy.model import Parameters
from selfaudit.policy.packs import pack_for
from selfaudit.policy.reading import NOT_DONE, NOT_LOOKED_AT
from selfaudit.probes import all_probes
from selfaudit.protocols.psl import registrable_domain
from selfaudit.text import printable

_FAILURE_WORDS = {
    FailureReason.TIMEOUT: phrase("not done in time"),
    FailureReason.NETWORK: phrase("the network could not be used"),
    FailureReason.NOT_PERMITTED: phrase("not tested without authority"),
    FailureReason.CANCELLED: NOT_DONE,
    FailureReason.LIMIT: phrase("a limit of this run was reached"),
    FailureReason.UNAVAILABLE: phrase("not available here"),
    FailureReason.LEFT_OUT: phrase("left out"),
}


def policy_for(case: Case) -> Policy:
    """The parameters that the rules use for a case."""
    pack = pack_for(case.provider)
    terms = pack.parameters if pack else Parameters()
    return Policy(
        laboratory=case.laboratory or bool(case.demo),
        arrived=case.arrived,
        approvals=case.exceptions,
        approvable=terms.approvable if pack else None,
        provider=pack.name if pack else printable(case.provider, 100),
        prefixes=pack.prefixes if pack else (),
        suspended=read_date(case.suspended),
        registrant=case.registrant,
        not_registrant=case.not_registrant,
        person=case.authority.name if case.authority else "",
        consent=terms.consent,
        proof_hours=terms.proof_hours,
        proof_kept=terms.proof_kept,
        opt_out_days=terms.opt_out_days,
    )


def pairs(case: Case, targets: Iterable[Target]) -> list[tuple[CheckModule, Target]]:
    """Every check on every target that it is meant for, in a fixed order."""
    targets = tuple(targets)
    once = _registrations(targets)
    found = []
    for check in select_checks(case.only, case.skip):
        kind = check.spec.target
        if kind == "case":
            found.append((check, CASE_TARGET))
            continue
        fitting = (t for t in targets if t.kind == kind and (check.spec.hosted or t.origin != HOSTED))
        found.extend((check, t) for t in fitting if not check.spec.registrable or t in once)
    return found


def _registrations(targets: Iterable[Target]) -> set[Target]:
    """One target for each registration: the registered domain itself if it is among them, else the first of its sub-domains."""
    first: dict[str, Target] = {}
    for target in targets:
        if target.kind == "domain":
            name = registrable_domain(target.value) or target.value
            if name not in first or target.value == name:
                first[name] = target
    return set(first.values())


def judge_evidence(evidence: Evidence) -> tuple[Result, ...]:
    """All results of an audit."""
    records = {(r.request.kind, r.request.subject): r for r in evidence.records}
    not_run = {(n.check, n.target.kind, n.target.value): n.reason for n in evidence.not_run}
    policy = policy_for(evidence.case)
    results = []
    for check, target in pairs(evidence.case, evidence.targets):
        reason = not_run.get((check.spec.id, target.kind, target.value))
        if reason is not None:
            results.append(Result(check.spec.id, target.kind, target.value, Outcome.NOT_RUN, reason=reason))
            continue
        needed = [
            DERIVED[key[0]](target, records) if key[0] in DERIVED else records.get(key)
            for key in needed_keys(check, target, evidence.case)
        ]
        results.append(judge_one(check, target, needed, policy))
    return tuple(results)


def needed_keys(check: CheckModule, target: Target, case: Case) -> list[tuple[str, str]]:
    """(kind, subject) of each fact that a check needs for a target."""
    probes = all_probes()
    keys = []
    for need in check.spec.needs:
        if need.kind in DERIVED:
            keys.append((need.kind, target.value))
            continue
        request = probes[need.kind].request(target, case)
        keys.append((request.kind, request.subject))
    return keys


def judge_one(check: CheckModule, target: Target, records: list[Record | None], policy: Policy) -> Result:
    """One result. A fault in a rule becomes the outcome `bug`, and the rest goes on."""

    def result(outcome: Outcome, findings: tuple[Finding, ...] = (), reason: str = "") -> Result:
        return Result(check.spec.id, target.kind, target.value, outcome, findings, reason)

    facts: list[Fact] = []
    for record in records:
        if record is None:
            return result(Outcome.NOT_RUN, reason=NOT_LOOKED_AT)
        if record.trace:
            return result(Outcome.BUG, reason=record.trace)
        if record.failure is not None:
            left = record.failure.reason in (FailureReason.NOT_PERMITTED, FailureReason.LEFT_OUT)
            outcome = Outcome.NOT_RUN if left else Outcome.INCONCLUSIVE
            return result(outcome, reason=failure_words(record.failure))
        assert record.fact is not None
        facts.append(record.fact)
    evidence = tuple(r.id for r in records if r is not None and r.id)
    try:
        findings = tuple(replace(f, evidence=evidence) for f in check.judge(*facts, policy))
        findings = tuple(_approved(check, target, finding, policy) for finding in findings)
        for finding in findings:
            render_source(check.messages[finding.tag].text, finding.args)
    except Exception as error:
        return result(Outcome.BUG, reason=short_trace(error))
    return result(*conclude(check, findings))


def conclude(check: CheckModule, findings: tuple[Finding, ...]) -> tuple[Outcome, tuple[Finding, ...], str]:
    """The outcome of findings: the worst counts, unknown weighs more than a warning, and only something good is a pass."""
    # What the provider has agreed to is no fault, and not a green tick either.
    severities = [Severity.NONE if f.approved else check.messages[f.tag].severity for f in findings]
    approved = next((f for f in findings if f.approved), None)

    def first(*wanted: Severity) -> str:
        return next(
            (
                render_source(check.messages[f.tag].text, f.args)
                for f, s in zip(findings, severities, strict=True)
                if s in wanted
            ),
            "",
        )

    if Severity.CRITICAL in severities or Severity.HIGH in severities:
        return Outcome.FAIL, findings, ""
    if Severity.UNKNOWN in severities:
        return Outcome.INCONCLUSIVE, findings, first(Severity.UNKNOWN)
    if Severity.MEDIUM in severities or Severity.LOW in severities:
        return Outcome.WARN, findings, ""
    if approved is not None:
        return Outcome.NOT_APPLICABLE, findings, approved_words(approved, check.messages[approved.tag].text)
    if Severity.GOOD in severities:
        return Outcome.PASS, findings, ""
    if Severity.NONE in severities:
        return Outcome.NOT_APPLICABLE, findings, first(Severity.NONE)
    if findings:
        return Outcome.INCONCLUSIVE, findings, phrase("nothing was seen that would show it to be right")
    return Outcome.BUG, findings, phrase("the rule reached no conclusion")


_FAULTS = (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW)


def _approved(check: CheckModule, target: Target, finding: Finding, policy: Policy) -> Finding:
    if check.messages[finding.tag].severity not in _FAULTS:
        return finding
    reference = policy.approval(check.spec.id, target.value, finding.args)
    return replace(finding, approved=reference) if reference else finding


def approved_words(finding: Finding, template: str) -> str:
    """A finding that the provider has agreed to, in words."""
    return phrase(
        "approved by the provider according to the case file, reference {reference}: {text}",
        reference=finding.approved, text=render_source(template, finding.args),
    )  # fmt: skip


def failure_words(failure: ProbeFailure) -> str:
    """Why nothing could be observed, in words."""
    words = _FAILURE_WORDS[failure.reason]
    return f"{words}: {failure.detail}" if failure.detail else words


def short_trace(error: BaseException) -> str:
    """A trace without the folders of this machine: file:line in function, innermost last."""
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    lines = [f"{PurePath(f.filename).name}:{f.lineno} in {f.name}" for f in frames]
    return "; ".join([*lines, f"{type(error).__name__}: {error}"[:300]])


def severity_of(result: Result, finding: Finding) -> Severity:
    """How bad a finding is, from its check's message table."""
    return Severity.NONE if finding.approved else all_checks()[result.check].messages[finding.tag].severity
