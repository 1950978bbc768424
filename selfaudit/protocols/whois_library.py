"""WHOIS answers as the library python-whois reads them, to fill gaps of our own reading.

Contacts are never taken from it: it takes the first person of an answer for the holder, whoever that is. Of its dates only those
count that our own reading finds in the text as well: it guesses where a date has two readings, and makes one of "before 2001".
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from selfaudit.protocols.whois_dates import Habits, moment
from selfaudit.protocols.whois_fields import Values

_MAX_OCTETS = 16_384  # of what a registry really sends about one domain, a tenth
_MAX_VALUES = 20
_MAX_VALUE = 300
_YEARS = range(1980, 2200)  # others have no seconds on every system

# Endings whose patterns in the library go over single lines. Others (.jp, .it, .uk, .hk, .tr ...) hold patterns that go back and
# forth over the whole text; a hostile server could keep us busy for hours with them.
ENDINGS = frozenset(
    [
        "ae",
        "ar",
        "at",
        "au",
        "br",
        "by",
        "ca",
        "cl",
        "cn",
        "cr",
        "cz",
        "de",
        "fr",
        "hr",
        "id",
        "il",
        "in",
        "is",
        "kg",
        "kr",
        "kz",
        "lt",
        "lu",
        "nu",
        "nz",
        "pe",
        "pt",
        "ro",
        "rs",
        "ru",
        "se",
        "si",
        "su",
        "xn--p1ai",
    ]
)
_DATES = {"creation_date": "created", "created": "created", "updated_date": "changed", "expiration_date": "expires"}
_TEXTS = {
    "registrar": "registrar",
    "registrar_url": "registrar_url",
    "name_servers": "name_servers",
    "status": "states",
    "domain_id": "handle",
}


@dataclass(slots=True)
class Found:
    """What the library found, in our names."""

    fields: Values = field(default_factory=dict)
    dates: dict[str, float] = field(default_factory=dict)


def covers(domain: str) -> bool:
    """Whether the library has a reader for the domain's ending that we use."""
    return domain.rpartition(".")[2] in ENDINGS


def read(domain: str, lines: Iterable[str], habits: Habits) -> Found:
    """Reads an answer about a domain; nothing is raised, and what is of no use is left out.

    Args:
        domain: A-labels.
        lines: within the limits of `whois_text.lines_of`.
        habits: how the registry writes dates.
    """
    text = "\n".join(lines)[:_MAX_OCTETS]
    found = Found()
    known = _moments(text, habits)
    for name, value in _load(domain, text).items():
        if not isinstance(name, str):
            continue
        values = [item for item in (value if isinstance(value, list) else [value]) if item is not None][:_MAX_VALUES]
        if name in _DATES:
            when = next((known[at] for item in values if (at := _seconds(item)) in known), None)
            if when is not None:
                found.dates.setdefault(_DATES[name], when)
            continue
        texts = [item.strip()[:_MAX_VALUE] for item in values if isinstance(item, str) and item.strip()]
        if name in _TEXTS and texts:
            found.fields.setdefault(_TEXTS[name], []).extend(texts)
    return found


def _load(domain: str, text: str) -> dict[Any, Any]:
    from whois.parser import WhoisEntry

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of its date reader, about names of time zones
            return dict(WhoisEntry.load(domain, text))
    except Exception:  # a third-party reader fed with whatever a server sends; it raises anything
        return {}


def _seconds(value: object) -> int | None:
    """UTC seconds of a date of the library; without a zone it is taken as UTC."""
    if not isinstance(value, datetime) or value.year not in _YEARS:
        return None
    return int((value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp())


def _moments(text: str, habits: Habits) -> dict[int | None, float]:
    """The dates behind the keys of a text as we read them ourselves, by what they are if they name no zone and are UTC."""
    plain = replace(habits, hours=0)
    found: dict[int | None, float] = {}
    for line in text.split("\n"):
        value = line.partition(":")[2].strip()
        as_utc, when = moment(value, plain), moment(value, habits)
        if as_utc is not None and when is not None:
            found[int(as_utc)] = when
    return found
