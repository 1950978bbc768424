"""Words, signs and moments as all parts of a report have them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from selfaudit.case import EvidenceFile
from selfaudit.case.statement import Statement
from selfaudit.findings import Outcome, Result
from selfaudit.i18n import N_, _, ngettext
from selfaudit.policy.model import Readiness, Requirement, State
from selfaudit.report.content.model import Count, Sign
from selfaudit.report.readiness_text import STATE_SIGNS, STATE_WORDS, word_alone
from selfaudit.report.statement_text import signed_words
from selfaudit.report.words import OUTCOME_SIGNS, OUTCOME_WORDS
from selfaudit.text import printable

MAX_TEXT = 12_000  # characters; the longest text of a statement is shorter
MAX_LINE = 600
STATE_TONES: Mapping[State, str] = {
    State.MET: "pass",
    State.NOT_MET: "fail",
    State.PLANNED: "warn",
    State.NEEDS_STATEMENT: "warn",
    State.CANNOT_VERIFY: "inconclusive",
    State.NOT_APPLICABLE: "not-applicable",
    State.INFORMATIONAL: "not-applicable",
}  # the colours of outcomes, for states
_WORD_ALONE = Sign("stated", "✎", N_("stated, not checked"))
_STEP_SIGNS = {
    "done": Sign("pass", "✓", N_("done")),
    "planned": Sign("warn", "→", N_("planned, not done")),
    "disputed": Sign("inconclusive", "≠", N_("disputed")),
    "": Sign("fail", "□", N_("not answered")),
}


def flat(text: str, limit: int = MAX_TEXT) -> str:
    """A text on one line that nothing in it can break, reorder or steer."""
    return printable(" ".join(text[: 4 * limit].split()), limit)


def block(text: str, limit: int = MAX_TEXT) -> str:
    """A text whose line breaks stay."""
    return "\n".join(printable(line, MAX_TEXT) for line in text[:limit].splitlines())


def outcome_sign(outcome: Outcome) -> Sign:
    """An outcome as it is shown."""
    return Sign(str(outcome), OUTCOME_SIGNS[outcome], _(OUTCOME_WORDS[outcome]))


def state_sign(state: State) -> Sign:
    """The state of a requirement as it is shown."""
    return Sign(STATE_TONES[state], STATE_SIGNS[state], _(STATE_WORDS[state]))


def requirement_sign(requirement: Requirement) -> Sign:
    """The state of a requirement; what is met by nothing but the customer's word does not look like what a check has seen."""
    if word_alone(requirement):
        return Sign(_WORD_ALONE.tone, _WORD_ALONE.sign, _(_WORD_ALONE.word))
    return state_sign(requirement.state)


def step_sign(state: str) -> Sign:
    """What became of a step that the provider demands, by the customer's word."""
    made = _STEP_SIGNS.get(state, _STEP_SIGNS[""])
    return Sign(made.tone, made.sign, _(made.word))


def outcome_counts(results: Iterable[Result]) -> tuple[Count, ...]:
    """How many results have each outcome, without those that none has."""
    tally = dict.fromkeys(Outcome, 0)
    for result in results:
        tally[result.outcome] += 1
    return tuple(Count(outcome_sign(outcome), count) for outcome, count in tally.items() if count)


def state_counts(readiness: Readiness) -> tuple[Count, ...]:
    """How many requirements are in each state, without those in which none is; those stated, not checked apart."""
    tally: Counter[Sign] = Counter()
    for state in State:
        rows = [r for r in readiness.requirements if r.state is state]
        tally.update(requirement_sign(r) for r in sorted(rows, key=word_alone))
    return tuple(Count(sign, count) for sign, count in tally.items())


def requirements_words(count: int) -> str:
    """A number of requirements with its unit."""
    return ngettext("{count} requirement", "{count} requirements", count).format(count=count)


def checks_words(count: int) -> str:
    """A number of checks with its unit; a check of several targets counts for each."""
    return ngettext("{count} check", "{count} checks", count).format(count=count)


def findings_words(count: int) -> str:
    """A number of findings with its unit."""
    return ngettext("{count} finding", "{count} findings", count).format(count=count)


def target_name(kind: str, value: str) -> str:
    """A target for people; the case itself is this computer."""
    return _("this computer") if kind == "case" else printable(value, 300)


def some(values: Sequence[str], limit: int) -> str:
    """The first of many names, and how many more there are."""
    return ", ".join(printable(value, 300) for value in values[:limit]) + more(len(values) - limit)


def more(count: int) -> str:
    """How many more there are than are named, with a blank before it; "" for none."""
    return " " + ngettext("and {count} more", "and {count} more", count).format(count=count) if count > 0 else ""


def signer_words(said: Statement) -> str:
    """Who signed the statement, and what such a signature is worth."""
    text = flat(signed_words(said))
    return _("{signed} (typed name, not a cryptographic signature)").format(signed=text) if said.signed else text


def files_of(files: Iterable[EvidenceFile]) -> tuple[EvidenceFile, ...]:
    """Files with names that can be shown."""
    return tuple(EvidenceFile(printable(f.name, 400), printable(f.sha256, 64), f.size) for f in files)
