"""Small figures that the judgement of ledgers needs."""

from __future__ import annotations

_USUAL_DAYS = 2  # large receivers want a withdrawal to be honoured within two days


def percent(part: int, whole: int) -> str:
    """A share with one digit; never 0.0 or 100.0 unless it is nothing or everything."""
    if whole <= 0:
        return "0.0"
    share = round(100 * part / whole, 1)
    if 0 < part < whole:
        share = min(max(share, 0.1), 99.9)
    return f"{share:.1f}"


def withdrawal_limit(business_days: int) -> int:
    """Calendar days in which a withdrawal must have taken effect, generously: each week that was begun has a weekend, and one may lie before."""
    if business_days <= 0:
        return _USUAL_DAYS
    return business_days + 2 * (-(-business_days // 5)) + 2
