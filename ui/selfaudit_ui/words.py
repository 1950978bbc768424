"""Words and signs that several pages share."""

from __future__ import annotations

import datetime
import html

from selfaudit.findings import Outcome
from selfaudit.i18n import N_, _, ngettext
from selfaudit.policy.model import Readiness, Requirement, State
from selfaudit.remedy import GroupKey
from selfaudit.report.readiness_text import word_alone
from selfaudit.text import printable

ICONS = {
    Outcome.FAIL: "fail", Outcome.WARN: "warn", Outcome.INCONCLUSIVE: "unclear", Outcome.PASS: "pass",
    Outcome.NOT_APPLICABLE: "none", Outcome.NOT_RUN: "todo", Outcome.BUG: "bug",
}  # fmt: skip
VERDICTS = {
    Outcome.FAIL: "fail", Outcome.WARN: "warn", Outcome.INCONCLUSIVE: "unclear", Outcome.PASS: "good",
    Outcome.NOT_APPLICABLE: "", Outcome.NOT_RUN: "open", Outcome.BUG: "unclear",
}  # fmt: skip
GROUPS = {
    GroupKey.MUST: N_("Blocks reinstatement"),
    GroupKey.PROVIDER: N_("Your provider must act"),
    GroupKey.SHOULD: N_("Should be fixed"),
    GroupKey.UNCLEAR: N_("Could not be verified"),
    GroupKey.PASSED: N_("Passed"),
    GroupKey.NOT_NEEDED: N_("Not needed here"),
}
STATES = {
    State.MET: ("pass", N_("met"), "good"),
    State.NOT_MET: ("fail", N_("not met"), "fail"),
    State.PLANNED: ("warn", N_("planned, not done"), "warn"),
    State.NEEDS_STATEMENT: ("warn", N_("needs your statement"), "warn"),
    State.CANNOT_VERIFY: ("unclear", N_("cannot be verified"), "unclear"),
    State.NOT_APPLICABLE: ("none", N_("does not apply"), ""),
    State.INFORMATIONAL: ("about", N_("for information"), ""),
}  # what became of a clause: icon, words, verdict
_STATED_ONLY = ("statement", N_("stated, not checked"), "")


def state_of(requirement: Requirement) -> tuple[str, str, str]:
    """Icon, words (not translated yet) and verdict of a clause; what is met by words alone does not look like what a check has seen."""
    return _STATED_ONLY if word_alone(requirement) else STATES[requirement.state]


def readiness_words(found: Readiness, *, named: bool = False, desk: bool = False) -> tuple[str, str]:
    """How a case stands before a policy, in one line, and the verdict ("good", "fail" or "warn").

    Args:
        found: how it stands.
        named: with the provider's name, where that is not said just above.
        desk: said to the provider's people, of somebody else's statement.
    """
    needs = found.counts.get(str(State.NEEDS_STATEMENT), 0)
    unseen = found.counts.get(str(State.CANNOT_VERIFY), 0)
    parts = []
    if found.blockers:
        count = len(found.blockers)
        parts.append(ngettext("{count} clause blocks", "{count} clauses block", count).format(count=count))
    if needs and desk:
        parts.append(ngettext("{count} lacks a statement", "{count} lack a statement", needs).format(count=needs))
    elif needs:
        parts.append(ngettext("{count} needs your statement", "{count} need your statement", needs).format(count=needs))
    if found.gaps:
        count = len(found.gaps)
        parts.append(ngettext("{count} gap in the statement", "{count} gaps in the statement", count).format(count=count))
    if unseen:
        parts.append(ngettext("{count} cannot be verified", "{count} cannot be verified", unseen).format(count=unseen))
    ready = _("Ready") if found.ready else _("Not ready")
    if desk:
        ready = _("Ready by the policy of {provider}") if found.ready else _("Not ready by the policy of {provider}")
    elif named:
        ready = _("Ready for {provider}") if found.ready else _("Not ready for {provider}")
    verdict = "good" if found.ready else "fail" if found.blockers else "warn"
    head = ready.format(provider=printable(found.provider, 80))
    return (f"{head}: {', '.join(parts)}" if parts else head), verdict


def target_words(target: str) -> str:
    """A target for people; the case itself is this computer."""
    return _("this computer") if target == "case" else target


def clock(seconds: float) -> str:
    """A duration as minutes and seconds."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def duration(seconds: int) -> str:
    """A waiting time in words."""
    if seconds < 120:
        return _("{count} s").format(count=seconds)
    if seconds < 7200:
        return _("{count} min").format(count=round(seconds / 60))
    return _("{count} h").format(count=round(seconds / 3600))


def moment(at: str) -> str:
    """A time (RFC 3339, UTC) for people; a day as it is."""
    return at if len(at) <= 10 else at[:16].replace("T", " ") + " UTC"


def today() -> datetime.date:
    """This day, here."""
    return datetime.datetime.now().astimezone().date()


def tip(text: str) -> str:
    """A tool tip that shows a text as it is: Qt would take what looks like markup for markup."""
    return f"<span>{html.escape(text).replace(chr(10), '<br>')}</span>" if text else ""


def sentence(words: str) -> str:
    """Words as the beginning of a sentence; a name stays as it is written."""
    if "." in words.partition(" ")[0].rstrip(".,;:"):
        return words
    return words[:1].upper() + words[1:]
