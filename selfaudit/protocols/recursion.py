"""What a name server's answers about other people's names amount to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from selfaudit.facts.exposure import ExpectedAnswer, RecursionOutcome, RecursionTry


class Openness(StrEnum):
    """What one protocol on one port amounts to, the most telling first."""

    OPEN = "open"  # RA and the right answer
    WRONG_ANSWER = "wrong-answer"  # RA and an answer that the world does not give
    FROM_CACHE = "from-cache"  # the right answer without RA
    CLAIMS = "claims"  # an authoritative answer about what is not its own
    REFERRAL_UP = "referral-up"  # it sends strangers to the root servers
    REFUSED_WITH_RA = "refused-with-ra"
    SERVFAIL = "servfail"
    UNCLEAR = "unclear"
    REFUSED = "refused"
    CLOSED = "closed"
    SILENT = "silent"
    UNREACHABLE = "unreachable"


_ORDER = list(Openness)


@dataclass(frozen=True, slots=True)
class Opened:
    """What one protocol on one port amounts to, and the answer that decided."""

    openness: Openness
    decisive: RecursionTry


def judge_tries(tries: Iterable[RecursionTry], expected: Iterable[ExpectedAnswer]) -> list[Opened]:
    """The most telling answer of each protocol and port. A definite answer weighs more than silence before it."""
    right = {(e.name, e.rdtype): {r.lower() for r in e.records} for e in expected}
    best: dict[tuple[str, int], Opened] = {}
    for attempt in tries:
        opened = Opened(_classify(attempt, right.get((attempt.name, attempt.rdtype))), attempt)
        key = (attempt.protocol, attempt.port)
        before = best.get(key)
        if before is None or _ORDER.index(opened.openness) < _ORDER.index(before.openness):
            best[key] = opened
    return list(best.values())


def _classify(attempt: RecursionTry, right: set[str] | None) -> Openness:
    outcome = attempt.outcome
    if outcome is RecursionOutcome.ANSWER:
        matches = right is not None and bool(right & {r.lower() for r in attempt.records})
        # Some forwarders pass the AA bit of others on: who promises recursion and knows the right answer has asked for it.
        if attempt.authoritative and not (attempt.recursion and matches):
            return Openness.CLAIMS
        if attempt.recursion:
            # Without a yardstick nobody can say whether the answer is right.
            return Openness.UNCLEAR if right is None else Openness.OPEN if matches else Openness.WRONG_ANSWER
        return Openness.FROM_CACHE if matches else Openness.UNCLEAR
    if outcome is RecursionOutcome.NXDOMAIN:
        if attempt.authoritative:
            return Openness.CLAIMS
        return Openness.WRONG_ANSWER if attempt.recursion and right is not None else Openness.UNCLEAR
    if outcome is RecursionOutcome.REFERRAL:
        # Away from the asked zone only the root is "upwards" for certain.
        return Openness.REFERRAL_UP if "." in attempt.referred else Openness.UNCLEAR
    if outcome is RecursionOutcome.EMPTY:
        return Openness.UNCLEAR if attempt.recursion or attempt.authoritative else Openness.REFUSED
    if outcome is RecursionOutcome.REFUSED:
        return Openness.REFUSED_WITH_RA if attempt.recursion else Openness.REFUSED
    return {
        RecursionOutcome.SERVFAIL: Openness.SERVFAIL,
        RecursionOutcome.CLOSED: Openness.CLOSED,
        RecursionOutcome.TIMEOUT: Openness.SILENT,
        RecursionOutcome.UNREACHABLE: Openness.UNREACHABLE,
    }.get(outcome, Openness.UNCLEAR)
