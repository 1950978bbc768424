"""What single values of a pack must look like. Each raises BadInput in words, without the key."""

from __future__ import annotations

import base64
import binascii
import datetime
import ipaddress
import re

from selfaudit.errors import BadInput
from selfaudit.i18n import phrase
from selfaudit.text import printable

_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
_HTTPS = re.compile(r"https://[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){1,20}(:[0-9]{1,5})?(/[!-~]{0,500})?")
_MAILBOX = re.compile(r"[A-Za-z0-9.!#$&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){1,20}")


def check_prefix(given: str) -> str:
    """A block of addresses (CIDR, RFC 4632) in its canonical form."""
    shown = printable(given, 60)
    if "/" not in given:
        raise BadInput(phrase("“{value}” names no length, as in 192.0.2.0/24", value=shown))
    try:
        return str(ipaddress.ip_network(given, strict=True))
    except ValueError as error:
        raise BadInput(
            phrase("“{value}” is not a block of addresses ({why})", value=shown, why=printable(str(error), 100))
        ) from None


def check_day(given: str) -> None:
    """A day, YYYY-MM-DD (ISO 8601)."""
    try:
        canonical = datetime.date.fromisoformat(given).isoformat()
    except ValueError:
        canonical = ""
    if not given or given != canonical:
        raise BadInput(phrase("“{value}” is not a day (YYYY-MM-DD)", value=printable(given, 40)))


def check_https(given: str) -> None:
    """An https URL."""
    if not _HTTPS.fullmatch(given):
        raise BadInput(phrase("“{value}” is not an address that begins with https://", value=printable(given, 100)))


def check_folder(given: str) -> None:
    """An https URL to which the name of a file can be added (RFC 3986: no query, no fragment)."""
    check_https(given)
    if "?" in given or "#" in given:
        raise BadInput(phrase("“{value}” has “?” or “#” in it, so no name of a file can follow", value=printable(given, 100)))


def check_mailbox(given: str) -> None:
    """A mailbox (the usual part of RFC 5321 section 4.1.2: no quotes, no blanks)."""
    if not _MAILBOX.fullmatch(given):
        raise BadInput(phrase("“{value}” is not a mailbox such as abuse@your-domain", value=printable(given, 100)))


def check_colour(given: str) -> None:
    """A colour as #rrggbb."""
    if not _COLOUR.fullmatch(given):
        raise BadInput(phrase("“{value}” is not a colour such as #1a73e8", value=printable(given, 40)))


def check_key(given: str) -> None:
    """A public key as minisign writes it: Base64 of "Ed", the key's number (8 octets) and the key (32 octets)."""
    try:
        data = base64.b64decode(given, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if len(data) != 42 or data[:2] != b"Ed":
        raise BadInput(
            phrase("this is not a public key of minisign: take the second line of its .pub file, which begins with “RW”")
        )
