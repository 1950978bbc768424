"""Readiness in words: for the report, the command line and the window."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from selfaudit.checks import all_checks
from selfaudit.checks.registry import render
from selfaudit.engine import Audit
from selfaudit.engine.requirements import faults_of, remark_finding
from selfaudit.findings import Outcome, Result
from selfaudit.i18n import N_, _, ngettext, shown
from selfaudit.policy.model import Basis, Gap, Readiness, Requirement, State, Weight
from selfaudit.policy.readiness import CRITICAL
from selfaudit.report.words import OUTCOME_SIGNS, OUTCOME_WORDS

STATE_WORDS = {
    State.MET: N_("met"),
    State.NOT_MET: N_("not met"),
    State.PLANNED: N_("planned, not done"),
    State.NEEDS_STATEMENT: N_("needs a statement"),
    State.CANNOT_VERIFY: N_("cannot be verified"),
    State.NOT_APPLICABLE: N_("does not apply"),
    State.INFORMATIONAL: N_("for information"),
}
STATE_SIGNS = {
    State.MET: "✓",
    State.NOT_MET: "✗",
    State.PLANNED: "→",
    State.NEEDS_STATEMENT: "□",
    State.CANNOT_VERIFY: "?",
    State.NOT_APPLICABLE: "–",
    State.INFORMATIONAL: "i",
}
WEIGHT_WORDS = {
    Weight.BLOCKER: N_("decides"),
    Weight.EXPECTED: N_("expected"),
    Weight.OPTIONAL: N_("welcome"),
    Weight.NONE: "",
}
# What nobody but the desk can settle where it was not seen: it comes first among what the desk has to look at itself.
_CORE = ("blocklist", "registration", "exposure")


@dataclass(frozen=True, slots=True)
class BasisLine:
    """A result on which a requirement rests, for people. `sign` and `word` are those of its outcome; `what` is why it counts."""

    basis: Basis
    sign: str
    word: str
    why: str


class Words:
    """What a readiness says, in the chosen language.

    Args:
        audit: whose results it rests on.
    """

    def __init__(self, audit: Audit) -> None:
        self._results = {(r.check, r.target_kind, r.target): r for r in audit.results}

    def why(self, requirement: Requirement) -> str:
        """Why a requirement is in its state."""
        if requirement.state is State.NOT_MET and requirement.by:
            return self.of(requirement.by[0]) or shown(requirement.why)
        return shown(requirement.why)

    def more(self, requirement: Requirement) -> str:
        """How many further results fail besides the one that `why` names, "" for none."""
        count = len(requirement.by) - 1 if requirement.state is State.NOT_MET else 0
        if count < 1:
            return ""
        return ngettext("({count} more result fails)", "({count} more results fail)", count).format(count=count)

    def of(self, basis: Basis) -> str:
        """Why a result came out as it did."""
        result = self._results.get((basis.check, basis.target_kind, basis.target))
        if basis.outcome == Outcome.FAIL and result is not None:
            return fault_words(result) or shown(basis.why)
        if basis.outcome == Outcome.WARN and result is not None:
            return remark_words(result) or shown(basis.why)
        return shown(basis.why)

    def lines(self, bases: Iterable[Basis]) -> list[BasisLine]:
        """Results for people, in their order."""
        return [
            BasisLine(b, OUTCOME_SIGNS[Outcome(b.outcome)], _(OUTCOME_WORDS[Outcome(b.outcome)]), self.of(b)) for b in bases
        ]


def fault_words(result: Result) -> str:
    """The gravest finding of a failed result in the chosen language, "" without one."""
    fault = next(iter(faults_of(result)), None)
    if fault is None:
        return ""
    return render(all_checks()[result.check].messages[fault.finding.tag].text, fault.finding.args)


def remark_words(result: Result) -> str:
    """The gravest warning of a result in the chosen language, "" without one."""
    finding = remark_finding(result)
    return render(all_checks()[result.check].messages[finding.tag].text, finding.args) if finding else ""


def heading_of(requirement: Requirement) -> str:
    """The heading of a requirement: a clause's as the policy has it, or ours for what harms others and falls under none."""
    return shown(requirement.heading) if requirement.clause == CRITICAL else requirement.heading


def blocking(readiness: Readiness) -> tuple[Requirement, ...]:
    """The requirements that block, those that failed first, in the order of the text."""
    order = (State.NOT_MET, State.PLANNED, State.NEEDS_STATEMENT)
    return tuple(r for state in order for r in readiness.requirements if r.blocks and r.state is state)


def open_besides(readiness: Readiness) -> tuple[Requirement, ...]:
    """The requirements that are open and do not block: they do not decide, or wait for a list that was asked."""
    order = (State.NOT_MET, State.PLANNED, State.NEEDS_STATEMENT)
    return tuple(r for state in order for r in readiness.requirements if not r.blocks and r.state is state)


def to_verify(readiness: Readiness) -> tuple[Requirement, ...]:
    """What could not be verified, for the desk to look at itself: what decides and only the outside can tell comes first."""
    rows = [r for r in readiness.requirements if r.state is State.CANNOT_VERIFY]
    return tuple(sorted(rows, key=lambda r: not is_core(r)))


def is_core(requirement: Requirement) -> bool:
    """Whether it decides, and rests on the customer's word where lists, registries or the server itself could not be asked."""
    unseen = any(b.check.partition(".")[0] in _CORE for b in requirement.unseen)
    return requirement.weight is Weight.BLOCKER and requirement.stated and unseen


def word_alone(requirement: Requirement) -> bool:
    """Whether it counts as met, and nothing but the customer's word says so: no check passed, and none stands in for one."""
    return requirement.state is State.MET and requirement.stated and not requirement.by and not requirement.instead


def other_gaps(readiness: Readiness) -> tuple[Gap, ...]:
    """What the statement lacks besides words on clauses that stand among the blocking ones for lack of a statement."""
    asked = {f"attestation:{r.clause}" for r in readiness.requirements if r.blocks and r.state is State.NEEDS_STATEMENT}
    return tuple(g for g in readiness.gaps if g.part not in asked)


def readiness_headline(readiness: Readiness) -> str:
    """The first sentence: ready or not, and how many requirements stand against it."""
    whom, total = readiness.provider, len(readiness.requirements)
    if readiness.ready:
        if readiness.purpose == "onboarding":
            return _("Ready for {provider}: no requirement stands against a contract.").format(provider=whom)
        open_ = len(open_besides(readiness))
        if open_:
            return ngettext(
                "Ready for {provider}: the statement is complete, and no requirement blocks. {count} is still open.",
                "Ready for {provider}: the statement is complete, and no requirement blocks. {count} are still open.",
                open_,
            ).format(provider=whom, count=open_)
        return _("Ready for {provider}: no requirement blocks, and the statement is complete.").format(provider=whom)
    if not readiness.blockers:
        count = len(readiness.gaps)
        return ngettext(
            "Not ready for {provider}: no requirement blocks, but the statement lacks {count} thing.",
            "Not ready for {provider}: no requirement blocks, but the statement lacks {count} things.",
            count,
        ).format(provider=whom, count=count)
    count = len(readiness.blockers)
    return ngettext(
        "Not ready for {provider}: {count} of {total} requirements blocks.",
        "Not ready for {provider}: {count} of {total} requirements block.",
        count,
    ).format(provider=whom, count=count, total=total)


def readiness_short(readiness: Readiness) -> str:
    """Ready or not, in one short line."""
    whom, blocks, gaps = readiness.provider, len(readiness.blockers), len(readiness.gaps)
    if readiness.ready:
        open_ = len(open_besides(readiness))
        if not open_:
            return _("Ready for {provider}.").format(provider=whom)
        return ngettext(
            "Ready for {provider}; {count} requirement is still open.",
            "Ready for {provider}; {count} requirements are still open.",
            open_,
        ).format(provider=whom, count=open_)
    if blocks:
        text = ngettext(
            "Not ready for {provider}: {count} requirement blocks.",
            "Not ready for {provider}: {count} requirements block.",
            blocks,
        )
        return text.format(provider=whom, count=blocks)
    text = ngettext(
        "Not ready for {provider}: the statement lacks {count} thing.",
        "Not ready for {provider}: the statement lacks {count} things.",
        gaps,
    )
    return text.format(provider=whom, count=gaps)


def counts_line(readiness: Readiness) -> str:
    """How many requirements are in each state, in words."""
    parts = [(readiness.counts.get(str(state), 0), _(STATE_WORDS[state])) for state in State]
    return ", ".join(f"{count} {word}" for count, word in parts if count)


def unverified_line(readiness: Readiness) -> str:
    """How many requirements nobody has seen to be met, so that “ready” is not taken for “seen”; "" for none."""
    return " ".join(filter(None, (_word_alone_line(readiness), _not_seen_line(readiness))))


def _word_alone_line(readiness: Readiness) -> str:
    """How many of those that are met rest on nothing but the customer's word."""
    count = sum(word_alone(r) for r in readiness.requirements)
    if not count:
        return ""
    return ngettext(
        "Of the requirements met ({met}), {count} rests on the customer's word alone.",
        "Of the requirements met ({met}), {count} rest on the customer's word alone.",
        count,
    ).format(met=sum(r.state is State.MET for r in readiness.requirements), count=count)


def _not_seen_line(readiness: Readiness) -> str:
    count = len(to_verify(readiness))
    if not count:
        return ""
    return ngettext(
        "{count} requirement could not be verified; it rests on what stands in for it or on the customer's word.",
        "{count} requirements could not be verified; they rest on what stands in for them or on the customer's word.",
        count,
    ).format(count=count)
