"""The clock of this computer is right.

What it checks:
    The time of the computer that runs the audit, against time servers and against the fresh signature of the DNS root.

Why it matters:
    Desks compare the times in a report with their own logs. A wrong clock also makes valid certificates and DNSSEC signatures
    look expired, so that other checks would be wrong.

How it is judged:
    1. Time servers are asked by SNTP; the offset is known to within half the round trip. Up to 30 seconds is fine, up to
       5 minutes is worth mending, more makes the report's times unusable.
    2. The root's SOA is signed anew every day (dig . SOA +dnssec). A clock outside the signature's time span is wrong,
       whatever the time servers say.
    3. If no time server answers, a clock inside that span is right to within days only; that is not enough to say it is right.

Limits and false positives:
    Networks that block UDP port 123 leave only the coarse answer.

References:
    RFC 4330 section 5 (SNTP offset); RFC 4034 section 3.1.5 (signature time span).
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from selfaudit.facts.vantage import Clock
from selfaudit.findings import Check, Finding, Message, Remedy, Severity, found
from selfaudit.i18n import N_, phrase
from selfaudit.policy import Policy
from selfaudit.protocols.dnssec import signature_window


class Tag(StrEnum):
    OK = "CLOCK_OK"
    OFF = "CLOCK_OFF"
    WRONG = "CLOCK_WRONG"
    OUTSIDE_SIGNATURE = "CLOCK_OUTSIDE_SIGNATURE"
    COARSE = "CLOCK_COARSE"
    UNKNOWN = "CLOCK_UNKNOWN"


CHECK = Check("vantage.clock", N_("This computer's clock is right"), (Clock,), "case", advisory=True)

_SET = Remedy(
    N_("Set the clock by the network and run the audit again."),
    verify="timedatectl timesync-status",
    stacks={
        "systemd": "sudo timedatectl set-ntp true",
        "chrony": "sudo chronyc makestep && chronyc tracking",
        "Windows": "w32tm /resync",
        "macOS": "sudo sntp -sS time.apple.com",
    },
    minutes=5,
)
_BAD_OFFSET = 300.0

MESSAGES = {
    Tag.OK: Message(Severity.GOOD, N_("The clock agrees with {source} to within {offset} s.")),
    Tag.OFF: Message(
        Severity.LOW, N_("The clock is {offset} s away from {source}; times in this report are off by as much."), _SET
    ),
    Tag.WRONG: Message(
        Severity.MEDIUM,
        N_("The clock is {offset} s away from {source}; times in this report cannot be compared with logs."),
        _SET,
    ),
    Tag.OUTSIDE_SIGNATURE: Message(
        Severity.MEDIUM,
        N_("The clock lies outside the time span of the DNS root's current signature, so it is wrong by days."),
        _SET,
    ),
    Tag.COARSE: Message(
        Severity.UNKNOWN,
        N_("No time server answered. By the DNS root's signature the clock is right to within days, no more is known."),
    ),
    Tag.UNKNOWN: Message(Severity.UNKNOWN, N_("No time server answered ({why}), so nothing is known about the clock.")),
}


def judge(clock: Clock, policy: Policy) -> Iterator[Finding]:
    window = signature_window(clock.root_signature) if clock.root_signature else None
    if window and not window[0] <= clock.now <= window[1]:
        yield found(Tag.OUTSIDE_SIGNATURE)
        return
    samples = sorted((s for s in clock.samples if not s.error), key=lambda s: s.delay)
    if samples:
        best = samples[0]
        offset = abs(best.offset)
        tag = Tag.OK if offset <= policy.clock_good else Tag.OFF if offset <= _BAD_OFFSET else Tag.WRONG
        shown = max(offset, best.delay / 2)
        yield found(tag, source=best.source, offset=f"{shown:.1f}")
    elif window:
        yield found(Tag.COARSE)
    else:
        why = "; ".join(f"{s.source}: {s.error}" for s in clock.samples) or phrase("none is set up")
        yield found(Tag.UNKNOWN, why=why)
