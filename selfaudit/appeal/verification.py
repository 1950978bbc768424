"""What the attached audit shows of a policy's clauses, and what it does not, as lines of the text for the ticket. See `compose`."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence

from selfaudit.appeal.plain import field, item, paragraph, shortened
from selfaudit.case import Case
from selfaudit.case.model import Seal
from selfaudit.case.statement import Statement
from selfaudit.engine.model import Audit
from selfaudit.errors import BadInput
from selfaudit.findings import Outcome, Result
from selfaudit.policy.checked import approvals_count
from selfaudit.policy.effective import effective_from, effective_words
from selfaudit.policy.model import Pack, Readiness, Requirement, State

_NAMES, _FAILED = 12, 30
_DEEPER = "    "

_COUNTED: Mapping[Outcome, str] = {
    Outcome.PASS: "passed",
    Outcome.WARN: "with remarks",
    Outcome.FAIL: "failed",
    Outcome.INCONCLUSIVE: "could not be concluded",
    Outcome.NOT_RUN: "not run",
    Outcome.BUG: "went wrong in the program",
    Outcome.NOT_APPLICABLE: "not needed",
}
STATES: Mapping[State, str] = {
    State.MET: "met",
    State.NOT_MET: "not met",
    State.PLANNED: "planned",
    State.NEEDS_STATEMENT: "without a statement that they need",
    State.CANNOT_VERIFY: "cannot be verified",
    State.NOT_APPLICABLE: "do not apply",
    State.INFORMATIONAL: "for information only",
}
_UNSEEN = {str(Outcome.BUG): "this program made a mistake", str(Outcome.NOT_RUN): "it was not run"}


def policy_text(pack: Pack | None, statement: Statement, case: Case) -> list[str]:
    """Which text of the policy it was compared with, and whether that counted on the day of the incident."""
    if pack is None or not pack.clauses:
        return []
    read = ", ".join(
        filter(None, (pack.source_date and f"last reviewed {pack.source_date}", pack.read_on and f"read on {pack.read_on}"))
    )
    lines = field("Policy text", f"{pack.title or pack.name}{f', {read}' if read else ''}. {effective_words(pack)}")
    days = [m.at[:10] for m in statement.timeline if m.kind == "began" and m.at] + [
        n.first[:10] for n in case.notices if n.first
    ]
    if not (pack.source_date and days):
        return lines
    try:
        latest = effective_from(pack, datetime.date.fromisoformat(pack.source_date)).isoformat()
    except (BadInput, ValueError):
        return lines
    begun = min(days)
    when = "counted then" if latest <= begun else "may not have counted then"
    return [*lines, *paragraph(f"That text counts from {latest} at the latest; the incident began on {begun}, so it {when}.")]


def verification(readiness: Readiness | None, audit: Audit) -> list[str]:
    """What the attached audit shows, and what it does not."""
    evidence, results = audit.evidence, audit.results
    lines = paragraph(
        f"Machine-checked by the attached audit of {evidence.finished or evidence.started}, made with {evidence.tool.name} {evidence.tool.version}."
    )
    if evidence.interrupted:
        lines += paragraph("That audit was stopped before its end; what it did not look at is not known.")
    if results:
        counts = [f"{n} {words}" for outcome, words in _COUNTED.items() if (n := sum(r.outcome is outcome for r in results))]
        lines += field("Checks", f"{len(results)} results: {', '.join(counts)}")
    else:
        lines += field("Checks", "none")
    if readiness is not None:
        counts = [f"{readiness.counts[s]} {words}" for s, words in STATES.items() if readiness.counts.get(s)]
        version = f" (version {readiness.version})" if readiness.version else ""
        lines += field(
            "Clauses", f"{len(readiness.requirements)} of {readiness.title or readiness.provider}{version}: {', '.join(counts)}"
        )
        for state, title in (
            (State.NOT_MET, "Not met:"),
            (State.PLANNED, "Not met yet, and what is awaited:"),
            (State.NEEDS_STATEMENT, "Not stated yet:"),
            (State.CANNOT_VERIFY, "Not verified by this audit, and why:"),
        ):
            found = [r for r in readiness.requirements if r.state is state]
            if found:
                lines += ["", *paragraph(title)]
            for requirement in found:
                lines += _requirement(requirement)
        unseen = [r for r in readiness.requirements if r.state in (State.CANNOT_VERIFY, State.NEEDS_STATEMENT)]
        lines += _reasons(unseen, results)
    lines += _case_file(evidence.case.seal)
    lines += _approvals(evidence.case)
    failed = [f"{r.check} on {r.target}" for r in results if r.outcome is Outcome.FAIL]
    if failed:
        lines += ["", *paragraph("Checks that failed:")]
        for words in failed[:_FAILED]:
            lines += item(words)
        if len(failed) > _FAILED:
            lines += item(f"and {len(failed) - _FAILED} more")
    return lines


def _requirement(requirement: Requirement) -> list[str]:
    """One clause. The reasons for what was not seen are told once for all clauses, by `_reasons`."""
    unseen = requirement.state in (State.CANNOT_VERIFY, State.NEEDS_STATEMENT)
    # The reason of one that needs a statement quotes what would be stated, and nobody has stated it.
    lines = item(
        clause_name(requirement) if unseen or not requirement.why else f"{clause_name(requirement)}: {requirement.why}"
    )
    if not unseen:
        return lines
    if requirement.unseen:
        lines += paragraph(f"not seen: {shortened((b.check for b in requirement.unseen), _NAMES)}", _DEEPER)
    if requirement.missing:
        lines += paragraph(f"nothing was looked at for: {shortened(requirement.missing, _NAMES)}", _DEEPER)
    if requirement.instead:
        lines += paragraph(f"instead: {shortened((f'{b.check} on {b.target}' for b in requirement.instead), _NAMES)}", _DEEPER)
    if requirement.stated:
        lines += paragraph("the customer states it, see the attestations", _DEEPER)
    return lines


_SEALS: Mapping[str, str] = {
    "trusted": "signed by {owner} with the key {key} and unchanged, as the customer's program found",
    "unknown-key": "signed with the key {key}, for which nothing on the customer's computer vouches",
    "tampered": "its signature (key {key}) does not fit: it was changed after it was signed, or not signed with that key",
    "unreadable": "with a signature that cannot be read",
    "unsigned": "not signed",
}


def _case_file(seal: Seal | None) -> list[str]:
    """What the signature of the case file came to. The desk has the file and its own key, and need not believe it."""
    if seal is None:
        return []
    words = _SEALS[seal.state].format(owner=seal.owner, key=seal.key)
    lines = ["", *field("Case file", f"{words}. You can check it by your own keys: selfaudit case check FILE")]
    return [*lines, *paragraph(f"SHA-256 {seal.sha256}", _DEEPER)]


def _approvals(case: Case) -> list[str]:
    """The approvals that the case names, by their references: the desk knows whether it gave them."""
    if not case.exceptions:
        return []
    told = "Approvals that the case names; you know whether you gave them:"
    if approvals_count(case):
        told = "Approvals that the signed case file names:"
    lines = ["", *paragraph(told)]
    for approved in case.exceptions:
        where = " ".join(filter(None, (approved.target or "all of the case", approved.service)))
        lines += item(f"{approved.check} on {where}: reference {approved.reference or 'not stated'}")
    return lines


def _reasons(requirements: Iterable[Requirement], results: Sequence[Result]) -> list[str]:
    """Why something was not seen: each reason once, with the results that it stands for."""
    reasons = {(r.check, r.target_kind, r.target): r.reason for r in results if r.outcome is not Outcome.BUG}
    told: dict[str, dict[str, None]] = {}
    for requirement in requirements:
        for basis in requirement.unseen:
            why = reasons.get((basis.check, basis.target_kind, basis.target), "") or _UNSEEN.get(
                basis.outcome, "no reason is known"
            )
            told.setdefault(why, {}).setdefault(f"{basis.check} on {basis.target}")
    if not told:
        return []
    lines = ["", *paragraph('Why it was not seen, in the words that the program said to the customer ("you" is the customer):')]
    for why, names in told.items():
        lines += [*item(shortened(names, _NAMES) + ":"), *paragraph(why, _DEEPER)]
    return lines


def clause_name(requirement: Requirement) -> str:
    return f"{requirement.clause} ({requirement.heading})" if requirement.heading else requirement.clause
