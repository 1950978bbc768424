"""WHOIS answers as the library python-whois reads them: for endings whose form we have no reading of our own for, or to fill gaps."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from selfaudit.protocols.whois_fields import Values

_MAX_OCTETS = 16_384  # of what a registry really sends about one domain, a tenth
_MAX_VALUES = 20
_MAX_VALUE = 300
_YEARS = range(1980, 2200)

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
_PARTS = {
    "name": "name",
    "org": "organization",
    "organization": "organization",
    "email": "email",
    "phone": "phone",
    "phone_number": "phone",
    "address": "street",
    "street": "street",
    "city": "city",
    "state": "region",
    "state_province": "region",
    "postal_code": "postal code",
    "zip": "postal code",
    "country": "country",
}
_ROLES = (("registrant_", "registrant"), ("admin_", "administrative"), ("tech_", "technical"), ("billing_", "billing"))


@dataclass(slots=True)
class Found:
    """What the library found, in our names."""

    fields: Values = field(default_factory=dict)
    dates: dict[str, float] = field(default_factory=dict)
    contacts: dict[str, Values] = field(default_factory=dict)


def covers(domain: str) -> bool:
    """Whether the library has a reader for the domain's ending that we use."""
    return domain.rpartition(".")[2] in ENDINGS


def read(domain: str, lines: Iterable[str]) -> Found:
    """Reads an answer about a domain; nothing is raised, and what is of no use is left out.

    Args:
        domain: A-labels.
        lines: within the limits of `whois_text.lines_of`.
    """
    text = "\n".join(lines)[:_MAX_OCTETS]
    found = Found()
    for name, value in _load(domain, text).items():
        if not isinstance(name, str):
            continue
        values = [item for item in (value if isinstance(value, list) else [value]) if item is not None][:_MAX_VALUES]
        if name in _DATES:
            when = next((moment for item in values if (moment := _moment(item, text)) is not None), None)
            if when is not None:
                found.dates.setdefault(_DATES[name], when)
            continue
        texts = [item.strip()[:_MAX_VALUE] for item in values if isinstance(item, str) and item.strip()]
        if name in _TEXTS and texts:
            found.fields.setdefault(_TEXTS[name], []).extend(texts)
        for prefix, role in _ROLES:
            part = _PARTS.get(name.removeprefix(prefix), "") if name.startswith(prefix) else ""
            if part and texts:
                found.contacts.setdefault(role, {}).setdefault(part, []).extend(texts[:1])
    return found


def _load(domain: str, text: str) -> dict[Any, Any]:
    from whois.parser import WhoisEntry

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of its date reader, about names of time zones
            return dict(WhoisEntry.load(domain, text))
    except Exception:  # a third-party reader fed with whatever a server sends; it raises anything
        return {}


def _moment(value: object, text: str) -> float | None:
    """UTC seconds. The library fills what a date lacks with today; a year that is nowhere in the text is such a filling."""
    if not isinstance(value, datetime) or value.year not in _YEARS or str(value.year) not in text:
        return None
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
