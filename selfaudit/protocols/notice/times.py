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
# RFC 5322 section 4.3 for the American ones; names that mean different zones in different countries (`_ODD_ZONE`) are left out.
_ZONES = {
    "z": 0, "utc": 0, "gmt": 0, "cet": 60, "mez": 60, "cest": 120, "mesz": 120, "eet": 120, "eest": 180, "msk": 180, "jst": 540,
    "edt": -240, "cdt": -300, "mdt": -360, "pst": -480, "pdt": -420,
}  # fmt: skip
_ZONE = (
    r"(?:[+-][0-9]{2}:?[0-9]{2}\b|(?<=[0-9])z\b|\b(?:utc|gmt|cest|cet|mesz|mez|eest|eet|msk|jst|[ecmp]dt|pst)\b(?![+-][0-9]))"
)
_ODD_ZONE = r"(?-i:[ECM]ST|[IBWASH]ST|A[ECW]ST|AK[SD]T|SGT|HKT|PHT|BRT|ET|CT|PT|MT)"
_CLOCK = r"(?P<h>[0-9]{1,2}):(?P<mi>[0-9]{2})(?::(?P<s>[0-9]{2}))?(?:[.,][0-9]{1,9})?(?:\s?(?P<half>[ap]\.?m\b\.?))?(?:\s{0,2}uhr\b)?"
_TAIL = rf"(?:[T ,:]{{1,3}}(?:(?:at|um)\s)?{_CLOCK}(?:\s{{0,3}}\(?(?:(?P<zone>{_ZONE})|(?P<odd>{_ODD_ZONE}\b)))?)?"
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
        odd: it names a zone, but one that means different ones in different countries.
    """

    text: str
    at: str
    day: str
    start: int
    end: int
    clock: bool
    odd: bool = False


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


def names_odd_zone(text: str) -> bool:
    """Whether a time ends with the name of a zone that means different ones in different countries."""
    return re.search(rf"{_ODD_ZONE}\)?\Z", text) is not None


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
    # The date of a header (RFC 5322) names American zones by definition; anywhere else their names are not clear.
    if re.fullmatch(r"\s*[A-Z][a-z]{2}, [0-9]{1,2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{5,8} [ECMP][SD]T\s*", text):
        return Moment(text.strip(), from_header(text), from_header(text)[:10], 0, len(text), True)
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
    if parts["h"] is not None and named and not parts["odd"]:
        at = utc(naive.replace(tzinfo=datetime.timezone(datetime.timedelta(minutes=_minutes(named)))))
    return Moment(
        match[0].strip(), at, naive.date().isoformat(), match.start(), match.end(), parts["h"] is not None, bool(parts["odd"])
    )


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
_COUNT = (
    r"(?P<n>[0-9]{1,3}|" + "|".join(sorted(_NUMBERS, key=len, reverse=True)) + r")(?:\s?\([0-9a-zäöü-]{1,12}\))?\s{0,2}-?"
    r"(?P<kind>business\s|working\s|calendar\s|werk|arbeits)?(?P<unit>h(?:ours?|rs?)?|stunden?|days?|tage?n?|weeks?|wochen?)\b"
)
_WITHIN = re.compile(
    r"(?:within|in(?:nerhalb)?(?:\s(?:less|no\smore)\sthan|\sunder|\sweniger\sals)?|binnen|inside)\s(?:the\s|a\s|von\s|der\s|den\s)?(?:next\s|nächsten\s|period\sof\s|following\s)?"
    + _COUNT,
    re.IGNORECASE,
)
# Said as a period to have, without "within".
_HAVE = re.compile(
    r"(?:\byou\s(?:now\s)?have|\bsie\shaben|\bgiv(?:e|ing)\syou|\bdeadline(?:\sis|\sof)?|\bfrist(?:\sist|\svon)?)\s?:?\s{1,3}(?:a\s|only\s|nur\s|another\s|noch\s)?"
    + _COUNT + r"(?!\s(?:ago|old))",
    re.IGNORECASE,
)  # fmt: skip
# A period counts only where something is demanded, or threatened, before it.
_DEMANDED = re.compile(
    r"\b(?:please|kindly|must|need|needs|should|ha(?:ve|s)\sto|requir\w{1,5}|request\w{0,3}|ask|expect\w{0,2}|demand\w{0,2}|urge|deadline|respon[ds]\w{0,3}|repl(?:y|ies)|answer|react|"
    r"resolve|fix|remove|clean|secure|take|provide|solve|comply|confirm|act|stop|unless|will\s(?:suspend|lock|block|disable|terminate|close)|be\s(?:suspended|locked|blocked|disabled|terminated|closed)|"
    r"bitte\w{0,1}|müssen|fordern|erwarten|benötigen|frist|antwort\w{0,3}|reagier\w{0,3}|stellungnahme|rückmeldung|beheb\w{0,3}|beseitig\w{0,3}|entfern(?:en|e)|sperren)\b",
    re.IGNORECASE,
)
# What happened, or what somebody else does, in a period.
_HAPPENED = re.compile(
    r"(?:\b(?:times|attempts|requests|messages|mails|e-mails|complaints|hits|connections|mal|anfragen|versuche|beschwerden|nachrichten)"
    r"|(?<!be\s)(?<!been\s)\b(?:attacked|deleted|removes|removed|expires?|delisted|delists|happened|seen|detected|logged|gelöscht|entfernt))\s{0,2}(?:automatically\s|\w{1,12}ly\s)?\Z",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"\s(?:after\s(?:you|it|the\s(?:problem|cause|issue|last))|nachdem|of\sthe\slast|by\syour)\b", re.IGNORECASE
)
_SLASHED = re.compile(r"(?<![\w/])([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})(?![\w/])")
# A word for a deadline, and a day behind it that is no date.
_UNCLEAR = re.compile(
    rf"\b(?:(?:respond|reply|answer|resol\w{{2,5}}|fix\w{{0,2}}|act|action|done)\s(?:\w{{1,12}}\s){{0,3}}by|deadline|due(?:\sdate)?|no\slater\sthan|until|frist|bis(?:\sspätestens|\szum)?|spätestens)"
    rf"[\s:]{{1,3}}(?:is\s|ist\s|the\s|zum\s|am\s|den\s|next\s|this\s|end\sof\s){{0,2}}"
    rf"(?:[0-9]{{1,2}}[/.][0-9]{{1,2}}(?:[/.][0-9]{{0,4}})?|[0-9]{{1,2}}(?:st|nd|rd|th|\.)?\s{_MONTH.replace('?P<mon>', '?:')}|{_MONTH.replace('?P<mon>', '?:')}\.?\s[0-9]{{1,2}}(?:st|nd|rd|th)?|"
    rf"tomorrow|today|tonight|morgen|heute|(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|(?:the\s)?(?:day|week|woche))\b",
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
    for slashed in _SLASHED.finditer(sentence):
        day = _slashed(slashed)
        if day and _BEFORE_DATE.search(sentence[max(0, slashed.start() - 60) : slashed.start()]):
            found.append(Deadline(day, slashed[0]))
    for match in (*(m for m in _WITHIN.finditer(sentence) if _demanded(sentence, m)), *_HAVE.finditer(sentence)):
        count = int(match["n"]) if match["n"].isdigit() else _NUMBERS[match["n"].lower()]
        found.append(_after(count, match, sent))
    return found


def unclear_deadlines(sentence: str) -> list[str]:
    """The words by which a sentence seems to name a deadline whose date nobody can be sure of."""
    return [match[0] for match in _UNCLEAR.finditer(sentence) if not _DATED.match(sentence, match.start())]


_DATED = re.compile(r".{0,40}[0-9]{4}", re.DOTALL)


def _slashed(match: re.Match[str]) -> str:
    """A day written with slashes, if only one order of day and month is possible."""
    first, second, year = int(match[1]), int(match[2]), int(match[3])
    if (first > 12) == (second > 12) and first != second:
        return ""
    month, day = (second, first) if first > 12 else (first, second)
    try:
        return datetime.date(year, month, day).isoformat()
    except ValueError:
        return ""


# What the writer will do themselves, unless it is a threat.
_PROMISED = re.compile(
    r"\b(?:we|wir)\s(?:\w{2,12}ly\s)?(?:will|shall|try|aim|answer|respond|reply|werden|antworten|bemühen)\b(?!.{0,200}\b(?:you|sie|suspend|lock|block|terminate|disable|close|sperren)\b)",
    re.IGNORECASE,
)


def _demanded(sentence: str, match: re.Match[str]) -> bool:
    """Whether a period is one to act in, not one in which something happened."""
    before = sentence[: match.start()]
    if _HAPPENED.search(before[-60:]) or _PROMISED.search(before[-300:]) or _CONDITION.match(sentence, match.end()):
        return False
    return _DEMANDED.search(before) is not None or (
        len(before.strip()) < 3 and _DEMANDED.search(sentence, match.end()) is not None
    )


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
