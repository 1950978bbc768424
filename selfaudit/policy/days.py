"""Days in statements, compared with now."""

from __future__ import annotations

from selfaudit.case.dates import read_date

_DAY = 86_400
_EARLIEST = 14 * 3_600  # seconds by which a calendar day begins sooner than in UTC, at most (UTC+14)
_CLOCK = 3_600  # seconds by which clocks may differ


def is_day(text: str) -> bool:
    """Whether a text has the form of a day, not of a moment."""
    return len(text.strip()) == len("YYYY-MM-DD")


def is_known(text: str) -> bool:
    """Whether a text is a day or a moment at all."""
    return read_date(text) is not None


def in_future(text: str, now: float | None) -> bool:
    """Whether a day or moment (UTC) has not come yet anywhere; False where now is not known."""
    at = read_date(text)
    if at is None or now is None:
        return False
    return at > now + (_EARLIEST if is_day(text) else _CLOCK)


def passed(text: str, now: float | None) -> bool:
    """Whether a day has ended everywhere; False where now is not known."""
    at = read_date(text)
    return at is not None and now is not None and at + 1.5 * _DAY < now


def before(one: str, other: str) -> bool:
    """Whether one day or moment is surely before another: by the moment, or by the day if either is only a day."""
    first, second = read_date(one), read_date(other)
    if first is None or second is None:
        return False
    if is_day(one) or is_day(other):
        return first // _DAY < second // _DAY
    return first < second
