"""The marks that a row of a ledger can carry, as bits of one number."""

from __future__ import annotations

(
    ADDRESS, CONSENT, SOURCE, IP, TEXT, TOKEN, CONFIRMED, SAME_DAY, SAME_MINUTE, INSTANT, BEFORE, ALONE, SAID_WITHDRAWN, SAID_PENDING,
    BOUNCED_OUT, ODD, FUTURE, ANCIENT, DATE_ONLY, INSIDE_IP, BAD_IP, ROLE, PURCHASED, IMPORTED, OLD, NO_CONTACT, MAILED, MAILED_PENDING,
    MAILED_BOUNCE, MAILED_COMPLAINT, HARD, SMS, VOICE, OTHER, COMPLAINED_OUT, HINTED, FLAG, UNDATED, RECENT_BOUNCE,
) = (1 << place for place in range(39))  # fmt: skip

ANY_CONFIRMATION = CONFIRMED | SAME_DAY | SAME_MINUTE | INSTANT | BEFORE | ALONE
LEFT = SAID_WITHDRAWN | BOUNCED_OUT | COMPLAINED_OUT
NOT_ACTIVE = LEFT | SAID_PENDING


def is_pending(bits: int) -> bool:
    """Called pending, and not confirmed either."""
    return bool(bits & SAID_PENDING) and not bits & (LEFT | CONFIRMED | SAME_DAY | SAME_MINUTE)


def is_active(bits: int) -> bool:
    """May be mailed, as far as the ledger says."""
    return not bits & LEFT and not is_pending(bits)
