"""Times and deadlines as people and machines write them in notices, in English and German."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar jänner", "feb february februar", "mar march märz mär maerz", "apr april", "may mai", "jun june juni",
            "jul july juli", "aug august", "sep sept september", "oct october okt oktober", "nov november",
            "dec december dez dezember",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
# RFC 5322 section 4.3 for the American ones; names that mean different zones in different countries are left out.
_ZONES = {
    "z": 0, "utc": 0, "gmt": 0, "cet": 60, "mez": 60, "cest": 120, "mesz": 120, "eet": 120, "eest": 180, "msk": 180, "jst": 540,
    "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360, "pst": -480, "pdt": -420,
}  # fmt: skip
_ZONE = (
    r"(?:[+-][0-9]{2}:?[0-9]{2}\b|(?<=[0-9])z\b|\b(?:utc|gmt|cest|cet|mesz|mez|eest|eet|msk|jst|[ecmp][sd]t)\b(?![+-][0-9]))"
)
_CLOCK = r"(?P<h>[0-9]{1,2}):(?P<mi>[0-9]{2})(?::(?P<s>[0-9]{2}))?(?:[.,][0-9]{1,9})?(?:\s?(?P<half>[ap]\.?m\b\.?))?(?:\s{0,2}uhr\b)?"
_TAIL = rf"(?:[T ,:]{{1,3}}(?:(?:at|um)\s)?{_CLOCK}(?:\s{{0,3}}\(?(?P<zone>{_ZONE}))?)?"
_MONTH = "(?P<mon>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")"
_DATES = tuple(
    re.compile(rf"(?<![\w.-]){date}(?![0-9]){_TAIL}", re.IGNORECASE)
    for date in (
        r"(?P<y>[0-9]{4})[-/](?P<m>[0-9]{2})[-/](?P<d>[0-9]{2})",
        r"(?P<d>[0-9]{1,2})\.(?P<m>[0-9]{1,2})\.(?P<y>[0-9]{4})",
        rf"(?P<d>[0-9]{{1,2}})(?:st|nd|rd|th|\.)?[ /-]{_MONTH}\.?,?[ /-](?P<y>[0-9]{{4}})",
        rf"{_MONTH}\.?\s(?P<d>[0-9]{{1,2}})(?:st|nd|rd|th)?,?\s(?P<y>[0-9]{{4}})",
    )
)
_ALL_IN = re.compile(
    rf"(?:times?(?:stamps?)?|time\s?zone|zeit(?:angaben|zone|stempel|en)?|uhrzeiten)\b[^\n.;]{{0,40}}?(?P<zone>{_ZONE})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Moment:
    """A time in a text.

    Attributes:
        text: as written.
        at: UTC (RFC 3339), "" if it names no zone.
        day: YYYY-MM-DD as written.
        start, end: where it stands.
        clock: it names an hour.
    """

    text: str
    at: str
    day: str
    start: int
    end: int
    clock: bool


def utc(moment: datetime.datetime) -> str:
    """RFC 3339 in UTC, to the second; "" for a time that UTC cannot express."""
    try:
        return moment.astimezone(datetime.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    except (OverflowError, ValueError):
        return ""


def from_header(value: str) -> str:
    """The Date field of a message in UTC (RFC 5322 section 3.3), "" for none. The zone -0000 means that the time is UTC."""
    try:
        moment = parsedate_to_datetime(value[:200])
    except (TypeError, ValueError, OverflowError, IndexError):
        return ""
    return utc(moment.replace(tzinfo=datetime.UTC) if moment.tzinfo is None else moment)


def zone_of_all(text: str) -> str:
    """The zone that a text names for all its times ("all times are UTC"), "" for none."""
    match = _ALL_IN.search(text)
    return match["zone"] if match else ""


def moments(text: str, zone: str = "") -> list[Moment]:
    """The times in a line, in their order. `zone` is that of times that name none."""
    found: dict[int, Moment] = {}
    for pattern in _DATES:
        for match in pattern.finditer(text):
            moment = _moment(match, zone)
            if moment is not None and not any(m.start <= match.start() < m.end for m in found.values()):
                found[match.start()] = moment
    return [found[start] for start in sorted(found)]


def read_time(text: str, zone: str = "") -> Moment | None:
    """The first time in a text; also as in a Date field."""
    header = from_header(text) if re.match(r"\s*[A-Za-z]{3},\s", text) and re.search(r"[+-][0-9]{4}|GMT|UT", text) else ""
    if header:
        return Moment(text.strip()[:60], header, header[:10], 0, len(text), True)
    return next(iter(moments(text[:300], zone)), None)


def _moment(match: re.Match[str], zone: str) -> Moment | None:
    parts = match.groupdict()
    month = _MONTHS.get((parts.get("mon") or "").lower()) or int(parts.get("m") or 0)
    hour = int(parts["h"] or 0)
    half = (parts["half"] or "").lower()
    if half:
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    try:
        naive = datetime.datetime(int(parts["y"]), month, int(parts["d"]), hour, int(parts["mi"] or 0), int(parts["s"] or 0))
    except ValueError:
        return None
    named = parts["zone"] or zone
    at = ""
    if parts["h"] is not None and named:
        at = utc(naive.replace(tzinfo=datetime.timezone(datetime.timedelta(minutes=_minutes(named)))))
    return Moment(match[0].strip(), at, naive.date().isoformat(), match.start(), match.end(), parts["h"] is not None)


def _minutes(zone: str) -> int:
    if zone[0] in "+-":
        digits = zone[1:].replace(":", "")
        minutes = min(int(digits[:2]) * 60 + int(digits[2:]), 23 * 60)
        return -minutes if zone[0] == "-" else minutes
    return _ZONES[zone.lower()]


_NUMBERS = {
    word: number
    for number, words in (
        (1, "one a ein eine einen einem einer einesTages"), (2, "two zwei"), (3, "three drei"), (4, "four vier"), (5, "five fünf"),
        (6, "six sechs"), (7, "seven sieben"), (10, "ten zehn"), (12, "twelve zwölf"), (14, "fourteen vierzehn"),
        (24, "twenty-four"), (48, "forty-eight"), (72, "seventy-two"),
    )
    for word in words.lower().split()
}  # fmt: skip
_WITHIN = re.compile(
    r"(?:within|in(?:nerhalb)?|binnen|inside)\s(?:the\s|a\s|von\s|der\s|den\s)?(?:next\s|nächsten\s|period\sof\s|following\s)?"
    r"(?P<n>[0-9]{1,3}|" + "|".join(sorted(_NUMBERS, key=len, reverse=True)) + r")(?:\s?\([0-9a-zäöü-]{1,12}\))?\s{0,2}-?"
    r"(?P<kind>business\s|working\s|calendar\s|werk|arbeits)?(?P<unit>h(?:ours?|rs?)?|stunden?|days?|tage?n?|weeks?|wochen?)\b",
    re.IGNORECASE,
)
_BEFORE_DATE = re.compile(
    r"(?:until|by|before|no\slater\sthan|not\slater\sthan|at\sthe\slatest|deadline|due(?:\sdate)?|frist(?:\sbis)?|bis(?:\s(?:zum|spätestens))?|spätestens)"
    r"[\s:]{1,3}(?:the\s|zum\s|den\s|am\s|(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s|\w{2,11}tag,?\s(?:den\s)?|mittwoch,?\s(?:den\s)?){0,2}\Z",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Deadline:
    """A deadline in a sentence: `at` is UTC or a day, "" where it cannot be counted; `why` is "zone", "sent", "business" or ""."""

    at: str
    text: str
    why: str = ""


def deadlines(sentence: str, sent: str, zone: str = "") -> list[Deadline]:
    """The deadlines in a sentence. `sent` (UTC) is what periods are counted from."""
    # Without a zone the day is all that is certain.
    found = [
        Deadline(moment.at or moment.day, moment.text, "zone" if moment.clock and not moment.at else "")
        for moment in moments(sentence, zone)
        if _BEFORE_DATE.search(sentence[max(0, moment.start - 60) : moment.start])
    ]
    for match in _WITHIN.finditer(sentence):
        count = int(match["n"]) if match["n"].isdigit() else _NUMBERS[match["n"].lower()]
        found.append(_after(count, match, sent))
    return found


def _after(count: int, match: re.Match[str], sent: str) -> Deadline:
    text = " ".join(match[0].split())
    if not sent:
        return Deadline("", text, "sent")
    start = datetime.datetime.fromisoformat(sent.replace("Z", "+00:00"))
    unit = match["unit"].lower()
    try:
        if unit.startswith(("h", "s")):
            return Deadline(utc(start + datetime.timedelta(hours=count)), text)
        days = count * (7 if unit.startswith("w") else 1)
        if (match["kind"] or "").strip().lower() in ("business", "working", "werk", "arbeits"):
            return Deadline(_business_day(start.date(), days).isoformat(), text, "business")
        return Deadline(utc(start + datetime.timedelta(days=days)), text)
    except OverflowError:
        return Deadline("", text, "sent")


def _business_day(day: datetime.date, count: int) -> datetime.date:
    while count > 0:
        day += datetime.timedelta(days=1)
        count -= day.weekday() < 5
    return day
