"""Dates of WHOIS answers (RFC 3912): each registry writes them in its own way, and some in its own time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_MONTHS: Mapping[str, int] = {
    name: number
    for number, name in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)
}
_UTC = frozenset(["z", "utc", "gmt"])
_FILLERS = frozenset(["mon", "tue", "wed", "thu", "fri", "sat", "sun", "t", "yyyy", "mm", "dd"]) | _UTC  # .tw: "(YYYY-MM-DD)"
_ZONES: Mapping[str, int] = {
    "jst": 9,
    "kst": 9,
    "cet": 1,
    "cest": 2,
    "eet": 2,
    "eest": 3,
    "msk": 3,
    "clt": -4,
    "clst": -3,
    "bst": 1,
}
_YEARS = range(1980, 2200)  # before and after, a date stands in for none: 0001, 1970, 9999
_TIME = re.compile(r"(?<![0-9])([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,][0-9]{1,9})?)?(?![0-9:])")
_OFFSET = re.compile(r"[\s(]*(?:utc|gmt)?\s*([+-])([0-9]{1,2})(?::?([0-9]{2}))?(?![0-9])")
_DATE_PART = re.compile(r"[0-9]+|[a-z]+")


@dataclass(frozen=True, slots=True)
class Habits:
    """How a registry writes dates.

    Attributes:
        day_first: in "03/04/2024" the third is meant; otherwise nothing is read from such a date.
        hours: by how many hours its time is ahead of UTC where it names no zone.
    """

    day_first: bool = False
    hours: int = 0


_USUAL = Habits()
_DAY_FIRST = ("br", "hk", "id", "il", "lu", "mo", "pt", "th", "tn", "xn--4dbrk0ce")  # 03/04/2024, 03-04-2024
# Only those that are known for sure and have no summer time. Most others say their zone, write UTC, or show no time of day.
_LOCAL = ("cn", "xn--fiqs8s", "xn--fiqz9s")  # CNNIC: Beijing
_HABITS: Mapping[str, Habits] = {
    **dict.fromkeys(_DAY_FIRST, Habits(day_first=True)),
    **dict.fromkeys(_LOCAL, Habits(hours=8)),
}


def habits_of(domain: str) -> Habits:
    """How the registry of a domain (A-labels) writes dates."""
    return _HABITS.get(domain.rpartition(".")[2], _USUAL)


def moment(text: str, habits: Habits = _USUAL) -> float | None:
    """UTC seconds of a date as registries write it; None for what is none, or could be two.

    Args:
        text: with or without a time; a day without a time is taken as UTC.
        habits: how the registry writes what the text leaves open.
    """
    words = text[:80].partition("#")[0].lower()  # .br adds "#" and a number
    away, clock = timedelta(), timedelta()
    time = _TIME.search(words)
    zoned = time is None
    if time:
        hours, minutes, seconds = (int(part or 0) for part in time.groups())
        clock = timedelta(hours=hours, minutes=minutes, seconds=seconds)
        if hours > 24 or minutes > 59 or seconds > 60:  # 24:00 and leap seconds
            return None
        rest = words[time.end() :]
        offset = _OFFSET.match(rest)
        if offset:
            away = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0)) * (-1 if offset[1] == "-" else 1)
            rest = rest[offset.end() :]
            zoned = True
        words = words[: time.start()] + " " + rest
    parts = _DATE_PART.findall(words)
    for part in parts:
        away += timedelta(hours=_ZONES.get(part, 0))
        zoned = zoned or part in _ZONES or part in _UTC
    if not zoned:
        away = timedelta(hours=habits.hours)
    numbers = [part for part in parts if part.isdigit()]
    names = [part for part in parts if not part.isdigit() and part not in _FILLERS and part not in _ZONES]
    day = _day(numbers, names, dotted="." in words, day_first=habits.day_first)
    return (day + clock - away).timestamp() if day else None


def _day(numbers: list[str], names: list[str], *, dotted: bool, day_first: bool) -> datetime | None:
    if len(names) == 1 and names[0][:3] in _MONTHS and len(numbers) == 2:
        year = next((number for number in numbers if len(number) == 4), "")
        other = next((number for number in numbers if number != year), "")
        return _valid(year, str(_MONTHS[names[0][:3]]), other)
    if names:
        return None
    if len(numbers) == 1 and len(numbers[0]) == 8:
        return _valid(numbers[0][:4], numbers[0][4:6], numbers[0][6:])
    if len(numbers) != 3:
        return None
    first, second, third = numbers
    if len(first) == 4:
        return _valid(first, second, third)
    if len(third) != 4 or len(first) > 2 or len(second) > 2:
        return None
    if dotted or day_first or int(first) > 12 or first == second:
        return _valid(third, second, first)
    return _valid(third, first, second) if int(second) > 12 else None


def _valid(year: str, month: str, day: str) -> datetime | None:
    if not (year and month and day) or len(month) > 2 or len(day) > 2 or len(year) != 4 or int(year) not in _YEARS:
        return None
    try:
        return datetime(int(year), int(month), int(day), tzinfo=UTC)
    except ValueError:
        return None
