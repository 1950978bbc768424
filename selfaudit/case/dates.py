"""Days and times as people and case files give them."""

from __future__ import annotations

import datetime


def read_date(text: str) -> float | None:
    """UTC seconds of "YYYY-MM-DD" (its first moment) or of a time after RFC 3339 (UTC if it names no zone); None for anything else."""
    try:
        moment = datetime.datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.UTC)
    try:
        return moment.timestamp()
    except (OverflowError, ValueError):
        return None
