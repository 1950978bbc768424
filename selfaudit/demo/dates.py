"""Days and times in the demo's texts, relative to the run."""

from __future__ import annotations

import datetime
import re
from email.utils import format_datetime

_DATE = re.compile(r"\{(?P<form>now|day|time|mail)(?P<days>[+-][0-9]{1,4})?(?: (?P<clock>[0-2][0-9]:[0-5][0-9]:[0-5][0-9]))?\}")


def with_dates(text: str, now: datetime.datetime) -> str:
    """A text with its days and times in UTC.

    "{time-3 04:10:00}" stands for a time three days ago, "{time-3}" for the same at this hour, "{day-3}" for its date, "{mail-3 04:10:00}"
    for the time as messages write it (RFC 5322 section 3.3).
    """
    at = now.replace(microsecond=0)
    return _DATE.sub(lambda match: _date(match, at), text)


def _date(match: re.Match[str], now: datetime.datetime) -> str:
    at = now + datetime.timedelta(days=int(match["days"] or 0))
    if match["clock"]:
        hours, minutes, seconds = match["clock"].split(":")
        at = at.replace(hour=int(hours), minute=int(minutes), second=int(seconds))
    if match["form"] == "mail":
        return format_datetime(at)
    return at.strftime("%Y-%m-%d") if match["form"] == "day" else at.strftime("%Y-%m-%dT%H:%M:%SZ")
