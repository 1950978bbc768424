"""Kinds of root causes, and which of them notice and findings point to. None is ever chosen without the person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from selfaudit.appeal.incident import CAUSES, TOPIC_WORDS
from selfaudit.case.notice import Notice
from selfaudit.case.statement import Cause
from selfaudit.findings import Outcome, Result
from selfaudit.i18n import phrase

# In the order in which they are offered where nothing points to any of them. Neutral words: they say what happened, not whose fault it is.
CAUSE_WORDS: Mapping[Cause, str] = {
    "account": phrase("Somebody used an account or a password that is not theirs"),
    "software": phrase("Somebody got in through a weakness in software"),
    "open-service": phrase("A service was open to strangers, who used it"),
    "campaign": phrase("It was mail of our own, such as a newsletter"),
    "end-user": phrase("One of our customers or users did it"),
    "false-report": phrase("The report is not right"),
    "other": phrase("Something else"),
}

# What a failing check points to, the likelier first.
_CHECKS: Mapping[str, tuple[Cause, ...]] = {
    "exposure.relay": ("open-service",),
    "exposure.resolver": ("open-service",),
    "exposure.proxy": ("open-service", "software"),
    "exposure.amplifier": ("open-service",),
    "exposure.services": ("open-service",),
    "host.mail-config": ("open-service",),
    "host.listeners": ("open-service",),
    "host.malware": ("software", "account"),
    "host.persistence": ("software", "account"),
    "host.mail-queue": ("account",),
    "host.login": ("account",),
    "patch.os-support": ("software",),
    "patch.software": ("software",),
    "patch.updates": ("software",),
    "patch.vulnerabilities": ("software",),
    "consent.ledger": ("campaign",),
    "consent.drill": ("campaign",),
    "message.unsubscribe": ("campaign",),
    "blocklist.domain": ("campaign",),
}
# Traces of somebody else's doing, and doors that were seen open, say more than a door that could have been used.
_TRACES = frozenset({
    "exposure.relay", "exposure.resolver", "exposure.proxy", "exposure.services", "host.malware", "host.persistence", "host.mail-queue",
    "consent.ledger",
})  # fmt: skip
MAX_REASONS = 6


@dataclass(frozen=True, slots=True)
class LikelyCause:
    """A kind of root cause, in words, and why it is likely (`i18n.phrase`); without reasons nothing points to it."""

    cause: Cause
    words: str
    reasons: tuple[str, ...] = ()


def likely_causes(notices: Iterable[Notice], results: Iterable[Result]) -> tuple[LikelyCause, ...]:
    """Every kind of root cause, the likeliest first, each with what points to it.

    A trace that was found weighs most, then a weakness that was found, then what the notice says. It is an order in which to look,
    not a verdict; the person chooses.
    """
    weights: dict[Cause, int] = dict.fromkeys(CAUSE_WORDS, 0)
    reasons: dict[Cause, dict[str, None]] = {cause: {} for cause in CAUSE_WORDS}
    failed: dict[str, list[str]] = {}
    for result in results:
        if result.outcome is Outcome.FAIL and result.check in _CHECKS:
            failed.setdefault(result.check, []).append(result.target)
    for check in sorted(failed, key=lambda c: (c not in _TRACES, c)):
        targets = list(dict.fromkeys(failed[check]))
        shown = ", ".join(targets[:3]) + (" ..." if len(targets) > 3 else "")
        for place, cause in enumerate(_CHECKS[check]):
            weights[cause] += (4 if check in _TRACES else 2) + (place == 0)
            reasons[cause][phrase("the check {check} failed on {target}", check=check, target=shown)] = None
    for topic in dict.fromkeys(topic for notice in notices for topic in notice.topics):
        for cause in CAUSES.get(topic, ()):
            weights[cause] += 1
            reasons[cause][phrase("the notice is about {topic}", topic=TOPIC_WORDS[topic])] = None
    order = sorted(CAUSE_WORDS, key=lambda cause: -weights[cause])  # stable: the fixed order among equals
    return tuple(LikelyCause(cause, CAUSE_WORDS[cause], tuple(reasons[cause])[:MAX_REASONS]) for cause in order)
