"""The times in a ledger: ISO 8601, seconds or milliseconds since 1970, 31.12.2024 23:59, RFC 5322, and 12/31/2024 where it is clear."""

from __future__ import annotations

import datetime
import email.utils
import re
from collections.abc import Iterable
from typing import Literal

Order = Literal["", "dmy", "mdy", "both"]  # of dates with slashes, as the whole column shows it

_EPOCH = datetime.datetime(1970, 1, 1)
_EPOCH_UTC = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
EMPTY = frozenset({"", "-", "--", "0", "null", "none", "nil", "n/a", "na", "\\n", "nan", "never"})
_NUMERIC = re.compile(
    r"(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})"
    r"(?:[ T,]{1,3}(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,]\d{1,9})?)?)?"
    r" {0,2}([AaPp]\.?[Mm]\.?)? {0,2}(Z|UTC|GMT|Uhr|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)
_SLASHED = re.compile(r"(\d{1,2})([/-])(\d{1,2})\2\d{2,4}(?!\d)", re.ASCII)
_MAX_TEXT = 60
_CALENDAR = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}  # such numbers are no seconds since 1970
_ZONE = re.compile(r"(?:Z|UTC|GMT|[+-]\d{2}:?\d{2}|\d [A-Z]{3,4})(?: ?\([^)]*\))?$", re.ASCII)


class Ambiguous(ValueError):
    """A date whose day and month could be exchanged."""


def is_empty(text: str) -> bool:
    """Whether a value stands for "no time", as programs and databases write it."""
    return text.lower() in EMPTY or text.startswith("0000-00-00")


def order_of(values: Iterable[str], known: Order = "") -> Order:
    """Day or month first, as dates like 31/12/2024 show it: "" if none of them tells, "both" if they contradict each other."""
    found = known
    for value in values:
        match = _SLASHED.match(value)
        if match is None:
            continue
        first, second = int(match[1]), int(match[3])
        says: Order = "dmy" if first > 12 else "mdy" if second > 12 else ""
        if says and found != says:
            found = "both" if found else says
    return found


def slashed(text: str) -> bool:
    """Whether it is a date whose order of day and month has to be found out."""
    return _SLASHED.match(text) is not None


def read_time(text: str, order: Order = "") -> int:
    """Seconds since 1970 in UTC. Times without a zone are taken as UTC.

    Args:
        text: without white space around it, and not empty.
        order: of day and month in dates with slashes.

    Raises:
        Ambiguous: the order matters and is not known.
        ValueError: this is no time.
    """
    if len(text) > _MAX_TEXT:
        raise ValueError
    if text.isdigit():
        return _digits(text)
    try:
        return _since(datetime.datetime.fromisoformat(text))
    except ValueError:
        pass
    match = _NUMERIC.fullmatch(text)
    if match:
        return _numeric(match, order)
    try:
        return _since(email.utils.parsedate_to_datetime(text))
    except (TypeError, IndexError, OverflowError, AttributeError) as error:
        raise ValueError from error


def has_zone(text: str) -> bool:
    """Whether a time that can be read says its zone; seconds since 1970 are in UTC."""
    if text.isdigit():
        return not (len(text) in _CALENDAR and text[:2] in ("19", "20"))
    return len(text) > 10 and _ZONE.search(text) is not None


def _since(moment: datetime.datetime) -> int:
    delta = moment - (_EPOCH if moment.tzinfo is None else _EPOCH_UTC)
    return delta.days * 86400 + delta.seconds


def _digits(text: str) -> int:
    if not text.isascii():
        raise ValueError
    size = len(text)
    if size in _CALENDAR and text[:2] in ("19", "20"):
        form = _CALENDAR[size]
        return _since(datetime.datetime.strptime(text, form))
    if size in (9, 10):
        return int(text)
    if size in (12, 13):
        return int(text) // 1000
    if size in (15, 16):
        return int(text) // 1_000_000
    raise ValueError


def _numeric(match: re.Match[str], order: Order) -> int:
    first, mark, second, third, hours, minutes, seconds, half, zone = match.groups()
    if len(first) == 4:
        year, month, day = int(first), int(second), int(third)
    elif len(third) in (2, 4) and len(first) <= 2:
        year = int(third) if len(third) == 4 else _century(int(third))
        day, month = _day_month(int(first), int(second), mark, order)
    else:
        raise ValueError
    hour = int(hours or 0)
    if half:
        if not 1 <= hour <= 12:
            raise ValueError
        hour = hour % 12 + (12 if half[0] in "pP" else 0)
    moment = datetime.datetime(year, month, day, hour, int(minutes or 0), int(seconds or 0))
    shift = 0
    if zone and zone[0] in "+-":
        digits = zone[1:].replace(":", "")
        shift = (int(digits[:2]) * 60 + int(digits[2:])) * (60 if zone[0] == "+" else -60)
    return _since(moment) - shift


def _century(year: int) -> int:
    return year + (2000 if year < 70 else 1900)


def _day_month(first: int, second: int, mark: str, order: Order) -> tuple[int, int]:
    if mark == "." or first == second or order == "dmy":
        return first, second
    if order == "mdy" or second > 12:
        return second, first
    if first > 12:
        return first, second
    raise Ambiguous


class TimeReader:
    """Reads the times of one column and counts what it could not read.

    Attributes:
        filled: values that are not empty.
        unreadable, ambiguous, zoneless: of these.
    """

    def __init__(self, order: Order = "") -> None:
        self.order = order
        self.filled = self.unreadable = self.ambiguous = self.zoneless = 0

    def read(self, values: Iterable[str]) -> list[int | None]:
        """Seconds since 1970, or None for what is empty or cannot be read."""
        out: list[int | None] = []
        add = out.append
        iso, naive, aware = datetime.datetime.fromisoformat, _EPOCH, _EPOCH_UTC
        filled = zoneless = 0
        for value in values:
            if not value:
                add(None)
                continue
            if value[4:5] == "-" and len(value) < _MAX_TEXT:
                try:
                    moment = iso(value)
                except ValueError:
                    add(self._slowly(value))
                    continue
                filled += 1
                if moment.tzinfo is None:
                    zoneless += 1
                    delta = moment - naive
                else:
                    delta = moment - aware
                add(delta.days * 86400 + delta.seconds)
            else:
                add(self._slowly(value))
        self.filled += filled
        self.zoneless += zoneless
        return out

    def _slowly(self, value: str) -> int | None:
        text = value.strip()
        if is_empty(text):
            return None
        self.filled += 1
        try:
            seconds = read_time(text, self.order)
            self.zoneless += not has_zone(text)
            return seconds
        except Ambiguous:
            self.ambiguous += 1
        except (ValueError, OverflowError):
            self.unreadable += 1
        return None
