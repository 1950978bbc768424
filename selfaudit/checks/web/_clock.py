"""What the time really is, as far as it is known: dates are not judged by a clock that nobody has looked at."""

from __future__ import annotations

from selfaudit.facts.vantage import Clock
from selfaudit.findings import Message, Remedy, Severity
from selfaudit.i18n import N_
from selfaudit.protocols.dnssec import signature_window

CLOCK = Message(
    Severity.UNKNOWN,
    N_("Whether {what} is valid today is not known: the clock of this computer could not be checked well enough."),
    Remedy(N_("Set the clock by the network and run the audit again."), verify="timedatectl timesync-status", minutes=5),
)


def span(clock: Clock, at: float, *, laboratory: bool) -> tuple[float, float] | None:
    """The earliest and the latest time that it can have been when this computer's clock said `at`, UTC seconds; None if it is not known.

    A time server tells it to within half the round trip (RFC 4330 section 5). Without one, the fresh signature of the DNS root was made for
    a time span that holds the right time (RFC 4034 section 3.1.5). Laboratories have neither; there the clock is taken for right.
    """
    if laboratory and not clock.samples and clock.root_signature is None:
        return at, at
    good = sorted((sample for sample in clock.samples if not sample.error), key=lambda sample: sample.delay)
    if good:
        now, half = at + good[0].offset, abs(good[0].delay) / 2
        return now - half, now + half
    window = signature_window(clock.root_signature) if clock.root_signature is not None else None
    if window is not None and window[0] <= clock.now <= window[1]:
        return at - clock.now + window[0], at - clock.now + window[1]
    return None
